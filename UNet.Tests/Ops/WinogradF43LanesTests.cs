using UNet.Tests.Device;
using UNet.Vulkan.Checks;
using UNet.Vulkan.Execution;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Ops;
using UNet.Vulkan.Ops.Declaration;
using UNet.Vulkan.Planning;
using Xunit;

namespace UNet.Tests.Ops;

/// <summary>How Winograd's F(4x4,3x3) for processors cuts its work into parts, of some of the tiles and some of the channels read.</summary>
public class WinogradF43LanesTests
{
    public static TheoryData<string> Samples => [.. Cut.Keys];

    /// <summary>The parts forward and to the input: of channels, of tiles, and of both, with the weights of all channels kept or not.</summary>
    private static readonly Dictionary<string, (OpSample Sample, int Forward, int ToInput)> Cut = new()
    {
        ["channels"] = (new(new Conv2d(600, Padding: 1, RectifyOutput: true), [new Shape(2, 603, 5, 6)]), 5, 5),
        ["channels of a concatenation"] = (new(
            new CropConcatConv2d(600, RectifySkip: Rectification.OnLoad), [new Shape(1, 300, 11, 12), new Shape(1, 303, 7, 8)]), 5, 5),
        ["tiles"] = (new(new Conv2d(48, Padding: 1, Rectify: Rectification.OnLoad), [new Shape(2, 50, 130, 134)]), 3, 3),
        ["tiles, all weights kept"] = (new(new Conv2d(300), [new Shape(1, 300, 82, 82)]), 6, 6),
        ["tiles, a chunk of weights kept"] = (new(new Conv2d(600), [new Shape(1, 603, 70, 72)]), 10, 10),
    };

    [Theory]
    [MemberData(nameof(Samples))]
    public void PartsGiveWhatTheWholeDoes(string name)
    {
        (OpSample sample, int forward, int toInput) = Cut[name];
        SampleGraph subject = new(sample);
        ExecutionPlan cut = Plan(subject, NumericsClass.WinogradF43);
        Assert.Equal(forward, Count(cut, Shaders.Conv2dMultiplyForwardF43Lanes.Info));
        Assert.Equal(toInput, Count(cut, Shaders.Conv2dMultiplyBackwardF43Lanes.Info));
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
