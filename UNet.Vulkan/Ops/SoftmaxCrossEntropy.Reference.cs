using System.Numerics;
using UNet.Vulkan.Ops.Declaration;

namespace UNet.Vulkan.Ops;

public sealed partial record SoftmaxCrossEntropy
{
    private partial void ForwardReference<T>(in Tensors<T> tensors) where T : IFloatingPointIeee754<T>
    {
        (Tensor<T> logits, Tensor<uint> target, Tensor<T> pixelWeight) = (tensors.Logits, tensors.Target, tensors.PixelWeight);
        (T loss, T weight) = (T.Zero, T.Zero);
        for (int n = 0; n < logits.Shape.N; n++)
        {
            for (int p = 0; p < logits.Shape.H; p++)
            {
                // Summed row by row, so that rounding does not grow with the whole image.
                (T rowLoss, T rowWeight) = (T.Zero, T.Zero);
                for (int q = 0; q < logits.Shape.W; q++)
                {
                    T w = pixelWeight[n, 0, p, q];
                    if (T.IsZero(w))
                        continue;
                    (T largest, T sum) = Softmax.Normalizer(logits, n, p, q);
                    rowLoss += w * (T.Log(sum) + largest - logits[n, (int)target[n, 0, p, q], p, q]);
                    rowWeight += w;
                }
                loss += rowLoss;
                weight += rowWeight;
            }
        }
        (tensors.Sums[0], tensors.Sums[1]) = (loss, weight);
        tensors.Loss[0] = weight > T.Zero ? loss / weight : T.Zero;
    }

    private partial void BackwardReference<T>(in Tensors<T> tensors) where T : IFloatingPointIeee754<T>
    {
        (Tensor<T> logits, Tensor<uint> target, Tensor<T> pixelWeight) = (tensors.Logits, tensors.Target, tensors.PixelWeight);
        (Tensor<T> dLogits, T dLoss, T total) = (tensors.DLogits, tensors.DLoss[0], tensors.Sums[1]);
        for (int n = 0; n < logits.Shape.N; n++)
        {
            for (int p = 0; p < logits.Shape.H; p++)
            {
                for (int q = 0; q < logits.Shape.W; q++)
                {
                    T w = pixelWeight[n, 0, p, q];
                    (T largest, T sum) = Softmax.Normalizer(logits, n, p, q);
                    for (int k = 0; k < logits.Shape.C; k++)
                    {
                        T probability = T.Exp(logits[n, k, p, q] - largest) / sum;
                        T isTarget = k == target[n, 0, p, q] ? T.One : T.Zero;
                        dLogits[n, k, p, q] = T.IsZero(w) ? T.Zero : dLoss * w / total * (probability - isTarget);
                    }
                }
            }
        }
    }
}
