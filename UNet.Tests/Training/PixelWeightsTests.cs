using CsCheck;
using UNet.Vulkan;
using UNet.Vulkan.Model;
using UNet.Vulkan.Training;
using Xunit;

namespace UNet.Tests.Training;

public class PixelWeightsTests
{
    private const byte Ignored = TrainingImage.IgnoredClass;

    private static readonly int[] FourCells =
    [
        0, 0, 0, 0, 0, 0, 0, 0,
        0, 1, 1, 0, 0, 2, 2, 0,
        0, 1, 1, 1, 0, 0, 2, 0,
        0, 0, 0, 0, 0, 0, 0, 0,
        3, 0, 0, 0, 4, 4, 0, 0,
        3, 3, 0, 4, 4, 4, 0, 0,
    ];

    /// <summary>Two squares of 2 x 2, two pixels apart: between them d1 + d2 = 3.</summary>
    [Fact]
    public void BetweenTwoSquaresTheWeightsAreThoseOfTheFormula()
    {
        TrainingImage image = Image(2, 6, 1, 1, 0, 0, 2, 2, 1, 1, 0, 0, 2, 2);
        TrainingData data = new([image], [], [.. ClassLabel.OfValues([0, 1])]);
        float[] balanced = data.ClassWeights(balance: true);
        // N = 12 pixels, K = 2 classes, 4 of background, 8 of foreground.
        Assert.Equal([12f / (2 * 4), 12f / (2 * 8)], balanced);

        float[] paper = PixelWeights.Of(image, WeightMap.Paper, new(), balanced);
        Assert.Equal([0.75f, 0.75f], paper[..2]);
        Assert.Equal(1.5 + 10 * Math.Exp(-9.0 / 50), paper[2], 1e-5);
        Assert.Equal(paper[2], paper[9]);
        float[] other = PixelWeights.Of(image, WeightMap.Paper, new() { SeparationWeight = 3, SeparationSigma = 2 }, [1, 1]);
        Assert.Equal(1 + 3 * Math.Exp(-9.0 / 8), other[3], 1e-6);

        float[] falk = PixelWeights.Of(image, WeightMap.Falk, new(), balanced);
        Assert.Equal([1f, 1f], falk[..2]);
        Assert.Equal(0.1 + 0.9 * Math.Exp(-1.0 / 200) + 50 * Math.Exp(-9.0 / 72), falk[2], 1e-5);

        Assert.Equal([.. image.Classes.Select(c => balanced[c])], PixelWeights.Of(image, WeightMap.Balance, new(), balanced));
        Assert.All(PixelWeights.Of(image, WeightMap.None, new(), [1, 1]), weight => Assert.Equal(1, weight));
    }

