using System.Collections.Immutable;

namespace UNet.Vulkan.Evaluation;

/// <summary>
/// Which predicted objects are true ones. A predicted and a true object match if their intersection over union exceeds a
/// threshold of 0.5 or more; then neither matches any other.
/// </summary>
/// <param name="TruePositives">Pairs that match.</param>
/// <param name="FalsePositives">Predicted objects without a match.</param>
/// <param name="FalseNegatives">True objects without a match.</param>
internal readonly record struct InstanceMatches(int TruePositives, int FalsePositives, int FalseNegatives)
{
    /// <summary>In hundredths, which compare exactly with a ratio of whole numbers.</summary>
    private static readonly ImmutableArray<int> Percent = [50, 55, 60, 65, 70, 75, 80, 85, 90];

    /// <summary>The thresholds: 0.50, 0.55 .. 0.90.</summary>
    public static ImmutableArray<double> Thresholds { get; } = [.. Percent.Select(percent => percent / 100.0)];

    /// <summary>The matches at each of the thresholds.</summary>
    public static ImmutableArray<InstanceMatches> Of(ObjectOverlaps overlaps)
    {
        (long Intersection, long Union)[] jaccards = [.. overlaps.Shared.Keys.Select(overlaps.Jaccard)];
        return [.. Percent.Select(percent =>
        {
            int matches = jaccards.Count(jaccard => 100 * jaccard.Intersection > percent * jaccard.Union);
            return new InstanceMatches(matches, overlaps.PredictedAreas.Count - matches, overlaps.TrueAreas.Count - matches);
        })];
    }
}
