using System.Diagnostics;
using System.Numerics;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Ops.Declaration;
using UNet.Vulkan.Planning;

namespace UNet.Vulkan.Execution;

/// <summary>
/// Executes a graph's schedule on the processor with the reference implementation of every op. Every value has memory
/// of its own and nothing is fused, so that it cannot share a mistake of planning with the device.
/// </summary>
/// <typeparam name="T">
/// Arithmetic of all Float32 values: <c>float</c> to compare with a device, <c>double</c> for finite differences.
/// </typeparam>
public sealed class ReferenceSession<T> : Session where T : IFloatingPointIeee754<T>
{
    private readonly Graph.Graph _graph;
    private readonly Value[] _reports;
    private readonly Dictionary<Value, T[]> _floats = [];
    private readonly Dictionary<Value, uint[]> _integers = [];
    private readonly Queue<float[]> _finished = new();

    /// <summary>Allocates all values, zero.</summary>
    /// <param name="graph">The graph; nothing is added to it any more.</param>
    /// <param name="reports">Values that <see cref="Session.Complete"/> copies out.</param>
    /// <exception cref="PlanException">A tensor has more elements than an array can.</exception>
    public ReferenceSession(Graph.Graph graph, params Value[] reports)
    {
        (_graph, _reports) = (graph, reports);
        // Before any of them takes memory.
        if (graph.Values.FirstOrDefault(value => OwnsMemory(value) && value.Shape.Length > Array.MaxLength) is { } tooLarge)
        {
            throw new PlanException($"The tensor {tooLarge} needs {tooLarge.SizeInBytes:N0} bytes, more than the "
                + $"{(long)Array.MaxLength * tooLarge.Element.SizeInBytes():N0} that one tensor on the processor may have; "
                + "use a smaller --tile, --batch or --width.");
        }

        foreach (Value value in graph.Values.Where(OwnsMemory))
        {
            if (value.Element is ElementType.Float32 or ElementType.Float16)
                _floats[value] = new T[value.Shape.Length];
            else
                _integers[value] = new uint[value.Shape.Length];
        }
    }

    /// <inheritdoc/>
    public override string DeviceName => "cpu (reference)";

    /// <inheritdoc/>
    internal override bool IsZeroed => true;

    /// <inheritdoc/>
    public override int MaxInFlight => 1;

    /// <summary>The tensor of a Float32 or Float16 value, kept or not, for reading and writing in full precision.</summary>
    /// <exception cref="ArgumentException">The value is not in the schedule, or of integers.</exception>
    public Tensor<T> Tensor(Value value) => OwnsMemory(value)
        ? new Tensor<T>(value.Shape, Find(_floats, value))
        : new Tensor<T>(value.Shape, Find(_floats, value.Whole!), checked((int)value.Start));

    /// <summary>The tensor of an integer value, kept or not.</summary>
    /// <exception cref="ArgumentException">The value is not in the schedule, or not of integers.</exception>
    public Tensor<uint> Integers(Value value) => new(value.Shape, Find(_integers, value));

    /// <inheritdoc/>
    public override void Write(Value value, ReadOnlySpan<float> elements, long start = 0)
    {
        Span<T> destination = Part(value, start, elements.Length);
        for (int i = 0; i < elements.Length; i++)
            destination[i] = T.CreateChecked(elements[i]);
    }

    /// <inheritdoc/>
    public override void Write(Value value, ReadOnlySpan<uint> elements, long start = 0)
        => elements.CopyTo(IntegerPart(value, start, elements.Length));

    /// <inheritdoc/>
    public override void Read(Value value, Span<float> elements, long start = 0)
    {
        Span<T> source = Part(value, start, elements.Length);
        for (int i = 0; i < elements.Length; i++)
            elements[i] = float.CreateTruncating(source[i]);
    }

    /// <inheritdoc/>
    public override void Read(Value value, Span<uint> elements, long start = 0)
        => IntegerPart(value, start, elements.Length).CopyTo(elements);

