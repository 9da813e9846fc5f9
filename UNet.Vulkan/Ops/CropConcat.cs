using UNet.Shaders;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Ops.Declaration;

namespace UNet.Vulkan.Ops;

/// <summary>
/// The decoder's input: the skip connection, cropped to the centre of the upsampled tensor's size, concatenated with it
/// along the channels: y = [crop(skip), upsampled] or [upsampled, crop(skip)]. An odd difference leaves one row or column
/// more at the end.
/// </summary>
/// <param name="UpsampledFirst">Whether the upsampled tensor's channels come before those of the skip connection.</param>
/// <param name="RectifySkip">Whether max(skip, 0) is meant by skip: a <see cref="Relu"/> before this op.</param>
/// <param name="RectifyUpsampled">The same for the upsampled tensor.</param>
[Op]
[Forward<CropConcatForward>]
[Backward<CropConcatBackwardSkip>]
[Backward<CropConcatBackwardUpsampled>]
[Sample("skip: 1x1x6x8; upsampled: 1x1x4x4")]
[Sample("skip: 2x3x9x10; upsampled: 2x2x4x5")]
[Sample("skip: 2x2x5x7; upsampled: 2x3x5x7")]
[Sample("skip: 1x2x13x38; upsampled: 1x1x9x35")]
[Sample("skip: 1x1x6x8; upsampled: 1x1x4x4", "UpsampledFirst: true")]
[Sample("skip: 2x3x9x10; upsampled: 2x2x4x5", "UpsampledFirst: true")]
[Sample("skip: 2x3x9x10; upsampled: 2x2x4x5", "RectifySkip: Rectification.OnLoad")]
[Sample(
    "skip: 2x3x9x10; upsampled: 2x2x4x5",
    "UpsampledFirst: true, RectifySkip: Rectification.OnLoad, RectifyUpsampled: Rectification.OnLoad")]
[Sample("skip: 2x3x9x10; upsampled: 2x2x4x5", "RectifySkip: Rectification.Stored, RectifyUpsampled: Rectification.Stored")]
public sealed partial record CropConcat(
    bool UpsampledFirst = false, Rectification RectifySkip = Rectification.None, Rectification RectifyUpsampled = Rectification.None)
{
    /// <summary>Skip connection [N,Cs,Hs,Ws].</summary>
    [Input] public static partial Role Skip { get; }

    /// <summary>Upsampled tensor [N,Cu,H,W], not larger than the skip connection.</summary>
    [Input] public static partial Role Upsampled { get; }

    /// <summary>Output [N,Cs+Cu,H,W].</summary>
    [Output] public static partial Role Y { get; }

    /// <inheritdoc/>
    public override Op? Rectified(Role role, Rectification how)
        => role == Skip && RectifySkip == Rectification.None ? this with { RectifySkip = how }
            : role == Upsampled && RectifyUpsampled == Rectification.None ? this with { RectifyUpsampled = how }
            : null;

    /// <inheritdoc/>
    public override bool IsDifferentiatedWhole => RectifySkip != Rectification.Stored && RectifyUpsampled != Rectification.Stored;

    /// <inheritdoc/>
    public override float SampleElement(Role role, float normal)
        => role == Skip ? RectifySkip.SampleElement(normal) : RectifyUpsampled.SampleElement(normal);

    private partial void InferShapes(ref Shapes shapes)
    {
        (Shape skip, Shape upsampled) = (shapes.Skip, shapes.Upsampled);
        if (skip.N != upsampled.N || skip.H < upsampled.H || skip.W < upsampled.W)
            throw new ArgumentException($"a skip connection {skip} cannot be cropped to {upsampled}.");
        shapes.Y = new Shape(upsampled.N, skip.C + upsampled.C, upsampled.H, upsampled.W);
    }

    private partial WorkgroupCount Grid(in Shapes shapes, in CropConcatForward.Spec spec)
        => Tiles(shapes.Y, CropConcatForward.Info.LocalSize.X, spec.TileH);

    private partial WorkgroupCount Grid(in Shapes shapes, in CropConcatBackwardSkip.Spec spec)
        => Tiles(shapes.Skip, CropConcatBackwardSkip.Info.LocalSize.X, spec.TileH);

    private partial WorkgroupCount Grid(in Shapes shapes, in CropConcatBackwardUpsampled.Spec spec)
        => Tiles(shapes.Upsampled, CropConcatBackwardUpsampled.Info.LocalSize.X, spec.TileH);

    /// <summary>Columns along x, tiles of rows along y, images and channels along z.</summary>
    private static WorkgroupCount Tiles(Shape shape, uint columns, uint rows)
        => WorkgroupCount.Cover(shape.W, columns, shape.H, rows, (long)shape.N * shape.C);
}
