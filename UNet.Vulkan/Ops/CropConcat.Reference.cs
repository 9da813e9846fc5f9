using System.Numerics;
using UNet.Vulkan.Ops.Declaration;

namespace UNet.Vulkan.Ops;

public sealed partial record CropConcat
{
    private partial void ForwardReference<T>(in Tensors<T> tensors) where T : IFloatingPointIeee754<T>
    {
        (Tensor<T> skip, Tensor<T> upsampled, Tensor<T> y) = (tensors.Skip, tensors.Upsampled, tensors.Y);
        (int top, int left) = ((skip.Shape.H - y.Shape.H) / 2, (skip.Shape.W - y.Shape.W) / 2);
        for (int n = 0; n < y.Shape.N; n++)
        {
            for (int c = 0; c < y.Shape.C; c++)
            {
                for (int p = 0; p < y.Shape.H; p++)
                {
                    for (int q = 0; q < y.Shape.W; q++)
                        y[n, c, p, q] = c < skip.Shape.C ? skip[n, c, p + top, q + left] : upsampled[n, c - skip.Shape.C, p, q];
                }
            }
        }
    }

    private partial void BackwardReference<T>(in Tensors<T> tensors) where T : IFloatingPointIeee754<T>
    {
        Tensor<T> dY = tensors.DY;
        if (tensors.WantsDSkip)
        {
            Tensor<T> dSkip = tensors.DSkip;
            dSkip.Span.Clear();
            (int top, int left) = ((dSkip.Shape.H - dY.Shape.H) / 2, (dSkip.Shape.W - dY.Shape.W) / 2);
            Copy(dY, 0, dSkip, top, left, dSkip.Shape.C);
        }
        if (tensors.WantsDUpsampled)
            Copy(dY, dY.Shape.C - tensors.DUpsampled.Shape.C, tensors.DUpsampled, 0, 0, tensors.DUpsampled.Shape.C);
    }

    private static void Copy<T>(Tensor<T> dY, int firstChannel, Tensor<T> destination, int top, int left, int channels)
    {
        for (int n = 0; n < dY.Shape.N; n++)
        {
            for (int c = 0; c < channels; c++)
            {
                for (int p = 0; p < dY.Shape.H; p++)
                {
                    for (int q = 0; q < dY.Shape.W; q++)
                        destination[n, c, p + top, q + left] = dY[n, firstChannel + c, p, q];
                }
            }
        }
    }
}
