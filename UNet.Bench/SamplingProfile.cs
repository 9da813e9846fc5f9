using UNet.Vulkan.Device;
using UNet.Vulkan.Execution;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Model;
using UNet.Vulkan.Ops;
using UNet.Vulkan.Planning;
using UNet.Vulkan.Random;

namespace UNet.Bench;

/// <summary>What it takes to sample a training tile: plain, and deformed with linear and with cubic interpolation.</summary>
internal static class SamplingProfile
{
    private const int WarmUpRuns = 2;
    private const int TimedRuns = 15;

    public static int Run(string[] arguments)
    {
        BenchArguments options = new(arguments);
        (int tile, int side) = (options.Number("--tile", 572), options.Number("--image", 512));
        using VulkanDevice device = VulkanDevice.Open(options.Text("--device", "auto"));
        Console.WriteLine($"{device.Name}: tiles of {tile} out of images of {side}");
        for (int taps = 0; taps <= 4; taps += 2)
            Profile(device, tile, side, taps);
        return 0;
    }

    /// <param name="device">The device.</param>
    /// <param name="tile">Side of the input tile.</param>
    /// <param name="side">Side of the image.</param>
    /// <param name="taps">Pixels in a row that the interpolation reads; 0 for a plain tile.</param>
    private static void Profile(VulkanDevice device, int tile, int side, int taps)
    {
        int output = new TileGeometry(new UNetConfiguration()).OutputOf(tile);
        Graph graph = new();
        Shape slot = new(1, 1, side, side);
        Value image = graph.Input("image", slot), label = graph.Input("label", slot, ElementType.UInt32),
            weight = graph.Input("weight", slot);
        Value size = graph.Input("size", Shape.Of(1, 2), ElementType.UInt32);
        Value origin = graph.Input("origin", Shape.Of(1, 2), ElementType.UInt32);
        Value[] numbers = [];
        Node node;
        if (taps == 0)
        {
            node = graph.Add("sample", new SampleTile(tile, output),
                [image, label, weight, size, origin, graph.Input("orientation", new Shape(1), ElementType.UInt32)]);
        }
        else
        {
            numbers =
            [
                graph.Input("transform", Shape.Of(1, 4)), graph.Input("displacement", Shape.Of(1, 2, 9)),
                graph.Input("gray", Shape.Of(1, 5)),
            ];
            node = graph.Add("sample", new SampleDeformedTile(tile, output, 3, (tile - 1) / 2f, taps),
                [image, label, weight, size, origin, .. numbers]);
        }

        foreach (Value? value in node.Values[^3..])
            value!.Keep = true;
        using var session = new VulkanSession(device, Planner.Plan(graph, device.Properties));
        session.Initialize(graph);
        RandomStream random = new(1, RandomStreams.Synthesis);
        session.Write(image, [.. Enumerable.Range(0, side * side).Select(i => (float)random.Normal(i))]);
        session.Write(size, [(uint)side, (uint)side]);
        session.Write(origin, [(uint)(side - tile) / 2, (uint)(side - tile) / 2]);
        if (taps > 0)
        {
            (double sine, double cosine) = Math.SinCos(0.7);
            session.Write(numbers[0], [(float)cosine, (float)-sine, (float)sine, (float)cosine]);
            session.Write(numbers[1], [.. Enumerable.Range(0, 18).Select(i => (float)(10 * random.Normal(1_000_000 + i)))]);
            session.Write(numbers[2], [-3, 6, 0.02f, 0.98f, 1.1f]);
        }

        Dictionary<string, List<double>> times = [];
        for (int run = 0; run < WarmUpRuns + TimedRuns; run++)
        {
            foreach (DispatchTiming timing in session.RunTimed(default))
            {
                List<double> all = times.TryGetValue(timing.Dispatch.Dispatch.Kernel.Name, out List<double>? known)
                    ? known : times[timing.Dispatch.Dispatch.Kernel.Name] = [];
                if (run >= WarmUpRuns)
                    all.Add(timing.Nanoseconds / 1e6);
            }
        }

        // On a busy machine processor time says more than elapsed time.
        TimeSpan processor = Environment.CpuUsage.TotalTime;
        for (int run = 0; run < TimedRuns; run++)
            session.Run();
        double busy = (Environment.CpuUsage.TotalTime - processor).TotalMilliseconds / TimedRuns;
        Console.WriteLine($"{node.Op.Info.Name}{(taps == 0 ? "" : $", {taps} taps")}: processor {busy:F1} ms a tile");
        foreach ((string kernel, List<double> milliseconds) in times)
        {
            milliseconds.Sort();
            Console.WriteLine($"  {kernel,-28} min {milliseconds[0],7:F2} ms, "
                + $"median {milliseconds[TimedRuns / 2],7:F2} ms, max {milliseconds[^1],7:F2} ms");
        }
    }
}
