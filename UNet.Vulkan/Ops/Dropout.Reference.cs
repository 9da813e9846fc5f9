using System.Numerics;
using UNet.Vulkan.Ops.Declaration;
using UNet.Vulkan.Random;

namespace UNet.Vulkan.Ops;

public sealed partial record Dropout
{
    private partial void ForwardReference<T>(in Tensors<T> tensors) where T : IFloatingPointIeee754<T>
        => KeepOrDrop(tensors.X, tensors.Y, tensors.StepNumber[0]);

    private partial void BackwardReference<T>(in Tensors<T> tensors) where T : IFloatingPointIeee754<T>
        => KeepOrDrop(tensors.DY, tensors.DX, tensors.StepNumber[0]);

    private void KeepOrDrop<T>(Tensor<T> source, Tensor<T> destination, uint step) where T : IFloatingPointIeee754<T>
    {
        T scale = T.CreateChecked(Scale);
        for (int i = 0; i < source.Shape.Length; i++)
            destination[i] = Philox.Block(Seed, Stream, step, (ulong)i).Word0 >= Threshold ? source[i] * scale : T.Zero;
    }
}
