using System.Collections.Immutable;
using System.Globalization;
using UNet.Vulkan.Evaluation;

namespace UNet.Cli.Evaluation;

/// <summary>Prints the scores of an evaluation: a table for each kind of metric.</summary>
internal static class EvaluationTables
{
    /// <summary>Prints all tables.</summary>
    public static void Print(Terminal terminal, EvaluationResult result)
    {
        if (result.Scores.Confusion is { Length: > 0 } confusion)
            PrintConfusion(terminal, result, confusion);
        if (result.Scores.Threshold is { Length: > 0 } threshold)
            PrintThreshold(terminal, result, threshold);
        if (result.Scores.Instance is { Length: > 0 } instance)
            PrintInstance(terminal, result, instance);
    }

    private static void PrintConfusion(Terminal terminal, EvaluationResult result, ImmutableArray<ConfusionScores> metrics)
    {
        string[] names = [.. metrics.Select(scores => scores.Metric.Name)];
        terminal.Table(["image", .. names],
        [
            .. result.Images.Select((name, image) => Row(name, metrics.Select(scores => scores.Images[image].Value))),
            Row("mean of images", metrics.Select(scores => scores.Mean.Value)),
            Row("all pixels", metrics.Select(scores => scores.Together.Value)),
        ]);
        terminal.Table(["class, all pixels", .. names], Enumerable.Range(0, result.Data.Classes.Count).Select(
            c => Row(result.Data.Classes.NameOf(c), metrics.Select(scores => scores.Together.PerClass[c]))));
    }

    /// <summary>The images' values are those at the threshold that is best for their mean.</summary>
    private static void PrintThreshold(Terminal terminal, EvaluationResult result, ImmutableArray<ThresholdScores> metrics)
    {
        ImmutableArray<double>[] means = [.. metrics.Select(scores => scores.Curves.Mean())];
        ImmutableArray<double>[] together = [.. metrics.Select(scores => scores.Curves.Together())];
        int[] best = [.. metrics.Select((scores, m) => scores.Metric.Best(means[m]))];
        int[] bestTogether = [.. metrics.Select((scores, m) => scores.Metric.Best(together[m]))];
        terminal.Table([$"image, foreground {result.Foreground}", .. metrics.Select(scores => scores.Metric.Name)],
        [
            .. result.Images.Select((name, image) => Row(name, metrics.Select((scores, m) => At(scores.Curves.Of(image), best[m])))),
            Row("mean of images", means.Select((curve, m) => At(curve, best[m]))),
            ["best threshold", .. metrics.Select((scores, m) => Threshold(scores, best[m]))],
            Row("all pixels", together.Select((curve, m) => At(curve, bestTogether[m]))),
            ["best threshold", .. metrics.Select((scores, m) => Threshold(scores, bestTogether[m]))],
        ]);
    }

    /// <summary>A metric with a list of thresholds shows its value at the first one and the mean over all of them.</summary>
    private static void PrintInstance(Terminal terminal, EvaluationResult result, ImmutableArray<InstanceScores> metrics)
    {
        terminal.Table(["image, instances", .. metrics.SelectMany(Columns)],
        [
            .. result.Images.Select((name, image) => Row(name, metrics.SelectMany(scores => Values(scores.Curves.Of(image))))),
            Row("mean of images", metrics.SelectMany(scores => Values(scores.Curves.Mean()))),
            Row("all instances", metrics.SelectMany(scores => Values(scores.Curves.Together()))),
        ]);

        static string[] Columns(InstanceScores scores) => scores.Curves.Points is [double first, .., double last]
            ? [$"{scores.Metric.Name}@{EvaluationResult.Text(first)}",
                $"{scores.Metric.Name}@{EvaluationResult.Text(first)}:{EvaluationResult.Text(last)}"]
            : [scores.Metric.Name];

        static double[] Values(ImmutableArray<double> curve) => curve.Length == 1 ? [curve[0]] : [curve[0], curve.Average()];
    }

    private static double At(ImmutableArray<double> curve, int point) => point < 0 ? double.NaN : curve[point];

    private static string Threshold(ThresholdScores scores, int point)
        => point < 0 ? "-" : EvaluationResult.Text(scores.Curves.Points[point]);

    private static string[] Row(string name, IEnumerable<double> values) => [name, .. values.Select(
        value => double.IsNaN(value) ? "-" : value.ToString("0.0000", CultureInfo.InvariantCulture))];
}
