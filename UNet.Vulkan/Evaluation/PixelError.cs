using System.Collections.Immutable;

namespace UNet.Vulkan.Evaluation;

/// <summary>
/// Pixel error of the ISBI 2012 challenge: 1 - F, with F = 2·TP / (2·TP + FP + FN) of the pixels of the foreground class (the
/// cell interior, not the membrane). Best threshold of 0.0, 0.1 .. 0.9. A segmentation that calls everything foreground
/// already has a small error where most pixels are foreground.
/// </summary>
/// <remarks>
/// Arganda-Carreras et al., "Crowdsourcing the creation of image segmentation algorithms for connectomics", Frontiers in
/// Neuroanatomy 9:142, 2015.
/// </remarks>
public sealed class PixelError : ThresholdMetric
{
    /// <inheritdoc/>
    public override string Name => "pixel-error";

    /// <inheritdoc/>
    public override string Description => "1 - F-score of the foreground's pixels (ISBI 2012)";

    /// <inheritdoc/>
    public override ImmutableArray<double> Thresholds => Isbi2012Thresholds;

    /// <inheritdoc/>
    public override bool IsError => true;

    /// <inheritdoc/>
    public override Ratio Measure(BinarizedImage image)
    {
        (long truePositives, long wrong) = (0, 0);
        for (int i = 0; i < image.Foreground.Length; i++)
        {
            bool isTrue = image.Image.Truth[i] == image.Image.ForegroundClass;
            if (image.Foreground[i] && isTrue)
                truePositives++;
            // An ignored pixel is foreground in neither.
            else if (image.Foreground[i] != isTrue)
                wrong++;
        }

        return new(wrong, 2 * truePositives + wrong);
    }
}
