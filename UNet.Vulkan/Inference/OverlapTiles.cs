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
/// the tile it falls into: with valid padding at every tile size (over the smallest ones), with same padding where the
/// tile is at least four receptive borders wide.
/// </summary>
public static class OverlapTiles
{
    /// <summary>The spans along an axis; the tiles of an image are all pairs of a span of rows and one of columns.</summary>
    /// <param name="geometry">The network's sizes.</param>
    /// <param name="tile">Side of the input tile.</param>
    /// <param name="side">Height or width of the image.</param>
    /// <exception cref="InputException">The tile does not fit the network.</exception>
    public static IEnumerable<TileSpan> Along(TileGeometry geometry, int tile, int side)
    {
        int output = geometry.OutputOf(tile);
        int skip = geometry.Border > 0 ? 0 : Overlap(geometry, tile);
        int used = output - 2 * skip;
        // Steps of whole strides keep the phase; a tile whose output is smaller than a stride has no choice.
        int step = used >= geometry.Stride ? used / geometry.Stride * geometry.Stride : used;
        return Enumerable.Range(0, (side + step - 1) / step)
            .Select(i => new TileSpan(i * step - geometry.Border - skip, i * step, Math.Min(step, side - i * step), skip));
    }

    /// <summary>
    /// A good tile for images of a size: one that covers the whole image if that is not over <paramref name="limit"/>,
    /// else the largest that is not.
    /// </summary>
    public static int GoodTile(TileGeometry geometry, int largestSide, int limit)
    {
        int context = geometry.Border > 0 ? 0 : 2 * geometry.ReceptiveBorder;
        return Math.Min(geometry.SmallestInputFor(largestSide + context), geometry.LargestInputUpTo(limit));
    }

    // A small tile would be mostly overlap: it makes do with a quarter of its side, at the price of faint seams.
    private static int Overlap(TileGeometry geometry, int tile)
        => Math.Min(geometry.ReceptiveBorder, tile / 4 / geometry.Stride * geometry.Stride);
}