    /// <summary>Recorded from SciPy: distance_transform_edt of every cell's complement, sorted, then the formulas.</summary>
    [Fact]
    public void TheMapsOfFourCellsAreAsRecorded()
    {
        float[] paper =
        [
            6.313965f, 6.666002f, 7.821651f, 8.410628f, 8.410628f, 8.209199f, 7.292786f, 5.750825f,
            8.011490f, 1.500000f, 1.500000f, 9.102702f, 9.649691f, 1.500000f, 1.500000f, 7.292786f,
            9.102702f, 1.500000f, 1.500000f, 1.500000f, 9.649691f, 9.102702f, 1.500000f, 8.209199f,
            9.649691f, 9.649691f, 8.860361f, 9.649691f, 9.649691f, 9.649691f, 9.649691f, 8.410628f,
            1.500000f, 9.102702f, 9.271438f, 9.102702f, 1.500000f, 1.500000f, 9.102702f, 7.734544f,
            1.500000f, 1.500000f, 9.981163f, 1.500000f, 1.500000f, 1.500000f, 8.011490f, 6.618522f,
        ];
        float[] falk =
        [
            34.268767f, 35.721637f, 40.302573f, 42.543630f, 42.543630f, 41.786271f, 38.237035f, 31.891946f,
            41.032381f, 1.000000f, 1.000000f, 45.120356f, 47.107484f, 1.000000f, 1.000000f, 38.237035f,
            45.120356f, 1.000000f, 1.000000f, 1.000000f, 47.107484f, 45.120356f, 1.000000f, 41.786271f,
            47.107484f, 47.107484f, 44.227326f, 47.107484f, 47.107484f, 47.107484f, 47.107484f, 42.543630f,
            1.000000f, 45.120356f, 45.733011f, 45.120356f, 1.000000f, 1.000000f, 45.120356f, 39.952369f,
            1.000000f, 1.000000f, 48.293485f, 1.000000f, 1.000000f, 1.000000f, 41.032381f, 35.514525f,
        ];
        TrainingImage image = Image(6, 8, FourCells);
        Near(paper, PixelWeights.Of(image, WeightMap.Paper, new(), [0.75f, 1.5f]));
        Near(falk, PixelWeights.Of(image, WeightMap.Falk, new(), [0.75f, 1.5f]));

        // The cells touch nowhere: without ids, their components are they.
        Near(paper, PixelWeights.Of(image with { Instances = null }, WeightMap.Paper, new(), [0.75f, 1.5f]));

        static void Near(float[] expected, float[] actual)
            => Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 2e-6f * Math.Max(1, pair.First)));
    }

    [Fact]
    public void WhereThereIsOneInstanceOrNoneNothingIsSeparated()
    {
        TrainingImage one = Image(1, 3, 0, 0, 5);
        Assert.Equal([2f, 2f, 3f], PixelWeights.Of(one, WeightMap.Paper, new(), [2, 3]));
        float[] falk = PixelWeights.Of(one, WeightMap.Falk, new(), [2, 3]);
        Assert.Equal(0.1 + 0.9 * Math.Exp(-4.0 / 200), falk[0], 1e-6);
        Assert.Equal([2f, 2f], PixelWeights.Of(Image(1, 2, 0, 0), WeightMap.Paper, new(), [2, 3]));
        Assert.Equal([0.1f, 0.1f], PixelWeights.Of(Image(1, 2, 0, 0), WeightMap.Falk, new(), [2, 3]));
    }

    [Fact]
    public void ComponentsOfDifferentClassesAreDifferentInstances()
    {
        TrainingImage image = Image(1, 3, 1, 0, 1) with { Instances = null };
        TrainingImage touching = image with { Width = 3, Classes = [0, 1, 2] };
        Assert.Equal(1 + 10 * Math.Exp(-9.0 / 50), PixelWeights.Of(touching, WeightMap.Paper, new(), [1, 1, 1])[0], 1e-5);
    }

    [Theory]
    [InlineData(WeightMap.None)]
    [InlineData(WeightMap.Balance)]
    [InlineData(WeightMap.Paper)]
    [InlineData(WeightMap.Falk)]
    public void IgnoredPixelsWeighNothingAndAreNoInstance(WeightMap map)
    {
        TrainingImage image = Image(1, 5, 1, 0, 0, 0, 2);
        TrainingImage ignored = image with { Classes = [1, 0, Ignored, 0, Ignored] };
        float[] weights = PixelWeights.Of(ignored, map, new(), [1, 1]);
        Assert.Equal((0f, 0f), (weights[2], weights[4]));
        Assert.Equal(PixelWeights.Of(Image(1, 5, 1, 0, 0, 0, 0), map, new(), [1, 1])[3], weights[3]);
    }

    [Fact]
    public void NoWeightIsNegativeOrNotFinite() => Gen.Select(
        Gen.Int[1, 9], Gen.Int[1, 9], Gen.Int[0, 6].Array[81], Gen.Enum<WeightMap>(), Gen.Double[0, 100], Gen.Double[0.01, 50]).Sample(
        (height, width, random, map, weight, sigma) =>
        {
            TrainingImage image = Image(height, width, random[..(height * width)]);
            WeightMapParameters parameters = new() { SeparationWeight = weight, SeparationSigma = sigma };
            Assert.All(PixelWeights.Of(image, map, parameters, [0.5f, 2]), value => Assert.InRange(value, 0, float.MaxValue));
        });

    [Fact]
    public void ThereIsBackgroundBetweenTouchingInstances()
    {
        TrainingImage image = Image(3, 6,
            1, 1, 1, 2, 2, 2,
            1, 1, 1, 2, 2, 2,
            0, 0, 3, 0, 0, 0);
        TrainingImage separated = TouchingInstances.Separate(image);
        int[] expected =
        [
            1, 1, 0, 0, 2, 2,
            1, 1, 0, 0, 2, 2,
            0, 0, 0, 0, 0, 0,
        ];
        Assert.Equal(expected, separated.Instances!);
        Assert.Equal([.. expected.Select(id => (byte)Math.Min(id, 1))], separated.Classes);
        Assert.Equal(3, image.Instances![14]);
        TrainingImage classesOnly = image with { Instances = null };
        Assert.Same(classesOnly, TouchingInstances.Separate(classesOnly));
    }

    [Fact]
    public void InstancesOfDifferentClassesOrBesideIgnoredPixelsMayTouch()
    {
        TrainingImage image = Image(1, 4, 1, 1, 2, 2) with { Classes = [1, 1, 2, 2] };
        Assert.Equal(image.Classes, TouchingInstances.Separate(image).Classes);
        TrainingImage ignored = image with { Classes = [1, 1, Ignored, 1] };
        Assert.Equal(ignored.Classes, TouchingInstances.Separate(ignored).Classes);
    }

    [Fact]
    public void SeparationTakesExactlyThePixelsThatTouch() => Gen.Select(Gen.Int[1, 9], Gen.Int[1, 9], Gen.Int[0, 3].Array[81]).Sample(
        (height, width, random) =>
        {
            TrainingImage image = Image(height, width, random[..(height * width)]);
            int[] before = image.Instances!;
            int[] after = TouchingInstances.Separate(image).Instances!;
            for (int p = 0; p < after.Length; p++)
            {
                bool touches = before[p] != 0 && Enumerable.Range(0, after.Length).Any(q => before[q] != 0 && before[q] != before[p]
                    && Math.Abs(p / width - q / width) + Math.Abs(p % width - q % width) == 1);
                Assert.Equal(touches ? 0 : before[p], after[p]);
            }
        });

    [Fact]
    public void NumbersOutOfRangeOrOfAnotherMapAreRefused()
    {
        Refused("--weight-sigma", WeightMap.Paper, new() { SeparationSigma = 0 });
        Refused("--weight-sigma", WeightMap.Falk, new() { SeparationSigma = double.NaN });
        Refused("--weight-w0", WeightMap.Paper, new() { SeparationWeight = -1 });
        Refused("not of 'balance'", WeightMap.Balance, new() { SeparationSigma = 5 });
        Refused("not of 'none'", WeightMap.None, new() { SeparationWeight = 5 });
        Refused("--class-balance", WeightMap.Falk, new() { ClassBalance = true });
        WeightMapParameters fitting = new() { SeparationWeight = 0, SeparationSigma = 1, ClassBalance = false };
        Assert.Same(fitting, fitting.ValidatedFor(WeightMap.Paper));
        Assert.False(fitting.ClassBalanceIn(WeightMap.Paper));
        Assert.True(new WeightMapParameters().ClassBalanceIn(WeightMap.Paper));

        static void Refused(string message, WeightMap map, WeightMapParameters parameters)
        {
            TrainingConfiguration configuration = new() { WeightMap = map, WeightMapParameters = parameters };
            Assert.Contains(message, Assert.Throws<InputException>(configuration.Validated).Message, StringComparison.Ordinal);
        }
    }

    /// <summary>An image of instances, all of class 1.</summary>
    private static TrainingImage Image(int height, int width, params int[] instances)
        => new("cells", 1, height, width, new float[instances.Length], Array.ConvertAll(instances, id => (byte)Math.Min(id, 1)))
        {
            Instances = instances,
        };
}
