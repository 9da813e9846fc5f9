using UNet.Shaders;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Ops.Declaration;

namespace UNet.Vulkan.Ops;

/// <summary>
/// Samples training tiles from images that lie in slots: with o the offset of a pixel p from the tile's centre, the tile
/// shows there the image at origin + centre + transform · o + displacement(p). The image is interpolated and mirrored
/// beyond its edges without repeating the edge pixel; its gray values v become
/// least + range · (black + (white - black) · u^gamma) where u is (v - least) / range, limited to 0 to 1. Labels and
/// weights are those of the nearest pixel, for the centre of the tile, which is the network's output; pixels beyond the
/// edge get weight 0.
/// </summary>
/// <remarks>
/// displacement(p) interpolates a coarse grid of vectors by cubic convolution (Keys 1981, a = -1/2); the grid begins at the
/// tile's top left, and beyond its border the border's vectors go on. Each slot holds one image of size[n] pixels
/// without gaps, whatever the slot's own size.
/// </remarks>
/// <param name="Tile">Height and width of the network's input.</param>
/// <param name="OutputTile">Height and width of the network's output.</param>
/// <param name="Vectors">Rows and columns of the grid of displacements.</param>
/// <param name="Spacing">Pixels from one vector of the grid to the next.</param>
/// <param name="Taps">Pixels in a row that the interpolation reads: 2 linear, 4 cubic convolution.</param>
[Op]
[NoGradient]
[Forward<SampleDeformedTileImage, SampleDeformedTileLabel>]
[Sample(
    "image: 2x1x6x8; label: 2x1x6x8; weight: 2x1x6x8; size: 2x2; origin: 2x2; "
        + "transform: 2x4; displacement: 2x2x9; gray: 2x5",
    "Tile: 6, OutputTile: 2, Vectors: 3, Spacing: 4, Taps: 4")]
[Sample(
    "image: 2x3x9x9; label: 2x1x9x9; weight: 2x1x9x9; size: 2x2; origin: 2x2; "
        + "transform: 2x4; displacement: 2x2x4; gray: 2x5",
    "Tile: 5, OutputTile: 5, Vectors: 2, Spacing: 4, Taps: 2")]
[Sample(
    "image: 1x1x20x30; label: 1x1x20x30; weight: 1x1x20x30; size: 1x2; origin: 1x2; "
        + "transform: 1x4; displacement: 1x2x16; gray: 1x5",
    "Tile: 66, OutputTile: 2, Vectors: 4, Spacing: 32, Taps: 4")]
[Sample(
    "image: 1x1x12x11; label: 1x1x12x11; weight: 1x1x12x11; size: 1x2; origin: 1x2; "
        + "transform: 1x4; displacement: 1x2x1; gray: 1x5",
    "Tile: 66, OutputTile: 66, Vectors: 1, Spacing: 16, Taps: 2")]
public sealed partial record SampleDeformedTile(int Tile, int OutputTile, int Vectors, float Spacing, int Taps)
{
    /// <summary>Images [N,C,H,W].</summary>
    [Input] public static partial Role Image { get; }

    /// <summary>Class of each pixel [N,1,H,W].</summary>
    [Input(Element = ElementType.UInt32)] public static partial Role Label { get; }

    /// <summary>Weight of each pixel [N,1,H,W].</summary>
    [Input] public static partial Role Weight { get; }

    /// <summary>Height and width of each image [N,2].</summary>
    [Input(Element = ElementType.UInt32)] public static partial Role Size { get; }

    /// <summary>Row and column of the image at which the undeformed tile begins [N,2]: the bits of signed numbers.</summary>
    [Input(Element = ElementType.UInt32)] public static partial Role Origin { get; }

    /// <summary>Row by row the matrix that is applied to (row, column) [N,4].</summary>
    [Input] public static partial Role Transform { get; }

    /// <summary>Displacements in pixels: those of the rows, then those of the columns [N,2,Vectors·Vectors].</summary>
    [Input] public static partial Role Displacement { get; }

