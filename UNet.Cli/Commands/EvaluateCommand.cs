using System.Collections.Immutable;
using System.CommandLine;
using UNet.Cli.Data;
using UNet.Cli.Evaluation;
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
            Description = "Folder or stack of predicted label images, as 'unet segment' writes them, with x.probability.tif beside "
                + "x.png or x.tif for metrics that cut probabilities.",
        };
        Argument<string> labels = new("LABELS") { Description = "Folder or stack of true label images." };
        Option<string?> metrics = new("--metrics")
        {
            Description = "Metrics, separated by commas. Default: iou, dice and accuracy; those of probabilities where there are some; "
                + "those of instances where labels are instance ids.\n"
                + string.Join('\n', Metric.All.Select(metric => $"{metric.Name}: {metric.Description}")),
            HelpName = "LIST",
        };
        Option<string?> classes = new("--classes")
        {
            Description = "Label values that are the classes. Default: all values; masks of more than 8 bits or 16 values are "
                + "instance ids (0 and >0).",
            HelpName = "LIST",
        };
        Option<int?> foreground = CommandOptions.Whole(
            "--foreground", "VALUE",
            "Label value of the class whose probability and objects are looked at. Default: the highest label value.", 0);
        Option<string?> thresholds = new("--thresholds")
        {
            Description = "Thresholds for all metrics of probabilities, as numbers and ranges FIRST:LAST:STEP, such as "
                + "0.05:0.95:0.05,0.99. Default: those of each metric's definition, which are 0:0.9:0.1 for ISBI 2012 and "
                + "0.05:0.95:0.05,0.99 for V_rand and V_info.",
            HelpName = "LIST",
        };
        Option<string?> json = new("--json") { Description = "Write all scores to this file too.", HelpName = "FILE" };

        ExampleCommand command = new(
            "evaluate",
            "Compares predicted label images with true ones, paired by name (t007 and man_seg007 by frame number), stacks page by page.",
            "unet evaluate segmented/ data/masks/",
            "unet evaluate segmented/test-volume.tif test-labels.tif --metrics iou,dice,pixel-error,vrand,vinfo",
            "unet evaluate segmented/ 01_GT/SEG/ --metrics seg,ap --json scores.json")
        {
            predictions, labels, metrics, classes, foreground, thresholds, json,
        };
        command.SetAction(result => Run(
            terminal,
            result.GetRequiredValue(predictions),
            result.GetRequiredValue(labels),
            MetricChoice.Parse(result.GetValue(metrics), result.GetValue(thresholds)),
            result.GetValue(classes) is { } list ? LabelClasses.Parse(list) : null,
            result.GetValue(foreground),
            result.GetValue(json)));
        return command;
    }

    /// <summary>Prints the scores of predictions that need nothing but label images.</summary>
    public static void Run(Terminal terminal, string predictions, string labels)
        => Run(terminal, predictions, labels, new([.. Metric.All.OfType<ConfusionMetric>()], null), null, null, null);

    private static int Run(
        Terminal terminal, string predictions, string labels, MetricChoice choice, LabelClasses? classes, int? foreground, string? json)
    {
        if (json is not null)
            OutputFile.Require(json, "--json");
        EvaluationData data = EvaluationData.Of(LabelPair.Find(predictions, labels, terminal.Note), classes, foreground, terminal);
        EvaluationResult result = Evaluate(data, choice, terminal);
        EvaluationTables.Print(terminal, result);
        if (json is not null)
            AtomicFile.Write(json, stream => EvaluationJson.Write(stream, result));
        return CommandLine.Done;
    }

    private static EvaluationResult Evaluate(EvaluationData data, MetricChoice choice, Terminal terminal)
    {
        ImmutableArray<Metric> metrics = choice.For(data, terminal.Note);
        Evaluator scores = new(metrics, data.Classes.Count, choice.Thresholds);
        foreach (LabelPair pair in data.Pairs)
        {
            terminal.Stop.ThrowIfCancellationRequested();
            scores.Add(data.Read(pair, withProbability: scores.Threshold.Length > 0));
        }

        return new(data, metrics, scores);
    }
}
