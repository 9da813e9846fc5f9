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
        Assert.Equal(0, run.Code);
        Assert.Contains("--probabilities", Assert.Single(run.Errors), StringComparison.Ordinal);
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

    /// <summary>The page of the foreground, 255, is the second one of a slice, unless the file says otherwise.</summary>
    [Theory]
    [InlineData("255,0", null, false)]
    [InlineData("0,255", null, false)]
    [InlineData("255,0", "classes 255,0", true)]
    [InlineData("0,255", "classes 255,0", true)]
    public void TheOrderOfClassesChangesNoProbability(string classes, string? description, bool isFirst)
    {
        _folder.Png("p/a.png", [0, 0, 255, 255]);
        _folder.Png("t/a.png", [0, 0, 255, 255]);
        using (FloatStack stack = new(_folder["p/a.probability.tif"]) { Description = description })
        {
            float[][] pages = [[0.9f, 0.8f, 0.1f, 0.2f], [0.1f, 0.2f, 0.9f, 0.8f]];
            stack.Add(pages[isFirst ? 1 : 0], 1, 4);
            stack.Add(pages[isFirst ? 0 : 1], 1, 4);
            stack.Save();
        }

        string[] options = ["--classes", classes, "--metrics", "pixel-error", "--thresholds", "0.5"];
        CommandRun run = CommandRun.Of(["evaluate", _folder["p"], _folder["t"], .. options]);
        Assert.Equal((0, 0), (run.Code, run.Errors.Length));
        Assert.Matches("all pixels +0.0000", run.Output);
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
    public void ProbabilitiesBesideThePredictionsAreCutAtThresholds()
    {
        _folder.Png("p/a.png", [0, 255, 255, 0]);
        Probabilities("p/a.probability.tif", [0.1f, 0.9f, 0.6f, 0.3f]);
        _folder.Png("t/a.png", [0, 255, 0, 0]);
        Probabilities("t/a.probability.tif", [0, 1, 0, 0]); // what is compared with may be a segmentation too
        CommandRun run = CommandRun.Of("evaluate", _folder["p"], _folder["t"], "--json", _folder["s.json"]);
        Assert.Equal((0, 0), (run.Code, run.Errors.Length));
        Assert.Contains("best threshold", run.Output, StringComparison.Ordinal);
        Assert.Contains("foreground 255", run.Output, StringComparison.Ordinal);

        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(_folder["s.json"]));
        Assert.Equal("255", json.RootElement.GetProperty("foreground").GetString());
        JsonElement error = json.RootElement.GetProperty("meanOfImages").GetProperty("pixel-error");
        Assert.Equal((0, 0.6), (error.GetProperty("value").GetDouble(), error.GetProperty("threshold").GetDouble()));
        Assert.Equal(1.0 / 3, error.GetProperty("thresholds").GetProperty("0.5").GetDouble(), 1e-15);
        JsonElement image = json.RootElement.GetProperty("images")[0].GetProperty("vrand").GetProperty("thresholds");
        Assert.Equal(20, image.EnumerateObject().Count());
        Assert.False(json.RootElement.GetProperty("meanOfImages").TryGetProperty("seg", out _));
    }

    [Fact]
    public void TheForegroundAndTheThresholdsCanBeChosen()
    {
        _folder.Png("p/a.png", [0, 255, 255, 0]);
        Probabilities("p/a.probability.tif", [0.1f, 0.9f, 0.6f, 0.3f]);
        _folder.Png("t/a.png", [0, 255, 0, 0]);
        CommandRun run = CommandRun.Of("evaluate", _folder["p"], _folder["t"], "--metrics", "pixel-error", "--foreground", "0",
            "--thresholds", "0.8,0.2:0.4:0.1", "--json", _folder["s.json"]);
        Assert.Equal((0, 0), (run.Code, run.Errors.Length));
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(_folder["s.json"]));
        JsonElement error = json.RootElement.GetProperty("allPixels").GetProperty("pixel-error");
        Assert.Equal(["0.2", "0.3", "0.4", "0.8"], error.GetProperty("thresholds").EnumerateObject().Select(entry => entry.Name));

        // Class 0 has probabilities 0.9, 0.1, 0.4, 0.7.
        Assert.Equal((0, 0.2), (error.GetProperty("value").GetDouble(), error.GetProperty("threshold").GetDouble()));
    }

    [Fact]
    public void PagesOfProbabilitiesAreClassesOfSlices()
    {
        string prediction = _folder.Stack("out/v.tif", [0, 1], [1, 0]);
        ImageWriter.WriteFloatStack(_folder["out/v.probability.tif"], [[1, 0], [0, 1], [0, 1], [1, 0]], 1, 2);
        string truth = _folder.Stack("t.tif", [0, 1], [1, 0]);
        CommandRun run = CommandRun.Of("evaluate", prediction, truth, "--metrics", "pixel-error", "--json", _folder["s.json"]);
        Assert.Equal((0, 0), (run.Code, run.Errors.Length));
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(_folder["s.json"]));
        Assert.All(json.RootElement.GetProperty("images").EnumerateArray(),
            image => Assert.Equal(0, image.GetProperty("pixel-error").GetProperty("value").GetDouble()));
    }

    [Fact]
    public void ProbabilitiesThatAreMissingLeaveTheirMetricsOutUnlessTheyWereNamed()
    {
        _folder.Png("p/a.png", [0, 255]);
        _folder.Png("p/b.png", [0, 255]);
        Probabilities("p/a.probability.tif", [0, 1]);
        _folder.Png("t/a.png", [0, 255]);
        _folder.Png("t/b.png", [0, 255]);
        CommandRun run = CommandRun.Of("evaluate", _folder["p"], _folder["t"]);
        Assert.Equal(0, run.Code);
        Assert.Contains("b.probability.tif", Assert.Single(run.Errors), StringComparison.Ordinal);
        Assert.DoesNotContain("vrand", run.Output, StringComparison.Ordinal);
        run = CommandRun.Of("evaluate", _folder["p"], _folder["t"], "--metrics", "iou,vrand");
        Assert.Equal(2, run.Code);
        Assert.Contains("b.probability.tif", Assert.Single(run.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public void InstancesAreComparedByTheirIdsWhereLabelsHaveThem()
    {
        _folder.Png("p/a.png", [5, 5, 6, 6, 0, 0]);
        _folder.Png("t/a.png", [300, 300, 301, 301, 0, 302]);
        CommandRun run = CommandRun.Of("evaluate", _folder["p"], _folder["t"], "--json", _folder["s.json"]);
        Assert.Equal(0, run.Code);
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(_folder["s.json"]));
        JsonElement image = json.RootElement.GetProperty("images")[0];
        Assert.Equal(2.0 / 3, image.GetProperty("seg").GetProperty("value").GetDouble(), 1e-15);
        Assert.Equal(2.0 / 3, image.GetProperty("ap").GetProperty("iou").GetProperty("0.9").GetDouble(), 1e-15);
        Assert.Equal(0.8, image.GetProperty("f1").GetProperty("value").GetDouble(), 1e-15);
        Assert.Equal(8.0 / 9, image.GetProperty("dice").GetProperty("classes").GetProperty(">0").GetDouble(), 1e-15);
        Assert.Contains("ap@0.5:0.9", run.Output, StringComparison.Ordinal);
        Assert.Contains("all instances", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void OneValueForAllObjectsMeansItsComponents()
    {
        _folder.Png("p/a.png", [255, 255, 0, 255, 255]);
        _folder.Png("t/a.png", [300, 300, 0, 301, 301]);
        CommandRun run = CommandRun.Of("evaluate", _folder["p"], _folder["t"], "--metrics", "seg", "--json", _folder["s.json"]);
        Assert.Equal(0, run.Code);
        Assert.Contains(run.Errors, line => line.Contains("components", StringComparison.Ordinal));
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(_folder["s.json"]));
        Assert.Equal(1, json.RootElement.GetProperty("allPixels").GetProperty("seg").GetProperty("value").GetDouble());
    }

    [Fact]
    public void HelpHasALineForEachMetric()
    {
        string[] lines = CommandRun.Of("evaluate", "--help").Output.Split('\n');
        Assert.All(UNet.Vulkan.Evaluation.Metric.All, metric => Assert.Contains(
            lines, line => line.Contains($"{metric.Name}: {metric.Description[..12]}", StringComparison.Ordinal)));
    }

    [Fact]
    public void AValueThatNoLabelHasIsPointedOut()
    {
        _folder.Png("p/a.png", [0, 1]);
        _folder.Png("t/a.png", [0, 255]);
        CommandRun run = CommandRun.Of("evaluate", _folder["p"], _folder["t"], "--metrics", "iou");
        Assert.Equal(0, run.Code);
        Assert.Contains("values that no label has: 1", Assert.Single(run.Errors), StringComparison.Ordinal);
    }

    /// <summary>Writes the probabilities of two classes of one row, given those of the second.</summary>
    private void Probabilities(string name, float[] second)
        => ImageWriter.WriteFloatStack(_folder[name], [[.. second.Select(p => 1 - p)], second], 1, second.Length);
}
