using System.Numerics;
using UNet.Vulkan.Ops.Declaration;

namespace UNet.Vulkan.Ops;

public sealed partial record Softmax
{
    private partial void ForwardReference<T>(in Tensors<T> tensors) where T : IFloatingPointIeee754<T>
    {
        (Tensor<T> logits, Tensor<T> probabilities) = (tensors.Logits, tensors.Probabilities);
        for (int n = 0; n < logits.Shape.N; n++)
        {
            for (int p = 0; p < logits.Shape.H; p++)
            {
                for (int q = 0; q < logits.Shape.W; q++)
                {
                    (T largest, T sum) = Normalizer(logits, n, p, q);
                    for (int k = 0; k < logits.Shape.C; k++)
                        probabilities[n, k, p, q] = T.Exp(logits[n, k, p, q] - largest) / sum;
                }
            }
        }
    }

    /// <summary>The largest logit m of a pixel, and Σ_k exp(logit_k - m): subtracting m keeps the exponentials finite.</summary>
    internal static (T Largest, T Sum) Normalizer<T>(Tensor<T> logits, int n, int p, int q) where T : IFloatingPointIeee754<T>
    {
        T largest = logits[n, 0, p, q];
        for (int k = 1; k < logits.Shape.C; k++)
            largest = T.Max(largest, logits[n, k, p, q]);
        T sum = T.Zero;
        for (int k = 0; k < logits.Shape.C; k++)
            sum += T.Exp(logits[n, k, p, q] - largest);
        return (largest, sum);
    }
}
