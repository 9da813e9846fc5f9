using UNet.Vulkan.Model;

namespace UNet.Vulkan.Inference;

/// <summary>One tile along one axis of an image.</summary>
/// <param name="Origin">Coordinate of the input tile's first pixel; may lie outside the image.</param>
/// <param name="Start">First coordinate that this tile answers for.</param>
/// <param name="Count">How many coordinates it answers for.</param>
/// <param name="Skip">Outputs of the tile before the first that is used.</param>
public readonly record struct TileSpan(int Origin, int Start, int Count, int Skip);

/// <summary>
/// The overlap-tile strategy (Ronneberger et al. 2015): the used parts of the tiles' outputs cover the image, each pixel
/// once. Tiles begin at the same phase of the network's pools everywhere, so that what a pixel gets does not depend on
/// the tile it falls into: with valid padding wherever a tile's output is at least a stride wide, with same padding where the tile is
/// at least four receptive borders wide, or holds the whole image with that border around it.
/// </summary>
public static class OverlapTiles
{
    private const int PaperTile = 572;
    private const int PaperWidth = 64;

    /// <summary>
    /// Side of the widest tensor, the decoder's last input: its 2 · 64 channels of 496 x 496 pixels, or 3 · 64 of 416 x 416, in
    /// float32 are just under the 128 MiB that every device can bind.
    /// </summary>
    private const int PaperWidestSide = 496;

    /// <inheritdoc cref="PaperWidestSide"/>
    private const int PhsegWidestSide = 416;

    /// <summary>Strides that the output of <see cref="LeastUseful"/> has.</summary>
    private const int LeastStrides = 4;

    /// <summary>The spans along an axis; the tiles of an image are all pairs of a span of rows and one of columns.</summary>
    /// <param name="geometry">The network's sizes.</param>
    /// <param name="tile">Side of the input tile.</param>
    /// <param name="side">Height or width of the image.</param>
    /// <exception cref="InputException">The tile does not fit the network.</exception>
    public static IEnumerable<TileSpan> Along(TileGeometry geometry, int tile, int side)
    {
        int output = geometry.OutputOf(tile);
        int skip = geometry.Border > 0 ? 0 : Overlap(geometry, tile, side);
        int used = output - 2 * skip;
        // Steps of whole strides keep the phase; a tile whose output is smaller than a stride has no choice.
        int step = used >= geometry.Stride ? used / geometry.Stride * geometry.Stride : used;
        return Enumerable.Range(0, (side + step - 1) / step)
            .Select(i => new TileSpan(i * step - geometry.Border - skip, i * step, Math.Min(step, side - i * step), skip));
    }

    /// <summary>
    /// The tile that computes least for images of a size: with no more tiles along an axis than the largest possible tile
    /// needs, the smallest that covers the axis with that many, and with same padding overlaps as far, so that what an image gets does
    /// not depend on the others of a run.
    /// </summary>
    /// <param name="geometry">The network's sizes.</param>
    /// <param name="largestSide">Height or width of the largest image.</param>
    /// <param name="limit">The largest tile that may be chosen.</param>
    public static int GoodTile(TileGeometry geometry, int largestSide, int limit)
    {
        int tile = geometry.LargestInputUpTo(limit);
        int count = Along(geometry, tile, largestSide).Count();
        while (geometry.Fits(tile - geometry.Stride) && Along(geometry, tile - geometry.Stride, largestSide).Count() == count
            && Overlap(geometry, tile - geometry.Stride, largestSide) >= Overlap(geometry, tile, largestSide))
            tile -= geometry.Stride;
        return tile;
    }

    /// <summary>
    /// The largest tile that is taken without being asked for: the paper's 572 at its width of 64, and for other widths as
    /// much larger or smaller as they need less or more memory for a pixel, up to twice that. A little less where the widest
    /// tensor would be larger than every device can bind, as with same padding, which loses nothing on the way; but never less than
    /// <see cref="LeastUseful"/>.
    /// </summary>
    public static int DefaultLimit(UNetConfiguration configuration)
    {
        TileGeometry geometry = new(configuration);
        double scale = Math.Min(Math.Sqrt((double)PaperWidth / configuration.Width), 2);
        int widestSide = configuration.Architecture == UNetArchitecture.PhsegV5 ? PhsegWidestSide : PaperWidestSide;
        // Two convolutions after the widest tensor, the border is complete.
        int lostBefore = geometry.Border == 0 ? 0 : 2 * geometry.Border - 4;
        return Math.Max((int)Math.Min(PaperTile * scale, widestSide * scale + lostBefore), LeastUseful(geometry));
    }

    /// <summary>
    /// The smallest tile that is taken without being asked for: a valid network of great depth gives a few pixels of a tile of a
    /// thousand, and nearly all of the work would be for what tiles share.
    /// </summary>
    /// <param name="geometry">The network's sizes.</param>
    public static int LeastUseful(TileGeometry geometry) => geometry.SmallestInputFor(LeastStrides * geometry.Stride);

    /// <summary>
    /// Whether an image of a size shows faint seams where tiles meet: with same padding, whose zeros reach into the used parts
    /// of tiles of less than four receptive borders; with valid padding, where an output is smaller than a stride, so that tiles begin at
    /// different phases of the pools. A tile that holds the whole image has no seams.
    /// </summary>
    /// <param name="geometry">The network's sizes.</param>
    /// <param name="tile">Side of the input tile.</param>
    /// <param name="side">Height or width of the image.</param>
    /// <exception cref="InputException">The tile does not fit the network.</exception>
    public static bool HasSeams(TileGeometry geometry, int tile, int side)
        => Along(geometry, tile, side).Skip(1).Any() && (geometry.Border == 0
            ? Overlap(geometry, tile, side) < geometry.ReceptiveBorder
            : geometry.OutputOf(tile) < geometry.Stride);

    // A small tile would be mostly overlap: it makes do with a quarter of its side, at the price of faint seams.
    private static int Overlap(TileGeometry geometry, int tile, int side) => tile >= side + 2 * geometry.ReceptiveBorder
        ? geometry.ReceptiveBorder
        : Math.Min(geometry.ReceptiveBorder, tile / 4 / geometry.Stride * geometry.Stride);
}
