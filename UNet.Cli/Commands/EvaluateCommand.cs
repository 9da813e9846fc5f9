using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using UNet.Cli.Data;
using UNet.Cli.Images;
using UNet.Vulkan;
using UNet.Vulkan.Evaluation;
using UNet.Vulkan.Formats;

namespace UNet.Cli.Commands;

/// <summary><c>unet evaluate</c>: compares predicted label images with true ones.</summary>
internal static class EvaluateCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(Terminal terminal)
    {
        Argument<string> predictions = new("PREDICTIONS")
        {
            Description = "Folder or stack of predicted label images, as 'unet segment' writes them.",
        };
        Argument<string> labels = new("LABELS") { Description = "Folder or stack of true label images." };
        Option<string> metrics = new("--metrics")
        {
            Description = "Metrics, separated by commas: "
                + $"{string.Join(", ", Metric.All.Select(metric => $"{metric.Name} ({metric.Description})"))}. "
                + "A class that an image has neither in truth nor in prediction is left out of its mean.",
            HelpName = "LIST",
            DefaultValueFactory = _ => string.Join(',', Metric.All.Select(metric => metric.Name)),
        };
        Option<string?> classes = new("--classes")
        {
            Description = "Label values that are the classes. Default: all values; masks of more than 8 bits or 16 values are "
                + "instance ids (0 and >0).",
            HelpName = "LIST",
        };
        Option<string?> json = new("--json") { Description = "Write all scores to this file too.", HelpName = "FILE" };

        ExampleCommand command = new(
            "evaluate",
            "Compares predicted label images with true ones, paired by name (t007 and man_seg007 by frame number), stacks page by page.",
            "unet evaluate segmented/ data/masks/",
            "unet evaluate segmented/test-volume.tif test-labels.tif --metrics iou,dice",
            "unet evaluate segmented/ 01_GT/SEG/ --json scores.json")
        {
            predictions, labels, metrics, classes, json,
        };
        command.SetAction(result => Run(
            terminal,
            result.GetRequiredValue(predictions),
            result.GetRequiredValue(labels),
            ParseMetrics(result.GetRequiredValue(metrics)),
            result.GetValue(classes) is { } list ? LabelClasses.Parse(list) : null,
            result.GetValue(json)));
        return command;
    }

    /// <summary>Prints all scores of predictions.</summary>
    public static void Run(Terminal terminal, string predictions, string labels)
        => Run(terminal, predictions, labels, Metric.All, null, null);

    private static int Run(
        Terminal terminal, string predictions, string labels, ImmutableArray<Metric> metrics, LabelClasses? classes, string? json)
    {
        if (json is not null)
            OutputFile.Require(json, "--json");
        List<LabelPair> pairs = LabelPair.Find(predictions, labels, terminal.Note);
        classes ??= InferClasses(pairs, terminal);
        List<(string Name, Score[] Scores)> images = [];
        ConfusionMatrix all = new(classes.Count);
        foreach (LabelPair pair in pairs)
        {
            terminal.Stop.ThrowIfCancellationRequested();
            SegmentedImage image = pair.Read(classes);
            images.Add((pair.Name, [.. metrics.Select(metric => metric.Measure(image))]));
            all.Add(image.Confusion);
        }

        Evaluation evaluation = new(
            metrics,
            classes,
            images,
            [.. metrics.Select((_, i) => Score.Mean([.. images.Select(image => image.Scores[i])]))],
            [.. metrics.Select(metric => metric.MeasureAll(all))]);
        Print(terminal, evaluation);
        if (json is not null)
            AtomicFile.Write(json, stream => WriteJson(stream, evaluation));
        return CommandLine.Done;
    }

    /// <summary>The classes are the values of the labels and, so that a wrong one counts, of the predictions.</summary>
    private static LabelClasses InferClasses(List<LabelPair> pairs, Terminal terminal)
    {
        HashSet<int> labelled = [];
        HashSet<int> predicted = [];
        bool wide = false;
        foreach (LabelPair pair in pairs)
        {
            terminal.Stop.ThrowIfCancellationRequested();
            LabelImage labels = pair.Labels.ReadLabels(pair.Page);
            labelled.UnionWith(labels.Values);
            wide |= labels.IsWide;
            predicted.UnionWith(pair.Prediction.ReadLabels(pair.Page).Values);
        }

        LabelClasses classes = LabelClasses.Infer(labelled, wide);
        if (classes.AreInstances)
        {
            terminal.Note("the labels are read as instance ids: classes 0 and >0 (--classes overrides)");
            return classes;
        }

        if (predicted.Except(labelled).Order().ToArray() is { Length: > 0 } unknown)
            terminal.Note($"predictions hold values that no label has: {ItemName.List([.. unknown.Select(value => $"{value}")])}");
        labelled.UnionWith(predicted);
        return labelled.Count < Vulkan.Training.TrainingImage.IgnoredClass
            ? LabelClasses.Infer(labelled, false)
            : throw new InputException("The predictions hold too many values to be classes; name the classes with --classes.");
    }

    private static ImmutableArray<Metric> ParseMetrics(string list) => [.. list.Split(',', StringSplitOptions.TrimEntries).Select(
        name => Metric.All.FirstOrDefault(metric => metric.Name == name)
            ?? throw new InputException($"There is no metric '{name}'; choose among "
                + $"{string.Join(", ", Metric.All.Select(metric => metric.Name))}."))];

    private static void Print(Terminal terminal, Evaluation evaluation)
    {
        string[] names = [.. evaluation.Metrics.Select(metric => metric.Name)];
        IEnumerable<string[]> rows = evaluation.Images.Select(image => Row(image.Name, image.Scores.Select(score => score.Value)));
        terminal.Table(["image", .. names],
        [
            .. rows,
            Row("mean of images", evaluation.Mean.Select(score => score.Value)),
            Row("all pixels", evaluation.AllPixels.Select(score => score?.Value ?? double.NaN)),
        ]);
        terminal.Table(["class, all pixels", .. names], Enumerable.Range(0, evaluation.Classes.Count).Select(
            c => Row(evaluation.Classes.NameOf(c), evaluation.AllPixels.Select(score => PerClass(score, c)))));
    }

    private static string[] Row(string name, IEnumerable<double> values) => [name, .. values.Select(
        value => double.IsNaN(value) ? "-" : value.ToString("0.0000", CultureInfo.InvariantCulture))];

    private static double PerClass(Score? score, int c) => score is { PerClass.Length: > 0 } ? score.PerClass[c] : double.NaN;

    private static void WriteJson(Stream stream, Evaluation evaluation)
    {
        using Utf8JsonWriter writer = new(stream, new JsonWriterOptions { Indented = true });
        writer.WriteStartObject();
        writer.WriteStartArray("metrics");
        foreach (Metric metric in evaluation.Metrics)
            writer.WriteStringValue(metric.Name);
        writer.WriteEndArray();
        writer.WriteStartArray("classes");
        for (int c = 0; c < evaluation.Classes.Count; c++)
            writer.WriteStringValue(evaluation.Classes.NameOf(c));
        writer.WriteEndArray();
        writer.WriteStartArray("images");
        foreach ((string name, Score[] scores) in evaluation.Images)
        {
            writer.WriteStartObject();
            writer.WriteString("name", name);
            WriteScores(writer, evaluation, scores);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartObject("meanOfImages");
        WriteScores(writer, evaluation, evaluation.Mean);
        writer.WriteEndObject();
        writer.WriteStartObject("allPixels");
        WriteScores(writer, evaluation, evaluation.AllPixels);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void WriteScores(Utf8JsonWriter writer, Evaluation evaluation, IReadOnlyList<Score?> scores)
    {
        for (int i = 0; i < scores.Count; i++)
        {
            if (scores[i] is not { } score)
                continue;
            writer.WriteStartObject(evaluation.Metrics[i].Name);
            WriteNumber(writer, "value", score.Value);
            if (score.PerClass.Length > 0)
            {
                WriteNumber(writer, "classMean", score.ClassMean);
                writer.WriteStartObject("classes");
                for (int c = 0; c < score.PerClass.Length; c++)
                    WriteNumber(writer, evaluation.Classes.NameOf(c), score.PerClass[c]);
                writer.WriteEndObject();
            }

            writer.WriteEndObject();
        }
    }

    /// <summary>An undefined score is null.</summary>
    private static void WriteNumber(Utf8JsonWriter writer, string name, double value)
    {
        if (double.IsNaN(value))
            writer.WriteNull(name);
        else
            writer.WriteNumber(name, value);
    }

    /// <param name="Metrics">What was measured.</param>
    /// <param name="Classes">Meaning of the class indices.</param>
    /// <param name="Images">Scores by image, in the order of the metrics.</param>
    /// <param name="Mean">Means over the images.</param>
    /// <param name="AllPixels">Scores of all images as one, null for a metric without such a meaning.</param>
    private sealed record Evaluation(
        ImmutableArray<Metric> Metrics,
        LabelClasses Classes,
        List<(string Name, Score[] Scores)> Images,
        ImmutableArray<Score> Mean,
        ImmutableArray<Score?> AllPixels);
}
