using UNet.Shaders;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Ops.Declaration;

namespace UNet.Vulkan.Ops;

/// <summary>
/// Cuts training tiles out of images that lie in slots: flipped or turned by quarters, mirrored beyond the edges without
/// repeating the edge pixel. Labels and weights are cut for the centre of the tile, which is the network's output; pixels
/// beyond the edge get weight 0.
/// </summary>
/// <remarks>
/// Orientation: bit 0 flips the columns, bit 1 the rows, bit 2 then exchanges rows and columns. Each slot holds one image
/// of size[n] pixels without gaps, whatever the slot's own size.
/// </remarks>
/// <param name="Tile">Height and width of the network's input.</param>
/// <param name="OutputTile">Height and width of the network's output.</param>
[Op]
[NoGradient]
[Forward<SampleTileImage, SampleTileLabel>]
[Sample(
    "image: 2x1x6x8; label: 2x1x6x8; weight: 2x1x6x8; size: 2x2; origin: 2x2; orientation: 2",
    "Tile: 6, OutputTile: 2")]
[Sample(
    "image: 1x3x9x9; label: 1x1x9x9; weight: 1x1x9x9; size: 1x2; origin: 1x2; orientation: 1",
    "Tile: 5, OutputTile: 5")]
public sealed partial record SampleTile(int Tile, int OutputTile)
{
    /// <summary>Images [N,C,H,W].</summary>
    [Input] public static partial Role Image { get; }

    /// <summary>Class of each pixel [N,1,H,W].</summary>
    [Input(Element = ElementType.UInt32)] public static partial Role Label { get; }

    /// <summary>Weight of each pixel [N,1,H,W].</summary>
    [Input] public static partial Role Weight { get; }

    /// <summary>Height and width of each image [N,2].</summary>
    [Input(Element = ElementType.UInt32)] public static partial Role Size { get; }

    /// <summary>Row and column of the image at which the tile begins [N,2]: the bits of signed numbers.</summary>
    [Input(Element = ElementType.UInt32)] public static partial Role Origin { get; }

    /// <summary>One of the eight flips and turns [N].</summary>
    [Input(Element = ElementType.UInt32)] public static partial Role Orientation { get; }

    /// <summary>Tiles [N,C,Tile,Tile].</summary>
    [Output] public static partial Role X { get; }

    /// <summary>Class of each output pixel [N,1,OutputTile,OutputTile].</summary>
    [Output(Element = ElementType.UInt32)] public static partial Role Target { get; }

    /// <summary>Weight of each output pixel [N,1,OutputTile,OutputTile].</summary>
    [Output] public static partial Role PixelWeight { get; }

    private partial void InferShapes(ref Shapes shapes)
    {
        (int n, Shape slot) = (shapes.Image.N, new Shape(shapes.Image.N, 1, shapes.Image.H, shapes.Image.W));
        if (shapes.Label != slot || shapes.Weight != slot)
            throw new ArgumentException($"images {shapes.Image} need labels and weights {slot}, not {shapes.Label} and {shapes.Weight}.");
        if (shapes.Size != Shape.Of(n, 2) || shapes.Origin != Shape.Of(n, 2) || shapes.Orientation != new Shape(n))
            throw new ArgumentException(
                $"{n} images need sizes and origins {Shape.Of(n, 2)} and orientations {new Shape(n)}, "
                + $"not {shapes.Size}, {shapes.Origin} and {shapes.Orientation}.");
        shapes.X = new Shape(n, shapes.Image.C, Tile, Tile);
        shapes.Target = shapes.PixelWeight = new Shape(n, 1, OutputTile, OutputTile);
    }

    /// <inheritdoc/>
    public override uint SampleInteger(Role role, long element, uint random, ReadOnlySpan<Shape> shapes)
    {
        Shape image = shapes[Image.Index];
        return role == Size ? (uint)(element % 2 == 0 ? image.H : image.W) - random % 2
            : role == Origin ? (uint)((int)(random % (uint)(image.H + 4)) - 4)
            : random % 8;
    }

    private partial WorkgroupCount Grid(in Shapes shapes, in SampleTileImage.Spec spec)
        => WorkgroupCount.Linear(shapes.X.Length, SampleTileImage.Info.LocalSize.X);

    private partial WorkgroupCount Grid(in Shapes shapes, in SampleTileLabel.Spec spec)
        => WorkgroupCount.Linear(shapes.Target.Length, SampleTileLabel.Info.LocalSize.X);
}
