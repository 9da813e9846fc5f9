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

    /// <summary>What a step leaves of a card bounds the tile of validation, as far as there is a smaller one.</summary>
    [Fact]
    public void ValidationKeepsWithinWhatAStepLeaves()
    {
        DeviceProperties card = DeviceProperties.Minimum with { Type = DeviceType.Discrete };
        long step = Trainer.Plan(Training, card).ArenaSizes.Sum();
        const int side = 2000;
        int usual = Validator.TileFor(Training.Network, side, card, long.MaxValue);
        long usualBytes = SegmentationMemory.BytesOf(Training.Network, usual, card);

        Assert.Equal(2 * usualBytes, TrainingMemory.Left(Training, card with { DeviceMemory = step + 2 * usualBytes }));
        Assert.Equal(0, TrainingMemory.Left(Training, card with { DeviceMemory = step - 1 }));
        Assert.Equal(long.MaxValue, TrainingMemory.Left(Training, card with { Type = DeviceType.Integrated, DeviceMemory = step }));

        Assert.Equal(usual, Validator.TileFor(Training.Network, side, card, usualBytes));
        int smaller = Validator.TileFor(Training.Network, side, card, usualBytes / 2);
        Assert.InRange(smaller, 1, usual - 1);
        Assert.InRange(SegmentationMemory.BytesOf(Training.Network, smaller, card), 1, usualBytes / 2);
        Assert.Equal(
            new TileGeometry(Training.Network).MinimumInput, Validator.TileFor(Training.Network, side, card, memory: 0));
    }

    [Fact]
    public void WhereNothingFitsThereIsNoLargest()
    {
        Assert.Null(TrainingMemory.LargestTile(Training, DeviceProperties.Minimum, 1000));
        Assert.Null(TrainingMemory.LargestBatch(Training, DeviceProperties.Minimum, 1000));
    }
}
