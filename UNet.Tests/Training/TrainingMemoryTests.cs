using UNet.Vulkan.Device;
using UNet.Vulkan.Inference;
using UNet.Vulkan.Model;
using UNet.Vulkan.Training;
using Xunit;

namespace UNet.Tests.Training;

public class TrainingMemoryTests
{
    private const long Memory = 40_000_000;

    private static readonly TrainingConfiguration Training = new() { Network = new UNetConfiguration { Width = 8, Depth = 2 }, Tile = 188 };

    /// <summary>The largest tile fits and the next does not; the same of batches, and of tiles to segment.</summary>
    [Fact]
    public void TheLargestSizesAreThoseAfterWhichMemoryIsExceeded()
    {
        DeviceProperties device = DeviceProperties.Minimum;
        int stride = new TileGeometry(Training.Network).Stride;
        int tile = TrainingMemory.LargestTile(Training, device, Memory)!.Value;
        Assert.InRange(BytesOf(Training with { Tile = tile }), 1, Memory);
        Assert.InRange(BytesOf(Training with { Tile = tile + stride }), Memory + 1, long.MaxValue);

        int batch = TrainingMemory.LargestBatch(Training, device, Memory)!.Value;
        Assert.InRange(BytesOf(Training with { Batch = batch }), 1, Memory);
        Assert.InRange(BytesOf(Training with { Batch = batch + 1 }), Memory + 1, long.MaxValue);

        int segmented = SegmentationMemory.LargestTile(Training.Network, device, Memory)!.Value;
        Assert.InRange(SegmentationMemory.BytesOf(Training.Network, segmented, device), 1, Memory);
        Assert.InRange(SegmentationMemory.BytesOf(Training.Network, segmented + stride, device), Memory + 1, long.MaxValue);

        long BytesOf(TrainingConfiguration configuration) => Trainer.Plan(configuration, device).ArenaSizes.Sum();
    }

    [Fact]
    public void WhereNothingFitsThereIsNoLargest()
    {
        Assert.Null(TrainingMemory.LargestTile(Training, DeviceProperties.Minimum, 1000));
        Assert.Null(TrainingMemory.LargestBatch(Training, DeviceProperties.Minimum, 1000));
    }
}
