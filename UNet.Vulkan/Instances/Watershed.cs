namespace UNet.Vulkan.Instances;

/// <summary>
/// The watershed transform by flooding (Meyer 1994): basins grow from markers, the lowest pixel first, until they meet.
/// </summary>
public static class Watershed
{
    /// <summary>The result of a pixel where two basins meet.</summary>
    public const int Line = 0;

    /// <summary>Floods a relief from markers.</summary>
    /// <remarks>
    /// Pixels are taken in the order of their height, those of one height in the order in which the flood reached them:
    /// on a plateau basins grow at equal speed. The height of a pixel counts as no lower than that of the pixel from which
    /// the flood came.
    /// </remarks>
    /// <param name="relief">Height of each pixel, finite, [row][column].</param>
    /// <param name="markers">Where basins begin: their numbers, 1 or more; 0 elsewhere; [row][column].</param>
    /// <param name="flooded">Which pixels may be flooded, [row][column]; empty for all.</param>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    /// <param name="connectivity">Which pixels are neighbours.</param>
    /// <param name="lines">
    /// Whether basins are kept apart: a pixel that is reached while it has neighbours in two basins becomes
    /// <see cref="Line"/>. Else the first basin to reach it takes it.
    /// </param>
    /// <returns>The basin of each pixel, [row][column]; 0 for lines and for what no basin reached.</returns>
    /// <exception cref="ArgumentException">The arrays do not have height x width elements.</exception>
    public static int[] Flood(
        ReadOnlySpan<float> relief, ReadOnlySpan<int> markers, ReadOnlySpan<bool> flooded, int height, int width,
        Connectivity connectivity, bool lines)
    {
        int pixels = height * width;
        if (relief.Length != pixels || markers.Length != pixels || (flooded.Length != pixels && !flooded.IsEmpty))
            throw new ArgumentException($"Relief, markers and mask need {height} x {width} elements.");

        int[] basins = new int[pixels];
        bool[] isReached = new bool[pixels];
        PriorityQueue<int, (float Height, int Order)> queue = new();
        Span<int> neighbours = stackalloc int[8];
        int order = 0;
        for (int pixel = 0; pixel < pixels; pixel++)
        {
            if (markers[pixel] == 0 || (!flooded.IsEmpty && !flooded[pixel]))
                continue;
            basins[pixel] = markers[pixel];
            isReached[pixel] = true;
        }

        for (int pixel = 0; pixel < pixels; pixel++)
        {
            if (basins[pixel] != 0)
                Reach(pixel, float.NegativeInfinity, relief, flooded, neighbours);
        }

        while (queue.TryDequeue(out int pixel, out (float Height, int Order) place))
        {
            int basin = BasinAround(pixel, neighbours);
            basins[pixel] = basin;
            if (basin != Line)
                Reach(pixel, place.Height, relief, flooded, neighbours);
        }

        return basins;

        // Puts the neighbours that the flood has not reached yet into the queue.
        void Reach(int pixel, float level, ReadOnlySpan<float> relief, ReadOnlySpan<bool> flooded, Span<int> neighbours)
        {
            int found = Neighbours.Of(pixel, height, width, connectivity, neighbours);
            foreach (int neighbour in neighbours[..found])
            {
                if (isReached[neighbour] || (!flooded.IsEmpty && !flooded[neighbour]))
                    continue;
                isReached[neighbour] = true;
                queue.Enqueue(neighbour, (Math.Max(level, relief[neighbour]), order++));
            }
        }

        // With lines, a pixel between two basins belongs to none. Without, the first neighbour decides.
        int BasinAround(int pixel, Span<int> neighbours)
        {
            int found = Neighbours.Of(pixel, height, width, connectivity, neighbours);
            int basin = 0;
            foreach (int neighbour in neighbours[..found])
            {
                if (basins[neighbour] == 0 || basins[neighbour] == basin)
                    continue;
                if (basin != 0)
                    return Line;
                basin = basins[neighbour];
                if (!lines)
                    break;
            }

            return basin;
        }
    }
}
