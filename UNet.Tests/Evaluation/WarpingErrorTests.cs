using CsCheck;
using UNet.Vulkan.Evaluation;
using UNet.Vulkan.Instances;
using Xunit;

namespace UNet.Tests.Evaluation;

public sealed class WarpingErrorTests
{
    private const string Two =
        """
        .......
        .##.##.
        .##.##.
        .......
        """;

    private const string One =
        """
        .......
        .#####.
        .#####.
        .......
        """;

    [Theory]
    [InlineData(Two, Two, 0)]
    // Borders may move.
    [InlineData(Two, "#......\n#...##.\n##...##\n#....##", 0)]
    // The pixels between two objects: each would join them.
    [InlineData(Two, One, 2)]
    // One of the pixels goes without splitting the object, the other does not.
    [InlineData(One, Two, 1)]
    [InlineData(".###.", ".#.#.", 1)]
    // Objects that are missing or added, and holes, are neither.
    [InlineData(Two, ".......\n.##....\n.##....\n.......", 0)]
    [InlineData(".....\n.....\n.###.\n.....\n.....", "#....\n.....\n.....\n.....\n....#", 0)]
    [InlineData("#####\n#####\n#####", "#####\n##.##\n#####", 0)]
    [InlineData("#####\n##.##\n#####", "#####\n#####\n#####", 0)]
    // A ring that is opened is still one object.
    [InlineData("#####\n#...#\n#...#\n#####", "##.##\n#...#\n#...#\n#####", 0)]
    // Two corners that touch are two objects: the pixel beside them would join them.
    [InlineData("##...\n##...\n..##.\n..##.", "##...\n###..\n..##.\n..##.", 1)]
    public void CountsPixelsThatSplitOrMerge(string truth, string proposal, int pixels)
    {
        SegmentedImage image = Picture.Proposal(truth, proposal);
        Assert.Equal(new(pixels, image.Truth.Length), new WarpingError().Measure(new BinarizedImage(image, 0.5)));
    }

    [Fact]
    public void IgnoredPixelsAreNoMistake()
    {
        SegmentedImage image = Picture.Proposal(".#?#.", ".###.");
        Assert.Equal(new(0, 4), new WarpingError().Measure(new BinarizedImage(image, 0.5)));
    }

    [Fact]
    public void ThePixelFarthestFromTheThresholdGoesFirst()
    {
        // The bar is cut at two places, of which the less certain one remains as a mistake: each alone could end a branch.
        SegmentedImage left = Picture.Proposal("#####", "#1#2#");
        Assert.Equal(2, new WarpingError().Measure(new BinarizedImage(left, 0.5)).Part);

        // Two rows: once the upper pixel is gone the lower one must stay, or the other way round; both give one mistake.
        SegmentedImage upper = Picture.Proposal(One, ".......\n.##1##.\n.##4##.\n.......");
        Assert.Equal(1, new WarpingError().Measure(new BinarizedImage(upper, 0.5)).Part);
    }

    [Fact]
    public void PixelsThatHoldAnObjectTogetherAreThoseWhoseRemovalMakesMoreObjects()
        => Gen.Select(Gen.Int[1, 7], Gen.Int[1, 7], Gen.Bool.Array[49]).Sample((height, width, bits) =>
        {
            bool[] foreground = bits[..(height * width)];
            bool[] cut = CutPixels.Of(foreground, height, width);
            int objects = Objects(foreground);
            for (int pixel = 0; pixel < foreground.Length; pixel++)
            {
                bool[] without = [.. foreground];
                without[pixel] = false;
                Assert.Equal(foreground[pixel] && Objects(without) > objects, cut[pixel]);
            }

            int Objects(bool[] mask)
            {
                ConnectedComponents.Label<bool>(mask, height, width, false, Connectivity.Four, out int count);
                return count;
            }
        });
}
