using System.Numerics;
using UNet.Vulkan.Ops.Declaration;

namespace UNet.Vulkan.Ops;

/// <summary>A ReLU fused into the op that reads it, on the processor: see <see cref="Op.Rectified"/>.</summary>
internal static class Rectification
{
    /// <summary>What an op reads: max(x, 0) in a new tensor, or x itself where nothing is to be rectified.</summary>
    public static Tensor<T> Apply<T>(Tensor<T> x, bool rectify) where T : IFloatingPointIeee754<T>
    {
        if (!rectify)
            return x;
        Tensor<T> rectified = new(x.Shape);
        for (int i = 0; i < x.Shape.Length; i++)
            rectified[i] = T.Max(x[i], T.Zero);
        return rectified;
    }

    /// <summary>Turns the gradient to max(x, 0) into that to x: 0 where x is not positive.</summary>
    public static void Mask<T>(Tensor<T> gradient, Tensor<T> x, bool rectify) where T : IFloatingPointIeee754<T>
    {
        if (!rectify)
            return;
        for (int i = 0; i < x.Shape.Length; i++)
            gradient[i] = x[i] > T.Zero ? gradient[i] : T.Zero;
    }
}
