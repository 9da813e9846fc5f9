using UNet.Shaders;
using UNet.Vulkan.Ops.Declaration;

namespace UNet.Vulkan.Ops;

/// <summary>
/// y = max(x, 0), element by element. Its derivative is 1 where x > 0 and 0 elsewhere, at x = 0 too; as y > 0 exactly
/// where x > 0, the backward pass needs y alone and x need not be kept.
/// </summary>
[Op]
[Forward<ReluForward>]
[Backward<ReluBackward>]
[Sample("x: 2x3x5x7")]
[Sample("x: 1x1x1x127")]
[Sample("x: 1x1x8x16")]
[Sample("x: 1x3x1x43")]
public sealed partial record Relu
{
    /// <summary>Input, of any shape.</summary>
    [Input] public static partial Role X { get; }

    /// <summary>Output, of the input's shape.</summary>
    [Output] public static partial Role Y { get; }

    /// <inheritdoc/>
    public override bool RunsInPlace => true;

    private partial void InferShapes(ref Shapes shapes) => shapes.Y = shapes.X;

    private partial WorkgroupCount Grid(in Shapes shapes, in ReluForward.Spec spec)
        => WorkgroupCount.Linear(shapes.X.Length, ReluForward.Info.LocalSize.X);

    private partial WorkgroupCount Grid(in Shapes shapes, in ReluBackward.Spec spec)
        => WorkgroupCount.Linear(shapes.X.Length, ReluBackward.Info.LocalSize.X);
}
