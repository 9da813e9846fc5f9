using System.Numerics;
using UNet.Vulkan.Ops.Declaration;

namespace UNet.Vulkan.Ops;

public sealed partial record Conv2d
{
    private partial void ForwardReference<T>(in Tensors<T> tensors) where T : IFloatingPointIeee754<T>
        => Convolve(tensors.X.Rectified(Rectify), tensors.Weight, tensors.Bias, tensors.Y);

    /// <summary>y from x, which is rectified where it has to be.</summary>
    internal void Convolve<T>(Tensor<T> x, Tensor<T> weight, Tensor<T> bias, Tensor<T> y) where T : IFloatingPointIeee754<T>
    {
        int padding = Padding;
        int kernel = Kernel;
        Parallel.For(0, y.Shape.N * y.Shape.C, plane =>
        {
            (int n, int k) = (plane / y.Shape.C, plane % y.Shape.C);
            for (int p = 0; p < y.Shape.H; p++)
            {
                for (int q = 0; q < y.Shape.W; q++)
                {
                    T sum = bias[k];
                    for (int c = 0; c < x.Shape.C; c++)
                    {
                        for (int r = 0; r < kernel; r++)
                        {
                            for (int s = 0; s < kernel; s++)
                            {
                                (int h, int w) = (p + r - padding, q + s - padding);
                                if (h >= 0 && h < x.Shape.H && w >= 0 && w < x.Shape.W)
                                    sum += weight[k, c, r, s] * x[n, c, h, w];
                            }
                        }
                    }
                    y[n, k, p, q] = sum;
                }
            }
        });
        y.Rectify(RectifyOutput);
    }

    private partial void BackwardReference<T>(in Tensors<T> tensors) where T : IFloatingPointIeee754<T>
    {
        if (tensors.WantsDX)
        {
            BackwardInput(tensors.Weight, tensors.DY, tensors.DX);
            tensors.DX.MaskBy(tensors.X, Rectify);
        }
        if (tensors.WantsDWeight)
            BackwardWeight(tensors.X.Rectified(Rectify), tensors.DY, tensors.DWeight);
        if (tensors.WantsDBias)
            BiasGradient.Reference(tensors.DY, tensors.DBias);
    }

    /// <summary>The gradient to x.</summary>
    internal void BackwardInput<T>(Tensor<T> weight, Tensor<T> dY, Tensor<T> dX) where T : IFloatingPointIeee754<T>
    {
        (int padding, int kernel) = (Padding, Kernel);
        Parallel.For(0, dX.Shape.N * dX.Shape.C, plane =>
        {
            (int n, int c) = (plane / dX.Shape.C, plane % dX.Shape.C);
            for (int h = 0; h < dX.Shape.H; h++)
            {
                for (int w = 0; w < dX.Shape.W; w++)
                {
                    T sum = T.Zero;
                    for (int k = 0; k < dY.Shape.C; k++)
                    {
                        for (int r = 0; r < kernel; r++)
                        {
                            for (int s = 0; s < kernel; s++)
                            {
                                (int p, int q) = (h + padding - r, w + padding - s);
                                if (p >= 0 && p < dY.Shape.H && q >= 0 && q < dY.Shape.W)
                                    sum += weight[k, c, r, s] * dY[n, k, p, q];
                            }
                        }
                    }
                    dX[n, c, h, w] = sum;
                }
            }
        });
    }

    /// <summary>The gradient to the weight, from x as it was convolved.</summary>
    internal void BackwardWeight<T>(Tensor<T> x, Tensor<T> dY, Tensor<T> dWeight) where T : IFloatingPointIeee754<T>
    {
        (int padding, int kernel) = (Padding, Kernel);
        Parallel.For(0, dWeight.Shape.N * dWeight.Shape.C, pair =>
        {
            (int k, int c) = (pair / dWeight.Shape.C, pair % dWeight.Shape.C);
            for (int r = 0; r < kernel; r++)
            {
                for (int s = 0; s < kernel; s++)
                {
                    T total = T.Zero;
                    for (int n = 0; n < dY.Shape.N; n++)
                    {
                        for (int p = Math.Max(0, padding - r); p < Math.Min(dY.Shape.H, x.Shape.H + padding - r); p++)
                        {
                            // Summed row by row, so that rounding does not grow with the whole image.
                            T row = T.Zero;
                            for (int q = Math.Max(0, padding - s); q < Math.Min(dY.Shape.W, x.Shape.W + padding - s); q++)
                                row += dY[n, k, p, q] * x[n, c, p + r - padding, q + s - padding];
                            total += row;
                        }
                    }
                    dWeight[k, c, r, s] = total;
                }
            }
        });
    }
}
