using System.Diagnostics;
using UNet.Vulkan.Device;
using UNet.Vulkan.Execution;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Inference;
using UNet.Vulkan.Model;
using UNet.Vulkan.Planning;

namespace UNet.Vulkan.Training;

/// <summary>
/// The choice of a tile where the user makes none: the largest, up to the paper's 572 (more for networks so deep that these give a few
/// pixels) and to what covers the largest image, that takes at most half of the device's memory and keeps a measured step under two
/// seconds.
/// </summary>
/// <remarks>The measurement may choose otherwise on another day; who compares runs gives the tile.</remarks>
public static class TrainingTile
{
    private const double LongestStep = 2.0;
    private const int LargestTile = 572;

    /// <summary>About what the reference reaches in operations a second; measuring it would take longer than it saves.</summary>
    private const double ReferenceRate = 1e9;

    /// <summary>Each candidate has about twice the pixels of the one before.</summary>
    private const double Growth = 1.4;

    /// <summary>Chooses a tile.</summary>
    /// <param name="configuration">The network and the batch; channels and classes are taken from the data.</param>
    /// <param name="data">The images.</param>
    /// <param name="device">Where training will run.</param>
    /// <exception cref="InputException">The configuration makes no network.</exception>
    /// <exception cref="PlanException">Not even the smallest tile fits the device's limits.</exception>
    /// <exception cref="DeviceException">Not even the smallest tile fits the device's memory, or the device failed.</exception>
    public static int Choose(TrainingConfiguration configuration, TrainingData data, IComputeDevice device)
    {
        UNetConfiguration network = configuration.Network with { InChannels = data.Channels, Classes = data.Classes.Length };
        configuration = configuration with { Network = network };
        int[] candidates = [.. Candidates(new TileGeometry(network), TrainingData.LargestSide(data.Training))];
        int choice = candidates[0];
        double rate = device.Properties is null ? ReferenceRate : 0;
        foreach (int next in candidates.Skip(1))
        {
            if (rate == 0)
                rate = Measure(GraphOf(configuration, choice), choice, configuration, device);
            TrainingGraph graph = GraphOf(configuration, next);
            if (!Fits(graph.Graph, configuration, device) || Operations(graph.Graph) / rate > LongestStep)
                break;
            try
            {
                // Small tiles leave a large device idle: the rate of the next one is measured anew.
                if (device.Properties is not null)
                    rate = Measure(graph, next, configuration, device);
            }
            catch (DeviceException exception) when (exception.IsOutOfMemory)
            {
                // Others may use the memory too, and the driver needs some for itself: the last tile that ran will do.
                break;
            }

            if (Operations(graph.Graph) / rate > LongestStep)
                break;
            choice = next;
        }

        return choice;
    }

    /// <summary>Tiles to try, ascending.</summary>
    internal static IEnumerable<int> Candidates(TileGeometry geometry, int largestSide)
    {
        int limit = Math.Max(LargestTile, OverlapTiles.LeastUseful(geometry));
        int largest = Math.Min(geometry.SmallestInputFor(largestSide), geometry.LargestInputUpTo(limit));
        List<int> candidates = [largest];
        // Outputs of a few pixels would waste nearly all of the work.
        int smallest = Math.Min(largest, geometry.MinimumInput + 2 * geometry.Stride);
        while (candidates[0] > smallest)
            candidates.Insert(0, Math.Max(smallest, geometry.LargestInputUpTo((int)(candidates[0] / Growth))));
        return candidates;
    }

    private static TrainingGraph GraphOf(TrainingConfiguration configuration, int tile)
    {
        configuration = configuration with { Tile = tile };
        int side = TileSource.StreamedSide(configuration);
        return new(configuration, (side, side), residentPixels: 0);
    }

    private static PlanOptions OptionsOf(TrainingConfiguration configuration)
        => new() { Numerics = NumericsRule.Of(configuration.Precision), Recompute = configuration.Recompute };

    private static double Operations(Graph.Graph graph)
        => graph.Invocations.Sum(invocation => (double)invocation.Node.Op.Operations(invocation.Pass, invocation.Node.Shapes));

    private static bool Fits(Graph.Graph graph, TrainingConfiguration configuration, IComputeDevice device)
    {
        if (device.Properties is not { } properties)
        {
            // The reference shares no memory among values.
            long bytes = graph.Values.Where(value => value.Whole is null).Sum(value => value.SizeInBytes);
            return bytes <= GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2;
        }

        try
        {
            return Planner.Plan(graph, properties, OptionsOf(configuration)).ArenaSizes.Sum() <= properties.DeviceMemory / 2;
        }
        catch (PlanException)
        {
            return false;
        }
    }

    /// <summary>Operations a second of a step on empty images; the first step, which warms up, does not count.</summary>
    private static double Measure(TrainingGraph graph, int tile, TrainingConfiguration configuration, IComputeDevice device)
    {
        using Session session = device.CreateSession(graph.Graph, OptionsOf(configuration));
        uint[] words = new uint[graph.StepWords];
        for (int i = 0; i < configuration.Batch; i++)
            graph.Tiles.SetTile(words, i, tile, tile, 0, 0, 0);
        session.Run(words);
        long start = Stopwatch.GetTimestamp();
        session.Run(words);
        return Operations(graph.Graph) / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
