namespace UNet.Vulkan.Inference;

/// <summary>
/// What lies beyond the edge of an image: its mirror image, without the edge pixel a second time, and beyond that the
/// mirror image of the mirror image (the overlap-tile strategy of Ronneberger et al. 2015, figure 2).
/// </summary>
public static class MirrorExtrapolation
{
    /// <summary>The coordinate within 0 .. <paramref name="size"/> - 1 that stands for any coordinate.</summary>
    public static int Coordinate(int coordinate, int size)
    {
        if (size == 1)
            return 0;
        int period = 2 * (size - 1);
        int folded = Math.Abs(coordinate) % period;
        return Math.Min(folded, period - folded);
    }

    /// <summary>Copies a square tile out of an image, wherever it lies.</summary>
    /// <param name="image">The image [planes, height, width].</param>
    /// <param name="planes">Channels.</param>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    /// <param name="originY">Row of the tile's first pixel; may lie outside.</param>
    /// <param name="originX">Column of the tile's first pixel; may lie outside.</param>
    /// <param name="side">Side of the tile.</param>
    /// <param name="tile">Takes the tile [planes, side, side].</param>
    public static void CopyTile<T>(
        ReadOnlySpan<T> image, int planes, int height, int width, int originY, int originX, int side, Span<T> tile)
    {
        for (int plane = 0; plane < planes; plane++)
        {
            for (int row = 0; row < side; row++)
            {
                ReadOnlySpan<T> source = image.Slice((plane * height + Coordinate(originY + row, height)) * width, width);
                Span<T> destination = tile.Slice((plane * side + row) * side, side);
                // The part within the image is one run; only what lies beyond is looked up pixel by pixel.
                int first = Math.Clamp(-originX, 0, side);
                int last = Math.Clamp(width - originX, first, side);
                for (int column = 0; column < first; column++)
                    destination[column] = source[Coordinate(originX + column, width)];
                if (last > first)
                    source.Slice(originX + first, last - first).CopyTo(destination[first..]);
                for (int column = last; column < side; column++)
                    destination[column] = source[Coordinate(originX + column, width)];
            }
        }
    }
}
