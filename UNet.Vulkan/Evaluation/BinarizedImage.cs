using UNet.Vulkan.Instances;

namespace UNet.Vulkan.Evaluation;

/// <summary>
/// A segmentation that cuts the probability of the foreground at a threshold, beside its truth: what threshold metrics see.
/// </summary>
public sealed class BinarizedImage
{
    /// <summary>Cuts a probability.</summary>
    /// <param name="image">The image.</param>
    /// <param name="threshold">Pixels whose probability exceeds this become foreground.</param>
    /// <exception cref="ArgumentException">The image's probability is not known.</exception>
    public BinarizedImage(SegmentedImage image, double threshold)
    {
        if (image.ForegroundProbability is not { } probability || probability.Length != image.Truth.Length)
            throw new ArgumentException("The probability of the foreground is not known at every pixel.", nameof(image));
        (Image, Threshold) = (image, threshold);

        // Compared as they are stored: 0.2 is not above 0.2.
        float cut = (float)threshold;
        Foreground = [.. probability.Select((p, pixel) => p > cut && !image.IsIgnored(pixel))];
    }

    /// <summary>The image.</summary>
    public SegmentedImage Image { get; }

    /// <summary>The threshold.</summary>
    public double Threshold { get; }

    /// <summary>Whether a pixel's probability exceeds the threshold, [row][column]; false for ignored pixels.</summary>
    public bool[] Foreground { get; }

    /// <summary>How the true objects overlap with the 4-connected components of the foreground.</summary>
    internal ObjectOverlaps ComponentOverlaps => field ??= new(Image.TrueObjects, Components);

    /// <summary>
    /// How the true objects overlap with the components after border thinning: the components are the markers of a
    /// watershed, 4-connected, that floods the background in between; what remains of it are borders one pixel wide.
    /// </summary>
    internal ObjectOverlaps ThinnedOverlaps => field ??= new(Image.TrueObjects, Watershed.Flood(
        new float[Foreground.Length], Components, [], Image.Height, Image.Width, Connectivity.Four, lines: true));

    private int[] Components => field
        ??= ConnectedComponents.Label<bool>(Foreground, Image.Height, Image.Width, false, Connectivity.Four, out _);
}
