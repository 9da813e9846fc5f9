using UNet.Vulkan.Model;

namespace UNet.Vulkan.Planning;

/// <summary>Finds the largest of sizes that fit, where all smaller ones do, too.</summary>
internal static class LargestFit
{
    private const int LargestTile = 1 << 14;

    /// <summary>The largest input tile of a network (up to 16384) that fits; null where the smallest does not.</summary>
    public static int? Tile(TileGeometry geometry, Func<int, bool> fits)
    {
        int? step = Of(
            step => fits(geometry.MinimumInput + step * geometry.Stride), 0, (LargestTile - geometry.MinimumInput) / geometry.Stride);
        return geometry.MinimumInput + step * geometry.Stride;
    }

    /// <summary>
    /// The largest number that fits, from <paramref name="first"/> to <paramref name="last"/>; null where the first does not.
    /// </summary>
    public static int? Of(Func<int, bool> fits, int first, int last)
    {
        if (!fits(first))
            return null;
        int over = first + 1;
        for (int stride = 1; over <= last && fits(over); stride *= 2)
            (first, over) = (over, Math.Min(over + stride, last + 1));
        while (over - first > 1)
        {
            int middle = first + (over - first) / 2;
            (first, over) = fits(middle) ? (middle, over) : (first, middle);
        }
        return first;
    }
}
