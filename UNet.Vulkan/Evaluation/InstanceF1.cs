using System.Collections.Immutable;

namespace UNet.Vulkan.Evaluation;

/// <summary>
/// F1 of the objects: 2·TP / (2·TP + FP + FN), where objects match as for <see cref="AveragePrecision"/>; at thresholds 0.50,
/// 0.55 .. 0.90 of their intersection over union. Undefined for an image without any object, which is then left out of the
/// mean.
/// </summary>
/// <remarks>Caicedo et al. 2019.</remarks>
public sealed class InstanceF1 : InstanceMetric
{
    /// <inheritdoc/>
    public override string Name => "f1";

    /// <inheritdoc/>
    public override string Description => "2 TP / (2 TP + FP + FN) of objects, matched as for ap";

    /// <inheritdoc/>
    public override ImmutableArray<double> Thresholds => InstanceMatches.Thresholds;

    /// <inheritdoc/>
    public override ImmutableArray<Ratio> Measure(SegmentedImage image) => [.. InstanceMatches.Of(image.Overlaps).Select(
        matches => new Ratio(2 * matches.TruePositives, 2 * matches.TruePositives + matches.FalsePositives + matches.FalseNegatives))];
}
