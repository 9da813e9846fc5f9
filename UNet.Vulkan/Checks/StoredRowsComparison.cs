using System.Runtime.InteropServices;
using UNet.Vulkan.Device;
using UNet.Vulkan.Execution;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Ops;
using UNet.Vulkan.Ops.Declaration;
using UNet.Vulkan.Planning;
using UNet.Vulkan.Random;

namespace UNet.Vulkan.Checks;

/// <summary>
/// Checks that what an op stores as packed rows has the bits that packing would give, and that it writes nothing else: in a small network
/// of the op between convolutions, which give it what it reads, and read what it gives, in both directions.
/// </summary>
public static class StoredRowsComparison
{
    /// <summary>Bytes before and after every tensor that stay untouched.</summary>
    private const int Guard = 1024;

    private const ulong Seed = 0x570BED;

    /// <summary>Of parameters, so that nothing leaves the range of 16 bits.</summary>
    private const float Scale = 0.1f;

    /// <summary>
    /// The implementation that reads packed rows, of the class if it has one; else the one with a variant that stores its result so; where
    /// there is none, the plain one.
    /// </summary>
    internal static Implementation Chosen(
        Invocation invocation, IReadOnlyList<Implementation> candidates, NumericsClass numerics = NumericsClass.Float16)
    {
        return Reading(numerics) ?? Reading(NumericsClass.Float16)
            ?? candidates.LastOrDefault(candidate => CanStore(invocation.Pass, candidate)) ?? candidates[0];

        Implementation? Reading(NumericsClass of)
            => candidates.LastOrDefault(candidate => candidate.Suits == DeviceKind.Hardware && candidate.Numerics == of);
    }

    /// <summary>Whether an implementation has a variant that stores its result as rows.</summary>
    internal static bool CanStore(Pass pass, Implementation implementation)
        => pass.Implementations.Any(other => other.Like == implementation.Name && other.StoresResult);

    /// <summary>The declared samples of an op whose results can be stored so; none where the device has no matrix units.</summary>
    /// <param name="op">The op.</param>
    /// <param name="device">The device to check.</param>
    public static IEnumerable<OpSample> SamplesOf(OpInfo op, DeviceProperties device)
        => op.HasGradient && device.RunsMatrixKernels && op.Passes.Any(pass => pass.Implementations.Any(i => i.StoresResult))
            ? OpCatalog.SamplesOf(op)
            : [];

    /// <summary>Runs the check on one sample: a result for each class of rounding, or none where nothing is stored as rows.</summary>
    /// <param name="sample">The op and its input shapes.</param>
    /// <param name="device">The device to check.</param>
    /// <param name="createSession">Creates a session on it.</param>
    public static IEnumerable<CheckResult> Run(OpSample sample, DeviceProperties device, SessionFactory createSession)
    {
        Graph.Graph graph = Between(sample);
        foreach (NumericsClass numerics in Enum.GetValues<NumericsClass>().Where(numerics => numerics.IsOf16Bits()))
        {
            PlanOptions storing = new()
            {
                GuardBytes = Guard,
                Choose = (invocation, candidates) => Chosen(invocation, candidates, numerics),
            };
            if (!Planner.Plan(graph, device, storing).Dispatches.Any(StoresRows))
                continue;
            (uint[] expected, _) = Compute(graph, createSession, storing with { StoreRows = false });
            (uint[] actual, string? stray) = Compute(graph, createSession, storing);
            int different = actual.Zip(expected).Count(words => words.First != words.Second);
            string? failure = stray ?? (different > 0 ? $"{different} gradients have other bits than where rows are packed" : null);
            yield return new CheckResult(
                $"{sample} (stored as rows, {numerics})", failure is null ? 0 : double.PositiveInfinity, failure ?? "");
        }
    }

    private static bool StoresRows(PlannedDispatch dispatch)
        => dispatch.Dispatch.Kernel.Buffers.Any(buffer => buffer.Name == Conv2d.ResultRows.BufferName);

    /// <summary>
    /// The op, as a node of its own name, between convolutions that keep the size, one before each of its inputs and one behind its output.
    /// </summary>
    internal static Graph.Graph Between(OpSample sample)
    {
        Graph.Graph graph = new();
        OpInfo info = sample.Op.Info;
        Value[] given = [.. info.Given.Select((role, index) =>
        {
            Shape shape = sample.Inputs[index];
            Value input = graph.Input($"{role.BufferName}.input", new Shape(shape.N, 2, shape.H, shape.W));
            return graph.Add($"before.{role.BufferName}", new Conv2d(shape.C, Padding: 1), input).Output;
        })];
        Value output = graph.Add(info.Name, sample.Op, given).Output;
        Value last = graph.Add("behind", new Conv2d(OutChannels: 3, Padding: 1), output).Output;
        graph.AppendBackward(last);
        return graph;
    }

    /// <summary>The bits of all gradients of parameters.</summary>
    private static (uint[] Gradients, string? Stray) Compute(Graph.Graph graph, SessionFactory createSession, PlanOptions options)
    {
        using Session session = createSession(graph, options);
        session.Initialize(graph);
        foreach (Value value in graph.Values.Where(value => value.Whole is null && value.Kind is ValueKind.Input or ValueKind.Parameter))
        {
            var random = new RandomStream(Seed, (uint)value.Id);
            float scale = value.Kind == ValueKind.Parameter ? Scale : 1;
            session.Write(value, [.. Enumerable.Range(0, (int)value.Shape.Length).Select(i => scale * (float)random.Normal(i))]);
        }
        session.Run();
        uint[] gradients = new uint[graph.FlatGradients!.Shape.Length];
        session.Read(graph.FlatGradients, MemoryMarshal.Cast<uint, float>(gradients.AsSpan()));
        return (gradients, session.FindStrayWrite());
    }
}
