using System.Globalization;
using UNet.Vulkan.Device;
using UNet.Vulkan.Execution;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Model;
using UNet.Vulkan.Planning;
using UNet.Vulkan.Training;

namespace UNet.Vulkan.Inference;

/// <summary>
/// How much memory segmenting takes, and which tile keeps within a given size. It depends on the network, the tile, the
/// device and the precision, not on the images: those stay with the processor and go to the device tile by tile.
/// </summary>
public static class SegmentationMemory
{
    /// <summary>Bytes that segmenting takes with tiles of a size.</summary>
    /// <param name="configuration">The network's form.</param>
    /// <param name="tile">Side of the input tiles.</param>
    /// <param name="device">
    /// A Vulkan device, whose memory is counted with what exchanges tiles with it; null for the processor
    /// (<see cref="ReferenceDevice"/>), whose values do not share memory.
    /// </param>
    /// <param name="precision">In which numbers to compute; the processor has 32 bits alone, whatever is asked for.</param>
    /// <exception cref="InputException">The tile does not fit the network.</exception>
    /// <exception cref="PlanException">A tensor does not fit the device's limits.</exception>
    public static long BytesOf(
        UNetConfiguration configuration, int tile, DeviceProperties? device, Precision precision = Precision.Float32)
    {
        _ = new TileGeometry(configuration).OutputOf(tile);
        (Graph.Graph graph, _, Value result) = TiledNetwork.GraphOf(configuration, tile, probabilities: true);
        if (device is null)
            return graph.Values.Where(value => value.Whole is null).Sum(value => value.SizeInBytes);
        ExecutionPlan plan = Planner.Plan(graph, device, new() { Numerics = NumericsRule.Of(precision) });
        return VulkanSession.MemoryOf(plan, graph.StepSlot!.SizeInBytes, result.SizeInBytes);
    }

    /// <summary>
    /// The tile that computes least for images of a size (see <see cref="OverlapTiles.GoodTile"/>) among those that the
    /// device can hold.
    /// </summary>
    /// <param name="configuration">The network's form.</param>
    /// <param name="largestSide">Height or width of the largest image.</param>
    /// <param name="device">A Vulkan device, or null for the processor.</param>
    /// <param name="memory">
    /// The most bytes to take. Null for what a graphics card has, with tiles of at most
    /// <see cref="OverlapTiles.DefaultLimit"/>.
    /// </param>
    /// <param name="precision">In which numbers to compute; the processor has 32 bits alone, whatever is asked for.</param>
    /// <exception cref="InputException">Even the smallest tile takes more; the message says how much.</exception>
    /// <exception cref="PlanException">Not even the smallest tile fits the device's limits.</exception>
    public static int GoodTile(
        UNetConfiguration configuration, int largestSide, DeviceProperties? device, long? memory = null,
        Precision precision = Precision.Float32)
    {
        TileGeometry geometry = new(configuration);
        long own = device is { Type: DeviceType.Discrete, DeviceMemory: > 0 and long all } ? all : long.MaxValue;
        long most = memory ?? own;
        long least = BytesOf(configuration, geometry.MinimumInput, device, precision);
        if (least > most)
        {
            string remedy = memory is null ? "choose another device" : "allow that much";
            throw new InputException(
                $"This network takes at least {Text(least, Math.Ceiling)} of memory, with tiles of {geometry.MinimumInput} pixels, "
                    + $"more than {Text(most, Math.Floor)}; {remedy}.");
        }

        // More than one tile that covers the image with all its surroundings is of no use.
        int largest = geometry.SmallestInputFor(largestSide + 2 * geometry.ReceptiveBorder);
        int limit = Math.Min(
            largest, geometry.LargestInputUpTo(memory is null ? OverlapTiles.DefaultLimit(configuration) : TileGeometry.LargestInput));
        (int fits, int over) = (0, (limit - geometry.MinimumInput) / geometry.Stride + 1);
        // Nearly always the largest fits, and each try makes a plan.
        for (int tried = over - 1; over - fits > 1; tried = (fits + over) / 2)
            (fits, over) = Fits(TileOf(tried)) ? (tried, over) : (fits, tried);

        int tile = OverlapTiles.GoodTile(geometry, largestSide, TileOf(fits));

        // A smaller tile takes less memory, but for what other kernels take that a plan may pick for it.
        while (!Fits(tile))
            tile -= geometry.Stride;
        return tile;

        int TileOf(int step) => geometry.MinimumInput + step * geometry.Stride;

        bool Fits(int tile) => SegmentationMemory.Fits(configuration, tile, device, most, precision);
    }

    /// <summary>The largest tile with which segmenting takes at most <paramref name="memory"/> bytes; null where none does.</summary>
    /// <param name="configuration">The network's form.</param>
    /// <param name="device">A Vulkan device, or null for the processor.</param>
    /// <param name="memory">Bytes.</param>
    /// <param name="precision">In which numbers to compute; the processor has 32 bits alone, whatever is asked for.</param>
    public static int? LargestTile(
        UNetConfiguration configuration, DeviceProperties? device, long memory, Precision precision = Precision.Float32)
        => LargestFit.Tile(new TileGeometry(configuration), tile => Fits(configuration, tile, device, memory, precision));

    private static bool Fits(UNetConfiguration configuration, int tile, DeviceProperties? device, long memory, Precision precision)
    {
        try
        {
            return BytesOf(configuration, tile, device, precision) <= memory;
        }
        catch (Exception tooLarge) when (tooLarge is PlanException or OverflowException)
        {
            return false;
        }
    }

    /// <summary>Bytes in the unit that fits, to a tenth of it: so exact that as much as the least takes is not much more.</summary>
    private static string Text(long bytes, Func<double, double> round)
    {
        if (bytes < 1 << 10)
            return $"{bytes} byte{(bytes == 1 ? "" : "s")}";
        (long size, string unit) = bytes switch { < 1 << 20 => (1 << 10, "KiB"), < 1 << 30 => (1 << 20, "MiB"), _ => (1L << 30, "GiB") };
        return string.Create(CultureInfo.InvariantCulture, $"{round(bytes * 10.0 / size) / 10:0.#} {unit}");
    }
}
