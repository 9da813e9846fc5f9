using UNet.Shaders;
using UNet.Vulkan.Ops.Declaration;

namespace UNet.Vulkan.Ops;

/// <summary>
/// Inverted dropout (Srivastava et al. 2014): y = x / (1 - probability) where an element is kept, else 0. An element is
/// kept iff the first word of Philox(key = (seed, stream), counter = (step, index)) is at least floor(probability · 2^32),
/// index being the row-major NCHW index in the whole batch: the decision does not depend on layout, tiling or device.
/// </summary>
/// <param name="Probability">Chance of an element to become 0; at least 0 and below 1.</param>
/// <param name="Seed">The user's seed.</param>
/// <param name="Stream">Number of the dropout layer among all random streams.</param>
[Op]
[Forward<DropoutForward>]
[Backward<DropoutBackward>]
[Sample("x: 2x3x5x7; step_number: 1", "Probability: 0.5f, Seed: 7, Stream: 1")]
[Sample("x: 1x1x9x15; step_number: 1", "Probability: 0.2f, Seed: 12345678901, Stream: 2")]
public sealed partial record Dropout(float Probability, ulong Seed, uint Stream)
{
    /// <summary>Input [N,C,H,W].</summary>
    [Input] public static partial Role X { get; }

    /// <summary>Training step [1].</summary>
    [Input(Element = Graph.ElementType.UInt32)] public static partial Role StepNumber { get; }

    /// <summary>Output, of the input's shape.</summary>
    [Output] public static partial Role Y { get; }

    /// <summary>Smallest random word at which an element is kept.</summary>
    public uint Threshold { get; } = Probability is >= 0 and < 1
        ? (uint)(Probability * 4294967296.0)
        : throw new ArgumentOutOfRangeException(nameof(Probability), Probability, "A dropout probability is at least 0 and below 1.");

    /// <summary>Factor of a kept element.</summary>
    public float Scale => 1 / (1 - Probability);

    private uint KeyLow => (uint)Seed;

    private uint KeyHigh => (uint)(Seed >> 32) ^ Stream;

    /// <inheritdoc/>
    public override bool RunsInPlace => true;

    private partial void InferShapes(ref Shapes shapes) => shapes.Y = shapes.X;

    private partial WorkgroupCount Grid(in Shapes shapes, in DropoutForward.Spec spec)
        => WorkgroupCount.Linear(shapes.X.Length, DropoutForward.Info.LocalSize.X);

    private partial WorkgroupCount Grid(in Shapes shapes, in DropoutBackward.Spec spec)
        => WorkgroupCount.Linear(shapes.X.Length, DropoutBackward.Info.LocalSize.X);
}
