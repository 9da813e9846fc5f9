using UNet.Shaders;
using UNet.Tests.Device;
using UNet.Vulkan.Checks;
using UNet.Vulkan.Device;
using UNet.Vulkan.Execution;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Ops;
using UNet.Vulkan.Ops.Declaration;
using UNet.Vulkan.Planning;
using Xunit;

namespace UNet.Tests.Planning;

/// <summary>Weight gradients that are one sum over all pixels are written where they belong.</summary>
public class SingleRunsTests
{
    private static readonly Dictionary<string, OpSample> Samples = new()
    {
        [nameof(Conv2d)] = new(new Conv2d(96, Padding: 1), [new Shape(1, 97, 5, 6)]),
        [nameof(CropConcatConv2d)] = new(new CropConcatConv2d(97), [new Shape(1, 57, 9, 10), new Shape(1, 39, 6, 8)]),
        [nameof(ConvTranspose2d)] = new(new ConvTranspose2d(96), [new Shape(1, 97, 3, 4)]),
    };

    public static TheoryData<string> Ops => [.. Samples.Keys];

    [Theory]
    [MemberData(nameof(Ops))]
    public void TheSumOfOneRunIsLeftOut(string op)
    {
        SampleGraph subject = new(Samples[op]);
        (ExecutionPlan left, Dictionary<Value, float[]> gradients) = Run(subject, new PlanOptions());
        (ExecutionPlan whole, Dictionary<Value, float[]> expected) = Run(subject, new PlanOptions { Fuse = false });
        Assert.Contains(WeightGradientSum.Info, KernelsOf(whole));
        Assert.Equal(KernelsOf(whole).Where(kernel => kernel != WeightGradientSum.Info), KernelsOf(left));
        Assert.True(left.Memory!.BytesBefore < whole.Memory!.BytesBefore);
        Assert.All(expected, pair => Assert.Equal(pair.Value, gradients[pair.Key]));
    }

    /// <summary>A batch has a run for each image, and layers of few channels have several.</summary>
    [Theory]
    [InlineData(2, 97)]
    [InlineData(1, 8)]
    public void SeveralRunsAreAdded(int images, int channels)
    {
        SampleGraph subject = new(new OpSample(new Conv2d(channels), [new Shape(images, channels, 8, 8)]));
        Assert.Contains(WeightGradientSum.Info, KernelsOf(Planner.Plan(subject.Graph, TestDevice.Shared.Properties)));
    }

    /// <summary>Also for GPUs, where runs are others.</summary>
    [Fact]
    public void TheSumOfOneRunIsLeftOutOnGpus()
    {
        DeviceProperties gpu = TestDevice.Shared.Properties with { Type = DeviceType.Discrete };
        Assert.DoesNotContain(WeightGradientSumRuns.Info, KernelsOf(Planner.Plan(new SampleGraph(Samples[nameof(Conv2d)]).Graph, gpu)));
        SampleGraph larger = new(new OpSample(new Conv2d(96), [new Shape(1, 97, 20, 20)]));
        Assert.Contains(WeightGradientSumRuns.Info, KernelsOf(Planner.Plan(larger.Graph, gpu)));
    }

    private static IEnumerable<KernelInfo> KernelsOf(ExecutionPlan plan) => plan.Dispatches.Select(planned => planned.Dispatch.Kernel);

    private static (ExecutionPlan Plan, Dictionary<Value, float[]> Gradients) Run(SampleGraph subject, PlanOptions options)
    {
        ExecutionPlan plan = Planner.Plan(subject.Graph, TestDevice.Shared.Properties, options with { GuardBytes = 1024 });
        using VulkanSession session = new(TestDevice.Shared, plan, options: new VulkanSessionOptions { Poison = true, ShuffleSeed = 1 });
        subject.WriteData(session);
        session.Run();
        Assert.Null(session.FindStrayWrite());
        return (plan, subject.Written.ToDictionary(written => written.Value, written => session.ReadAll(written.Value)));
    }
}