    /// <inheritdoc/>
    public override void Submit(ReadOnlySpan<uint> step, ReadOnlySpan<SlotCopy> copies)
    {
        if (_finished.Count == MaxInFlight)
            throw new InvalidOperationException("A run is in flight; complete it first.");
        RequireStep(step, _graph.StepSlot?.Shape.Length ?? 0);
        foreach (ref readonly SlotCopy copy in copies)
            Require(copy);
        long start = Stopwatch.GetTimestamp();
        foreach (SlotCopy copy in copies)
            Copy(copy);
        FillStepEntries(step);
        foreach (Invocation invocation in _graph.Invocations)
            Execute(invocation);
        Busy += Stopwatch.GetElapsedTime(start);
        _finished.Enqueue([.. _reports.SelectMany(ReadAll)]);
    }

    /// <inheritdoc/>
    public override void Complete(Span<float> report)
    {
        if (!_finished.TryPeek(out float[]? finished))
            throw new InvalidOperationException("No run is in flight: submit one first.");
        RequireRoom(report, finished.Length);
        if (!report.IsEmpty)
            finished.CopyTo(report);
        _finished.Dequeue();
    }

    /// <summary>Executes one invocation of the schedule on the values as they are.</summary>
    public void Execute(Invocation invocation)
    {
        var tensors = new InvocationTensors(this, invocation);
        if (invocation.Pass.IsForward)
            invocation.Node.Op.ForwardReference(tensors);
        else
            invocation.Node.Op.BackwardReference(tensors);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
    }

    // Entries of the step slot are stored by themselves, since some of them are floats in a slot of words.
    private bool OwnsMemory(Value value) => value.Whole is null || value.Whole == _graph.StepSlot;

    private void FillStepEntries(ReadOnlySpan<uint> step)
    {
        foreach (Value entry in _graph.Values.Where(value => value.Whole is not null && value.Whole == _graph.StepSlot))
        {
            for (int i = 0; i < entry.Shape.Length && entry.Start + i < step.Length; i++)
            {
                uint word = step[(int)entry.Start + i];
                if (entry.Element == ElementType.Float32)
                    _floats[entry][i] = T.CreateChecked(BitConverter.UInt32BitsToSingle(word));
                else
                    _integers[entry][i] = word;
            }
        }
    }

    private void Copy(SlotCopy copy)
    {
        if (copy.Source.Element is ElementType.Float32 or ElementType.Float16)
            CopyElements(Tensor(copy.Source).Span, Tensor(copy.Destination).Span, copy);
        else
            CopyElements(Integers(copy.Source).Span, Integers(copy.Destination).Span, copy);
    }

    private static void CopyElements<TElement>(Span<TElement> source, Span<TElement> destination, SlotCopy copy)
        => source.Slice((int)copy.SourceStart, (int)copy.Count).CopyTo(destination[(int)copy.DestinationStart..]);

    private Span<T> Part(Value value, long start, int count)
    {
        Require(value, ElementType.Float32, start, count);
        return Tensor(value).Span.Slice((int)start, count);
    }

    private Span<uint> IntegerPart(Value value, long start, int count)
    {
        Require(value, ElementType.UInt32, start, count);
        return Integers(value).Span.Slice((int)start, count);
    }

    private static TElement[] Find<TElement>(Dictionary<Value, TElement[]> tensors, Value value)
        => tensors.TryGetValue(value, out TElement[]? elements)
            ? elements
            : throw new ArgumentException($"The value '{value.Name}' is not in the session's schedule, or of another type.", nameof(value));

    private sealed class InvocationTensors(ReferenceSession<T> session, Invocation invocation) : IReferenceTensors<T>
    {
        public Tensor<T> Value(Role role) => session.Tensor(invocation.Node[role]);

        public Tensor<uint> Integers(Role role) => session.Integers(invocation.Node[role]);

        public Tensor<T> Gradient(Role role) => session.Tensor(invocation.Gradients[role.Index]!);

        public bool Wants(Role role) => invocation.Pass.Gradients.Contains(role);
    }
}
