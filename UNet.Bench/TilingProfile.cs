using System.Globalization;
using UNet.Shaders;
using UNet.Vulkan.Checks;
using UNet.Vulkan.Device;
using UNet.Vulkan.Execution;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Model;
using UNet.Vulkan.Ops.Declaration;
using UNet.Vulkan.Planning;
using UNet.Vulkan.Training;

namespace UNet.Bench;

/// <summary>
/// Every tiling of every pass of a training step whose implementation has several, at each of its shapes: what the rule's take, and what
/// the best would. Only the kernels that a tiling changes are timed.
/// </summary>
internal static class TilingProfile
{
    /// <summary>A GPU that had nothing to do, while kernels were compiled say, comes to its clock while it is not timed.</summary>
    private const double WarmUpSeconds = 0.3;

    /// <summary>Different elements of a tensor; few, because there are many tensors to write.</summary>
    private const int DataPeriod = 65_537;

    /// <summary>Passes of the same op with the same shapes.</summary>
    private sealed record Subject(Node Node, Pass Pass, Implementation Implementation, int Count)
    {
        public OpSample Sample => new(Node.Op, [.. Node.Op.Info.Given.Select(role => Node[role].Shape)]);

        public long Operations => Node.Op.Operations(Pass, Node.Shapes);

        public string Name => $"{Node.Op.Info.Name} {Pass.Name} ({Implementation.Name})";
    }

    /// <summary><c>tilings</c>: the most work first, printed as it is measured.</summary>
    public static int Run(string[] arguments)
    {
        BenchArguments options = new(arguments);
        UNetConfiguration network = new() { Width = options.Number("--width", 16), Depth = options.Number("--depth", 4) };
        int count = options.Number("--count", 5);
        string op = options.Text("--op", "");
        using VulkanDevice device = VulkanDevice.Open(options.Text("--device", "auto"));
        PlanOptions planning = new() { Numerics = StepProfile.NumericsOf(options) };
        if (options.Has("--kernels"))
        {
            string kernels = options.Text("--kernels", "");
            NumericsRule numerics = planning.Numerics;
            planning = planning with { Choose = (invocation, candidates) => Named(kernels, invocation, candidates, device, numerics) };
        }
        Graph graph = FixedTileStep.GraphOf(network, options.Number("--tile", 316), options.Number("--batch", 1), maximumNorm: 1);
        Subject[] subjects = [.. SubjectsOf(graph, device, planning)
            .Where(subject => subject.Name.Contains(op, StringComparison.OrdinalIgnoreCase))
            .OrderByDescending(subject => subject.Operations * subject.Count)];
        if (subjects.Length == 0)
        {
            Console.Error.WriteLine(
                "No kernel of this step has a choice of tilings on this device; --kernels NAME takes others, such as Gemm.");
            return 1;
        }
        Console.WriteLine($"{device.Name}, {device.Properties.DriverName}: {subjects.Length} passes that differ, "
            + $"min / median / max of {count} runs in turns, each kernel alone; * the best, R that of the rule");

        TilingSums sums = new();
        foreach (Subject subject in subjects)
            Measure(subject, device, count, sums);
        sums.Print();
        return 0;
    }

    /// <summary>The implementation of that name where there is one; else the one that a plan would take.</summary>
    private static Implementation Named(
        string name, Invocation invocation, IEnumerable<Implementation> candidates, VulkanDevice device, NumericsRule numerics)
        => candidates.FirstOrDefault(candidate => candidate.Name == name)
            ?? Planner.Candidates(invocation, device.Properties, numerics)[^1];

    private static IEnumerable<Subject> SubjectsOf(Graph graph, VulkanDevice device, PlanOptions planning)
        => Planner.ScheduleOf(graph, device.Properties, planning)
            .Select(invocation => new Subject(
                invocation.Node, invocation.Pass, Planner.ImplementationOf(invocation, device.Properties, planning), Count: 1))
            .Where(subject => !subject.Implementation.Tilings.IsEmpty)
            .GroupBy(subject => $"{subject.Name} {subject.Sample}")
            .Select(same => same.First() with { Count = same.Count() });

