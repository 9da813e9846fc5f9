using UNet.Vulkan.Evaluation;
using Xunit;

namespace UNet.Tests.Evaluation;

public sealed class MetricTests
{
    // Truth 0 0 0 1 1 2, prediction 0 0 1 1 2 2; the last pixel is ignored.
    private static readonly SegmentedImage Mixed = new(4, 1, 7, [0, 0, 1, 1, 2, 2, 3], [0, 0, 0, 1, 1, 2, 255]);

    [Fact]
    public void IntersectionOverUnionIsCountedClassByClass()
    {
        Score score = new IntersectionOverUnion().Measure(Mixed);
        Assert.Equal([2.0 / 3, 1.0 / 3, 1.0 / 2, double.NaN], score.PerClass);
        Assert.Equal((2.0 / 3 + 1.0 / 3 + 1.0 / 2) / 3, score.Value, 1e-15);
    }

    [Fact]
    public void DiceIsCountedClassByClass()
    {
        Score score = new DiceCoefficient().Measure(Mixed);
        Assert.Equal([4.0 / 5, 2.0 / 4, 2.0 / 3, double.NaN], score.PerClass);
    }

    [Fact]
    public void AccuracyIsTheShareOfPixelsAndTheRecallOfClasses()
    {
        Score score = new PixelAccuracy().Measure(Mixed);
        Assert.Equal(4.0 / 6, score.Value);
        Assert.Equal([2.0 / 3, 1.0 / 2, 1.0, double.NaN], score.PerClass);
        Assert.Equal((2.0 / 3 + 1.0 / 2 + 1) / 3, score.ClassMean, 1e-15);
    }

    [Fact]
    public void AClassThatIsPredictedButNotThereScoresZero()
    {
        SegmentedImage image = new(2, 1, 2, [0, 1], [0, 0]);
        Assert.Equal([0.5, 0], new IntersectionOverUnion().Measure(image).PerClass);
        Assert.Equal(0.25, new IntersectionOverUnion().Measure(image).Value);
    }

    [Fact]
    public void NothingCountedIsUndefined()
    {
        SegmentedImage image = new(2, 1, 2, [0, 1], [255, 255]);
        Assert.All(Metric.All.OfType<ConfusionMetric>(), metric => Assert.Equal(double.NaN, metric.Measure(image).Value));
    }

    [Fact]
    public void MatricesAddUp()
    {
        ConfusionMatrix sum = new(4);
        sum.Add(Mixed.Confusion);
        sum.Add(Mixed.Confusion);
        Assert.Equal(12, sum.Total);
        Assert.Equal(8, sum.Correct);
        Assert.Equal(new IntersectionOverUnion().Measure(Mixed).Value, new IntersectionOverUnion().Measure(sum).Value, 1e-15);
    }

    [Fact]
    public void AClassOutOfRangeIsRefused()
    {
        ConfusionMatrix matrix = new(2);
        Assert.Throws<ArgumentException>(() => matrix.Add([2], [0]));
        Assert.Throws<ArgumentException>(() => matrix.Add([0], [2]));
        Assert.Throws<ArgumentException>(() => matrix.Add([0, 0], [0]));
    }

    [Fact]
    public void TheMeanOverImagesLeavesOutWhereAClassIsUndefined()
    {
        Score mean = Score.Mean([Score.OfClasses([0.5, double.NaN]), Score.OfClasses([1.0, 0.2])]);
        Assert.Equal([0.75, 0.2], mean.PerClass);
        Assert.Equal(0.55, mean.Value, 1e-15);
    }
}
