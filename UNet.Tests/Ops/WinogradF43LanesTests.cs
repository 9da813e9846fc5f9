using UNet.Shaders;
using UNet.Tests.Device;
using UNet.Vulkan.Checks;
using UNet.Vulkan.Execution;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Ops;
using UNet.Vulkan.Ops.Declaration;
using UNet.Vulkan.Planning;
using Xunit;

namespace UNet.Tests.Ops;

/// <summary>
/// How Winograd's F(4x4,3x3) for processors cuts its work into parts, of some of the tiles and some of the channels read.
/// </summary>
public class WinogradF43LanesTests
{
    public static TheoryData<string> Samples => [.. Cut.Keys];

    /// <summary>
    /// The parts, of channels, of tiles, and of both, forward as to the input; those that pack weights, of which all channels' are kept or
    /// not; and those that store results.
    /// </summary>
    private static readonly Dictionary<string, (OpSample Sample, int Parts, int Packing, int Storing)> Cut = new()
    {
        ["channels"] = (new(new Conv2d(600, Padding: 1, RectifyOutput: true), [new Shape(2, 603, 5, 6)]), 5, 5, 1),
        ["channels of a concatenation"] = (new(
            new CropConcatConv2d(600, RectifySkip: Rectification.OnLoad), [new Shape(1, 300, 11, 12), new Shape(1, 303, 7, 8)]), 5, 5, 1),
        ["tiles"] = (new(new Conv2d(48, Padding: 1, Rectify: Rectification.OnLoad), [new Shape(2, 50, 130, 134)]), 5, 1, 5),
        ["tiles, all weights kept"] = (new(new Conv2d(300), [new Shape(1, 300, 82, 82)]), 21, 3, 7),
        ["tiles, a chunk of weights kept"] = (new(new Conv2d(600), [new Shape(1, 603, 70, 72)]), 10, 10, 2),
    };

    [Theory]
    [MemberData(nameof(Samples))]
    public void PartsGiveWhatTheWholeDoes(string name)
    {
        (OpSample sample, int parts, int packing, int storing) = Cut[name];
        SampleGraph subject = new(sample);
        ExecutionPlan cut = Plan(subject, NumericsClass.WinogradF43);
        Assert.Equal(parts, Count(cut, Conv2dMultiplyForwardF43Lanes.Info));
        Assert.Equal(parts, Count(cut, Conv2dMultiplyBackwardF43Lanes.Info));
        Assert.Equal(packing, Count(cut, Conv2dPackForwardWinogradF43Lanes.Info));
        Assert.Equal(packing, Count(cut, Conv2dPackBackwardWinogradF43Lanes.Info));
        Assert.Equal(storing, Count(cut, Conv2dForwardWinogradF43Lanes.Info));
        Assert.True(Count(cut, CropConcatConv2dClearBorder.Info) <= 1, "what has no parts runs once");

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

    [Theory]
    [MemberData(nameof(Samples))]
    public void HowManyRegistersThereAreChangesNoBit(string name)
    {
        SampleGraph subject = new(Cut[name].Sample);
        using Session few = Run(subject, Plan(subject, NumericsClass.WinogradF43, registers: 16));
        using Session many = Run(subject, Plan(subject, NumericsClass.WinogradF43, registers: 32));
        foreach ((Value value, Invocation _) in subject.Written)
            Assert.Equal(many.ReadAll(value), few.ReadAll(value));
    }

    /// <summary>How often a kernel runs.</summary>
    private static int Count(ExecutionPlan plan, KernelInfo kernel)
        => plan.Dispatches.Count(dispatch => dispatch.Dispatch.Kernel == kernel && dispatch.Dispatch.Groups.Total > 0);

    private static ExecutionPlan Plan(SampleGraph subject, NumericsClass numerics, int registers = 32) => Planner.Plan(
        subject.Graph, TestDevice.Shared.Properties with { VectorRegisters = registers },
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
