using System.Collections.Immutable;
using UNet.Cli.Data;
using UNet.Cli.Images;
using UNet.Vulkan;
using UNet.Vulkan.Evaluation;
using UNet.Vulkan.Training;

namespace UNet.Cli.Evaluation;

/// <summary>Predictions with their labels, and how both are to be read.</summary>
/// <param name="Pairs">The label images.</param>
/// <param name="Classes">What their values mean.</param>
/// <param name="Foreground">Index of the class whose objects and probabilities are looked at.</param>
/// <param name="PredictionsAreInstances">Predictions hold instance ids, as the labels do.</param>
internal sealed record EvaluationData(
    ImmutableArray<LabelPair> Pairs, LabelClasses Classes, int Foreground, bool PredictionsAreInstances)
{
    /// <summary>Files that hold no probabilities because they are not there.</summary>
    public ImmutableArray<string> MissingProbabilities
        => [.. Pairs.Select(pair => new ProbabilityFile(pair)).Where(file => !file.Exists).Select(file => file.Path).Distinct()];

    /// <summary>Whether any prediction has probabilities beside it.</summary>
    public bool AnyProbabilities => Pairs.Any(pair => new ProbabilityFile(pair).Exists);

    /// <summary>All files that are read.</summary>
    public IEnumerable<string> Files => Pairs
        .SelectMany(pair => (string[])[pair.Prediction.Path, pair.Labels.Path, new ProbabilityFile(pair).Path]).Distinct();

    /// <summary>Looks at all label images.</summary>
    /// <param name="pairs">The label images.</param>
    /// <param name="classes">The classes, or null to take the values found.</param>
    /// <param name="foreground">Label value of the foreground class, or null for the highest label value.</param>
    /// <param name="terminal">Where to tell how they are read, and who may want to stop.</param>
    /// <exception cref="InputException">An image cannot be read, or the values are no classes.</exception>
    public static EvaluationData Of(IReadOnlyList<LabelPair> pairs, LabelClasses? classes, int? foreground, Terminal terminal)
    {
        if (classes is not null)
            return new([.. pairs], classes, ForegroundOf(classes, foreground ?? classes.Values.Max()), false);
        FoundLabels foundLabels = new();
        FoundLabels foundPredictions = new();
        LabelColors labelColors = new();
        LabelColors predictionColors = new();
        foreach (LabelPair pair in pairs)
        {
            terminal.Stop.ThrowIfCancellationRequested();
            (LabelImage prediction, LabelImage truth) = pair.ReadLabels();
            foundLabels.Add(truth, pair.Labels.Named(pair.Page));
            foundPredictions.Add(prediction, pair.Prediction.Named(pair.Page));
            labelColors.Add(truth, pair.Labels.Named(pair.Page));
            predictionColors.Add(prediction, pair.Prediction.Named(pair.Page));
        }

        HashSet<int> labelled = [.. foundLabels.Values];
        IReadOnlySet<int> predicted = foundPredictions.Values;
        classes = LabelClasses.Infer(labelled, foundLabels.AnyIsWide);
        if (classes.AreInstances)
        {
            // One value in 8 bits may stand for all objects.
            bool ids = foundPredictions.AnyIsWide || predicted.Count(value => value > 0) > 1;
            terminal.Note("the labels are read as instance ids: classes 0 and >0 (--classes overrides)");
            if (!ids)
                terminal.Note("the predictions hold one value for all objects: their instances are its 4-connected components");
            return new([.. pairs], classes, ForegroundOf(classes, foreground ?? LabelClasses.Foreground), ids);
        }

        labelColors.RequireSame();
        predictionColors.RequireSame();

        // The values of the predictions are classes too, so that a wrong one counts.
        if (predicted.Except(labelled).Order().ToArray() is { Length: > 0 } unknown)
            terminal.Note($"predictions hold values that no label has: {ItemName.List([.. unknown.Select(value => $"{value}")])}");
        int highest = labelled.Max();
        labelled.UnionWith(predicted);
        classes = labelled.Count < TrainingImage.IgnoredClass
            ? new LabelClasses([.. labelled.Order()], false)
            : throw new InputException("The predictions hold too many values to be classes; name the classes with --classes.");
        return new([.. pairs], classes, ForegroundOf(classes, foreground ?? highest), false);
    }

    /// <summary>Decodes a pair.</summary>
    /// <exception cref="InputException">A value is none of the classes, or the probabilities cannot be used.</exception>
    public SegmentedImage Read(LabelPair pair, bool withProbability)
    {
        (LabelImage predicted, LabelImage truth) = pair.ReadLabels();
        return new(
            Classes.Count,
            truth.Height,
            truth.Width,
            Classes.IndicesOf(predicted, pair.Prediction.Named(pair.Page)),
            Classes.IndicesOf(truth, pair.Labels.Named(pair.Page)))
        {
            ForegroundClass = Foreground,
            ForegroundProbability = withProbability
                ? new ProbabilityFile(pair).Read(Foreground, Classes, truth.Height, truth.Width)
                : null,
            TrueInstances = Classes.AreInstances ? truth.Values : null,
            PredictedInstances = PredictionsAreInstances ? predicted.Values : null,
        };
    }

    private static int ForegroundOf(LabelClasses classes, int value)
    {
        int c = classes.IndexOf(value);
        if (c >= 0 && !(classes.AreInstances && c == 0))
            return c;
        throw new InputException(classes.AreInstances
            ? $"--foreground {value} is the background of labels that are instance ids; leave it out."
            : $"--foreground {value} is none of the classes {classes}; choose one of them.");
    }
}
