using System.Buffers;
using UNet.Vulkan.Graph;

namespace UNet.Vulkan.Execution;

/// <summary>
/// A copy, within the session's memory, that is made before the schedule runs: the chosen image of the resident data set
/// into the slot that the schedule reads. Counted in elements; both values have the same element type.
/// </summary>
public readonly record struct SlotCopy(Value Source, long SourceStart, Value Destination, long DestinationStart, long Count);

/// <summary>
/// Executes one schedule again and again, on a Vulkan device or on the processor. A run reads fixed slots: values of kind
/// <see cref="ValueKind.Input"/>. One of them, the step slot, takes a few words that change from run to run (step number,
/// learning rate, seeds).
/// </summary>
/// <remarks>
/// Use: <see cref="Write(Value, ReadOnlySpan{float}, long)"/> parameters and data; then <see cref="Submit"/> up to
/// <see cref="MaxInFlight"/> runs ahead of <see cref="Complete"/>. Reads and writes wait for all submitted runs.
/// Nothing is allocated by <see cref="Submit"/> and <see cref="Complete"/> on a Vulkan device.
/// Sessions are not thread-safe.
/// </remarks>
public abstract class Session : IDisposable
{
    /// <summary>Name of the device, for messages.</summary>
    public abstract string DeviceName { get; }

    /// <summary>Runs that may be submitted before the oldest is completed; at least 1.</summary>
    public abstract int MaxInFlight { get; }

    /// <summary>Time in which runs were in flight: an upper bound of what the schedule itself took.</summary>
    public TimeSpan Busy { get; protected set; }

    /// <summary>Whether all memory was zero when the session was made.</summary>
    internal virtual bool IsZeroed => false;

    /// <summary>Whether a value holds already what it is to begin with.</summary>
    internal virtual bool Holds(Value value) => false;

    /// <summary>Copies elements into a kept value, from element <paramref name="start"/> on.</summary>
    /// <exception cref="ArgumentException">The value is not kept, not in the schedule, not of that type, or too small.</exception>
    public abstract void Write(Value value, ReadOnlySpan<float> elements, long start = 0);

    /// <inheritdoc cref="Write(Value, ReadOnlySpan{float}, long)"/>
    public abstract void Write(Value value, ReadOnlySpan<uint> elements, long start = 0);

    /// <summary>
    /// Has all elements of a kept Float32 value written, piece by piece: where the processor shares the device's memory, to their place
    /// there, so that nothing is copied and no memory taken for it.
    /// </summary>
    /// <param name="value">The value.</param>
    /// <param name="write">
    /// Fills a span, whose content means nothing, with the elements from a given one on. Several threads may call it at a time, each for
    /// other elements. What it throws leaves the value half written.
    /// </param>
    /// <inheritdoc cref="Write(Value, ReadOnlySpan{float}, long)" path="/exception"/>
    public virtual void Write(Value value, SpanAction<float, long> write)
    {
        const int PieceElements = 1 << 20;
        float[] piece = new float[Math.Min(PieceElements, value.Shape.Length)];
        for (long start = 0; start < value.Shape.Length; start += piece.Length)
        {
            Span<float> elements = piece.AsSpan(0, (int)Math.Min(piece.Length, value.Shape.Length - start));
            write(elements, start);
            Write(value, elements, start);
        }
    }

    /// <summary>Copies elements out of a kept value.</summary>
    /// <inheritdoc cref="Write(Value, ReadOnlySpan{float}, long)" path="/exception"/>
    public abstract void Read(Value value, Span<float> elements, long start = 0);

    /// <inheritdoc cref="Read(Value, Span{float}, long)"/>
    public abstract void Read(Value value, Span<uint> elements, long start = 0);

    /// <summary>Starts a run: makes the copies, fills the step slot, then executes the schedule.</summary>
    /// <param name="step">Words of the step slot; may be shorter than the slot, or empty where there is none.</param>
    /// <param name="copies">Copies to make first, in this order.</param>
    /// <exception cref="ArgumentException">There are more words than the step slot has, or a copy does not fit.</exception>
    /// <exception cref="InvalidOperationException"><see cref="MaxInFlight"/> runs are already in flight.</exception>
    public abstract void Submit(ReadOnlySpan<uint> step, ReadOnlySpan<SlotCopy> copies);

    /// <summary>Waits for the oldest submitted run and copies out the values that the session was told to report.</summary>
    /// <param name="report">Takes the reported values one after the other, as Float32; may be empty.</param>
    /// <exception cref="ArgumentException">The span is neither empty nor large enough.</exception>
    /// <exception cref="InvalidOperationException">No run is in flight.</exception>
    public abstract void Complete(Span<float> report);

    /// <summary>
    /// Looks for a write outside every value. Needs memory that was filled with a known pattern when the session was
    /// created; a session without one sees nothing.
    /// </summary>
    /// <returns>Where the first stray byte is, or null.</returns>
    public virtual string? FindStrayWrite() => null;

    /// <summary>One run from start to end.</summary>
    public void Run(ReadOnlySpan<uint> step = default, ReadOnlySpan<SlotCopy> copies = default, Span<float> report = default)
    {
        Submit(step, copies);
        Complete(report);
    }

    /// <summary>All elements of a kept Float32 value.</summary>
    public float[] ReadAll(Value value)
    {
        float[] elements = new float[value.Shape.Length];
        Read(value, elements);
        return elements;
    }

    /// <inheritdoc/>
    public abstract void Dispose();

    /// <summary>Refuses to read or write what may not be.</summary>
    private protected static void Require(Value value, ElementType element, long start, long count)
    {
        if (value.Element != element)
            throw new ArgumentException($"The value '{value.Name}' has elements of type {value.Element}, not {element}.", nameof(value));
        if (!value.IsKept)
        {
            throw new ArgumentException(
                $"The value '{value.Name}' is not kept, so that its memory may hold another by now; set Keep before planning.",
                nameof(value));
        }
        RequireElements(value, start, count);
    }

    /// <summary>Refuses elements that a value does not have.</summary>
    private protected static void RequireElements(Value value, long start, long count)
    {
        if (start < 0 || count < 0 || start > value.Shape.Length - count)
        {
            throw new ArgumentException(
                $"Elements {start} to {start + count - 1} lie outside of the value '{value.Name}' of {value.Shape.Length} elements.",
                nameof(value));
        }
    }

    /// <summary>Refuses a copy between values of different types, or of no element.</summary>
    private protected static void Require(in SlotCopy copy)
    {
        if (copy.Source.Element != copy.Destination.Element)
        {
            throw new ArgumentException(
                $"A copy from '{copy.Source.Name}' ({copy.Source.Element}) to '{copy.Destination.Name}' ({copy.Destination.Element}) would "
                + "change the type.", nameof(copy));
        }
        if (copy.Count <= 0)
            throw new ArgumentException(
                $"A copy from '{copy.Source.Name}' to '{copy.Destination.Name}' has {copy.Count} elements.", nameof(copy));
    }

    /// <summary>Refuses more words than the step slot has.</summary>
    private protected static void RequireStep(ReadOnlySpan<uint> step, long words)
    {
        if (step.Length > words)
            throw new ArgumentException($"The step slot has {words} words, and {step.Length} were given.", nameof(step));
    }

    /// <summary>Refuses a span that has room for some of a report, but not for all.</summary>
    private protected static void RequireRoom(Span<float> report, int reported)
    {
        if (!report.IsEmpty && report.Length < reported)
            throw new ArgumentException($"A run reports {reported} elements, and there is room for {report.Length}.", nameof(report));
    }
}
