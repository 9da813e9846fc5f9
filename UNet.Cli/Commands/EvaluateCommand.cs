using System.Collections.Immutable;
using System.CommandLine;
using UNet.Cli.Data;
using UNet.Cli.Evaluation;
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
            Description = "Folder or stack of predicted label images, as 'unet segment' writes them, with x.probability.tif beside "
                + "x.png or x.tif for metrics that cut probabilities.",
        };
        Argument<string> labels = new("LABELS")
        {
            Description = "Folder or stack of true label images, or a data set, of which gold truth is taken.",
        };
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
        Option<string?> pictures = new("--pictures")
        {
            Description = "Write a picture for each label image to this folder: image (with --images), truth, probability (where it lies "
                + "beside the prediction) and prediction side by side.",
            HelpName = "DIR",
        };
        Option<string?> images = new("--images")
        {
            Description = "Images for the pictures: a folder or stack, paired with the labels by name as predictions are.",
            HelpName = "FOLDER",
        };

        ExampleCommand command = new(
            "evaluate",
            "Compares predicted label images with true ones, paired by name (t007 and man_seg007 by frame number), stacks page by page.",
            "unet evaluate segmented/ data/masks/",
            "unet evaluate segmented/test-volume.tif test-labels.tif --metrics iou,dice,pixel-error,vrand,vinfo",
            "unet evaluate segmented/ 01_GT/SEG/ --metrics seg,ap --json scores.json",
            "unet evaluate segmented/ data/masks/ --pictures pictures/ --images data/images/")
        {
            predictions, labels, metrics, classes, foreground, thresholds, json, pictures, images,
        };
        command.SetAction(result =>
        {
            Run(terminal, new(
                result.GetRequiredValue(predictions),
                result.GetRequiredValue(labels),
                MetricChoice.Parse(result.GetValue(metrics), result.GetValue(thresholds)),
                result.GetValue(classes) is { } list ? LabelClasses.Parse(list) : null,
                result.GetValue(foreground),
                result.GetValue(json),
                result.GetValue(pictures),
                result.GetValue(images)));
            return CommandLine.Done;
        });
        return command;
    }

    /// <summary>Prints the scores of predictions that need nothing but label images, and draws both beside the images.</summary>
    public static void Run(Terminal terminal, string predictions, string labels, string pictures, string images)
        => Run(terminal, new(
            predictions, labels, new([.. Metric.All.OfType<ConfusionMetric>()], null), null, null, null, pictures, images));

    private static void Run(Terminal terminal, Request request)
    {
        if (request.Json is not null)
            OutputFile.Require(request.Json, "--json");
        if (request.Images is not null && request.Pictures is null)
            throw new InputException("--images is for pictures; say with --pictures where they shall go, or leave out --images.");
        List<LabelPair> pairs = LabelPair.Find(request.Predictions, request.Labels, terminal.Note);
        EvaluationData data = EvaluationData.Of(pairs, request.Classes, request.Foreground, terminal);
        ComparisonPictures? pictures = request.Pictures is null
            ? null
            : new(request.Pictures, request.Images, data, terminal.Note);
        RequireApart(request, data, pictures);
        EvaluationResult result = Evaluate(data, request.Choice, terminal);
        EvaluationTables.Print(terminal, result);
        if (request.Json is not null)
            AtomicFile.Write(request.Json, stream => EvaluationJson.Write(stream, result));
        if (pictures is null)
            return;
        pictures.Write(terminal.Stop);
        terminal.Output.WriteLine($"{data.Pairs.Length} picture{(data.Pairs.Length == 1 ? "" : "s")} in '{request.Pictures}' "
            + $"show{(data.Pairs.Length == 1 ? "s" : "")} {pictures.Panels} side by side.");
    }

    private static void RequireApart(Request request, EvaluationData data, ComparisonPictures? pictures)
    {
        List<OutputFile> outputs = [.. pictures?.Outputs ?? []];
        if (request.Json is not null)
            outputs.Add(new(request.Json, "the scores"));
        OutputFile.RequireApart(outputs, [.. data.Files, .. pictures?.Inputs ?? []], "give --json and --pictures other places");
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

    /// <param name="Predictions">Predicted label images.</param>
    /// <param name="Labels">True label images.</param>
    /// <param name="Choice">What to measure.</param>
    /// <param name="Classes">The classes, if named.</param>
    /// <param name="Foreground">Label value of the foreground, if named.</param>
    /// <param name="Json">File for the scores.</param>
    /// <param name="Pictures">Folder for the pictures.</param>
    /// <param name="Images">Images for the pictures.</param>
    private sealed record Request(
        string Predictions,
        string Labels,
        MetricChoice Choice,
        LabelClasses? Classes,
        int? Foreground,
        string? Json,
        string? Pictures,
        string? Images);
}
