using System.Collections.Immutable;

namespace UNet.Vulkan.Evaluation;

/// <summary>
/// A measure of how well a segmentation agrees with the truth. What it looks at is its kind: the classes of single pixels
/// (<see cref="ConfusionMetric"/>), a probability cut at thresholds (<see cref="ThresholdMetric"/>) or whole objects
/// (<see cref="InstanceMetric"/>).
/// </summary>
public abstract class Metric
{
    // One of the three kinds.
    private protected Metric() { }

    /// <summary>The name on the command line and in JSON.</summary>
    public abstract string Name { get; }

    /// <summary>One line for people.</summary>
    public abstract string Description { get; }

    /// <summary>The metrics of this library, in the order in which they are shown.</summary>
    public static ImmutableArray<Metric> All { get; } =
    [
        new IntersectionOverUnion(), new DiceCoefficient(), new PixelAccuracy(),
        new PixelError(), new RandError(), new WarpingError(), new RandScore(), new InformationScore(),
        new SegmentationScore(), new AveragePrecision(), new InstanceF1(),
    ];
}
