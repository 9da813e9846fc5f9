using System.Collections.Immutable;
using UNet.Vulkan.Evaluation;
using Xunit;

namespace UNet.Tests.Evaluation;

public sealed class EvaluatorTests
{
    [Fact]
    public void EachMetricKeepsACurveForEachImage()
    {
        Evaluator evaluator = new(Metric.All, 2, [0.2, 0.5]);
        evaluator.Add(Picture.Proposal("##..", "#4.."));
        evaluator.Add(Picture.Proposal("....", "...4"));

        RatioCurves curves = Assert.Single(evaluator.Threshold, scores => scores.Metric is PixelError).Curves;
        Assert.Equal((2, 2), (curves.Images, curves.Points.Length));
        Assert.Equal([0, 1.0 / 3], curves.Of(0));

        // The second image has no foreground: undefined where none is found either.
        Assert.Equal([1, double.NaN], curves.Of(1));
        Assert.Equal([0.5, 1.0 / 3], curves.Mean());
        Assert.Equal([1.0 / 5, 1.0 / 3], curves.Together());

        ConfusionScores accuracy = Assert.Single(evaluator.Confusion, scores => scores.Metric is PixelAccuracy);
        Assert.Equal([0.75, 1], accuracy.Images.Select(score => score.Value));
        Assert.Equal((0.875, 0.875), (accuracy.Mean.Value, accuracy.Together.Value));

        RatioCurves seg = Assert.Single(evaluator.Instance, scores => scores.Metric is SegmentationScore).Curves;
        Assert.Equal([0], seg.Together());
        Assert.Equal(9, evaluator.Instance[1].Curves.Points.Length);
    }

    [Fact]
    public void AllInstancesTogetherCountOnceEach()
    {
        Evaluator evaluator = new([new SegmentationScore()], 2);
        evaluator.Add(Picture.Instances("AA.BB", "aa.bb"));
        evaluator.Add(Picture.Instances("AAAA.", "....."));
        RatioCurves curves = Assert.Single(evaluator.Instance).Curves;
        Assert.Equal(1.0 / 2, Assert.Single(curves.Mean()));
        Assert.Equal(2.0 / 3, Assert.Single(curves.Together()));
    }

    [Fact]
    public void MetricsKeepTheirOwnThresholds()
    {
        Evaluator evaluator = new([new PixelError(), new RandScore()], 2);
        SegmentedImage image = Picture.Proposal("##.##", "97385");
        evaluator.Add(image);
        foreach (ThresholdScores scores in evaluator.Threshold)
        {
            ImmutableArray<double> alone = [.. scores.Metric.Thresholds.Select(
                threshold => scores.Metric.Measure(new BinarizedImage(image, threshold)).Value)];
            Assert.Equal(scores.Metric.Thresholds, scores.Curves.Points);
            Assert.Equal(alone, scores.Curves.Of(0));
        }
    }

    [Fact]
    public void ACurveHasARatioForEachPoint()
        => Assert.Throws<ArgumentException>(() => new RatioCurves([0.5]).Add([default, default]));
}
