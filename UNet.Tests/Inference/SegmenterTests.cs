using UNet.Tests.Device;
using UNet.Tests.Model;
using UNet.Vulkan;
using UNet.Vulkan.Execution;
using UNet.Vulkan.Formats;
using UNet.Vulkan.Inference;
using UNet.Vulkan.Model;
using UNet.Vulkan.Random;
using UNet.Vulkan.Training;
using Xunit;

namespace UNet.Tests.Inference;

public class SegmenterTests
{
    private const int Height = 37;
    private const int Width = 50;
    private static readonly UNetConfiguration Valid = new() { InChannels = 2, Classes = 3, Width = 2, Depth = 1 };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static TheoryData<string> Backends => [.. Tests.Backends.All];

    /// <summary>
    /// The image is mirrored by hand to one tile that covers it all, and goes through the straight-line network.
    /// </summary>
    [Theory]
    [MemberData(nameof(Backends))]
    public void ProbabilitiesAreThoseOfTheMirroredImage(string backend)
    {
        UNetModel model = ModelOf(Valid);
        float[] image = RandomImage();
        using IComputeDevice device = Tests.Backends.Open(backend);
        using Segmenter segmenter = new(model, device, tile: 26);
        Segmentation segmentation = segmenter.Segment(image, Height, Width, Stop);

        float[] normalized = Normalization.Apply(model.Normalization, image);
        TileGeometry geometry = new(Valid);
        int tile = geometry.SmallestInputFor(Width);
        double[][,] mirrored = [.. Enumerable.Range(0, 2).Select(c =>
        {
            double[,] plane = new double[tile, tile];
            for (int y = 0; y < tile; y++)
            {
                for (int x = 0; x < tile; x++)
                    plane[y, x] = normalized[(c * Height + Mirrored(y - geometry.Border, Height)) * Width
                        + Mirrored(x - geometry.Border, Width)];
            }

            return plane;
        })];
        double[][,] logits = new StraightLineNetwork(Valid, model.Parameters).Logits(mirrored);
        for (int y = 0; y < Height; y++)
        {
            for (int x = 0; x < Width; x++)
            {
                double sum = logits.Sum(plane => Math.Exp(plane[y, x]));
                for (int c = 0; c < 3; c++)
                    Assert.Equal(Math.Exp(logits[c][y, x]) / sum, segmentation.Probabilities[(c * Height + y) * Width + x], 1e-5);
            }
        }

        static int Mirrored(int coordinate, int size)
        {
            while (coordinate < 0 || coordinate >= size)
                coordinate = coordinate < 0 ? -coordinate : 2 * (size - 1) - coordinate;
            return coordinate;
        }
    }

    /// <summary>The reference sums in the same order wherever a pixel lies, so that not a bit may change.</summary>
    [Theory]
    [InlineData(ConvolutionPadding.Valid, 20, 26)]
    [InlineData(ConvolutionPadding.Valid, 26, 60)]
    [InlineData(ConvolutionPadding.Same, 32, 46)]
    [InlineData(ConvolutionPadding.Same, 46, 80)]
    public void TheTileDoesNotMatter(ConvolutionPadding padding, int tile, int otherTile)
    {
        UNetModel model = ModelOf(Valid with { Padding = padding });
        using ReferenceDevice device = new();
        Assert.Equal(Probabilities(tile), Probabilities(otherTile));

        float[] Probabilities(int side)
        {
            using Segmenter segmenter = new(model, device, side);
            return segmenter.Segment(RandomImage(), Height, Width, Stop).Probabilities;
        }
    }

