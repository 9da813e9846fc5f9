using System.Collections.Immutable;

namespace UNet.Vulkan.Evaluation;

/// <summary>
/// V_info of the ISBI challenge: the foreground-restricted information theoretic score after border thinning. Objects and
/// shares are those of <see cref="RandScore"/>. The entropies H(T) = -Σ_i a_i log a_i of the truth,
/// H(S) = -Σ_j b_j log b_j + s0 log n of the segmentation and H(S, T) = -Σ_ij p_ij log p_ij + s0 log n of both give the mutual
/// information I = H(S) + H(T) - H(S, T); precision is I / H(S), recall I / H(T), and V_info their harmonic mean
/// 2·I / (H(S) + H(T)). It is 1 where both are a single object. Per image, then averaged; best threshold of 0.05, 0.10 .. 0.95
/// and 0.99.
/// </summary>
/// <remarks>
/// Arganda-Carreras et al. 2015. In terms of the variation of information VI = H(S|T) + H(T|S), V_info is
/// 1 - VI / (H(S) + H(T)).
/// </remarks>
public sealed class InformationScore : ThresholdMetric
{
    /// <inheritdoc/>
    public override string Name => "vinfo";

    /// <inheritdoc/>
    public override string Description => "V_info, information theoretic score after border thinning (ISBI)";

    /// <inheritdoc/>
    public override ImmutableArray<double> Thresholds => IsbiThresholds;

    /// <inheritdoc/>
    public override bool IsError => false;

    /// <inheritdoc/>
    public override Ratio Measure(BinarizedImage image)
    {
        ObjectOverlaps overlaps = image.ThinnedOverlaps;
        if (overlaps.InTruth == 0)
            return default;
        double pixels = overlaps.InTruth;

        // A border pixel is an object of one pixel.
        double borders = overlaps.Missed / pixels * Math.Log(pixels);
        double truth = Entropy(overlaps.TrueAreas.Values);
        double predicted = Entropy(overlaps.PredictedAreasInTruth.Values) + borders;
        double both = Entropy(overlaps.Shared.Values) + borders;
        double sum = truth + predicted;
        return new(sum == 0 ? 1 : 2 * (sum - both) / sum, 1);

        double Entropy(IEnumerable<long> areas) => -areas.Sum(area => area / pixels * Math.Log(area / pixels));
    }
}
