using System.Numerics;
using UNet.Vulkan.Ops.Declaration;

namespace UNet.Vulkan.Ops;

/// <summary>The gradient of a bias, which every output pixel of its channel shares: d_bias[k] = Σ_npq d_y[n,k,p,q].</summary>
internal static class BiasGradient
{
    /// <summary>Computes it on the processor.</summary>
    /// <param name="dY">Gradient of the output [N,K,H,W].</param>
    /// <param name="dBias">Receives the sums [K].</param>
    public static void Reference<T>(Tensor<T> dY, Tensor<T> dBias) where T : IFloatingPointIeee754<T>
    {
        for (int k = 0; k < dY.Shape.C; k++)
        {
            T total = T.Zero;
            for (int n = 0; n < dY.Shape.N; n++)
            {
                for (int p = 0; p < dY.Shape.H; p++)
                {
                    // Summed row by row, so that rounding does not grow with the whole image.
                    T row = T.Zero;
                    for (int q = 0; q < dY.Shape.W; q++)
                        row += dY[n, k, p, q];
                    total += row;
                }
            }
            dBias[k] = total;
        }
    }
}