    /// <summary>Devices may sum in another order at another place of a tile, but not more.</summary>
    [Theory]
    [InlineData(ConvolutionPadding.Valid, 20)]
    [InlineData(ConvolutionPadding.Valid, 34)]
    [InlineData(ConvolutionPadding.Valid, 68)]
    [InlineData(ConvolutionPadding.Same, 40)]
    [InlineData(ConvolutionPadding.Same, 54)]
    public void TheDevicesTilesShowNoSeams(ConvolutionPadding padding, int tile)
    {
        UNetModel model = ModelOf(Valid with { Padding = padding });
        using IComputeDevice device = Tests.Backends.Open("vulkan");
        foreach ((int height, int width) in new[] { (Height, Width), (1, 1), (1, 23), (64, 3), (7, 7) })
        {
            float[] image = RandomImage()[..(2 * height * width)];
            using Segmenter whole = new(model, device, new TileGeometry(model.Configuration).SmallestInputFor(Width + 64));
            using Segmenter tiled = new(model, device, tile);
            float[] expected = whole.Segment(image, height, width, Stop).Probabilities;
            float[] actual = tiled.Segment(image, height, width, Stop).Probabilities;
            Assert.All(expected, (probability, i) => Assert.Equal(probability, actual[i], 1e-5f));
        }
    }

    /// <summary>A factor of 16 bits is off by at most 2^-11 of itself, which is far more than the order of a sum is.</summary>
    [Fact]
    public void MixedPrecisionIsNearlyThatOf32Bits()
    {
        UNetModel model = ModelOf(Valid with { Width = 4 });
        float[] single = Probabilities(Precision.Float32);
        float[] mixed = Probabilities(Precision.Mixed);
        Assert.All(single, (probability, i) => Assert.Equal(probability, mixed[i], 2e-2f));
        Assert.InRange(single.Zip(mixed, (a, b) => Math.Abs(a - b)).Max(), 1e-5f, 2e-2f);

        float[] Probabilities(Precision precision)
        {
            using Segmenter segmenter = new(model, TestDevice.Shared, tile: 26, precision: precision);
            return segmenter.Segment(RandomImage(), Height, Width, Stop).Probabilities;
        }
    }

    /// <summary>Where activations become infinite, sums of them are no numbers any more, and ReLUs behind do not hide that.</summary>
    [Fact]
    public void WhatLeavesTheRangeOf16BitsIsSaid()
    {
        UNetModel model = ModelOf(Valid with { Width = 4 });
        NamedTensor first = model.Parameters.Single(tensor => tensor.Name == "encoder.0.conv1.weight");
        for (int i = 0; i < first.Elements.Length; i++)
            first.Elements[i] *= 1e6f;
        using Segmenter single = new(model, TestDevice.Shared, tile: 26);
        Assert.All(single.Segment(RandomImage(), Height, Width, Stop).Probabilities, probability => Assert.InRange(probability, 0, 1));
        using Segmenter mixed = new(model, TestDevice.Shared, tile: 26, precision: Precision.Mixed);
        InputException refusal = Assert.Throws<InputException>(() => mixed.Segment(RandomImage(), Height, Width, Stop));
        Assert.Contains("mixed precision, whose range is small", refusal.Message, StringComparison.Ordinal);
    }

    /// <summary>The names of kernels tell which multiply numbers of 16 bits.</summary>
    [Fact]
    public void AMixedPlanTakesOtherKernels()
    {
        Assert.DoesNotContain(Kernels(Precision.Float32), IsOf16Bits);
        Assert.Contains(Kernels(Precision.Mixed), IsOf16Bits);

        static IEnumerable<string> Kernels(Precision precision)
            => Segmenter.Plan(Valid, 26, TestDevice.Shared.Properties, precision).Dispatches
                .Select(planned => planned.Dispatch.Kernel.Name);

        static bool IsOf16Bits(string kernel)
            => kernel.Contains("rounded", StringComparison.Ordinal) || kernel.Contains("matrix", StringComparison.Ordinal);
    }

    [Fact]
    public void TheProcessorAloneHasNoMixedPrecision()
    {
        using ReferenceDevice device = new();
        InputException refusal = Assert.Throws<InputException>(
            () => new Segmenter(ModelOf(Valid), device, tile: 18, precision: Precision.Mixed));
        Assert.Contains("Vulkan device", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 5)]
    [InlineData(3, 2)]
    public void ImagesSmallerThanTheBorderAreMirroredRepeatedly(int height, int width)
    {
        using ReferenceDevice device = new();
        using Segmenter segmenter = new(ModelOf(Valid), device, tile: 18);
        Segmentation segmentation = segmenter.Segment(RandomImage().AsSpan(0, 2 * height * width), height, width, Stop);
        for (int i = 0; i < height * width; i++)
            Assert.Equal(1f, Enumerable.Range(0, 3).Sum(c => segmentation.Probabilities[c * height * width + i]), 1e-5f);
    }

