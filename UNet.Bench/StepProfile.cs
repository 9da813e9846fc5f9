using System.Diagnostics;
using UNet.Vulkan.Device;
using UNet.Vulkan.Execution;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Model;
using UNet.Vulkan.Planning;
using UNet.Vulkan.Training;

namespace UNet.Bench;

/// <summary>Where the time of a training step goes: every dispatch with its time and rate, and whole steps.</summary>
internal static class StepProfile
{
    private const int WarmUpSteps = 2;
    private const double WarmUpSeconds = 0.5;
    private const int TimedSteps = 7;

    public static int Run(string[] arguments)
    {
        BenchArguments options = new(arguments);
        UNetConfiguration network = new() { Width = options.Number("--width", 16), Depth = options.Number("--depth", 4) };
        (int tile, int batch) = (options.Number("--tile", 316), options.Number("--batch", 1));
        Graph graph = FixedTileStep.GraphOf(network, tile, batch, maximumNorm: 1);
        int forward = graph.Invocations.TakeWhile(invocation => invocation.Pass.IsForward).Count();
        // Where nothing is kept, a software driver compiles each kernel when it comes to it.
        bool isFirst = options.Has("--first");
        using VulkanDevice device = VulkanDevice.Open(options.Text("--device", "auto"), new() { PipelineCache = !isFirst });
        ExecutionPlan plan = Planner.Plan(
            graph, device.Properties, options.Has("--plain") ? PlanOptions.Plain : new() { Numerics = NumericsOf(options) });
        using var session = new VulkanSession(device, plan, graph.StepSlot);
        session.Initialize(graph);
        session.WriteParameters(graph, UNetParameters.Initial(network, seed: 1));

        Console.WriteLine($"{device.Name}: width {network.Width}, depth {network.Depth}, tile {tile}, batch {batch}, "
            + $"{forward} of {graph.Invocations.Count} invocations forward, {plan.Memory!.BytesAfter / 1e6:F1} MB "
            + $"({plan.Memory.BytesBefore / 1e6:F1} MB unshared)");
        if (isFirst)
        {
            Print(session.RunTimed(new uint[(int)graph.StepSlot!.Shape.Length]), options.Has("--all"));
            return 0;
        }
        var steps = new List<double>();
        TimeSpan processor = default;
        // A GPU that was idle takes a while to reach its clock.
        long awake = Stopwatch.GetTimestamp();
        while (!device.Properties.IsSoftware && Stopwatch.GetElapsedTime(awake).TotalSeconds < WarmUpSeconds)
            session.Run(new uint[(int)graph.StepSlot!.Shape.Length]);
        for (int i = 0; i < WarmUpSteps + TimedSteps; i++)
        {
            if (i == WarmUpSteps)
                processor = Environment.CpuUsage.TotalTime;
            long start = Stopwatch.GetTimestamp();
            session.Run(new uint[(int)graph.StepSlot!.Shape.Length]);
            if (i >= WarmUpSteps)
                steps.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        // What a software driver computes on a busy machine shows in processor time rather than in elapsed time.
        double busy = (Environment.CpuUsage.TotalTime - processor).TotalSeconds / TimedSteps;
        steps.Sort();
        long operations = plan.Dispatches.Sum(dispatch => dispatch.Operations);
        Console.WriteLine($"step: min {steps[0] * 1e3:F1} ms, median {steps[TimedSteps / 2] * 1e3:F1} ms, max {steps[^1] * 1e3:F1} ms; "
            + $"{operations / 1e9:F1} GFLOP, {operations / steps[TimedSteps / 2] / 1e9:F1} GFLOP/s; "
            + $"processor {busy * 1e3:F1} ms a step");

        Print(session.RunTimed(new uint[(int)graph.StepSlot!.Shape.Length]), options.Has("--all"));
        return 0;
    }

    private static void Print(IReadOnlyList<DispatchTiming> timings, bool everyDispatch)
    {
        double all = timings.Sum(timing => timing.Nanoseconds);
        foreach (IGrouping<string, DispatchTiming> kernel in timings.GroupBy(timing => timing.Dispatch.Dispatch.Kernel.Name)
            .OrderByDescending(group => group.Sum(timing => timing.Nanoseconds)))
        {
            double nanoseconds = kernel.Sum(timing => timing.Nanoseconds);
            Console.WriteLine($"{kernel.Key,-45} {kernel.Count(),4} x {nanoseconds / 1e6,9:F2} ms {100 * nanoseconds / all,5:F1} %");
        }
        if (everyDispatch)
        {
            foreach (DispatchTiming timing in timings)
                Console.WriteLine(
                    $"{timing.Label,-50} {timing.Dispatch.Dispatch.Kernel.Name,-45} {timing.Nanoseconds / 1e6,9:F3} ms");
        }
    }

    /// <summary><c>--mixed</c>, or the name of a rule after <c>--numerics</c>.</summary>
    public static NumericsRule NumericsOf(BenchArguments options)
    {
        if (options.Has("--mixed"))
            return NumericsRule.Mixed;
        string name = options.Text("--numerics", "");
        if (name.Length == 0)
            return new PlanOptions().Numerics;
        return NumericsRule.Named(name)
            ?? throw new ArgumentException($"there is no rule '{name}': take {string.Join(", ", NumericsRule.Names)}.");
    }
}
