using UNet.Tests.Device;
using UNet.Vulkan.Checks;
using UNet.Vulkan.Device;
using UNet.Vulkan.Execution;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Ops;
using UNet.Vulkan.Ops.Declaration;
using UNet.Vulkan.Planning;
using Xunit;

namespace UNet.Tests.Checks;

/// <summary>
/// What plans for software drivers leave out since it takes them seconds to compile it, kernels for GPUs or parts of them: planned for
/// a GPU, run on the device of the tests, and compared with the reference.
/// </summary>
public class HardwareKernelTests
{
    private static readonly DeviceProperties Gpu = TestDevice.Shared.Properties with { Type = DeviceType.Discrete };

    /// <summary>By implementation: samples in which windows' tiles end, and matrix products of whole tiles of channels.</summary>
    private static readonly Dictionary<string, OpSample[]> Samples = new()
    {
        ["Window"] =
        [
            new(new Conv2d(65, Padding: 1, Rectify: Rectification.OnLoad), [new Shape(2, 15, 12, 14)]),
            new(new CropConcatConv2d(66, RectifySkip: Rectification.OnLoad, UpsampledFirst: true),
                [new Shape(2, 9, 15, 16), new Shape(2, 6, 12, 14)]),
        ],
        ["Gemm"] =
        [
            new(new Conv2d(128, RectifyOutput: true), [new Shape(2, 64, 10, 11)]),
            new(new CropConcatConv2d(128, Padding: 1), [new Shape(1, 64, 10, 11), new Shape(1, 64, 7, 9)]),
            new(new ConvTranspose2d(32, Rectify: Rectification.OnLoad), [new Shape(2, 128, 7, 9)]),
        ],
    };

    /// <summary>Of matrix products the smallest tile is enough: tests of <see cref="GemmTile"/> compare the others with it.</summary>
    [Theory]
    [InlineData("Window", nameof(Conv2d), true)]
    [InlineData("Window", nameof(Conv2d), false)]
    [InlineData("Window", nameof(CropConcatConv2d), true)]
    [InlineData("Window", nameof(CropConcatConv2d), false)]
    [InlineData("Gemm", nameof(Conv2d), false)]
    [InlineData("Gemm", nameof(CropConcatConv2d), false)]
    [InlineData("Gemm", nameof(ConvTranspose2d), false)]
    public void MatchTheReferenceInTheLargestTileOrTheSmallest(string implementation, string op, bool isLargest)
    {
        OpSample sample = Samples[implementation].Single(sample => sample.Op.Info.Name == op);
        HashSet<string> run = [];
        CheckResult result = Assert.Single(DeviceComparison.Run(sample, CreateSession, implementation));
        Assert.True(result.Passed, $"{result.Subject}: {result.Error:G3} of what is allowed: {result.Detail}");
        Assert.Equal(
            sample.Op.Info.Passes.Where(pass => pass.Implementations.Any(IsWanted)).Select(pass => pass.Name).Order(), run.Order());

        bool IsWanted(Implementation candidate) => candidate.Name == implementation;

        Session CreateSession(Graph graph, PlanOptions options) => new VulkanSession(
            TestDevice.Shared,
            Planner.Plan(graph, Gpu, options with
            {
                Tile = (invocation, chosen) =>
                {
                    if (!IsWanted(chosen))
                        return null;
                    run.Add(invocation.Pass.Name);
                    return isLargest ? chosen.Tilings[0] : chosen.Tilings[^1];
                },
            }),
            options: new VulkanSessionOptions { Poison = true, ShuffleSeed = 1 });
    }
}