    [Fact]
    public void TheMostProbableClassIsTheFirstOfTheLargest()
        => Assert.Equal([0, 1, 2], new Segmentation(3, 1, 3, [0.4f, 0.1f, 0.2f, 0.4f, 0.5f, 0.2f, 0.2f, 0.4f, 0.6f]).MostProbable());

    [Fact]
    public void AnImageOfOtherChannelsIsRefused()
    {
        using ReferenceDevice device = new();
        using Segmenter segmenter = new(ModelOf(Valid), device, tile: 18);
        Assert.Contains("2 channels", Assert.Throws<InputException>(() => segmenter.Segment(new float[30], 5, 6, Stop)).Message);
        Assert.Throws<OperationCanceledException>(() => segmenter.Segment(new float[60], 5, 6, new CancellationToken(canceled: true)));
        Assert.Contains("18 and 20", Assert.Throws<InputException>(() => new Segmenter(ModelOf(Valid), device, tile: 19)).Message);
    }

    /// <summary>A tile of 26 gives 10 pixels a side: the image takes 4 x 5.</summary>
    [Theory]
    [InlineData(TestTimeAugmentation.None, 20)]
    [InlineData(TestTimeAugmentation.Flips, 80)]
    public void EachTileIsProgress(TestTimeAugmentation augmentation, int tiles)
    {
        using ReferenceDevice device = new();
        using Segmenter segmenter = new(ModelOf(Valid), device, tile: 26, augmentation);
        List<double> shares = [];
        segmenter.Segment(RandomImage(), Height, Width, Stop, shares.Add);
        Assert.Equal([.. Enumerable.Range(1, tiles).Select(i => (double)i / tiles)], shares, (a, b) => Math.Abs(a - b) < 1e-12);
    }

    /// <summary>Tiles that were on their way when the first image ended are not taken for the next one's.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(19)]
    [InlineData(20)]
    public void AProgressThatFailsLeavesTheSegmenterAsItWas(int failing)
    {
        UNetModel model = ModelOf(Valid);
        float[] image = RandomImage();
        using Segmenter fresh = new(model, TestDevice.Shared, tile: 26);
        float[] expected = fresh.Segment(image, Height, Width, Stop).Probabilities;

        using Segmenter segmenter = new(model, TestDevice.Shared, tile: 26);
        float[] other = [.. image.Reverse()];
        int told = 0;
        Assert.Throws<IOException>(() => segmenter.Segment(other, Height, Width, Stop, Fail));
        Assert.Equal(failing, told);
        Assert.Equal(expected, segmenter.Segment(image, Height, Width, Stop).Probabilities);

        void Fail(double share)
        {
            if (++told == failing)
                throw new IOException();
        }
    }

    /// <summary>Three classes of 26800 x 26800 pixels are more than an array holds; the message says how many it does.</summary>
    [Theory]
    [InlineData(TestTimeAugmentation.None)]
    [InlineData(TestTimeAugmentation.Flips)]
    public void AnImageOfTooManyPixelsIsRefused(TestTimeAugmentation augmentation)
    {
        using ReferenceDevice device = new();
        using Segmenter segmenter = new(ModelOf(Valid), device, tile: 18, augmentation);
        InputException refusal = Assert.Throws<InputException>(() => segmenter.Segment([], 26_800, 26_800, Stop));
        Assert.Contains("26800 x 26800 pixels is too large", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("at most 715827863 pixels", refusal.Message, StringComparison.Ordinal);
        Segmentation.RequireSize(Valid, 26_700, 26_700, "The image");
    }

    private static UNetModel ModelOf(UNetConfiguration configuration)
        => new(configuration, [.. UNetNetworkTests.RandomParameters(configuration)], [.. ClassLabel.OfValues([0, 1, 2])]);

    private static float[] RandomImage()
    {
        RandomStream random = new(6, RandomStreams.Synthesis);
        return [.. Enumerable.Range(0, 2 * Height * Width).Select(i => (float)(100 + 20 * random.Normal(i)))];
    }
}
