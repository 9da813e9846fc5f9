using System.Collections.Immutable;
using UNet.Shaders;
using UNet.Vulkan.Graph;

namespace UNet.Vulkan.Planning;

/// <summary>One dispatch of a plan.</summary>
/// <param name="Dispatch">Kernel and arguments.</param>
/// <param name="Label">Node and pass, such as <c>encoder.0.conv1 forward</c>, for messages and timings.</param>
/// <param name="Operations">Floating-point operations, by which long work is cut into submissions.</param>
public sealed record PlannedDispatch(KernelDispatch Dispatch, string Label, long Operations);

/// <summary>
/// What a session executes: dispatches with exact byte ranges in numbered arenas, in an order that respects every
/// dependency, cut into levels. Dispatches of one level do not touch each other's data; between two levels stands one
/// memory barrier. Independent of Vulkan.
/// </summary>
/// <param name="ArenaSizes">Bytes of each arena. Each is one buffer and one allocation.</param>
/// <param name="Levels">The dispatches by level.</param>
/// <param name="Ranges">Where each value of the schedule lies.</param>
public sealed record ExecutionPlan(
    ImmutableArray<long> ArenaSizes,
    ImmutableArray<ImmutableArray<PlannedDispatch>> Levels,
    IReadOnlyDictionary<Value, BufferRange> Ranges)
{
    /// <summary>A plan with the report of its memory.</summary>
    public ExecutionPlan(MemoryPlan memory, ImmutableArray<ImmutableArray<PlannedDispatch>> levels)
        : this(memory.ArenaSizes, levels, memory.Ranges) => Memory = memory;

    /// <summary>What the values need before and after sharing memory; null for a plan made by hand.</summary>
    public MemoryPlan? Memory { get; }

    /// <summary>
    /// Dispatches by level that run before the first run, and again when one of <see cref="Prepared"/> was written from outside.
    /// </summary>
    public ImmutableArray<ImmutableArray<PlannedDispatch>> Preparation { get; init; } = [];

    /// <summary>The values, whole ones, on which what <see cref="Preparation"/> writes depends.</summary>
    public ImmutableHashSet<Value> Prepared { get; init; } = [];

    /// <summary>The plan of one invocation alone, by its <see cref="PlannedDispatch.Label"/>, in the same memory: for measuring.</summary>
    public ExecutionPlan Only(string label) => this with
    {
        Levels = [.. Levels.Select(level => level.RemoveAll(dispatch => dispatch.Label != label)).Where(level => !level.IsEmpty)],
    };

    /// <summary>All dispatches in order.</summary>
    public IEnumerable<PlannedDispatch> Dispatches => Levels.SelectMany(level => level);
}
