using UNet.Tests.Model;
using UNet.Vulkan.Execution;
using UNet.Vulkan.Inference;
using UNet.Vulkan.Model;
using UNet.Vulkan.Random;
using Xunit;

namespace UNet.Tests.Inference;

public sealed class TestTimeAugmentationTests : IDisposable
{
    private const int Height = 19;
    private const int Width = 32;
    private const int Tile = 26;
    private static readonly UNetConfiguration Configuration = new() { InChannels = 2, Classes = 3, Width = 2, Depth = 1 };
    private static readonly UNetModel Model = new(
        Configuration, [.. UNetNetworkTests.RandomParameters(Configuration)], [.. ClassLabel.OfValues([0, 1, 2])]);

    private readonly ReferenceDevice _device = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _device.Dispose();

    [Fact]
    public void OrientationsTurnAndReflect()
    {
        // a b c
        // d e f
        string[] expected = ["abcdef", "cbafed", "defabc", "fedcba", "adbecf", "cfbead", "daebfc", "fcebda"];
        float[] image = [.. "abcdef".Select(letter => (float)letter)];
        for (int index = 0; index < Orientation.Count; index++)
        {
            Orientation orientation = new(index);
            float[] oriented = orientation.Apply(image, 1, 2, 3);
            Assert.Equal(orientation.IsTransposed, index >= 4);
            Assert.Equal(expected[index], string.Concat(oriented.Select(value => (char)value)));
        }
    }

    [Fact]
    public void EveryOrientationIsTakenBack()
    {
        float[] image = RandomImage();
        for (int index = 0; index < Orientation.Count; index++)
        {
            Orientation orientation = new(index);
            float[] sum = [.. image.Select(value => -value)];
            orientation.AddRestored(orientation.Apply(image, 2, Height, Width), 2, Height, Width, sum);
            Assert.All(sum, value => Assert.Equal(0, value));
        }
    }

    [Theory]
    [InlineData(TestTimeAugmentation.Flips, new[] { 0, 1, 2, 3 })]
    [InlineData(TestTimeAugmentation.Paper, new[] { 0, 1, 2, 3, 4, 5, 6 })]
    public void ProbabilitiesAreTheMeanOfSegmentingEachOrientation(TestTimeAugmentation augmentation, int[] orientations)
    {
        float[] image = RandomImage();
        double[] mean = new double[3 * Height * Width];
        using Segmenter plain = new(Model, _device, Tile);
        foreach (Orientation orientation in orientations.Select(index => new Orientation(index)))
        {
            float[] oriented = orientation.Apply(image, 2, Height, Width);
            (int rows, int columns) = orientation.IsTransposed ? (Width, Height) : (Height, Width);
            float[] restored = new float[mean.Length];
            orientation.AddRestored(plain.Segment(oriented, rows, columns, Stop).Probabilities, 3, Height, Width, restored);
            for (int i = 0; i < mean.Length; i++)
                mean[i] += restored[i] / orientations.Length;
        }

        using Segmenter segmenter = new(Model, _device, Tile, augmentation);
        float[] probabilities = segmenter.Segment(image, Height, Width, Stop).Probabilities;
        Assert.All(probabilities, (probability, i) => Assert.Equal(mean[i], probability, 1e-5));
        // The network treats directions differently: else this would test nothing.
        Assert.Contains(
            plain.Segment(image, Height, Width, Stop).Probabilities.Zip(probabilities), pair => Math.Abs(pair.First - pair.Second) > 1e-3);
    }

    /// <summary>A flipped image gives the flipped probabilities, since the orientations are a group; without, it does not.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void FlipsCommuteWithSegmenting(int flip)
    {
        Orientation orientation = new(flip);
        float[] image = RandomImage();
        using Segmenter segmenter = new(Model, _device, Tile, TestTimeAugmentation.Flips);
        float[] expected = orientation.Apply(segmenter.Segment(image, Height, Width, Stop).Probabilities, 3, Height, Width);
        float[] actual = segmenter.Segment(orientation.Apply(image, 2, Height, Width), Height, Width, Stop).Probabilities;
        Assert.All(expected, (probability, i) => Assert.Equal(probability, actual[i], 1e-5f));
    }

    [Fact]
    public void TilesDoNotMatter()
    {
        using Segmenter small = new(Model, _device, 20, TestTimeAugmentation.Paper);
        using Segmenter large = new(Model, _device, 60, TestTimeAugmentation.Paper);
        float[] image = RandomImage();
        Assert.Equal(small.Segment(image, Height, Width, Stop).Probabilities, large.Segment(image, Height, Width, Stop).Probabilities);
    }

    private static float[] RandomImage()
    {
        RandomStream random = new(8, RandomStreams.Synthesis);
        return [.. Enumerable.Range(0, 2 * Height * Width).Select(i => (float)(100 + 20 * random.Normal(i)))];
    }
}
