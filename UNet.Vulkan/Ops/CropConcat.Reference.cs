using System.Numerics;
using UNet.Vulkan.Ops.Declaration;

namespace UNet.Vulkan.Ops;

public sealed partial record CropConcat
{
    private partial void ForwardReference<T>(in Tensors<T> tensors) where T : IFloatingPointIeee754<T>
    {
        (Tensor<T> skip, Tensor<T> upsampled) = (tensors.Skip.Rectified(RectifySkip), tensors.Upsampled.Rectified(RectifyUpsampled));
        Tensor<T> y = tensors.Y;
        (int top, int left) = ((skip.Shape.H - y.Shape.H) / 2, (skip.Shape.W - y.Shape.W) / 2);
        (int firstSkip, int firstUpsampled) = FirstChannels(skip.Shape.C, upsampled.Shape.C);
        for (int n = 0; n < y.Shape.N; n++)
        {
            for (int c = 0; c < y.Shape.C; c++)
            {
                bool isSkip = c >= firstSkip && c < firstSkip + skip.Shape.C;
                for (int p = 0; p < y.Shape.H; p++)
                {
                    for (int q = 0; q < y.Shape.W; q++)
                        y[n, c, p, q] = isSkip ? skip[n, c - firstSkip, p + top, q + left] : upsampled[n, c - firstUpsampled, p, q];
                }
            }
        }
    }

    private partial void BackwardReference<T>(in Tensors<T> tensors) where T : IFloatingPointIeee754<T>
    {
        Tensor<T> dY = tensors.DY;
        (int firstSkip, int firstUpsampled) = FirstChannels(tensors.Skip.Shape.C, tensors.Upsampled.Shape.C);
        if (tensors.WantsDSkip)
        {
            Tensor<T> dSkip = tensors.DSkip;
            dSkip.Span.Clear();
            (int top, int left) = ((dSkip.Shape.H - dY.Shape.H) / 2, (dSkip.Shape.W - dY.Shape.W) / 2);
            Copy(dY, firstSkip, dSkip, top, left, dSkip.Shape.C);
            dSkip.MaskBy(tensors.Skip, RectifySkip);
        }
        if (tensors.WantsDUpsampled)
        {
            Copy(dY, firstUpsampled, tensors.DUpsampled, 0, 0, tensors.DUpsampled.Shape.C);
            tensors.DUpsampled.MaskBy(tensors.Upsampled, RectifyUpsampled);
        }
    }

    /// <summary>Where the channels of each part begin in y.</summary>
    private (int Skip, int Upsampled) FirstChannels(int skipChannels, int upsampledChannels)
        => UpsampledFirst ? (upsampledChannels, 0) : (0, skipChannels);

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
