using System.Numerics;
using UNet.Vulkan.Ops.Declaration;

namespace UNet.Vulkan.Ops;

/// <summary>
/// A ReLU before an op, fused into it: how the op reads a tensor x of which max(x, 0) is meant. With either kind of fusion the
/// gradient that the op gives is that to the ReLU's own input, 0 where x is not positive; where the op rounds its factors to 16 bits, x
/// counts as it was rounded, so that a positive number below their range is 0 too. The numbers stand in the kernels.
/// </summary>
public enum Rectification
{
    /// <summary>There is no ReLU: x is meant.</summary>
    None = 0,

    /// <summary>x is the ReLU's input, and rectified as it is loaded.</summary>
    OnLoad = 1,

    /// <summary>
    /// x is rectified already: the op before it stored max(x, 0), which is positive exactly where the ReLU's input is.
    /// </summary>
    Stored = 2,
}

/// <summary>What a fused ReLU means, on the processor.</summary>
internal static class RectifiedTensor
{
    /// <summary>What an op reads: max(x, 0) in a new tensor, or x itself where nothing is to be rectified.</summary>
    public static Tensor<T> Rectified<T>(this Tensor<T> x, Rectification how) where T : IFloatingPointIeee754<T>
    {
        if (how != Rectification.OnLoad)
            return x;
        Tensor<T> rectified = new(x.Shape);
        x.Span.CopyTo(rectified.Span);
        rectified.Rectify(true);
        return rectified;
    }

    /// <summary>Turns an output y into max(y, 0), in place, where that is to be stored.</summary>
    public static void Rectify<T>(this Tensor<T> y, bool stored) where T : IFloatingPointIeee754<T>
    {
        for (int i = 0; stored && i < y.Shape.Length; i++)
            y[i] = T.Max(y[i], T.Zero);
    }

    /// <summary>Turns the gradient to max(x, 0) into that to x, in place: 0 where x is not positive.</summary>
    public static void MaskBy<T>(this Tensor<T> gradient, Tensor<T> x, Rectification how) where T : IFloatingPointIeee754<T>
    {
        for (int i = 0; how != Rectification.None && i < x.Shape.Length; i++)
            gradient[i] = x[i] > T.Zero ? gradient[i] : T.Zero;
    }

    /// <summary>A valid element of x for checks and benchmarks, made from a standard normal number.</summary>
    public static float SampleElement(this Rectification how, float normal) => how == Rectification.Stored ? Math.Max(normal, 0) : normal;
}
