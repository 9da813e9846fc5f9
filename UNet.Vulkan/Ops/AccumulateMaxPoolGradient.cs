using System.Numerics;
using UNet.Shaders;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Ops.Declaration;

namespace UNet.Vulkan.Ops;

/// <summary>
/// The backward pass of <see cref="MaxPool2d"/> and the <see cref="AccumulateGradient"/> of what it gives in one: sum = sum + d_x,
/// where d_x is the gradient of each pooled pixel at the first maximum of its window and 0 elsewhere. Planning puts it in the
/// place of both where a skip connection's tensor is pooled as well.
/// </summary>
/// <param name="Rectify">Whether max(x, 0) was pooled: a <see cref="Relu"/> before the pool.</param>
[Op]
[NoGradient]
[Forward<AccumulateMaxPoolGradientForward>]
[Sample("x: 1x1x4x6; pooled_gradient: 1x1x2x3; sum: 1x1x4x6")]
[Sample("x: 2x3x7x9; pooled_gradient: 2x3x3x4; sum: 2x3x7x9")]
[Sample("x: 1x2x10x67; pooled_gradient: 1x2x5x33; sum: 1x2x10x67", "Rectify: Rectification.OnLoad")]
[Sample("x: 1x2x8x64; pooled_gradient: 1x2x4x32; sum: 1x2x8x64", "Rectify: Rectification.Stored")]
public sealed partial record AccumulateMaxPoolGradient(Rectification Rectify = Rectification.None)
{
    /// <summary>What was pooled [N,C,H,W].</summary>
    [Input] public static partial Role X { get; }

    /// <summary>Gradient to the pooled pixels [N,C,H/2,W/2], rounded down.</summary>
    [Input] public static partial Role PooledGradient { get; }

    /// <summary>The sum so far [N,C,H,W], updated in place.</summary>
    [State] public static partial Role Sum { get; }

    /// <inheritdoc/>
    public override float SampleElement(Role role, float normal) => role == X ? Rectify.SampleElement(normal) : normal;

    private partial void InferShapes(ref Shapes shapes)
    {
        Shape pooled = new MaxPool2d().InferShapes([shapes.X])[MaxPool2d.Y.Index];
        if (shapes.PooledGradient != pooled || shapes.Sum != shapes.X)
            throw new ArgumentException($"gradients {shapes.PooledGradient} of {shapes.X} cannot be added to {shapes.Sum}.");
    }

    private partial WorkgroupCount Grid(in Shapes shapes, in AccumulateMaxPoolGradientForward.Spec spec)
        => WorkgroupCount.Cover(
            shapes.PooledGradient.W, AccumulateMaxPoolGradientForward.Info.LocalSize.X, shapes.PooledGradient.H, spec.TileH,
            (long)shapes.X.N * shapes.X.C);

    private partial void ForwardReference<T>(in Tensors<T> tensors) where T : IFloatingPointIeee754<T>
    {
        (Tensor<T> x, Tensor<T> gradient, Tensor<T> sum) = (tensors.X, tensors.PooledGradient, tensors.Sum);
        for (int i = 0; i < gradient.Shape.Length; i++)
        {
            int maximum = MaxPool2d.FirstMaximum(x, i, gradient.Shape.H, gradient.Shape.W);
            if (Rectify == Rectification.None || x[maximum] > T.Zero)
                sum[maximum] += gradient[i];
        }
    }
}
