using UNet.Vulkan.Graph;
using UNet.Vulkan.Ops.Declaration;

namespace UNet.Vulkan.Planning;

/// <summary>
/// Choices of a plan that change memory or speed. <see cref="Numerics"/> and <see cref="Choose"/> may change rounding; the others leave all
/// bits as they are, but for the two exceptions of <see cref="Fuse"/>.
/// </summary>
public sealed record PlanOptions
{
    /// <summary>
    /// Fuse what <see cref="Fusion"/> can, and leave out sums of one run (<see cref="SingleRuns"/>); the result has the same bits, but for
    /// gradients of numbers so small that rounding to 16 bits makes them 0 (<see cref="Ops.Rectification"/>), and the signs of zeros.
    /// </summary>
    public bool Fuse { get; init; } = true;

    /// <summary>Pack once what several passes of an op read packed (<see cref="SharedPacking"/>); the result has the same bits.</summary>
    public bool SharePacking { get; init; } = true;

    /// <summary>
    /// Store results that are only read packed as packed rows at once (<see cref="StoredRows"/>), and pack others as soon as nobody else
    /// reads them (<see cref="EarlyPacking"/>); the result has the same bits.
    /// </summary>
    public bool StoreRows { get; init; } = true;

    /// <summary>
    /// Pack parameters that no run writes once for all runs (<see cref="KeptPacking"/>), if that takes less memory than they do; the result
    /// has the same bits.
    /// </summary>
    public bool KeepPacked { get; init; } = true;

    /// <summary>Let activations, gradients and scratch whose lifetimes do not meet share memory.</summary>
    public bool Alias { get; init; } = true;

    /// <summary>
    /// On GPUs, let more run side by side: values of neighbouring invocations do not share memory where there is room without
    /// (<see cref="MemoryPlan"/>), and a dispatch may move up by a level (<see cref="BarrierPlan"/>). The result has the same bits.
    /// </summary>
    public bool Overlap { get; init; } = true;

    /// <summary>
    /// Compute activations again for the backward passes instead of keeping them, but for the checkpoints
    /// (<see cref="Graph.Value.IsCheckpoint"/>): less memory for more time, with the same bits.
    /// </summary>
    public bool Recompute { get; init; }

    /// <summary>Unused bytes before and after every range, for tests that look for writes out of bounds.</summary>
    public int GuardBytes { get; init; }

    /// <summary>How the plan rounds.</summary>
    public NumericsRule Numerics { get; init; } = NumericsRule.WinogradF43;

    /// <summary>
    /// Picks one of all implementations that can run on the invocation's shapes and the device, whatever they suit; null takes
    /// the last of <see cref="Planner.Candidates"/>, which is the most specialized. The first in the list is the plain one.
    /// </summary>
    public Func<Invocation, IReadOnlyList<Implementation>, Implementation>? Choose { get; init; }

    /// <summary>
    /// Picks one of the <see cref="Implementation.Tilings"/> of an invocation's implementation; null, or a function that gives null,
    /// leaves the tiles to the op's rule. Bits stay the same.
    /// </summary>
    public Func<Invocation, Implementation, Tiling?>? Tile { get; init; }

    /// <summary>A plan of plain implementations only.</summary>
    public static PlanOptions Plain { get; } = new() { Choose = (_, candidates) => candidates[0] };
}
