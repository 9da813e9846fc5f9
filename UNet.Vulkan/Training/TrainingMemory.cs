using UNet.Vulkan.Device;
using UNet.Vulkan.Model;
using UNet.Vulkan.Planning;

namespace UNet.Vulkan.Training;

/// <summary>How large tiles and batches may be, by plans alone: nothing is allocated. The data set is not counted.</summary>
public static class TrainingMemory
{
    private const int LargestBatchEver = 1024;

    /// <summary>The largest tile whose training step takes at most <paramref name="memory"/> bytes; null where none does.</summary>
    /// <param name="configuration">The network, the batch and whatever else takes memory.</param>
    /// <param name="device">The device.</param>
    /// <param name="memory">Bytes.</param>
    public static int? LargestTile(TrainingConfiguration configuration, DeviceProperties device, long memory)
        => LargestFit.Tile(new TileGeometry(configuration.Network), tile => Fits(configuration with { Tile = tile }, device, memory));

    /// <summary>
    /// The largest batch (up to 1024) whose training step takes at most <paramref name="memory"/> bytes; null where none does.
    /// </summary>
    /// <param name="configuration">The network, its tile and whatever else takes memory.</param>
    /// <param name="device">The device.</param>
    /// <param name="memory">Bytes.</param>
    public static int? LargestBatch(TrainingConfiguration configuration, DeviceProperties device, long memory)
        => LargestFit.Of(batch => Fits(configuration with { Batch = batch }, device, memory), 1, LargestBatchEver);

    private static bool Fits(TrainingConfiguration configuration, DeviceProperties device, long memory)
    {
        try
        {
            return Trainer.Plan(configuration, device).ArenaSizes.Sum() <= memory;
        }
        catch (Exception tooLarge) when (tooLarge is PlanException or OverflowException)
        {
            return false;
        }
    }
}
