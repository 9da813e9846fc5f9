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

    /// <summary>
    /// Bytes of a graphics card that a training step leaves, half of them for the data set and half for validation; those of other devices
    /// are not counted, which have the computer's.
    /// </summary>
    /// <param name="configuration">The network, its tile and its batch.</param>
    /// <param name="device">A Vulkan device, or null for the processor.</param>
    /// <exception cref="PlanException">A tensor does not fit the device's limits.</exception>
    internal static long Left(TrainingConfiguration configuration, DeviceProperties? device)
        => device is { Type: DeviceType.Discrete, DeviceMemory: > 0 and long all }
            ? Math.Max(all - Trainer.Plan(configuration, device).ArenaSizes.Sum(), 0)
            : long.MaxValue;

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
