using System.Numerics;
using UNet.Vulkan.Ops.Declaration;

namespace UNet.Vulkan.Ops;

public sealed partial record MaxPool2d
{
    private partial void ForwardReference<T>(in Tensors<T> tensors) where T : IFloatingPointIeee754<T>
    {
        (Tensor<T> x, Tensor<T> y) = (tensors.X.Rectified(Rectify), tensors.Y);
        for (int i = 0; i < y.Shape.Length; i++)
            y[i] = x[FirstMaximum(x, i, y.Shape.H, y.Shape.W)];
    }

    private partial void BackwardReference<T>(in Tensors<T> tensors) where T : IFloatingPointIeee754<T>
    {
        (Tensor<T> x, Tensor<T> dY, Tensor<T> dX) = (tensors.X, tensors.DY, tensors.DX);
        dX.Span.Clear();
        for (int i = 0; i < dY.Shape.Length; i++)
            dX[FirstMaximum(x, i, dY.Shape.H, dY.Shape.W)] = dY[i];
        dX.MaskBy(x, Rectify);
    }

    /// <summary>Index of the first maximum, in row-major order, of the window of output <paramref name="i"/>.</summary>
    internal static int FirstMaximum<T>(Tensor<T> x, int i, int height, int width) where T : IFloatingPointIeee754<T>
    {
        (int plane, int p, int q) = (i / (height * width), i / width % height, i % width);
        int first = (plane * x.Shape.H + 2 * p) * x.Shape.W + 2 * q;
        int largest = first;
        foreach (int other in (ReadOnlySpan<int>)[first + 1, first + x.Shape.W, first + x.Shape.W + 1])
        {
            if (x[other] > x[largest])
                largest = other;
        }
        return largest;
    }
}
