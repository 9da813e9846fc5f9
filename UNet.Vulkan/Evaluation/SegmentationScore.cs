using System.Collections.Immutable;

namespace UNet.Vulkan.Evaluation;

/// <summary>
/// SEG of the Cell Tracking Challenge: the mean over the true objects R of the Jaccard index |R ∩ S| / |R ∪ S| with the one
/// predicted object S that covers more than half of R; 0 where none does. Predicted objects where the truth has none cost
/// nothing. Over several images: the mean over all objects of all images.
/// </summary>
/// <remarks>
/// Maška et al., "A benchmark for comparison of cell tracking algorithms", Bioinformatics 30, 2014.
/// </remarks>
public sealed class SegmentationScore : InstanceMetric
{
    /// <inheritdoc/>
    public override string Name => "seg";

    /// <inheritdoc/>
    public override string Description => "SEG, mean Jaccard index of the true objects (Cell Tracking Challenge)";

    /// <inheritdoc/>
    public override ImmutableArray<double> Thresholds => [0.5];

    /// <inheritdoc/>
    public override ImmutableArray<Ratio> Measure(SegmentedImage image)
    {
        ObjectOverlaps overlaps = image.Overlaps;
        double sum = 0;
        foreach ((int truth, int predicted) in overlaps.Shared.Keys)
        {
            // No second predicted object can cover more than half.
            if (2 * overlaps.Shared[(truth, predicted)] <= overlaps.TrueAreas[truth])
                continue;
            (long intersection, long union) = overlaps.Jaccard((truth, predicted));
            sum += (double)intersection / union;
        }

        return [new(sum, overlaps.TrueAreas.Count)];
    }
}
