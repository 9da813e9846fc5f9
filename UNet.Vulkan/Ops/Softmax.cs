using UNet.Shaders;
using UNet.Vulkan.Ops.Declaration;

namespace UNet.Vulkan.Ops;

/// <summary>
/// Softmax over the channels of each pixel, for inference: probabilities[n,k,p] = exp(logits[n,k,p]) / Σ_j exp(logits[n,j,p]).
/// Training uses <see cref="SoftmaxCrossEntropy"/>, which contains it.
/// </summary>
[Op]
[NoGradient]
[Forward<SoftmaxForward>]
[Sample("logits: 1x1x3x3")]
[Sample("logits: 2x2x5x7")]
[Sample("logits: 1x5x9x8")]
public sealed partial record Softmax
{
    /// <summary>Logits [N,K,H,W].</summary>
    [Input] public static partial Role Logits { get; }

    /// <summary>Probabilities [N,K,H,W].</summary>
    [Output] public static partial Role Probabilities { get; }

    /// <inheritdoc/>
    public override bool RunsInPlace => true;

    private partial void InferShapes(ref Shapes shapes) => shapes.Probabilities = shapes.Logits;

    private partial WorkgroupCount Grid(in Shapes shapes, in SoftmaxForward.Spec spec)
        => WorkgroupCount.Linear(shapes.Logits.Length / shapes.Logits.C, SoftmaxForward.Info.LocalSize.X);
}
