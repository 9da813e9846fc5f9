using System.Collections.Immutable;
using UNet.Vulkan.Instances;

namespace UNet.Vulkan.Evaluation;

/// <summary>
/// Warping error of the ISBI 2012 challenge: the share of pixels that split or merge objects, however the true borders are
/// moved. The truth is warped onto the segmentation: a pixel where both differ is flipped if that changes no topology (it is
/// simple), those first whose probability is farthest from the threshold, in passes over the pixels that still differ until a
/// pass flips none. Of the pixels that differ then, those count that
/// <list type="bullet">
/// <item>merge: background in the warped truth, foreground in the segmentation, with pixels of two or more objects among the
/// eight around it;</item>
/// <item>split: foreground in the warped truth, background in the segmentation, with pixels of two or more objects among the
/// eight around it once it is taken out of its object.</item>
/// </list>
/// Objects and holes that are added or missing do not count. Foreground is 4-connected, background 8-connected; beyond the
/// image is background. Best threshold of 0.0, 0.1 .. 0.9.
/// </summary>
/// <remarks>
/// Jain et al., "Boundary learning by optimization with topological constraints", CVPR 2010; Arganda-Carreras et al. 2015,
/// whose published numbers count pixels like this and not connected mistakes. Of pixels equally far from the threshold the
/// first row by row comes first; another order gives slightly different numbers.
/// </remarks>
public sealed class WarpingError : ThresholdMetric
{
    /// <inheritdoc/>
    public override string Name => "warping-error";

    /// <inheritdoc/>
    public override string Description => "pixels that split or merge objects, borders moved freely (ISBI 2012)";

    /// <inheritdoc/>
    public override ImmutableArray<double> Thresholds => Isbi2012Thresholds;

    /// <inheritdoc/>
    public override bool IsError => true;

    /// <inheritdoc/>
    public override Ratio Measure(BinarizedImage image)
    {
        SegmentedImage original = image.Image;
        PaddedMask warped = new(original.Height, original.Width);
        long pixels = 0;
        for (int i = 0; i < original.Truth.Length; i++)
        {
            warped[i] = original.Truth[i] == original.ForegroundClass;
            pixels += original.IsIgnored(i) ? 0 : 1;
        }

        List<int> mismatches = Warp(warped, image);
        return new(mismatches.Count == 0 ? 0 : SplitsAndMergers(warped, mismatches), pixels);
    }

    /// <summary>Flips pixels of the truth; returns those that still differ from the segmentation.</summary>
    private static List<int> Warp(PaddedMask warped, BinarizedImage image)
    {
        float[] probability = image.Image.ForegroundProbability!;
        float cut = (float)image.Threshold;

        // A stable sort. An ignored pixel is foreground in neither.
        List<int> mismatches = [.. Enumerable.Range(0, probability.Length)
            .Where(pixel => warped[pixel] != image.Foreground[pixel])
            .OrderByDescending(pixel => Math.Abs(probability[pixel] - cut))];
        while (mismatches.RemoveAll(pixel => warped.FlipIfSimple(pixel)) > 0)
        {
            // A pixel that was not simple may be after others were flipped.
        }

        return mismatches;
    }

    private static int SplitsAndMergers(PaddedMask warped, List<int> mismatches)
    {
        bool[] foreground = [.. Enumerable.Range(0, warped.Height * warped.Width).Select(pixel => warped[pixel])];
        int[] objects = ConnectedComponents.Label<bool>(
            foreground, warped.Height, warped.Width, false, Connectivity.Four, out _);
        bool[] isCut = CutPixels.Of(foreground, warped.Height, warped.Width);
        Span<int> neighbours = stackalloc int[8];
        int count = 0;
        foreach (int pixel in mismatches)
        {
            int found = Neighbours.Of(pixel, warped.Height, warped.Width, Connectivity.Eight, neighbours);
            int first = 0;
            bool several = isCut[pixel];
            foreach (int neighbour in neighbours[..found])
            {
                if (objects[neighbour] == 0)
                    continue;
                several |= first != 0 && objects[neighbour] != first;
                first = objects[neighbour];
            }

            count += several ? 1 : 0;
        }

        return count;
    }

    /// <summary>A binary image with a border of background around it, so that every pixel has eight neighbours.</summary>
    private sealed class PaddedMask(int height, int width)
    {
        private readonly bool[] _pixels = new bool[(height + 2) * (width + 2)];

        // Round the pixel, beginning at the right: even ones share an edge with it, odd ones a corner.
        private readonly int[] _ring =
            [1, -(width + 2) + 1, -(width + 2), -(width + 2) - 1, -1, width + 2 - 1, width + 2, width + 2 + 1];

        public int Height => height;

        public int Width => width;

        public bool this[int pixel]
        {
            get => _pixels[Padded(pixel)];
            set => _pixels[Padded(pixel)] = value;
        }

        public bool FlipIfSimple(int pixel)
        {
            int centre = Padded(pixel);
            if (!IsSimple(centre))
                return false;
            _pixels[centre] ^= true;
            return true;
        }

        /// <summary>
        /// Whether the neighbours that are foreground make up one 4-connected piece that touches the pixel, and one piece
        /// of background too: Yokoi's connectivity number Σ_k x_k (1 - x_(k+1) x_(k+2)), k = 0, 2, 4, 6, is 1
        /// (Yokoi et al. 1975). It is 0 for a pixel whose four neighbours are all alike.
        /// </summary>
        private bool IsSimple(int centre)
        {
            int number = 0;
            for (int k = 0; k < 8; k += 2)
            {
                if (_pixels[centre + _ring[k]] && !(_pixels[centre + _ring[k + 1]] && _pixels[centre + _ring[(k + 2) % 8]]))
                    number++;
            }

            return number == 1;
        }

        private int Padded(int pixel) => (pixel / width + 1) * (width + 2) + pixel % width + 1;
    }
}
