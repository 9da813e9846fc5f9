using System.Globalization;
using UNet.Vulkan.Instances;

namespace UNet.Vulkan.Inference;

/// <summary>Turns the probability of foreground into single objects, each with a number: which cell is which.</summary>
/// <remarks>
/// <para>Foreground is what reaches <see cref="Threshold"/>. Touching objects are told apart by two signs together. A network
/// that was trained with a separation weight map is less sure between them: what reaches the higher
/// <see cref="SeedThreshold"/> keeps a gap there, or at least a notch. And where two objects touch there is mostly a neck.
/// So <see cref="DistanceLobes"/> cuts what reaches the seed threshold at its necks: a notch in the probability makes a neck
/// of a straight side. Its lobes are the seeds of a watershed that floods the rest of the foreground, most probable first.</para>
/// <para>A lobe that would become an object smaller than <see cref="MinimumSize"/> beside another one is no seed; foreground
/// without any seed is one object. Then objects that are too small are removed, and holes in single objects filled: parts of
/// the background that touch one object only, and not the edge of the image. Objects are connected by edges of pixels, the
/// background by corners as well.</para>
/// </remarks>
public sealed record InstanceSegmentation
{
    /// <summary>Probability from which a pixel is foreground.</summary>
    public double Threshold { get; init; } = 0.5;

    /// <summary>Probability from which a pixel may be part of a seed; null to take connected foreground for one object.</summary>
    public double? SeedThreshold { get; init; } = 0.65;

    /// <summary>
    /// How narrow a neck is cut: at most this part of the width of the narrower side. 0 cuts only where the seed threshold does.
    /// </summary>
    public double Neck { get; init; } = 0.3;

    /// <summary>Pixels of the smallest object that is kept.</summary>
    public int MinimumSize { get; init; } = 20;

    /// <summary>Looks whether the numbers go together.</summary>
    /// <returns>This.</returns>
    /// <exception cref="InputException">A number is out of its range.</exception>
    public InstanceSegmentation Validated()
    {
        Require(Threshold is >= 0 and <= 1, $"The threshold of instances is a probability, not {Text(Threshold)}.");
        Require(SeedThreshold is null or (>= 0 and <= 1), $"The threshold of seeds is a probability, not {Text(SeedThreshold ?? 0)}.");
        Require(
            SeedThreshold is null || SeedThreshold >= Threshold,
            $"The threshold of seeds, {Text(SeedThreshold ?? 0)}, must not be below that of instances, {Text(Threshold)}.");
        Require(Neck is >= 0 and <= 1, $"A neck is cut by its part of the width, 0 to 1, not {Text(Neck)}.");
        Require(MinimumSize >= 0, $"The smallest object has 0 or more pixels, not {MinimumSize}.");
        return this;
    }

    /// <summary>Finds the objects.</summary>
    /// <param name="foreground">Probability that a pixel is no background, [row][column].</param>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    /// <returns>Objects numbered in the order of their first pixels, row by row.</returns>
    /// <exception cref="InputException">A number is out of its range.</exception>
    /// <exception cref="ArgumentException">There are not height x width probabilities.</exception>
    public InstanceMap Find(ReadOnlySpan<float> foreground, int height, int width)
    {
        Validated();
        if (foreground.Length != height * width)
            throw new ArgumentException($"{foreground.Length} probabilities are not {height} x {width}.", nameof(foreground));

        bool[] inside = AtLeast(foreground, Threshold);
        int[] ids = SeedThreshold is double seed
            ? Split(foreground, inside, AtLeast(foreground, seed), height, width)
            : ConnectedComponents.Label(inside, height, width, false, Connectivity.Four, out _);
        RemoveSmall(ids);
        FillHoles(ids, height, width);
        return new(height, width, ids, Renumber(ids));
    }

