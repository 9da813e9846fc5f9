using System.Numerics;
using UNet.Shaders;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Ops.Declaration;

namespace UNet.Vulkan.Ops;

/// <summary>
/// Clipping by the global gradient norm (Pascanu et al. 2013) of gradients that the loss scale has multiplied:
/// norm = √square_sum / loss_scale, scale = min(1, maximum / norm) / loss_scale.
/// A norm that is not finite gives scale 0, at which <see cref="Sgd"/> leaves everything as it is.
/// </summary>
/// <param name="MaximumNorm">Largest norm; 0 for no clipping.</param>
[Op]
[NoGradient]
[Forward<ClipScaleForward>]
[Sample("square_sum: 1; loss_scale: 1", "MaximumNorm: 0.5f")]
[Sample("square_sum: 1; loss_scale: 1", "MaximumNorm: 1000")]
[Sample("square_sum: 1; loss_scale: 1", "MaximumNorm: 0")]
public sealed partial record ClipScale(float MaximumNorm)
{
    /// <summary>Sum of the squares of all gradients [1].</summary>
    [Input] public static partial Role SquareSum { get; }

    /// <summary>Factor of the loss, and so of all gradients [1]; see <see cref="LossScaling"/>.</summary>
    [Input] public static partial Role LossScale { get; }

    /// <summary>Their norm, without that factor [1].</summary>
    [Output] public static partial Role Norm { get; }

    /// <summary>Factor of the gradients [1].</summary>
    [Output] public static partial Role Scale { get; }

    private partial void InferShapes(ref Shapes shapes)
    {
        if (shapes.SquareSum.Length != 1)
            throw new ArgumentException("there is one sum of squares.");
        shapes.Norm = shapes.Scale = new Shape(1);
    }

    /// <inheritdoc/>
    public override float SampleElement(Role role, float normal) => role == LossScale ? 1024 : Math.Abs(normal);

    private partial WorkgroupCount Grid(in Shapes shapes, in ClipScaleForward.Spec spec) => new(1);

    private partial void ForwardReference<T>(in Tensors<T> tensors) where T : IFloatingPointIeee754<T>
    {
        T norm = T.Sqrt(tensors.SquareSum[0]) / tensors.LossScale[0];
        T maximum = T.CreateChecked(MaximumNorm);
        tensors.Norm[0] = norm;
        tensors.Scale[0] = !T.IsFinite(norm) ? T.Zero
            : (maximum > T.Zero && norm > maximum ? maximum / norm : T.One) / tensors.LossScale[0];
    }
}
