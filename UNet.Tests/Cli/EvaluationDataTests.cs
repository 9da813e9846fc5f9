using System.Text.Json;
using Xunit;

namespace UNet.Tests.Cli;

public sealed class EvaluationDataTests : IDisposable
{
    private readonly ImageFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>
    /// Ten classes, and as many other values in the predictions: together more than are ever taken for classes of labels.
    /// </summary>
    [Fact]
    public void LabelsStayClassesHoweverManyValuesPredictionsHold()
    {
        int[] labels = [.. Enumerable.Range(0, 20).Select(i => i / 2)];
        _folder.Png("t/a.png", labels);
        _folder.Png("p/a.png", [.. labels.Select(value => value == 0 ? 0 : value + 9)]);
        CommandRun run = CommandRun.Of("evaluate", _folder["p"], _folder["t"], "--metrics", "accuracy", "--json", _folder["s.json"]);
        Assert.Equal(0, run.Code);
        Assert.DoesNotContain(run.Errors, line => line.Contains("instance", StringComparison.Ordinal));
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(_folder["s.json"]));
        Assert.Equal(0.1, json.RootElement.GetProperty("allPixels").GetProperty("accuracy").GetProperty("value").GetDouble(), 1e-15);
    }
}