    private int[] Split(ReadOnlySpan<float> foreground, bool[] inside, bool[] certain, int height, int width)
    {
        int[] seeds = DistanceLobes.Label(certain, height, width, Neck, out int count);
        float[] relief = new float[foreground.Length];
        for (int i = 0; i < relief.Length; i++)
            relief[i] = -foreground[i];
        int[] basins = Flood(seeds);

        // Where one is dropped, a neighbour may take what another one had, which is then small in its turn.
        for (bool[] isDropped = SmallNeighbours(); isDropped.Contains(true); isDropped = SmallNeighbours())
        {
            for (int i = 0; i < seeds.Length; i++)
                seeds[i] = isDropped[seeds[i]] ? 0 : seeds[i];
            basins = Flood(seeds);
        }

        // Foreground that the flood did not reach has no seed.
        bool[] isDry = new bool[inside.Length];
        for (int i = 0; i < isDry.Length; i++)
            isDry[i] = inside[i] && basins[i] == 0;
        int[] seedless = ConnectedComponents.Label(isDry, height, width, false, Connectivity.Four, out _);
        for (int i = 0; i < basins.Length; i++)
        {
            if (seedless[i] > 0)
                basins[i] = count + seedless[i];
        }

        return basins;

        int[] Flood(int[] markers) => Watershed.Flood(relief, markers, inside, height, width, Connectivity.Four, lines: false);

        bool[] SmallNeighbours()
        {
            bool[] marks = new bool[count + 1];
            int[] sizes = Sizes(basins);
            Span<int> neighbours = stackalloc int[8];
            for (int i = 0; i < basins.Length; i++)
            {
                int basin = basins[i];
                if (basin == 0 || sizes[basin] >= MinimumSize || marks[basin])
                    continue;
                int found = Neighbours.Of(i, height, width, Connectivity.Four, neighbours);
                foreach (int neighbour in neighbours[..found])
                    marks[basin] |= basins[neighbour] != 0 && basins[neighbour] != basin;
            }

            return marks;
        }
    }

    private void RemoveSmall(int[] ids)
    {
        int[] sizes = Sizes(ids);
        for (int i = 0; i < ids.Length; i++)
        {
            if (sizes[ids[i]] < MinimumSize)
                ids[i] = 0;
        }
    }

    private static void FillHoles(int[] ids, int height, int width)
    {
        const int Several = -1;
        bool[] isBackground = Array.ConvertAll(ids, id => id == 0);
        int[] parts = ConnectedComponents.Label(isBackground, height, width, false, Connectivity.Eight, out int count);

        // The object around each part of the background: 0 before one is seen.
        int[] around = new int[count + 1];
        Span<int> neighbours = stackalloc int[8];
        for (int i = 0; i < ids.Length; i++)
        {
            int part = parts[i];
            if (part == 0)
                continue;
            int found = Neighbours.Of(i, height, width, Connectivity.Four, neighbours);
            if (found < (int)Connectivity.Four)
                around[part] = Several;
            foreach (int neighbour in neighbours[..found])
            {
                int id = ids[neighbour];
                if (id != 0 && around[part] != id)
                    around[part] = around[part] == 0 ? id : Several;
            }
        }

        for (int i = 0; i < ids.Length; i++)
        {
            if (around[parts[i]] > 0)
                ids[i] = around[parts[i]];
        }
    }

    /// <summary>Numbers objects from 1 in the order of their first pixels; returns how many there are.</summary>
    private static int Renumber(int[] ids)
    {
        int[] numbers = new int[ids.Max() + 1];
        int count = 0;
        for (int i = 0; i < ids.Length; i++)
        {
            if (ids[i] == 0)
                continue;
            if (numbers[ids[i]] == 0)
                numbers[ids[i]] = ++count;
            ids[i] = numbers[ids[i]];
        }

        return count;
    }

    private static int[] Sizes(int[] ids)
    {
        int[] sizes = new int[ids.Max() + 1];
        foreach (int id in ids)
            sizes[id]++;
        return sizes;
    }

    private static bool[] AtLeast(ReadOnlySpan<float> values, double threshold)
    {
        bool[] reached = new bool[values.Length];
        for (int i = 0; i < reached.Length; i++)
            reached[i] = values[i] >= threshold;
        return reached;
    }

    private static void Require(bool holds, string message)
    {
        if (!holds)
            throw new InputException(message);
    }

    private static string Text(double value) => value.ToString(CultureInfo.InvariantCulture);
}
