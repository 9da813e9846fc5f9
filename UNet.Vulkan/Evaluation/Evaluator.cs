using System.Collections.Immutable;

namespace UNet.Vulkan.Evaluation;

/// <summary>What a confusion metric said of images.</summary>
/// <param name="Metric">The metric.</param>
/// <param name="Images">By image.</param>
/// <param name="Mean">Mean over the images.</param>
/// <param name="Together">Of all pixels of all images, as if they were one.</param>
public sealed record ConfusionScores(ConfusionMetric Metric, ImmutableArray<Score> Images, Score Mean, Score Together);

/// <summary>What a threshold metric said of images.</summary>
/// <param name="Metric">The metric.</param>
/// <param name="Curves">By image, over the thresholds.</param>
public sealed record ThresholdScores(ThresholdMetric Metric, RatioCurves Curves);

/// <summary>What an instance metric said of images.</summary>
/// <param name="Metric">The metric.</param>
/// <param name="Curves">By image, over the metric's thresholds of intersection over union.</param>
public sealed record InstanceScores(InstanceMetric Metric, RatioCurves Curves);

/// <summary>Applies metrics to images, one after the other, and keeps the scores but not the images.</summary>
public sealed class Evaluator
{
    private readonly ImmutableArray<(ConfusionMetric Metric, List<Score> Scores)> _confusion;
    private readonly ConfusionMatrix _total;

    /// <summary>An evaluation of no image yet.</summary>
    /// <param name="metrics">What to measure.</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="thresholds">Thresholds for all threshold metrics instead of those of their definitions; null for those.</param>
    public Evaluator(ImmutableArray<Metric> metrics, int classes, ImmutableArray<double>? thresholds = null)
    {
        _total = new(classes);
        _confusion = [.. metrics.OfType<ConfusionMetric>().Select(metric => (metric, new List<Score>()))];
        Threshold = [.. metrics.OfType<ThresholdMetric>().Select(
            metric => new ThresholdScores(metric, new(thresholds ?? metric.Thresholds)))];
        Instance = [.. metrics.OfType<InstanceMetric>().Select(metric => new InstanceScores(metric, new(metric.Thresholds)))];
    }

    /// <summary>Scores of the confusion metrics.</summary>
    public ImmutableArray<ConfusionScores> Confusion => [.. _confusion.Select(
        of => new ConfusionScores(of.Metric, [.. of.Scores], Score.Mean(of.Scores), of.Metric.Measure(_total)))];

    /// <summary>Scores of the threshold metrics.</summary>
    public ImmutableArray<ThresholdScores> Threshold { get; }

    /// <summary>Scores of the instance metrics.</summary>
    public ImmutableArray<InstanceScores> Instance { get; }

    /// <summary>Measures an image.</summary>
    /// <exception cref="ArgumentException">
    /// It has not as many classes as all images, or its probability is missing where a metric needs it.
    /// </exception>
    public void Add(SegmentedImage image)
    {
        _total.Add(image.Confusion);
        foreach ((ConfusionMetric metric, List<Score> scores) in _confusion)
            scores.Add(metric.Measure(image));
        MeasureThresholds(image);
        foreach (InstanceScores scores in Instance)
            scores.Curves.Add(scores.Metric.Measure(image));
    }

    /// <summary>Cuts the image once at each threshold that any metric wants; the thresholds in parallel.</summary>
    private void MeasureThresholds(SegmentedImage image)
    {
        Ratio[][] ratios = [.. Threshold.Select(scores => new Ratio[scores.Curves.Points.Length])];
        double[] thresholds = [.. Threshold.SelectMany(scores => scores.Curves.Points).Distinct()];
        Parallel.For(0, thresholds.Length, i =>
        {
            BinarizedImage binarized = new(image, thresholds[i]);
            for (int m = 0; m < Threshold.Length; m++)
            {
                int point = Threshold[m].Curves.Points.IndexOf(thresholds[i]);
                if (point >= 0)
                    ratios[m][point] = Threshold[m].Metric.Measure(binarized);
            }
        });
        for (int m = 0; m < Threshold.Length; m++)
            Threshold[m].Curves.Add([.. ratios[m]]);
    }
}
