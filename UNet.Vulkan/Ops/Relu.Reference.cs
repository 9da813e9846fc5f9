using System.Numerics;

namespace UNet.Vulkan.Ops;

public sealed partial record Relu
{
    private partial void ForwardReference<T>(in Tensors<T> tensors) where T : IFloatingPointIeee754<T>
    {
        for (int i = 0; i < tensors.X.Shape.Length; i++)
            tensors.Y[i] = T.Max(tensors.X[i], T.Zero);
    }

    private partial void BackwardReference<T>(in Tensors<T> tensors) where T : IFloatingPointIeee754<T>
    {
        if (!tensors.WantsDX)
            return;
        for (int i = 0; i < tensors.Y.Shape.Length; i++)
            tensors.DX[i] = tensors.Y[i] > T.Zero ? tensors.DY[i] : T.Zero;
    }
}
