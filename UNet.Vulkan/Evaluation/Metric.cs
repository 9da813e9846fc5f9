using System.Collections.Immutable;

namespace UNet.Vulkan.Evaluation;

/// <summary>A measure of how well a segmentation agrees with the truth.</summary>
public abstract class Metric
{
    /// <summary>The name on the command line and in JSON.</summary>
    public abstract string Name { get; }

    /// <summary>One line for people.</summary>
    public abstract string Description { get; }

    /// <summary>The metrics of this library, in the order in which they are shown.</summary>
    public static ImmutableArray<Metric> All { get; } = [new IntersectionOverUnion(), new DiceCoefficient(), new PixelAccuracy()];

    /// <summary>Scores one image.</summary>
    public abstract Score Measure(SegmentedImage image);

    /// <summary>
    /// Scores all pixels of all images together, as one image; null for a metric that has a meaning only image by image.
    /// </summary>
    public virtual Score? MeasureAll(ConfusionMatrix all) => null;
}

/// <summary>A metric that needs nothing but the confusion matrix.</summary>
public abstract class ConfusionMetric : Metric
{
    /// <summary>Scores the pixels that were counted.</summary>
    public abstract Score Measure(ConfusionMatrix confusion);

    /// <inheritdoc/>
    public sealed override Score Measure(SegmentedImage image) => Measure(image.Confusion);

    /// <inheritdoc/>
    public sealed override Score? MeasureAll(ConfusionMatrix all) => Measure(all);

    /// <summary>A share, or NaN where nothing was counted.</summary>
    protected static double Ratio(long part, long whole) => whole == 0 ? double.NaN : (double)part / whole;
}
