using UNet.Tests.Device;
using UNet.Vulkan.Checks;
using UNet.Vulkan.Device;
using UNet.Vulkan.Execution;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Ops;
using UNet.Vulkan.Ops.Declaration;
using UNet.Vulkan.Planning;
using Xunit;

namespace UNet.Tests.Ops;

/// <summary>
/// Convolutions of few channels for processors, at the ends of their tiles: those at the end of a plane are moved up, and rows at the ends
/// of a tensor are read from where they begin or end.
/// </summary>
public class UnrolledConvolutionTests
{
    public static TheoryData<string> Names => [.. Samples.Keys];

    private static int Lanes => TestDevice.Shared.Properties.SubgroupSize;

    private static readonly Dictionary<string, OpSample> Samples = new()
    {
        ["no second tile of columns"] = new(new Conv2d(4), [new Shape(1, 3, 8, Lanes + 2)]),
        ["a second tile, one column further"] = new(new Conv2d(5), [new Shape(2, 4, 9, Lanes + 3)]),
        ["a second tile, two columns further, padded"] = new(new Conv2d(6, Padding: 1), [new Shape(2, 5, 7, Lanes + 2)]),
        ["as many zeros before as a gradient has"] = new(new Conv2d(4, Padding: 2), [new Shape(1, 2, 4, Lanes + 2)]),
        ["a gradient of one column more than a tile"] = new(
            new Conv2d(7, Rectify: Rectification.OnLoad), [new Shape(2, 4, 7, Lanes + 4)]),
        ["whole tiles, and more channels than blocks of code"] = new(
            new Conv2d(32, Padding: 1, RectifyOutput: true), [new Shape(1, 31, 6, 2 * Lanes)]),
        ["both parts of a concatenation begin and end in a tile"] = new(
            new CropConcatConv2d(5, Padding: 1, RectifySkip: Rectification.OnLoad),
            [new Shape(2, 3, 6, Lanes + 2), new Shape(2, 2, 6, Lanes + 2)]),
        ["a tile of channels of both parts"] = new(
            new CropConcatConv2d(6, UpsampledFirst: true, RectifyUpsampled: Rectification.OnLoad),
            [new Shape(2, 6, 11, Lanes + 7), new Shape(2, 3, 8, Lanes + 4)]),
    };

    [Theory]
    [MemberData(nameof(Names))]
    public void MatchesTheReference(string name)
    {
        CheckResult[] results = [.. new[] { "Unrolled", "InputUnrolled" }
            .SelectMany(implementation => DeviceComparison.Run(Samples[name], CreateSession, implementation))];
        Assert.NotEmpty(results);
        Assert.All(results, result =>
            Assert.True(result.Passed, $"{result.Subject}: {result.Error:G3} of what is allowed: {result.Detail}"));
    }

    /// <summary>A tile of 3 rows that began in the second or third one would have the first one among its padding's.</summary>
    [Theory]
    [InlineData(6, 2, true)]
    [InlineData(5, 2, false)]
    [InlineData(6, 1, false)]
    public void FitsPlanesOfTwoTilesOfRowsAndOfMoreColumnsThanATile(int rows, int moreColumns, bool fits)
    {
        DeviceProperties device = TestDevice.Shared.Properties;
        Shape plane = new(1, 8, rows, Lanes + moreColumns);
        Assert.Equal(fits, UnrolledConvolution.Fits(plane, plane, device));
    }

    [Theory]
    [InlineData(32, 64, true)]
    [InlineData(33, 64, false)]
    [InlineData(32, 65, false)]
    [InlineData(32, 3, false)]
    public void FitsFewChannels(int read, int written, bool fits)
    {
        Shape plane = new(1, read, 6, Lanes + 2);
        Assert.Equal(fits, UnrolledConvolution.Fits(plane, new Shape(1, written, plane.H, plane.W), TestDevice.Shared.Properties));
    }

    private static VulkanSession CreateSession(Graph graph, PlanOptions options)
        => new(
            TestDevice.Shared, Planner.Plan(graph, TestDevice.Shared.Properties, options),
            options: new VulkanSessionOptions { Poison = true, ShuffleSeed = 1 });
}
