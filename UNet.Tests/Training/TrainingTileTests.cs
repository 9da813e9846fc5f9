using UNet.Tests.Device;
using UNet.Vulkan.Device;
using UNet.Vulkan.Execution;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Model;
using UNet.Vulkan.Planning;
using UNet.Vulkan.Training;
using Xunit;

namespace UNet.Tests.Training;

public class TrainingTileTests
{
    [Theory]
    [InlineData(ConvolutionPadding.Valid, 512)]
    [InlineData(ConvolutionPadding.Valid, 100)]
    [InlineData(ConvolutionPadding.Valid, 1)]
    [InlineData(ConvolutionPadding.Same, 512)]
    [InlineData(ConvolutionPadding.Same, 1)]
    public void CandidatesFitTheNetworkAndAscend(ConvolutionPadding padding, int largestSide)
    {
        TileGeometry geometry = new(new UNetConfiguration { Padding = padding });
        int[] candidates = [.. TrainingTile.Candidates(geometry, largestSide)];
        Assert.All(candidates, tile => Assert.True(geometry.Fits(tile) && tile <= 572));
        Assert.Equal(candidates.Distinct().Order(), candidates);
        Assert.InRange(candidates.Length, 1, 8);
    }

    [Fact]
    public void TheReferenceTakesASmallTileForALargeNetworkAndALargeOneForASmallNetwork()
    {
        using ReferenceDevice device = new();
        TrainingImage image = new("large", 1, 400, 400, new float[160_000], new byte[160_000]);
        TrainingData data = TrainingExamples.Data with { Training = [image] };
        TrainingConfiguration paper = new();
        Assert.Equal(220, TrainingTile.Choose(paper, data, device));
        Assert.Equal(416, TrainingTile.Choose(paper with { Network = new() { Width = 1, Depth = 1 } }, data, device));
    }

    [Fact]
    public void ADeviceIsMeasured()
    {
        using IComputeDevice device = Backends.Open("vulkan");
        TrainingConfiguration configuration = TrainingExamples.Configuration with { Tile = null };
        int tile = TrainingTile.Choose(configuration, TrainingExamples.Data, device);
        Assert.True(new TileGeometry(configuration.Network).Fits(tile));
        using Trainer trainer = new(configuration with { Steps = 1 }, TrainingExamples.Data, device);
        Assert.NotNull(trainer.Configuration.Tile);
    }

    [Fact]
    public void WhereTheNextTileFindsNoMemoryTheLastOneIsTaken()
    {
        (int smallest, TrainingConfiguration configuration) = SmallestOfSeveral();
        using IComputeDevice device = new FailingDevice("VK_ERROR_OUT_OF_DEVICE_MEMORY");
        Assert.Equal(smallest, TrainingTile.Choose(configuration, TrainingExamples.Data, device));
    }

    [Fact]
    public void ADeviceThatIsLostIsNoWantOfMemory()
    {
        (_, TrainingConfiguration configuration) = SmallestOfSeveral();
        using IComputeDevice device = new FailingDevice("VK_ERROR_DEVICE_LOST");
        Assert.Throws<DeviceException>(() => TrainingTile.Choose(configuration, TrainingExamples.Data, device));
    }

    private static (int Tile, TrainingConfiguration Configuration) SmallestOfSeveral()
    {
        TrainingConfiguration configuration = TrainingExamples.Configuration with { Tile = null };
        int[] candidates = [.. TrainingTile.Candidates(new TileGeometry(configuration.Network), largestSide: 40)];
        Assert.InRange(candidates.Length, 2, 8);
        return (candidates[0], configuration);
    }

    /// <summary>The tests' device, on which the second session fails.</summary>
    private sealed class FailingDevice(string result) : IComputeDevice
    {
        private int _sessions;

        public string Name => TestDevice.Shared.Name;

        public DeviceProperties? Properties => TestDevice.Shared.Properties;

        public Session CreateSession(Graph graph, PlanOptions options, params Value[] reports) => ++_sessions == 2
            ? throw new DeviceException("The second session fails.", result)
            : TestDevice.Shared.CreateSession(graph, options, reports);

        public void Dispose()
        {
        }
    }
}