    /// <summary>Least gray value, range, black, white, gamma [N,5]; with range 0 the values stay.</summary>
    [Input] public static partial Role Gray { get; }

    /// <summary>Tiles [N,C,Tile,Tile].</summary>
    [Output] public static partial Role X { get; }

    /// <summary>Class of each output pixel [N,1,OutputTile,OutputTile].</summary>
    [Output(Element = ElementType.UInt32)] public static partial Role Target { get; }

    /// <summary>Weight of each output pixel [N,1,OutputTile,OutputTile].</summary>
    [Output] public static partial Role PixelWeight { get; }

    private float VectorsPerPixel => 1 / Spacing;

    private partial void InferShapes(ref Shapes shapes)
    {
        (int n, Shape slot) = (shapes.Image.N, new Shape(shapes.Image.N, 1, shapes.Image.H, shapes.Image.W));
        if (shapes.Label != slot || shapes.Weight != slot)
            throw new ArgumentException($"images {shapes.Image} need labels and weights {slot}, not {shapes.Label} and {shapes.Weight}.");
        if (shapes.Size != Shape.Of(n, 2) || shapes.Origin != Shape.Of(n, 2))
            throw new ArgumentException($"{n} images need sizes and origins {Shape.Of(n, 2)}, not {shapes.Size} and {shapes.Origin}.");
        if (shapes.Transform != Shape.Of(n, 4) || shapes.Gray != Shape.Of(n, 5))
            throw new ArgumentException(
                $"{n} images need matrices {Shape.Of(n, 4)} and gray curves {Shape.Of(n, 5)}, not {shapes.Transform} and {shapes.Gray}.");
        Shape grid = Shape.Of(n, 2, Vectors * Vectors);
        if (shapes.Displacement != grid)
            throw new ArgumentException($"a grid of {Vectors} x {Vectors} vectors needs displacements {grid}, not {shapes.Displacement}.");
        if (Taps is not (2 or 4))
            throw new ArgumentException($"interpolation reads 2 or 4 pixels in a row, not {Taps}.");
        shapes.X = new Shape(n, shapes.Image.C, Tile, Tile);
        shapes.Target = shapes.PixelWeight = new Shape(n, 1, OutputTile, OutputTile);
    }

    /// <inheritdoc/>
    /// <remarks>
    /// Matrices and displacements are such that places are exact in any order of summation: which pixel is the nearest then
    /// does not hang on a rounding.
    /// </remarks>
    public override float SampleElement(Role role, float normal)
        => role == Transform || role == Displacement ? MathF.Round(2 * normal) / 4
            : role == Gray ? 0.75f + MathF.Abs(normal) / 4
            : normal;

    /// <inheritdoc/>
    public override uint SampleInteger(Role role, long element, uint random, ReadOnlySpan<Shape> shapes)
    {
        Shape image = shapes[Image.Index];
        return role == Size ? (uint)(element % 2 == 0 ? image.H : image.W) - random % 2
            : role == Origin ? (uint)((int)(random % (uint)(image.H + 4)) - 4)
            : random % 8;
    }

    /// <inheritdoc/>
    public override long Operations(Pass pass, ReadOnlySpan<Shape> shapes)
    {
        // About 100 operations a pixel find its place.
        Shape x = shapes[X.Index];
        return x.Length * 2 * Taps * (Taps + 1) + x.Length / x.C * 100;
    }

    private partial WorkgroupCount Grid(in Shapes shapes, in SampleDeformedTileImage.Spec spec)
        => Rows(shapes.X, SampleDeformedTileImage.Info.LocalSize.X);

    private partial WorkgroupCount Grid(in Shapes shapes, in SampleDeformedTileLabel.Spec spec)
        => Rows(shapes.Target, SampleDeformedTileLabel.Info.LocalSize.X);

    /// <summary>One workgroup for each run of so many pixels of a row.</summary>
    private static WorkgroupCount Rows(Shape tiles, uint run)
        => WorkgroupCount.Linear((long)tiles.N * tiles.H * ((tiles.W + run - 1) / run), 1);
}
