using CsCheck;
using UNet.Vulkan.Model;
using UNet.Vulkan.Training;
using Xunit;

namespace UNet.Tests.Training;

public class TileSamplerTests
{
    // Depth 1: a border of 8 pixels, outputs of 2 pixels and more.
    private static readonly TrainingConfiguration Configuration = new() { Network = new UNetConfiguration { Depth = 1 }, Seed = 3 };
    private const int Tile = 30;
    private const int Output = 14;
    private const int Border = 8;

    [Fact]
    public void OutputsLieWithinTheirImageOrAreCentred()
        => Gen.Select(Gen.Int[1, 40], Gen.Int[1, 40], Gen.Long[0, 1000], Gen.Int[0, 3]).Sample((height, width, step, index) =>
        {
            TilePlacement placement = new TileSampler(Configuration, Tile, [(height, width)]).Sample(step, index);
            Check(placement.OriginY + Border, height);
            Check(placement.OriginX + Border, width);
            Assert.InRange(placement.Orientation, 0, 7);

            static void Check(int origin, int side)
            {
                if (side >= Output)
                    Assert.InRange(origin, 0, side - Output);
                else
                    Assert.InRange(2 * origin + Output - side, 0, 1);
            }
        });

    [Fact]
    public void EveryImagePlaceAndOrientationComesUpEquallyOften()
    {
        TileSampler sampler = new(Configuration, Tile, [(Output, Output + 3), (Output + 4, Output)]);
        const int Count = 16_000;
        TilePlacement[] placements = [.. Enumerable.Range(0, Count).Select(i => sampler.Sample(i / 4, i % 4))];
        Assert.InRange(placements.Count(placement => placement.Image == 0), Count * 0.48, Count * 0.52);
        foreach (var group in placements.Where(placement => placement.Image == 0).GroupBy(placement => placement.OriginX))
            Assert.InRange(group.Count(), Count / 2 / 4 * 0.9, Count / 2 / 4 * 1.1);
        Assert.Equal(4, placements.Where(placement => placement.Image == 0).Select(placement => placement.OriginX).Distinct().Count());
        Assert.Equal(5, placements.Where(placement => placement.Image == 1).Select(placement => placement.OriginY).Distinct().Count());
        foreach (var group in placements.GroupBy(placement => placement.Orientation))
            Assert.InRange(group.Count(), Count / 8 * 0.9, Count / 8 * 1.1);
    }

    [Fact]
    public void TheSameSeedAndStepGiveTheSameTile()
    {
        TilePlacement[] first = Tiles(Configuration), again = Tiles(Configuration), other = Tiles(Configuration with { Seed = 4 });
        Assert.Equal(first, again);
        Assert.NotEqual(first, other);

        static TilePlacement[] Tiles(TrainingConfiguration configuration)
        {
            TileSampler sampler = new(configuration, Tile, [(100, 100), (50, 60)]);
            return [.. Enumerable.Range(0, 20).Select(step => sampler.Sample(step, 0))];
        }
    }

    [Fact]
    public void WithoutAugmentationTilesKeepTheirOrientation()
    {
        TileSampler sampler = new(Configuration with { Augmentation = Augmentation.None }, Tile, [(100, 100)]);
        Assert.All(Enumerable.Range(0, 50), step => Assert.Equal(0, sampler.Sample(step, 0).Orientation));
    }

    [Fact]
    public void PlacesFollowTheWeightAtTheMiddleOfTheOutput()
    {
        // Middles of whole outputs lie in rows and columns 7 to 9. Weights elsewhere count for nothing.
        float[] weights = Enumerable.Repeat(5f, 16 * 16).ToArray();
        float[] middles = [0, 1, 0, 2, 0, 4, 0, 0, 1];
        for (int i = 0; i < middles.Length; i++)
            weights[(7 + i / 3) * 16 + 7 + i % 3] = middles[i];
        TileSampler sampler = new(Configuration with { Sampling = PlaceSampling.Weight }, Tile, [(16, 16)], [weights]);
        const int Count = 8000;
        int[] drawn = new int[middles.Length];
        for (int i = 0; i < Count; i++)
        {
            TilePlacement placement = sampler.Sample(i / 4, i % 4);
            drawn[3 * (placement.OriginY + Border) + placement.OriginX + Border]++;
        }

        for (int i = 0; i < middles.Length; i++)
            Assert.InRange(drawn[i], middles[i] / 8 * Count * 0.9, middles[i] / 8 * Count * 1.1);
    }

    [Fact]
    public void ImagesComeUpEquallyOftenWhateverTheyWeigh()
    {
        float[][] weights = [new float[20 * 20], Enumerable.Repeat(9f, 5 * 30).ToArray(), Enumerable.Repeat(0.5f, 20 * 20).ToArray()];
        (int Height, int Width)[] sizes = [(20, 20), (5, 30), (20, 20)];
        TilePlacement[] placements = Tiles(Configuration with { Sampling = PlaceSampling.Weight });
        for (int image = 0; image < sizes.Length; image++)
            Assert.InRange(placements.Count(placement => placement.Image == image), 900, 1100);

        // Where nothing weighs anything, every place is as good; an image smaller than the output is centred.
        TilePlacement[] weightless = [.. placements.Where(placement => placement.Image == 0)];
        Assert.Equal(7 * 7, weightless.Select(placement => (placement.OriginY, placement.OriginX)).Distinct().Count());
        TilePlacement[] low = [.. placements.Where(placement => placement.Image == 1)];
        Assert.Equal([-4 - Border], low.Select(placement => placement.OriginY).Distinct());
        Assert.Equal(17, low.Select(placement => placement.OriginX).Distinct().Count());
        Assert.Throws<ArgumentNullException>(() => new TileSampler(Configuration with { Sampling = PlaceSampling.Weight }, Tile, sizes));

        TilePlacement[] Tiles(TrainingConfiguration configuration)
        {
            TileSampler sampler = new(configuration, Tile, sizes, weights);
            return [.. Enumerable.Range(0, 3000).Select(step => sampler.Sample(step, 0))];
        }
    }

    /// <summary>Numbers at the ends of [0, 1) choose the first and the last place that has weight.</summary>
    [Fact]
    public void NoPlaceWithoutWeightIsDrawnAtTheEnds()
    {
        float[] weights = [0, 0, 0, 0, 0, 0.1f, 1e-30f, 0, 0, 0.3f, 0.7f, 0, 0, 0, 0, 0];
        WeightedPlaces places = new(weights, 4, 4, 1);
        Assert.Equal((1, 1), places.At(0, 0));
        Assert.Equal((2, 2), places.At(Math.BitDecrement(1.0), Math.BitDecrement(1.0)));
        Assert.False(new WeightedPlaces(new float[16], 4, 4, 1).HasWeight);
    }
}
