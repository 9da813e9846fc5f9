using UNet.Tests.Device;
using UNet.Vulkan.Checks;
using UNet.Vulkan.Execution;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Ops;
using UNet.Vulkan.Ops.Declaration;
using UNet.Vulkan.Planning;
using Xunit;

namespace UNet.Tests.Ops;

/// <summary>How Winograd's kernels for processors cut weights that would take much memory when transformed.</summary>
public class WinogradLanesTests
{
    public static TheoryData<string> Samples => [.. Cut.Keys];

    /// <summary>Of some 600 channels; as many parts forward as to the input.</summary>
    private static readonly Dictionary<string, OpSample> Cut = new()
    {
        ["convolution"] = new(new Conv2d(600, Padding: 1, RectifyOutput: true), [new Shape(2, 603, 5, 6)]),
        ["concatenation"] = new(
            new CropConcatConv2d(600, RectifySkip: Rectification.OnLoad), [new Shape(1, 300, 11, 12), new Shape(1, 303, 7, 8)]),
    };

    [Theory]
    [MemberData(nameof(Samples))]
    public void LargeWeightsAreTransformedInParts(string name)
    {
        SampleGraph subject = new(Cut[name]);
        ExecutionPlan cut = Plan(subject, NumericsClass.WinogradF43);
        Assert.Equal(2, Count(cut, Shaders.Conv2dPackForwardWinogradF43Lanes.Info));
        Assert.Equal(2, Count(cut, Shaders.Conv2dPackBackwardWinogradF43Lanes.Info));
        Assert.True(Count(cut, Shaders.CropConcatConv2dClearBorder.Info) <= 1, "what has no parts runs once");

        using Session expected = Run(subject, Plan(subject, NumericsClass.Direct));
        using Session actual = Run(subject, cut);
        foreach ((Value value, Invocation invocation) in subject.Written)
        {
            float[] sums = expected.ReadAll(value);
            float largest = sums.Max(Math.Abs);
            Assert.True(largest > 0, $"{value.Name} is not all 0");
            Assert.All(sums.Zip(actual.ReadAll(value)), pair => Assert.Equal(pair.First, pair.Second, 2e-5f * largest));
        }
    }

    private static int Count(ExecutionPlan plan, Shaders.KernelInfo kernel) => plan.Dispatches.Count(dispatch => dispatch.Dispatch.Kernel == kernel);

    private static ExecutionPlan Plan(SampleGraph subject, NumericsClass numerics) => Planner.Plan(
        subject.Graph, TestDevice.Shared.Properties,
        new PlanOptions
        {
            Choose = (_, candidates) => candidates.LastOrDefault(candidate => candidate.Numerics == numerics) ?? candidates[0],
        });

    private static VulkanSession Run(SampleGraph subject, ExecutionPlan plan)
    {
        VulkanSession session = new(TestDevice.Shared, plan, options: new VulkanSessionOptions { Poison = true, ShuffleSeed = 1 });
        subject.WriteData(session);
        session.Run();
        return session;
    }
}
