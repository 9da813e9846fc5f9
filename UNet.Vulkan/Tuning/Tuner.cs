using System.Diagnostics;
using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using UNet.Vulkan.Checks;
using UNet.Vulkan.Device;
using UNet.Vulkan.Execution;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Ops.Declaration;
using UNet.Vulkan.Planning;

namespace UNet.Vulkan.Tuning;

/// <summary>
/// Chooses among the tilings of implementations by measured time, once for each device, pass and size of tensors, and keeps
/// what it found in a file. It never changes bits: which implementation runs is not its business, all tilings of one give the same
/// bits, and a tiling whose result differs on the device all the same is not taken.
/// </summary>
/// <param name="device">The device; it must outlive the tuner.</param>
/// <param name="file">Where choices are kept between runs; null for nowhere.</param>
/// <param name="budget">Seconds that measuring on this device may take, over all runs.</param>
/// <param name="open">Makes the sessions in which tilings are tried, of a plan and its step slot; null for the usual ones.</param>
internal sealed class Tuner(
    VulkanDevice device, TuningFile? file, double budget = Tuner.UsualBudget, Func<ExecutionPlan, Value?, VulkanSession>? open = null)
{
    /// <summary>Seconds that a user hardly notices, once.</summary>
    public const double UsualBudget = 2;

    /// <summary>Operations of what is compared bit by bit, where the tensors may be small.</summary>
    private const long ComparedOperations = 100_000_000;

    /// <summary>How long a run that is timed should take: long enough to fill a device, with time for many.</summary>
    private const double TimedSeconds = 0.004;

    /// <summary>Of so many runs the shortest counts.</summary>
    private const int TimedRuns = 2;

    /// <summary>Different elements of a tensor whose results are compared; a prime, so that rows and channels differ.</summary>
    private const int DataPeriod = 65_537;

    /// <summary>A tiling must save at least this share of the time to be preferred to that of the rule.</summary>
    private const double LeastGain = 0.03;

    private readonly Func<ExecutionPlan, Value?, VulkanSession> _open = open ?? ((plan, step) => new VulkanSession(device, plan, step));
    private readonly Lock _lock = new();
    private TuningTable? _table;

    /// <summary>The options with the tilings that are fast on the device. What is not known yet is measured, the most work first.</summary>
    /// <param name="graph">The graph to be planned.</param>
    /// <param name="options">How to plan it; who chooses implementations or tilings himself gets them as they are.</param>
    public PlanOptions Tune(Graph.Graph graph, PlanOptions options)
    {
        if (options.Choose is not null || options.Tile is not null)
            return options;
        Subject[] subjects = [.. SubjectsOf(graph, options)];
        if (subjects.Length == 0)
            return options;
        lock (_lock)
        {
            _table ??= file?.Load() ?? new TuningTable();
            double before = _table.SecondsSpent;
            foreach (Subject subject in ByWork(subjects.Where(subject => !_table.Knows(subject.Key)))
                .TakeWhile(_ => _table.SecondsSpent < budget))
            {
                Measure(subject, _table);
            }
            if (_table.SecondsSpent > before)
                file?.Store(_table);
            TuningTable found = _table.Copy();
            return options with { Tile = (invocation, implementation) => found.Choice(KeyOf(invocation, implementation), implementation) };
        }
    }

    /// <summary>
    /// What a choice holds for: an implementation, and tensors of about the same size. Extents of up to 4 count as they are,
    /// larger ones as the next power of 2.
    /// </summary>
    public static string KeyOf(Invocation invocation, Implementation implementation)
    {
        Op op = invocation.Node.Op;
        Shape[] shapes = invocation.Node.Shapes;
        IEnumerable<string> sizes = op.Info.Roles.Where(role => role.Kind != RoleKind.Scratch)
            .Select(role => string.Join('x', shapes[role.Index].Dimensions.Select(Size)));
        return $"{op.Info.Name} {invocation.Pass.Name} {implementation.Name} {string.Join(' ', sizes)}";

        static string Size(int extent)
            => (extent <= 4 ? extent : (int)BitOperations.RoundUpToPowerOf2((uint)extent)).ToString(CultureInfo.InvariantCulture);
    }

    private IEnumerable<Subject> SubjectsOf(Graph.Graph graph, PlanOptions options)
    {
        foreach (Invocation invocation in Planner.ScheduleOf(graph, device.Properties, options))
        {
            Implementation implementation = Planner.ImplementationOf(invocation, device.Properties, options);
            if (!implementation.Tilings.IsEmpty)
            {
                long operations = invocation.Node.Op.Operations(invocation.Pass, invocation.Node.Shapes);
                yield return new(KeyOf(invocation, implementation), invocation, implementation, operations);
            }
        }
    }

    /// <summary>One subject of each key, that with the most operations; the key with the most operations in all comes first.</summary>
    private static IEnumerable<Subject> ByWork(IEnumerable<Subject> subjects) => subjects.GroupBy(subject => subject.Key)
        .OrderByDescending(same => same.Sum(subject => subject.Operations)).Select(same => same.MaxBy(subject => subject.Operations)!);

    private void Measure(Subject subject, TuningTable table)
    {
        long start = Stopwatch.GetTimestamp();
        Tiling? best = null;
        bool isComplete = true;
        bool isKept = true;
        try
        {
            OpSample compared = SampleOf(subject, ComparedOperations);
            using Trial small = Try(subject, compared, null);
            float[][] expected = small.Result();
            double rate = OperationsOf(subject, compared) / small.Seconds();
            OpSample timed = SampleOf(subject, (long)(rate * TimedSeconds));
            using Trial usual = Try(subject, timed, null, isTimed: true);
            double smallest = 1 - LeastGain;
            foreach (Tiling tiling in subject.Implementation.Tilings)
            {
                isComplete = table.SecondsSpent + Stopwatch.GetElapsedTime(start).TotalSeconds < budget;
                if (!isComplete)
                    break;
                using Trial trial = Try(subject, timed, tiling, isTimed: true);
                if (trial.IsSameAs(usual))
                    continue;
                // Side by side, the usual tiles last: a GPU that was idle only comes to its clock while it is timed.
                double ratio = trial.Seconds() / usual.Seconds();
                if (!(ratio < smallest)) // nor where the device's clock is too coarse to tell: 0 / 0
                    continue;
                using Trial comparison = Try(subject, compared, tiling);
                if (SameBits(comparison.Result(), expected))
                    (best, smallest) = (tiling, ratio);
            }
        }
        catch (Exception exception) when (exception is DeviceException or PlanException)
        {
            // A device that cannot try a tiling, for want of memory say, goes on with what is known to be good. Another day it may have the
            // memory; one that a tiling lost is not to be lost again.
            isKept = exception is PlanException or DeviceException { Result: VulkanResults.DeviceLost };
        }
        // Where there was no time for all, the best so far is still better than a guess.
        table.SecondsSpent += Stopwatch.GetElapsedTime(start).TotalSeconds;
        if (isComplete || best is not null)
            table.Choose(subject.Key, best, isKept);
    }

    private Trial Try(Subject subject, OpSample sample, Tiling? tiling, bool isTimed = false)
        => new(device.Properties, _open, subject, sample, tiling, isTimed);

    /// <summary>The op on images that are halved until a run has at most so many operations.</summary>
    private static OpSample SampleOf(Subject subject, long most)
    {
        Node node = subject.Invocation.Node;
        OpSample sample = new(node.Op, [.. node.Op.Info.Given.Select(role => node[role].Shape)]);
        while (OperationsOf(subject, sample) > most)
        {
            OpSample smaller = sample with { Inputs = [.. sample.Inputs.Select(Halved)] };
            if (smaller.Inputs.SequenceEqual(sample.Inputs) || OperationsOf(subject, smaller) == 0)
                break;
            sample = smaller;
        }
        return sample;

        static Shape Halved(Shape shape)
            => shape.Rank == 4 && shape.H > 8 && shape.W > 8 ? new(shape.N, shape.C, shape.H / 2, shape.W / 2) : shape;
    }

    /// <summary>Operations of the subject's pass on a sample; 0 where the op takes no such shapes.</summary>
    private static long OperationsOf(Subject subject, OpSample sample)
    {
        try
        {
            return sample.Op.Operations(subject.Invocation.Pass, sample.Op.InferShapes(sample.Inputs.AsSpan()));
        }
        catch (ArgumentException)
        {
            return 0;
        }
    }

    private static bool SameBits(float[][] one, float[][] other) => one.Zip(other).All(pair =>
        MemoryMarshal.AsBytes(pair.First.AsSpan()).SequenceEqual(MemoryMarshal.AsBytes(pair.Second.AsSpan())));

    private sealed record Subject(string Key, Invocation Invocation, Implementation Implementation, long Operations);

    /// <summary>
    /// One pass of a sample with one tiling, alone on the device. Where it is timed, it stores its result as a network would have it: as
    /// packed rows, if it can.
    /// </summary>
    private sealed class Trial : IDisposable
    {
        private readonly DeviceProperties _device;
        private readonly SampleGraph _sample;
        private readonly Invocation _invocation;
        private readonly ExecutionPlan _plan;
        private readonly Lazy<VulkanSession> _session;

        public Trial(
            DeviceProperties device, Func<ExecutionPlan, Value?, VulkanSession> open, Subject subject, OpSample sample, Tiling? tiling,
            bool isTimed)
        {
            (_device, Implementation implementation) = (device, subject.Implementation);
            _sample = new SampleGraph(sample);
            bool isStored = isTimed && StoredRowsComparison.CanStore(subject.Invocation.Pass, implementation);
            Graph.Graph graph = isStored ? StoredRowsComparison.Between(sample) : _sample.Graph;
            _invocation = graph.Invocations.First(
                invocation => invocation.Node.Name == _sample.Node.Name && invocation.Pass.Index == implementation.PassIndex);
            _plan = Planner.Plan(graph, device, new PlanOptions
            {
                Choose = (invocation, candidates) => candidates.FirstOrDefault(candidate => ReferenceEquals(candidate, implementation))
                    ?? (isStored ? StoredRowsComparison.Chosen(invocation, candidates) : candidates[0]),
                Tile = (_, chosen) => ReferenceEquals(chosen, implementation) ? tiling : null,
            }).Only(_invocation.ToString());
            _session = new(() => open(_plan, graph.StepSlot));
        }

        /// <summary>Whether the device is asked to do the same: the rule may have taken one of the declared tilings.</summary>
        public bool IsSameAs(Trial other) => _plan.Dispatches.Zip(other._plan.Dispatches)
            .All(pair => pair.First.Dispatch.Constants.SequenceEqual(pair.Second.Dispatch.Constants));

        /// <summary>What the pass makes of random data.</summary>
        public float[][] Result()
        {
            _sample.WriteData(_session.Value, DataPeriod);
            _session.Value.Run();
            return [.. _invocation.Writes.Where(value => value.Element == ElementType.Float32).Select(_session.Value.ReadAll)];
        }

        /// <summary>The shortest time of some runs. What they compute does not matter.</summary>
        public double Seconds()
        {
            _session.Value.Run();
            return Enumerable.Range(0, TimedRuns).Min(_ => OneRun());
        }

        public void Dispose()
        {
            if (_session.IsValueCreated)
                _session.Value.Dispose();
        }

        private double OneRun()
        {
            if (_device.TimestampPeriod > 0)
                return _session.Value.RunTimed().Sum(timing => timing.Nanoseconds) * 1e-9;
            long start = Stopwatch.GetTimestamp();
            _session.Value.Run();
            return Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
    }
}
