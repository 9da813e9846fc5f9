using System.Numerics;
using UNet.Vulkan.Ops.Declaration;

namespace UNet.Vulkan.Ops;

public sealed partial record CropConcat
{
    private partial void ForwardReference<T>(in Tensors<T> tensors) where T : IFloatingPointIeee754<T>
        => Concatenate(tensors.Skip, tensors.Upsampled).Span.CopyTo(tensors.Y.Span);

    private partial void BackwardReference<T>(in Tensors<T> tensors) where T : IFloatingPointIeee754<T>
    {
        if (tensors.WantsDSkip)
            BackwardSkip(tensors.DY, tensors.Skip, tensors.DSkip);
        if (tensors.WantsDUpsampled)
            BackwardUpsampled(tensors.DY, tensors.Upsampled, tensors.DUpsampled);
    }

    /// <summary>The concatenation as a new tensor.</summary>
    internal Tensor<T> Concatenate<T>(Tensor<T> skip, Tensor<T> upsampled) where T : IFloatingPointIeee754<T>
    {
        (skip, upsampled) = (skip.Rectified(RectifySkip), upsampled.Rectified(RectifyUpsampled));
        Tensor<T> y = new(new Graph.Shape(upsampled.Shape.N, skip.Shape.C + upsampled.Shape.C, upsampled.Shape.H, upsampled.Shape.W));
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
        return y;
    }

    /// <summary>The gradient to the skip connection: that to its crop, and 0 around it.</summary>
    internal void BackwardSkip<T>(Tensor<T> dY, Tensor<T> skip, Tensor<T> dSkip) where T : IFloatingPointIeee754<T>
    {
        dSkip.Span.Clear();
        (int top, int left) = ((dSkip.Shape.H - dY.Shape.H) / 2, (dSkip.Shape.W - dY.Shape.W) / 2);
        Copy(dY, FirstChannels(dSkip.Shape.C, dY.Shape.C - dSkip.Shape.C).Skip, dSkip, top, left);
        dSkip.MaskBy(skip, RectifySkip);
    }

    /// <summary>The gradient to the upsampled tensor.</summary>
    internal void BackwardUpsampled<T>(Tensor<T> dY, Tensor<T> upsampled, Tensor<T> dUpsampled) where T : IFloatingPointIeee754<T>
    {
        Copy(dY, FirstChannels(dY.Shape.C - dUpsampled.Shape.C, dUpsampled.Shape.C).Upsampled, dUpsampled, 0, 0);
        dUpsampled.MaskBy(upsampled, RectifyUpsampled);
    }

    /// <summary>Where the channels of each part begin in y.</summary>
    private (int Skip, int Upsampled) FirstChannels(int skipChannels, int upsampledChannels)
        => UpsampledFirst ? (upsampledChannels, 0) : (0, skipChannels);

    private static void Copy<T>(Tensor<T> dY, int firstChannel, Tensor<T> destination, int top, int left)
    {
        for (int n = 0; n < dY.Shape.N; n++)
        {
            for (int c = 0; c < destination.Shape.C; c++)
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
