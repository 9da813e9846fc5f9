using System.Collections.Immutable;

namespace UNet.Vulkan.Evaluation;

/// <summary>
/// A metric that cuts the probability of the foreground class at a list of thresholds. It is measured image by image; the
/// threshold that is best for the mean of all images counts.
/// </summary>
public abstract class ThresholdMetric : Metric
{
    /// <summary>Thresholds of the ISBI 2012 challenge as it was held: 0.0, 0.1 .. 0.9.</summary>
    protected static ImmutableArray<double> Isbi2012Thresholds { get; } = [.. Enumerable.Range(0, 10).Select(i => i / 10.0)];

    /// <summary>Thresholds for the challenge's later scores: 0.05, 0.10 .. 0.95, and 0.99.</summary>
    protected static ImmutableArray<double> IsbiThresholds { get; } = [.. Enumerable.Range(1, 19).Select(i => i / 20.0), 0.99];

    /// <summary>The thresholds of the metric's definition, ascending.</summary>
    public abstract ImmutableArray<double> Thresholds { get; }

    /// <summary>Whether it is an error, best when small, and not a score.</summary>
    public abstract bool IsError { get; }

    /// <summary>Measures one image at one threshold.</summary>
    public abstract Ratio Measure(BinarizedImage image);

    /// <summary>Index of the best of a curve's values, of equal ones the first; -1 if all are NaN.</summary>
    public int Best(ImmutableArray<double> values)
    {
        int best = -1;
        for (int i = 0; i < values.Length; i++)
        {
            if (!double.IsNaN(values[i]) && (best < 0 || (IsError ? values[i] < values[best] : values[i] > values[best])))
                best = i;
        }

        return best;
    }
}
