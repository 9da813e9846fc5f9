namespace UNet.Vulkan.Evaluation;

/// <summary>A metric that needs nothing but the confusion matrix: of one image, or of all pixels of all images.</summary>
public abstract class ConfusionMetric : Metric
{
    /// <summary>Scores the pixels that were counted.</summary>
    public abstract Score Measure(ConfusionMatrix confusion);

    /// <summary>Scores one image.</summary>
    public Score Measure(SegmentedImage image) => Measure(image.Confusion);

    /// <summary>A share, or NaN where nothing was counted.</summary>
    protected static double Share(long part, long whole) => new Ratio(part, whole).Value;
}
