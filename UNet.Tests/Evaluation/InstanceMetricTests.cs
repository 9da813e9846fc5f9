using UNet.Vulkan.Evaluation;
using Xunit;

namespace UNet.Tests.Evaluation;

public sealed class InstanceMetricTests
{
    // IoU of A and a: 3/4; of B and b: 2/4, which covers just half of B; c is nothing true; C is not found.
    private static readonly SegmentedImage Mixed = Picture.Instances("AAA.BBBB.CC...", "aaaa.bb......c");

    [Fact]
    public void SegIsTheMeanJaccardIndexOfTheTrueObjects()
        => Assert.Equal(new(3.0 / 4, 3), Assert.Single(new SegmentationScore().Measure(Mixed)));

    [Fact]
    public void SegWantsMoreThanHalfOfTheTrueObjectAndNoMoreOfThePredictedOne()
    {
        SegmentedImage image = Picture.Instances("AAABBBBB", "aaaaaaaa");

        // Both objects are covered whole by the same prediction: 3/8 and 5/8.
        Assert.Equal(new(1, 2), Assert.Single(new SegmentationScore().Measure(image)));
    }

    [Fact]
    public void MatchesExceedTheThreshold()
    {
        // At IoU 0.5 exactly there is no match: A and a alone, up to 0.70; 0.75 is not above 0.75.
        double[] expected = [.. Enumerable.Repeat(1.0 / 5, 5), 0, 0, 0, 0];
        Assert.Equal(expected, new AveragePrecision().Measure(Mixed).Select(ratio => ratio.Value));
        Assert.Equal([.. Enumerable.Repeat(2.0 / 6, 5), 0, 0, 0, 0], new InstanceF1().Measure(Mixed).Select(ratio => ratio.Value));
    }

    [Fact]
    public void WithoutIdsTheComponentsOfTheForegroundClassAreTheInstances()
    {
        // Corners that touch do not join: 4-connected.
        SegmentedImage image = new(3, 3, 3, [2, 0, 1, 0, 2, 1, 0, 0, 0], [2, 0, 0, 0, 2, 0, 0, 1, 1]);
        Assert.Equal(new(2, 2), Assert.Single(new SegmentationScore().Measure(image)));
        Assert.Equal(new(2, 2), new AveragePrecision().Measure(image)[0]);
        SegmentedImage other = new(3, 3, 3, image.Predicted, image.Truth) { ForegroundClass = 1 };
        Assert.Equal(new(0, 2), new AveragePrecision().Measure(other)[0]);
    }

    [Fact]
    public void IgnoredPixelsBelongToNoInstance()
    {
        SegmentedImage image = Picture.Instances("AAAA??.", ".aaaaab");
        Assert.Equal(new(3.0 / 4, 1), Assert.Single(new SegmentationScore().Measure(image)));
        Assert.Equal(new(1, 2), new AveragePrecision().Measure(image)[0]);
    }

    [Fact]
    public void AnImageWithoutObjectsIsUndefinedUnlessSomeAreFound()
    {
        SegmentedImage nothing = Picture.Instances("...", "...");
        Assert.Equal(double.NaN, new AveragePrecision().Measure(nothing)[0].Value);
        Assert.Equal(double.NaN, new SegmentationScore().Measure(nothing)[0].Value);
        SegmentedImage found = Picture.Instances("...", "a.b");
        Assert.Equal(0, new AveragePrecision().Measure(found)[0].Value);
        Assert.Equal(0, new InstanceF1().Measure(found)[0].Value);
        Assert.Equal(double.NaN, new SegmentationScore().Measure(found)[0].Value);
    }
}
