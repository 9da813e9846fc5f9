using System.Numerics;
using UNet.Shaders;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Ops.Declaration;

namespace UNet.Vulkan.Ops;

/// <summary>
/// The backward pass of <see cref="MaxPool2d"/> and the <see cref="AccumulateGradient"/> of what it gives in one: sum = sum + d_x,
/// where d_x is the gradient of each pooled pixel at the first maximum of its window and 0 elsewhere. Planning puts it in the
/// place of both where a skip connection's tensor is pooled as well.
/// </summary>
/// <param name="CropHeight">Rows of the sum so far, in the middle, that count; those around them count as 0. 0: all pixels count.</param>
/// <param name="CropWidth">The same of columns.</param>
[Op]
[NoGradient]
[Forward<AccumulateMaxPoolGradientForward>]
[Forward<AccumulateMaxPoolGradientForwardStored>(Name = "Stored", Like = "")]
[Sample("place: 1x1x1x3; pooled_gradient: 1x1x2x3; sum: 1x1x4x6")]
[Sample("place: 2x3x1x4; pooled_gradient: 2x3x3x4; sum: 2x3x7x9")]
[Sample("place: 1x2x3x33; pooled_gradient: 1x2x19x33; sum: 1x2x38x67")]
[Sample("place: 1x2x1x32; pooled_gradient: 1x2x8x32; sum: 1x2x17x64")]
[Sample("place: 2x3x1x4; pooled_gradient: 2x3x3x4; sum: 2x3x7x9", "CropHeight: 4, CropWidth: 9")]
[Sample("place: 1x2x3x33; pooled_gradient: 1x2x19x33; sum: 1x2x38x67", "CropHeight: 30, CropWidth: 44")]
public sealed partial record AccumulateMaxPoolGradient(int CropHeight = 0, int CropWidth = 0)
{
    /// <summary>Where the maximum of each window lies (<see cref="MaxPool2d.Place"/>).</summary>
    [Input(Element = ElementType.UInt32)] public static partial Role Place { get; }

    /// <summary>Gradient to the pooled pixels [N,C,H/2,W/2], rounded down.</summary>
    [Input] public static partial Role PooledGradient { get; }

    /// <summary>The sum so far [N,C,H,W], updated in place.</summary>
    [State] public static partial Role Sum { get; }

    /// <summary>The sum as rows of 16 bits, for an op that reads it so.</summary>
    [Scratch(PerImage = true, Element = ElementType.Float16, IsResult = true)] public static partial Role ResultRows { get; }

    /// <summary>Any place of each window.</summary>
    public override uint SampleInteger(Role role, long element, uint random, ReadOnlySpan<Shape> shapes)
        => Enumerable.Range(0, 8).Aggregate(0u, (word, window) => word | (random >> 4 * window) % 5 << 4 * window);

    private partial void InferShapes(ref Shapes shapes)
    {
        Shape pooled = new MaxPool2d().InferShapes([shapes.Sum])[MaxPool2d.Y.Index];
        if (shapes.PooledGradient != pooled || shapes.Place != MaxPool2d.PlaceShape(pooled))
            throw new ArgumentException($"gradients {shapes.PooledGradient} at {shapes.Place} places cannot be added to {shapes.Sum}.");
        if (CropHeight > shapes.Sum.H || CropWidth > shapes.Sum.W || CropHeight > 0 != CropWidth > 0)
            throw new ArgumentException($"{shapes.Sum} has no {CropHeight} x {CropWidth} pixels in the middle.");
    }

    /// <summary>Windows along a column and a row; where pixels outside a crop are set, those cut off at the edge count too.</summary>
    private (int Height, int Width) Windows(Shape sum) => CropHeight > 0 ? ((sum.H + 1) / 2, (sum.W + 1) / 2) : (sum.H / 2, sum.W / 2);

    private partial WorkgroupCount Grid(in Shapes shapes, in AccumulateMaxPoolGradientForward.Spec spec)
        => WorkgroupCount.Cover(
            Windows(shapes.Sum).Width, AccumulateMaxPoolGradientForward.Info.LocalSize.X, Windows(shapes.Sum).Height, spec.TileH,
            (long)shapes.Sum.N * shapes.Sum.C);

    private partial WorkgroupCount Grid(in Shapes shapes, in AccumulateMaxPoolGradientForwardStored.Spec spec)
        => PackedRows.Turning(shapes.Sum, AccumulateMaxPoolGradientForwardStored.Info, MaxPool2d.WordsOf((shapes.Sum.H + 1) / 2));

    private partial void ForwardReference<T>(in Tensors<T> tensors) where T : IFloatingPointIeee754<T>
    {
        Shape shape = tensors.Sum.Shape;
        (int top, int left) = ((shape.H - CropHeight) / 2, (shape.W - CropWidth) / 2);
        for (int i = 0; CropHeight > 0 && i < shape.Length; i++)
        {
            (int row, int column) = (i / shape.W % shape.H - top, i % shape.W - left);
            if (row < 0 || row >= CropHeight || column < 0 || column >= CropWidth)
                tensors.Sum[i] = T.Zero;
        }
        MaxPool2d.Accumulate(tensors.Sum, tensors.Place, tensors.PooledGradient);
    }
}
