using UNet.Shaders;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Ops.Declaration;

namespace UNet.Vulkan.Ops;

/// <summary>
/// Pixel-wise softmax and cross-entropy with a weight for each pixel, averaged over the weights of the whole batch:
/// loss = Σ w · (log Σ_k exp(z_k) - z_t) / Σ w, with z the logits and t the class of a pixel.
/// A pixel of weight 0 is ignored, whatever its class; if all are, the loss and its gradients are 0.
/// </summary>
/// <remarks>The adjoint: d_z_k = d_loss · w / Σ w · (softmax(z)_k - [k = t]).</remarks>
[Op]
[Forward<SoftmaxCrossEntropyForward, SoftmaxCrossEntropyForwardSum>]
[Backward<SoftmaxCrossEntropyBackward>]
[Sample("logits: 1x2x3x5; target: 1x1x3x5; pixel_weight: 1x1x3x5")]
[Sample("logits: 2x3x9x7; target: 2x1x9x7; pixel_weight: 2x1x9x7")]
[Sample("logits: 1x2x37x61; target: 1x1x37x61; pixel_weight: 1x1x37x61")]
public sealed partial record SoftmaxCrossEntropy
{
    /// <summary>Logits [N,K,H,W].</summary>
    [Input] public static partial Role Logits { get; }

    /// <summary>Class of each pixel [N,1,H,W], below K; anything where the weight is 0.</summary>
    [Input(Element = ElementType.UInt32)] public static partial Role Target { get; }

    /// <summary>Weight of each pixel [N,1,H,W], not negative.</summary>
    [Input(Constant = true)] public static partial Role PixelWeight { get; }

    /// <summary>Loss [1].</summary>
    [Output] public static partial Role Loss { get; }

    /// <summary>Numerator and denominator of the loss [2].</summary>
    [Saved] public static partial Role Sums { get; }

    /// <summary>A pair of sums for each invocation of the first kernel.</summary>
    [Scratch(PerImage = true)] public static partial Role Partial { get; }

    private partial void InferShapes(ref Shapes shapes)
    {
        Shape pixels = new(shapes.Logits.N, 1, shapes.Logits.H, shapes.Logits.W);
        if (shapes.Target != pixels || shapes.PixelWeight != pixels)
            throw new ArgumentException(
                $"logits {shapes.Logits} need classes and weights {pixels}, not {shapes.Target} and {shapes.PixelWeight}.");
        shapes.Loss = new Shape(1);
        shapes.Sums = new Shape(2);
    }

    /// <inheritdoc/>
    /// <remarks>Some pixels are ignored.</remarks>
    public override float SampleElement(Role role, float normal) => role == PixelWeight ? Math.Max(0, normal + 1) : normal;

    private partial Shape PartialShape(in Shapes shapes)
        => new(checked((int)(2 * Grid(shapes, SoftmaxCrossEntropyForward.Spec.Default).Total
            * SoftmaxCrossEntropyForward.Info.LocalSize.X)));

    private partial WorkgroupCount Grid(in Shapes shapes, in SoftmaxCrossEntropyForward.Spec spec)
        => WorkgroupCount.Linear(shapes.Target.Length / shapes.Target.N, spec.TilePixels * SoftmaxCrossEntropyForward.Info.LocalSize.X)
            with { Z = (uint)shapes.Target.N };

    private partial WorkgroupCount Grid(in Shapes shapes, in SoftmaxCrossEntropyForwardSum.Spec spec) => new(1);

    private partial WorkgroupCount Grid(in Shapes shapes, in SoftmaxCrossEntropyBackward.Spec spec)
        => WorkgroupCount.Linear(shapes.Target.Length, SoftmaxCrossEntropyBackward.Info.LocalSize.X);
}
