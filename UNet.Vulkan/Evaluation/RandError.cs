using System.Collections.Immutable;

namespace UNet.Vulkan.Evaluation;

/// <summary>
/// Rand error of the ISBI 2012 challenge: 1 - F-score of the foreground-restricted Rand index. Of all pairs of pixels that
/// both lie in true objects: TP pairs are together, in one object, in the truth and in the segmentation, FN only in the
/// truth, FP only in the segmentation; the error is 1 - 2·TP / (2·TP + FP + FN). Objects of the segmentation are the
/// 4-connected components of its foreground; a pixel that it calls background is together with no other. Best threshold of
/// 0.0, 0.1 .. 0.9.
/// </summary>
/// <remarks>
/// With n_ij pixels in true object i and predicted object j, C(n) = n·(n - 1) / 2: TP = Σ_ij C(n_ij), TP + FN = Σ_i C(a_i) for
/// a_i pixels of true object i, TP + FP = Σ_j C(b_j) for b_j pixels of predicted object j within true ones. This is the
/// adapted Rand error where every background pixel of the segmentation is an object of its own. Arganda-Carreras et al. 2015;
/// Rand, "Objective criteria for the evaluation of clustering methods", 1971.
/// </remarks>
public sealed class RandError : ThresholdMetric
{
    /// <inheritdoc/>
    public override string Name => "rand-error";

    /// <inheritdoc/>
    public override string Description => "1 - F-score of the foreground-restricted Rand index (ISBI 2012)";

    /// <inheritdoc/>
    public override ImmutableArray<double> Thresholds => Isbi2012Thresholds;

    /// <inheritdoc/>
    public override bool IsError => true;

    /// <inheritdoc/>
    public override Ratio Measure(BinarizedImage image)
    {
        ObjectOverlaps overlaps = image.ComponentOverlaps;
        double inBoth = Pairs(overlaps.Shared.Values);
        double inEach = Pairs(overlaps.TrueAreas.Values) + Pairs(overlaps.PredictedAreasInTruth.Values);
        return new(inEach - 2 * inBoth, inEach);
    }

    private static double Pairs(IEnumerable<long> areas) => areas.Sum(area => 0.5 * area * (area - 1));
}
