using System.Numerics;
using UNet.Vulkan.Ops.Declaration;

namespace UNet.Vulkan.Ops;

public sealed partial record CropConcatConv2d
{
    private partial void ForwardReference<T>(in Tensors<T> tensors) where T : IFloatingPointIeee754<T>
        => Convolution.Convolve(Concatenation.Concatenate(tensors.Skip, tensors.Upsampled), tensors.Weight, tensors.Bias, tensors.Y);

    private partial void BackwardReference<T>(in Tensors<T> tensors) where T : IFloatingPointIeee754<T>
    {
        if (tensors.WantsDSkip || tensors.WantsDUpsampled)
        {
            Tensor<T> dX = new(new Graph.Shape(
                tensors.DY.Shape.N, tensors.Weight.Shape.C, tensors.Upsampled.Shape.H, tensors.Upsampled.Shape.W));
            Convolution.BackwardInput(tensors.Weight, tensors.DY, dX);
            if (tensors.WantsDSkip)
                Concatenation.BackwardSkip(dX, tensors.Skip, tensors.DSkip);
            if (tensors.WantsDUpsampled)
                Concatenation.BackwardUpsampled(dX, tensors.Upsampled, tensors.DUpsampled);
        }
        if (tensors.WantsDWeight)
            Convolution.BackwardWeight(Concatenation.Concatenate(tensors.Skip, tensors.Upsampled), tensors.DY, tensors.DWeight);
        if (tensors.WantsDBias)
            BiasGradient.Reference(tensors.DY, tensors.DBias);
    }
}
