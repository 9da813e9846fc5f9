using UNet.Vulkan.Evaluation;
using Xunit;

namespace UNet.Tests.Evaluation;

public sealed class ThresholdMetricTests
{
    [Fact]
    public void PixelErrorIsOneMinusTheFScoreOfTheForeground()
    {
        SegmentedImage image = Picture.Proposal("####..", "##1.#4");

        // Above 0.5: two of four found, one too many. F = 2·2 / (2·2 + 1 + 2).
        Assert.Equal(3.0 / 7, Value(new PixelError(), image, 0.5), 1e-15);
        Assert.Equal(new(2 + 1, 2 * 3 + 2 + 1), new PixelError().Measure(new BinarizedImage(image, 0)));
    }

    [Fact]
    public void AProbabilityMustExceedTheThreshold()
    {
        SegmentedImage image = Picture.Proposal("#", "2");
        Assert.Equal(1, Value(new PixelError(), image, 0.2));
        Assert.Equal(0, Value(new PixelError(), image, 0.1));
    }

    [Fact]
    public void IgnoredPixelsCountNowhere()
    {
        SegmentedImage image = Picture.Proposal("##?..", "#.#.#");
        Assert.Equal(2.0 / 4, Value(new PixelError(), image, 0.5), 1e-15);
        Assert.Equal(1, Value(new RandError(), image, 0.5));
    }

    [Fact]
    public void AMergerMakesPairsThatAreNotTrue()
    {
        SegmentedImage image = Picture.Proposal("###.##", "######");

        // Pairs: C(3) + C(2) = 4 in truth, C(5) = 10 in the segmentation, 4 in both.
        Assert.Equal(1 - 8.0 / 14, Value(new RandError(), image, 0.5), 1e-15);

        // A = AB = (9 + 4) / 25, B = 1.
        Assert.Equal(26.0 / 38, Value(new RandScore(), image, 0.5), 1e-15);
        Assert.Equal(0, Value(new InformationScore(), image, 0.5), 1e-15);
    }

    [Fact]
    public void ASplitLosesPairsAndItsBorderIsPixelsOnTheirOwn()
    {
        SegmentedImage image = Picture.Proposal("#####\n.....\n#####", "##.##\n.....\n#####");

        // Pairs: 2·C(5) = 20 in truth, 2·C(2) + C(5) = 12 in the segmentation, all of them in both.
        Assert.Equal(1 - 24.0 / 32, Value(new RandError(), image, 0.5), 1e-15);

        // n = 10: A = (25 + 25) / 100; B = AB = (4 + 4 + 25) / 100 + s0 / n with s0 = 1/10.
        Assert.Equal(2 * 34.0 / (50 + 34), Value(new RandScore(), image, 0.5), 1e-15);

        // H(T) = log 2; H(S) = H(S, T), so that I = H(T).
        double truth = Math.Log(2);
        double predicted = -2 * 0.2 * Math.Log(0.2) - 0.5 * Math.Log(0.5) + 0.1 * Math.Log(10);
        Assert.Equal(2 * truth / (truth + predicted), Value(new InformationScore(), image, 0.5), 1e-15);
    }

    [Fact]
    public void ThinningForgivesThickBorders()
    {
        SegmentedImage image = Picture.Proposal("###.###", "#.....#");
        Assert.Equal(1, Value(new RandScore(), image, 0.5));
        Assert.Equal(1, Value(new InformationScore(), image, 0.5), 1e-15);
        Assert.Equal(1, Value(new RandError(), image, 0.5));
    }

    [Fact]
    public void ATrueInstanceStaysOneThoughItTouchesAnother()
    {
        SegmentedImage touching = Picture.Instances("AAABB", ".....");
        SegmentedImage image = new(2, 1, 5, touching.Predicted, touching.Truth)
        {
            TrueInstances = touching.TrueInstances,
            ForegroundProbability = [1, 1, 1, 1, 1],
        };
        Assert.Equal(26.0 / 38, Value(new RandScore(), image, 0.5), 1e-15);
    }

    [Fact]
    public void ATruthWithoutForegroundIsUndefined()
    {
        SegmentedImage image = Picture.Proposal("...", "#..");
        Assert.Equal(double.NaN, Value(new RandError(), image, 0.5));
        Assert.Equal(double.NaN, Value(new RandScore(), image, 0.5));
        Assert.Equal(double.NaN, Value(new InformationScore(), image, 0.5));
        Assert.Equal(1, Value(new PixelError(), image, 0.5));
    }

    [Fact]
    public void WithoutAProbabilityThereIsNothingToCut()
    {
        SegmentedImage image = new(2, 1, 1, [0], [0]);
        Assert.Throws<ArgumentException>(() => new BinarizedImage(image, 0.5));
    }

    [Fact]
    public void TheBestIsTheSmallestErrorOrTheLargestScoreAndTheFirstOfEqualOnes()
    {
        Assert.Equal(1, new PixelError().Best([double.NaN, 0.2, 0.4, 0.2]));
        Assert.Equal(2, new RandScore().Best([double.NaN, 0.2, 0.4, 0.4]));
        Assert.Equal(-1, new RandScore().Best([double.NaN]));
    }

    [Fact]
    public void ThresholdsAreThoseOfTheChallenge()
    {
        Assert.Equal([0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9], new WarpingError().Thresholds);
        Assert.Equal(new PixelError().Thresholds, new RandError().Thresholds);
        Assert.Equal(20, new RandScore().Thresholds.Length);
        Assert.Equal([0.05, 0.95, 0.99], [new RandScore().Thresholds[0], .. new InformationScore().Thresholds[^2..]]);
    }

    private static double Value(ThresholdMetric metric, SegmentedImage image, double threshold)
        => metric.Measure(new BinarizedImage(image, threshold)).Value;
}
