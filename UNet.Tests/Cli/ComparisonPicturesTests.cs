using UNet.Cli.Images;
using Xunit;

namespace UNet.Tests.Cli;

/// <summary><c>unet evaluate --pictures</c>.</summary>
public sealed class ComparisonPicturesTests : IDisposable
{
    private readonly ImageFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void ImageTruthProbabilityAndResultStandSideBySide()
    {
        _folder.Png("images/a.png", [10, 20]);
        _folder.Png("t/a_mask.png", [0, 255]);
        _folder.Png("p/a.png", [255, 255]);
        ImageWriter.WriteFloatStack(_folder["p/a.probability.tif"], [[0.4f, 0.2f], [0.6f, 0.8f]], 1, 2);
        Run("p", "t", "images");
        Assert.Equal(
            [0, 255, .. Gap, 0, 255, .. Gap, 153, 204, .. Gap, 255, 255],
            Gray("pictures/a_mask.png"));
    }

    [Fact]
    public void WithoutImagesAndProbabilitiesThereAreTruthAndResult()
    {
        _folder.Png("t/a.png", [0, 1]);
        _folder.Png("p/a.png", [1, 0]);
        Run("p", "t");
        Assert.Equal([0, 255, .. Gap, 255, 0], Gray("pictures/a.png"));
        Assert.Single(Directory.GetFiles(_folder["pictures"]));
    }

    [Fact]
    public void FramesPairByNumberAndInstancesHaveColours()
    {
        _folder.Png("01/t007.png", [5, 9]);
        _folder.Png("SEG/man_seg007.png", [0, 300]);
        _folder.Png("p/t007.png", [2, 300]);
        Run("p", "SEG", "01");
        RawImage picture = Read("pictures/man_seg007.png");
        Assert.Equal(default, At(picture, 2 + Picture.Gap));
        Assert.Equal(LabelPalette.Of(300), At(picture, 3 + Picture.Gap));
        Assert.Equal(LabelPalette.Of(2), At(picture, 4 + 2 * Picture.Gap));
        Assert.Equal(LabelPalette.Of(300), At(picture, 5 + 2 * Picture.Gap));
    }

    [Fact]
    public void StacksMakeAPictureAPage()
    {
        string images = _folder.Stack("test-volume.tif", [1, 2], [2, 1]);
        string truth = _folder.Stack("test-labels.tif", [0, 255], [0, 255]);
        string predictions = _folder.Stack("p/test-volume.tif", [0, 255], [255, 255]);
        ImageWriter.WriteFloatStack(_folder["p/test-volume.probability.tif"], [[1, 0], [0, 1], [0.6f, 0.2f], [0.4f, 0.8f]], 1, 2);
        CommandRun run = CommandRun.Of("evaluate", predictions, truth, "--pictures", _folder["pictures"], "--images", images);
        Assert.Equal((0, 0), (run.Code, run.Errors.Length));
        Assert.Equal([0, 255, .. Gap, 0, 255, .. Gap, 0, 255, .. Gap, 0, 255], Gray("pictures/test-labels.001.png"));
        Assert.Equal([255, 0, .. Gap, 0, 255, .. Gap, 102, 204, .. Gap, 255, 255], Gray("pictures/test-labels.002.png"));
    }

    private static IEnumerable<int> Gap => Enumerable.Repeat(128, Picture.Gap);

    private void Run(string predictions, string labels, string? images = null)
    {
        string[] more = images is null ? [] : ["--images", _folder[images]];
        CommandRun run = CommandRun.Of(
            ["evaluate", _folder[predictions], _folder[labels], "--metrics", "iou", "--pictures", _folder["pictures"], .. more]);
        Assert.Equal(0, run.Code);
        Assert.Contains("side by side", run.Output, StringComparison.Ordinal);
    }

    private RawImage Read(string name) => ImageFile.Open(_folder[name]).Read();

    private IEnumerable<int> Gray(string name)
    {
        RawImage picture = Read(name);
        Assert.True(picture.IsGrayInValue);
        return picture.FirstChannel().Pixels.Select(value => (int)value);
    }

    private static Rgb At(RawImage picture, int column)
    {
        int area = picture.Height * picture.Width;
        return new((byte)picture.Pixels[column], (byte)picture.Pixels[area + column], (byte)picture.Pixels[2 * area + column]);
    }
}
