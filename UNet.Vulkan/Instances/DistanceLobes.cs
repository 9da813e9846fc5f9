namespace UNet.Vulkan.Instances;

/// <summary>
/// Cuts a mask at its necks. Each pixel has a distance to the nearest one outside the mask; a lobe is what lies around a
/// maximum of that distance. Where two lobes meet, the distance is half the width of the neck between them, and the smaller
/// maximum is half the width of the narrower lobe: they stay two where the neck is narrow against the lobe.
/// </summary>
public static class DistanceLobes
{
    /// <summary>
    /// Numbers the lobes. Pixels outside the image count as inside the mask, so that a cell cut by the edge is not narrower for it.
    /// </summary>
    /// <remarks>
    /// Pixels are taken in descending order of distance, equal ones row by row, and joined to their neighbours of before, as in
    /// a watershed of the distance. Where two lobes meet at distance d and the smaller of their maxima is m, they are joined if
    /// d is at least <paramref name="neck"/> · m. What is small in comparison needs no parameter of its own: at the bumps of a
    /// ragged edge, d is hardly less than m.
    /// </remarks>
    /// <param name="mask">Which pixels to number, [row][column].</param>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    /// <param name="neck">0 to join whatever touches; at 1, whatever has a neck at all is cut.</param>
    /// <param name="count">Number of lobes.</param>
    /// <returns>The lobe of each pixel, 1 .. <paramref name="count"/>, 0 outside the mask; each is 4-connected.</returns>
    /// <exception cref="ArgumentException">There are not height x width elements.</exception>
    public static int[] Label(ReadOnlySpan<bool> mask, int height, int width, double neck, out int count)
    {
        int pixels = height * width;
        if (mask.Length != pixels)
            throw new ArgumentException($"{mask.Length} elements are not {height} x {width}.", nameof(mask));
        int[] outside = new int[pixels];
        for (int i = 0; i < pixels; i++)
            outside[i] = mask[i] ? 0 : 1;
        (float[] distance, _) = TwoNearestInstances.Distances(outside, height, width, mask);

        int[] order = Descending(distance, mask);
        // The pixel that stands for a pixel's lobe, found by following parents; -1 before a pixel's turn. A lobe's first pixel,
        // which always stands for it, is its maximum.
        int[] parent = new int[pixels];
        Array.Fill(parent, -1);
        Span<int> neighbours = stackalloc int[8];
        foreach (int pixel in order)
        {
            int found = Neighbours.Of(pixel, height, width, Connectivity.Four, neighbours);
            int highest = -1;
            foreach (int neighbour in neighbours[..found])
            {
                if (parent[neighbour] >= 0 && (highest < 0 || IsHigher(Find(neighbour), highest)))
                    highest = Find(neighbour);
            }

            parent[pixel] = highest < 0 ? pixel : highest;
            foreach (int neighbour in neighbours[..found])
            {
                int lobe = parent[neighbour] < 0 ? highest : Find(neighbour);
                if (lobe != highest && distance[pixel] >= neck * distance[lobe])
                    parent[lobe] = highest;
            }
        }

        int[] lobes = new int[pixels];
        count = 0;
        for (int i = 0; i < pixels; i++)
        {
            if (!mask[i])
                continue;
            int top = Find(i);
            if (lobes[top] == 0)
                lobes[top] = ++count;
            lobes[i] = lobes[top];
        }

        return lobes;

        int Find(int pixel)
        {
            while (parent[pixel] != pixel)
                pixel = parent[pixel] = parent[parent[pixel]];
            return pixel;
        }

        bool IsHigher(int a, int b) => distance[a] > distance[b] || (distance[a] == distance[b] && a < b);
    }

    private static int[] Descending(float[] distance, ReadOnlySpan<bool> mask)
    {
        List<long> keys = [];
        for (int i = 0; i < mask.Length; i++)
        {
            // The bits of positive floats are in the order of their values: distance first, then the place, in one number.
            if (mask[i])
                keys.Add(((long)(int.MaxValue - BitConverter.SingleToInt32Bits(distance[i])) << 32) | (uint)i);
        }

        keys.Sort();
        return [.. keys.Select(key => (int)(uint)key)];
    }
}
