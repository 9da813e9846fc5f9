using System.Numerics;
using UNet.Shaders;
using UNet.Vulkan.Device;
using UNet.Vulkan.Ops.Declaration;

namespace UNet.Vulkan.Ops;

/// <summary>sum = sum + term: adds the gradients of a value that more than one node reads.</summary>
[Op]
[NoGradient]
[Forward<AccumulateGradientForward>]
[Forward<AccumulateGradientForwardAddresses>(Name = "Addresses")]
[Sample("sum: 2x3x5x7; term: 2x3x5x7")]
[Sample("sum: 1x1x9x57; term: 1x1x9x57")]
public sealed partial record AccumulateGradient
{
    /// <summary>The sum so far, updated in place.</summary>
    [State] public static partial Role Sum { get; }

    /// <summary>What is added, of the same shape.</summary>
    [Input] public static partial Role Term { get; }

    private partial void InferShapes(ref Shapes shapes)
    {
        if (shapes.Sum != shapes.Term)
            throw new ArgumentException($"a gradient {shapes.Term} cannot be added to one of {shapes.Sum}.");
    }

    private partial bool SupportsAddresses(in Shapes shapes, DeviceProperties device)
        => device is { IsSoftware: true, HasBufferAddresses: true };

    private partial WorkgroupCount Grid(in Shapes shapes, in AccumulateGradientForwardAddresses.Spec spec)
        => WorkgroupCount.Linear(shapes.Sum.Length, AccumulateGradientForwardAddresses.Info.LocalSize.X * spec.TileLength);

    private partial WorkgroupCount Grid(in Shapes shapes, in AccumulateGradientForward.Spec spec)
        => WorkgroupCount.Linear(shapes.Sum.Length, AccumulateGradientForward.Info.LocalSize.X);

    private partial void ForwardReference<T>(in Tensors<T> tensors) where T : IFloatingPointIeee754<T>
    {
        (Tensor<T> sum, Tensor<T> term) = (tensors.Sum, tensors.Term);
        for (int i = 0; i < sum.Shape.Length; i++)
            sum[i] += term[i];
    }
}
