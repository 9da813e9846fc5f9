using System.Collections.Immutable;

namespace UNet.Vulkan.Evaluation;

/// <summary>A metric that compares whole objects: instances as given, or the 4-connected components of the foreground class.</summary>
public abstract class InstanceMetric : Metric
{
    /// <summary>
    /// The values of intersection over union above which a predicted object is taken for a true one, ascending; a single 0.5
    /// where the metric has no such list.
    /// </summary>
    public abstract ImmutableArray<double> Thresholds { get; }

    /// <summary>Measures one image: a ratio for each of the <see cref="Thresholds"/>.</summary>
    public abstract ImmutableArray<Ratio> Measure(SegmentedImage image);
}
