using UNet.Cli.Data;
using UNet.Cli.Images;
using Xunit;

namespace UNet.Tests.Cli;

public sealed class PictureTests
{
    private static readonly Rgb Black = default;
    private static readonly Rgb White = new(255, 255, 255);

    [Fact]
    public void AnImageIsStretchedFromBlackToWhite()
    {
        Assert.Equal(
            [Black, Rgb.Gray(51), Rgb.Gray(204), White],
            Picture.OfImage(new RawImage(1, 2, 2, [100, 300, 900, 1100])).Pixels);
        Assert.Equal([Black, Black], Picture.OfImage(new RawImage(1, 1, 2, [7, 7])).Pixels);

        // Colours are stretched together; of two channels, the first is shown.
        Assert.Equal(
            [new(0, 255, 51), new(102, 0, 0)],
            Picture.OfImage(new RawImage(3, 1, 2, [0, 2, 5, 0, 1, 0])).Pixels);
        Assert.Equal([Black, White], Picture.OfImage(new RawImage(2, 1, 2, [1, 2, -50, 50])).Pixels);
    }

    [Fact]
    public void ProbabilitiesAreGray()
        => Assert.Equal([Black, Rgb.Gray(128), White], Picture.OfProbability([0, 0.5f, 1], 1, 3).Pixels);

    [Fact]
    public void TwoClassesAreBlackAndWhiteAndMoreHaveColours()
    {
        Assert.Equal([White, Black], Picture.OfClasses(new LabelImage(1, 2, [200, 10], false), LabelClasses.Parse("10,200")).Pixels);
        Assert.Equal([Black, White, White], Picture.OfClasses(new LabelImage(1, 3, [0, 7, 900], true), LabelClasses.Instances).Pixels);
        Rgb[] three = Picture.OfClasses(new LabelImage(1, 3, [0, 7, 9], false), LabelClasses.Parse("0,7,9")).Pixels;
        Assert.Equal([Black, LabelPalette.Of(1), LabelPalette.Of(2)], three);
    }

    [Fact]
    public void InstancesHaveColoursThatAreEasilyToldApart()
    {
        Rgb[] colors = [.. Picture.OfInstances(new LabelImage(1, 33, [.. Enumerable.Range(0, 33)], true)).Pixels];
        Assert.Equal(Black, colors[0]);
        for (int i = 0; i < colors.Length; i++)
        {
            for (int j = 0; j < i; j++)
                Assert.True(Distance(colors[i], colors[j]) > 60, $"{i} and {j} look alike.");
            Assert.True(i == 0 || Distance(colors[i], colors[i - 1]) > 85, $"{i} and {i - 1} look alike.");
        }

        // Fixed: pictures of two runs are the same, and ids beyond the palette begin anew.
        Assert.Equal(new Rgb(0, 102, 255), colors[1]);
        Assert.Equal(colors[3], LabelPalette.Of(3 + LabelPalette.Count));

        static double Distance(Rgb a, Rgb b) => Math.Sqrt(Square(a.Red - b.Red) + Square(a.Green - b.Green) + Square(a.Blue - b.Blue));
        static double Square(double x) => x * x;
    }

    [Fact]
    public void PicturesStandSideBySideWithAGap()
    {
        Picture first = new(2, 1, [Black, White]), second = new(2, 2, [White, Black, Black, White]);
        Picture both = Picture.SideBySide(first, second);
        Rgb gap = Rgb.Gray(128);
        Assert.Equal((2, 3 + Picture.Gap), (both.Height, both.Width));
        Assert.Equal(
            [Black, gap, gap, gap, gap, White, Black, White, gap, gap, gap, gap, Black, White],
            both.Pixels);
    }

    [Fact]
    public void APictureIsWrittenInColour()
    {
        using TemporaryFolder folder = new();
        new Picture(1, 2, [new(1, 2, 3), new(4, 5, 6)]).WritePng(folder.File("a[1].png"));
        RawImage read = ImageFile.Open(folder.File("a[1].png")).Read();
        Assert.Equal((3, 1, 2), (read.Channels, read.Height, read.Width));
        Assert.Equal([1, 4, 2, 5, 3, 6], read.Pixels);
    }
}