    private static void Measure(Subject subject, VulkanDevice device, int count, TilingSums sums)
    {
        string[] constants = [.. subject.Implementation.Tilings[0].Name.Split(", ").Select(constant => constant.Split(": ")[0])];
        Console.WriteLine();
        Console.WriteLine($"{subject.Count} x {subject.Name} {subject.Sample}");
        Console.WriteLine($"    {string.Join(", ", constants.Select(constant => constant["TILE_".Length..].ToLowerInvariant()))}");
        List<TilingRun> runs = [];
        try
        {
            foreach (Tiling? tiling in subject.Implementation.Tilings.Prepend(null))
            {
                TilingRun run = new(device, subject.Sample, subject.Implementation, tiling, constants);
                // One that the device has no room for becomes the rule's.
                if (runs.FirstOrDefault(run.IsSameAs) is { } same)
                    same.Tilings.Add(tiling);
                else if (run.Start() is not { } failure)
                    runs.Add(run);
                else
                    Console.WriteLine($"    {run.Name,-24} {failure}");
            }
            long start = System.Diagnostics.Stopwatch.GetTimestamp();
            do
            {
                foreach (TilingRun run in runs)
                    run.Seconds();
            }
            while (!device.Properties.IsSoftware && System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalSeconds < WarmUpSeconds);
            for (int turn = 0; turn < count; turn++)
            {
                foreach (TilingRun run in runs)
                    run.Times.Add(run.Seconds());
            }
            TilingRun? best = runs.MinBy(run => run.Median);
            foreach (TilingRun run in runs)
            {
                string marks = (run == best ? "*" : " ") + (run.Tilings.Contains(null) ? "R" : " ");
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $" {marks} {run.Name,-24} {run.Times.Min() * 1e3,9:F3} /{run.Median * 1e3,9:F3} /{run.Times.Max() * 1e3,9:F3} ms "
                        + $"{subject.Operations / run.Median / 1e12,8:F3} TFLOP/s"));
            }
            if (runs.Find(run => run.Tilings.Contains(null)) is { } rule)
                sums.Add(subject.Name, subject.Count, subject.Operations, rule.Median, best!.Median, subject.Implementation.Tilings.Select(
                    tiling => (string.Join(", ", constants.Select(constant => tiling.Values[constant])),
                        runs.Find(run => run.Tilings.Contains(tiling))?.Median ?? rule.Median)));
        }
        finally
        {
            foreach (TilingRun run in runs)
                run.Dispose();
        }
    }

    /// <summary>One pass with one tiling, alone on the device.</summary>
    private sealed class TilingRun : IDisposable
    {
        private readonly VulkanDevice _device;
        private readonly SampleGraph _sample;
        private readonly ExecutionPlan _plan;
        private readonly string[] _constants;
        private VulkanSession? _session;

        public TilingRun(VulkanDevice device, OpSample sample, Implementation implementation, Tiling? tiling, string[] constants)
        {
            (_device, _constants, _sample) = (device, constants, new SampleGraph(sample));
            _plan = PassRun.Plan(_sample, device, implementation, tiling).Alone;
            Tilings.Add(tiling);
        }

        /// <summary>The tilings that this stands for; null is the rule's.</summary>
        public List<Tiling?> Tilings { get; } = [];

        /// <summary>Seconds of each run.</summary>
        public List<double> Times { get; } = [];

        public double Median => Times.Order().ElementAt(Times.Count / 2);

        /// <summary>What became of the constants.</summary>
        public string Name
        {
            get
            {
                KernelDispatch tiled = _plan.Dispatches.First(planned => IsTiled(planned.Dispatch.Kernel)).Dispatch;
                Dictionary<string, uint> values = tiled.Kernel.Constants.Zip(tiled.Constants)
                    .ToDictionary(pair => pair.First.Name, pair => pair.Second);
                return string.Join(", ", _constants.Select(constant => values.TryGetValue(constant, out uint value) ? $"{value}" : "-"));
            }
        }

        /// <summary>Whether the device is asked to do the same.</summary>
        public bool IsSameAs(TilingRun other) => _plan.Dispatches.Zip(other._plan.Dispatches)
            .All(pair => pair.First.Dispatch.Constants.SequenceEqual(pair.Second.Dispatch.Constants));

        /// <summary>Compiles the kernels and writes the data; why the device refuses, or null.</summary>
        public string? Start()
        {
            try
            {
                _session = new VulkanSession(_device, _plan, _sample.Graph.StepSlot);
                _sample.WriteData(_session, DataPeriod);
                return null;
            }
            catch (DeviceException exception)
            {
                _session?.Dispose();
                return exception.Message;
            }
        }

        /// <summary>Seconds of the kernels that the tiling changes, in one run.</summary>
        public double Seconds()
            => _session!.RunTimed().Where(timing => IsTiled(timing.Dispatch.Dispatch.Kernel)).Sum(timing => timing.Nanoseconds) * 1e-9;

        public void Dispose() => _session?.Dispose();

        private bool IsTiled(KernelInfo kernel) => kernel.Constants.Any(constant => _constants.Contains(constant.Name));
    }

    /// <summary>What a whole step takes, by rule and otherwise.</summary>
    private sealed class TilingSums
    {
        private readonly Dictionary<string, Dictionary<string, double>> _byPass = [];
        private int _count;
        private double _operations, _rule, _best;

        public void Add(string pass, int count, long operations, double rule, double best, IEnumerable<(string Tiling, double Seconds)> all)
        {
            (_count, _operations) = (_count + count, _operations + (double)count * operations);
            (_rule, _best) = (_rule + count * rule, _best + count * best);
            if (!_byPass.TryGetValue(pass, out Dictionary<string, double>? sums))
                _byPass.Add(pass, sums = []);
            foreach ((string tiling, double seconds) in all.Prepend(("by rule", rule)).Append(("the best of each", best)))
                sums[tiling] = sums.GetValueOrDefault(tiling) + count * seconds;
        }

        public void Print()
        {
            Console.WriteLine();
            Console.WriteLine("Sums of the medians in a step; where the device has no room for a tiling, the rule's counts:");
            foreach ((string pass, Dictionary<string, double> sums) in _byPass)
            {
                Console.WriteLine(pass);
                foreach ((string tiling, double seconds) in sums)
                    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {seconds * 1e3,9:F3} ms {tiling}"));
            }
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"All {_count}: by rule {_rule * 1e3:F3} ms, {_operations / _rule / 1e12:F3} TFLOP/s; "
                    + $"the best of each {_best * 1e3:F3} ms, {_operations / _best / 1e12:F3} TFLOP/s"));
        }
    }
}
