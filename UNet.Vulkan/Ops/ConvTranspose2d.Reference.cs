using System.Numerics;
using UNet.Vulkan.Ops.Declaration;

namespace UNet.Vulkan.Ops;

public sealed partial record ConvTranspose2d
{
    private partial void ForwardReference<T>(in Tensors<T> tensors) where T : IFloatingPointIeee754<T>
    {
        (Tensor<T> x, Tensor<T> weight, Tensor<T> bias, Tensor<T> y)
            = (tensors.X.Rectified(Rectify), tensors.Weight, tensors.Bias, tensors.Y);
        Parallel.For(0, y.Shape.N * y.Shape.C, plane =>
        {
            (int n, int k) = (plane / y.Shape.C, plane % y.Shape.C);
            for (int row = 0; row < y.Shape.H; row++)
            {
                for (int column = 0; column < y.Shape.W; column++)
                {
                    T sum = bias[k];
                    for (int c = 0; c < x.Shape.C; c++)
                        sum += weight[c, k, row % 2, column % 2] * x[n, c, row / 2, column / 2];
                    y[n, k, row, column] = sum;
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

    private static void BackwardInput<T>(Tensor<T> weight, Tensor<T> dY, Tensor<T> dX) where T : IFloatingPointIeee754<T>
        => Parallel.For(0, dX.Shape.N * dX.Shape.C, plane =>
        {
            (int n, int c) = (plane / dX.Shape.C, plane % dX.Shape.C);
            for (int p = 0; p < dX.Shape.H; p++)
            {
                for (int q = 0; q < dX.Shape.W; q++)
                {
                    T sum = T.Zero;
                    for (int k = 0; k < dY.Shape.C; k++)
                    {
                        for (int tap = 0; tap < 4; tap++)
                            sum += weight[c, k, tap / 2, tap % 2] * dY[n, k, 2 * p + tap / 2, 2 * q + tap % 2];
                    }
                    dX[n, c, p, q] = sum;
                }
            }
        });

    private static void BackwardWeight<T>(Tensor<T> x, Tensor<T> dY, Tensor<T> dWeight) where T : IFloatingPointIeee754<T>
        => Parallel.For(0, dWeight.Shape.N * dWeight.Shape.C, pair =>
        {
            (int c, int k) = (pair / dWeight.Shape.C, pair % dWeight.Shape.C);
            for (int tap = 0; tap < 4; tap++)
            {
                T total = T.Zero;
                for (int n = 0; n < x.Shape.N; n++)
                {
                    for (int p = 0; p < x.Shape.H; p++)
                    {
                        // Summed row by row, so that rounding does not grow with the whole image.
                        T row = T.Zero;
                        for (int q = 0; q < x.Shape.W; q++)
                            row += x[n, c, p, q] * dY[n, k, 2 * p + tap / 2, 2 * q + tap % 2];
                        total += row;
                    }
                }
                dWeight[c, k, tap / 2, tap % 2] = total;
            }
        });
}
