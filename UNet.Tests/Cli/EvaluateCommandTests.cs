using System.Text.Json;
using UNet.Cli.Images;
using Xunit;

namespace UNet.Tests.Cli;

public sealed class EvaluateCommandTests : IDisposable
{
    private readonly ImageFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void ScoresOfFoldersAreWrittenAsJson()
    {
        _folder.Png("p/a.png", [0, 0, 255, 255]);
        _folder.Png("p/b.png", [255, 255, 255, 255]);
        _folder.Png("t/a_mask.png", [0, 0, 0, 255]);
        _folder.Png("t/b_mask.png", [255, 255, 255, 255]);
        CommandRun run = CommandRun.Of("evaluate", _folder["p"], _folder["t"], "--json", _folder["s.json"]);
        Assert.Equal((0, 0), (run.Code, run.Errors.Length));
        Assert.Contains("mean of images", run.Output, StringComparison.Ordinal);

        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(_folder["s.json"]));
        JsonElement images = json.RootElement.GetProperty("images");
        Assert.Equal(2, images.GetArrayLength());
        Assert.Equal("a_mask", images[0].GetProperty("name").GetString());
        Assert.Equal(2.0 / 3, images[0].GetProperty("iou").GetProperty("classes").GetProperty("0").GetDouble(), 1e-15);
        Assert.Equal(0.5, images[0].GetProperty("iou").GetProperty("classes").GetProperty("255").GetDouble(), 1e-15);

        // Class 0 is in neither image of b: it is left out of the mean, not counted as 0 or 1.
        Assert.Equal(JsonValueKind.Null, images[1].GetProperty("iou").GetProperty("classes").GetProperty("0").ValueKind);
        Assert.Equal(1.0, images[1].GetProperty("iou").GetProperty("value").GetDouble());
        JsonElement mean = json.RootElement.GetProperty("meanOfImages").GetProperty("iou");
        Assert.Equal((7.0 / 12 + 1) / 2, mean.GetProperty("value").GetDouble(), 1e-15);
        Assert.Equal(7.0 / 8, json.RootElement.GetProperty("allPixels").GetProperty("accuracy").GetProperty("value").GetDouble());
    }

    [Fact]
    public void StacksAreComparedPageByPage()
    {
        string prediction = _folder.Stack("out/test-volume.tif", [0, 1], [1, 1]);
        string truth = _folder.Stack("test-labels.tif", [0, 1], [0, 0]);
        CommandRun run = CommandRun.Of("evaluate", prediction, truth, "--metrics", "accuracy");
        Assert.Equal(0, run.Code);
        Assert.Contains("test-labels[2]", run.Output, StringComparison.Ordinal);
        Assert.Equal(run.Output, CommandRun.Of("evaluate", _folder["out"], truth, "--metrics", "accuracy").Output);
    }

    [Fact]
    public void FramesPairByNumber()
    {
        _folder.Png("p/t002.png", [0, 255]);
        _folder.Png("p/t010.png", [0, 255]);
        _folder.Png("p/t011.png", [0, 255]);
        _folder.Png("SEG/man_seg002.png", [0, 400]);
        _folder.Png("SEG/man_seg010.png", [7, 400]);
        CommandRun run = CommandRun.Of("evaluate", _folder["p"], _folder["SEG"], "--metrics", "iou");
        Assert.Equal(0, run.Code);
        Assert.Contains(run.Errors, line => line.Contains("t011.png", StringComparison.Ordinal));
        Assert.Contains(run.Errors, line => line.Contains("instance", StringComparison.Ordinal));
        Assert.Contains("man_seg010", run.Output, StringComparison.Ordinal);
        Assert.Contains(">0", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void ProbabilitiesBesideThePredictionsAreNoPredictions()
    {
        _folder.Png("p/a.png", [0, 255]);
        ImageWriter.WriteFloatStack(_folder["p/a.probability.tif"], [[0.5f, 0.5f]], 1, 2);
        _folder.Png("t/a.png", [0, 255]);
        CommandRun run = CommandRun.Of("evaluate", _folder["p"], _folder["t"]);
        Assert.Equal((0, 0), (run.Code, run.Errors.Length));
    }

    [Fact]
    public void AValueThatNoLabelHasIsPointedOut()
    {
        _folder.Png("p/a.png", [0, 1]);
        _folder.Png("t/a.png", [0, 255]);
        CommandRun run = CommandRun.Of("evaluate", _folder["p"], _folder["t"]);
        Assert.Equal(0, run.Code);
        Assert.Contains("values that no label has: 1", Assert.Single(run.Errors), StringComparison.Ordinal);
    }
}
