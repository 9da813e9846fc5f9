using System.Diagnostics;
using UNet.Vulkan.Device;
using UNet.Vulkan.Execution;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Model;
using UNet.Vulkan.Planning;
using UNet.Vulkan.Training;

namespace UNet.Cli.Benchmarks;

/// <summary>
/// Times forward pass and training step (loss, backward pass, SGD with momentum) of a network on one tile, from submission to
/// the end of the work.
/// </summary>
/// <param name="Network">The network.</param>
/// <param name="Tile">Side of the input.</param>
/// <param name="Count">Runs that are timed.</param>
internal sealed record NetworkBenchmark(UNetConfiguration Network, int Tile, int Count)
{
    /// <summary>The first run finds out how the work is to be cut, the second runs as all later ones.</summary>
    private const int WarmUpRuns = 2;
    private const double WarmUpSeconds = 0.5;

    /// <summary>Times both.</summary>
    /// <param name="device">The device.</param>
    /// <param name="name">What to call the result.</param>
    /// <param name="options">How to plan.</param>
    /// <param name="stop">Looked at between two runs.</param>
    /// <exception cref="PlanException">The network does not fit the device.</exception>
    public NetworkTimes Run(VulkanDevice device, string name, PlanOptions options, CancellationToken stop) => new(
        name,
        device.Name,
        device.Properties.IsSoftware ? Environment.ProcessorCount : 0,
        Time(device, options, isStep: false, stop),
        Time(device, options, isStep: true, stop));

    private TimeSeries Time(VulkanDevice device, PlanOptions options, bool isStep, CancellationToken stop)
    {
        Graph graph = isStep ? FixedTileStep.GraphOf(Network, Tile) : ForwardGraph();
        using Session session = ((IComputeDevice)device).CreateSession(graph, options);
        session.WriteParameters(graph, UNetParameters.Initial(Network, seed: 1));
        uint[] words = new uint[graph.StepSlot?.Shape.Length ?? 0];
        List<double> times = [];
        // A GPU that was idle takes a while to reach its clock.
        long awake = Stopwatch.GetTimestamp();
        while (!device.Properties.IsSoftware && Stopwatch.GetElapsedTime(awake).TotalSeconds < WarmUpSeconds)
            session.Run(words);
        for (int run = -WarmUpRuns; run < Count; run++)
        {
            stop.ThrowIfCancellationRequested();
            long start = Stopwatch.GetTimestamp();
            session.Run(words);
            if (run >= 0)
                times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        return new(times);
    }

    private Graph ForwardGraph()
    {
        Graph graph = new();
        graph.AppendNetwork(Network, graph.Input("image", new Shape(1, Network.InChannels, Tile, Tile))).Keep = true;
        return graph;
    }
}
