namespace UNet.Vulkan.Instances;

/// <summary>Which pixels are neighbours of a pixel.</summary>
public enum Connectivity
{
    /// <summary>The four that share an edge with it.</summary>
    Four = 4,

    /// <summary>The eight that share an edge or a corner with it.</summary>
    Eight = 8,
}

/// <summary>Walks over the neighbours of a pixel in an image that lies row after row.</summary>
internal static class Neighbours
{
    /// <summary>Those above, left, right and below; then the diagonal ones.</summary>
    private static readonly (int Y, int X)[] Steps = [(-1, 0), (0, -1), (0, 1), (1, 0), (-1, -1), (-1, 1), (1, -1), (1, 1)];

    /// <summary>Writes the indices of the neighbours that lie within the image, always in the same order.</summary>
    /// <param name="pixel">Index of the pixel.</param>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    /// <param name="connectivity">Which are neighbours.</param>
    /// <param name="neighbours">Room for eight.</param>
    /// <returns>How many there are.</returns>
    public static int Of(int pixel, int height, int width, Connectivity connectivity, Span<int> neighbours)
    {
        (int y, int x) = Math.DivRem(pixel, width);
        int count = 0;
        foreach ((int stepY, int stepX) in Steps.AsSpan(0, (int)connectivity))
        {
            if ((uint)(y + stepY) < (uint)height && (uint)(x + stepX) < (uint)width)
                neighbours[count++] = pixel + stepY * width + stepX;
        }

        return count;
    }
}
