using System.Collections.Immutable;

namespace UNet.Vulkan.Evaluation;

/// <summary>
/// Average precision as the Data Science Bowl 2018, StarDist and Cellpose call it: TP / (TP + FP + FN) of the objects, where a
/// predicted and a true object match (TP) if their intersection over union exceeds a threshold; at thresholds 0.50, 0.55 ..
/// 0.90. It is not the area under a precision-recall curve, which would need a confidence for each object. Undefined for an
/// image without any object, which is then left out of the mean.
/// </summary>
/// <remarks>
/// Caicedo et al., "Nucleus segmentation across imaging experiments: the 2018 Data Science Bowl", Nature Methods 16, 2019. At
/// exactly the threshold there is no match, as there; StarDist lets it match.
/// </remarks>
public sealed class AveragePrecision : InstanceMetric
{
    /// <inheritdoc/>
    public override string Name => "ap";

    /// <inheritdoc/>
    public override string Description => "TP / (TP + FP + FN) of objects, matched at IoU above 0.5, 0.55 .. 0.9 (Data Science Bowl)";

    /// <inheritdoc/>
    public override ImmutableArray<double> Thresholds => InstanceMatches.Thresholds;

    /// <inheritdoc/>
    public override ImmutableArray<Ratio> Measure(SegmentedImage image) => [.. InstanceMatches.Of(image.Overlaps).Select(
        matches => new Ratio(matches.TruePositives, matches.TruePositives + matches.FalsePositives + matches.FalseNegatives))];
}
