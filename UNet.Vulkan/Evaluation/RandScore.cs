using System.Collections.Immutable;

namespace UNet.Vulkan.Evaluation;

/// <summary>
/// V_rand of the ISBI challenge: the foreground-restricted Rand score after border thinning. True objects are as given, or
/// the 4-connected components of the true foreground; those of the segmentation the components of its foreground, grown by a
/// watershed until borders of one pixel are left. With p_ij the share of the n true foreground pixels that lie in true object
/// i and predicted object j, and s0 the share that lies on borders: A = Σ_i a_i², B = Σ_j b_j² + s0/n,
/// AB = Σ_ij p_ij² + s0/n; precision AB/B, recall AB/A, and V_rand is their harmonic mean 2·AB / (A + B). Per image, then
/// averaged; best threshold of 0.05, 0.10 .. 0.95 and 0.99.
/// </summary>
/// <remarks>
/// Arganda-Carreras et al. 2015. Unlike <see cref="RandError"/> it counts pairs of a pixel with itself. Without them, and
/// with every border pixel as an object of its own, it would be 1 - the adapted Rand error of the thinned segmentation.
/// </remarks>
public sealed class RandScore : ThresholdMetric
{
    /// <inheritdoc/>
    public override string Name => "vrand";

    /// <inheritdoc/>
    public override string Description => "V_rand, Rand score after border thinning (ISBI)";

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

        // n² times the sums of the definition, in which a border pixel is an object of one pixel: 1².
        double inTruth = Squares(overlaps.TrueAreas.Values);
        double predicted = Squares(overlaps.PredictedAreasInTruth.Values) + overlaps.Missed;
        double both = Squares(overlaps.Shared.Values) + overlaps.Missed;
        return new(2 * both / (inTruth + predicted), 1);
    }

    private static double Squares(IEnumerable<long> areas) => areas.Sum(area => (double)area * area);
}
