using System.Numerics;
using UNet.Shaders;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Ops.Declaration;

namespace UNet.Vulkan.Ops;

/// <summary>Sum of the squares of all elements, in a fixed order: the first step of gradient-norm clipping.</summary>
[Op]
[NoGradient]
[Forward<SquareSumPartial, SquareSumSum>]
[Sample("x: 3")]
[Sample("x: 4097")]
[Sample("x: 10000")]
public sealed partial record SquareSum
{
    /// <summary>Any tensor.</summary>
    [Input] public static partial Role X { get; }

    /// <summary>Sum of squares [1].</summary>
    [Output] public static partial Role Sum { get; }

    /// <summary>A sum for each workgroup of the first kernel.</summary>
    [Scratch] public static partial Role Partial { get; }

    private partial void InferShapes(ref Shapes shapes) => shapes.Sum = new Shape(1);

    private partial Shape PartialShape(in Shapes shapes)
        => new(checked((int)Grid(shapes, SquareSumPartial.Spec.Default).Total));

    private partial WorkgroupCount Grid(in Shapes shapes, in SquareSumPartial.Spec spec)
        => WorkgroupCount.Linear(shapes.X.Length, spec.TileElements * SquareSumPartial.Info.LocalSize.X);

    private partial WorkgroupCount Grid(in Shapes shapes, in SquareSumSum.Spec spec) => new(1);

    private partial void ForwardReference<T>(in Tensors<T> tensors) where T : IFloatingPointIeee754<T>
    {
        // Summed in runs, so that rounding does not grow with the length of the vector.
        const int Run = 256;
        Span<T> x = tensors.X.Span;
        T total = T.Zero;
        for (int start = 0; start < x.Length; start += Run)
        {
            T sum = T.Zero;
            foreach (T element in x[start..Math.Min(start + Run, x.Length)])
                sum += element * element;
            total += sum;
        }
        tensors.Sum[0] = total;
    }
}
