using UNet.Cli.Images;
using UNet.Vulkan;

namespace UNet.Cli.Data;

/// <summary>A predicted and a true label image: two files, or a page of two stacks.</summary>
/// <param name="Name">Name of the label, with the page for a stack.</param>
/// <param name="Prediction">File of the prediction.</param>
/// <param name="Labels">File of the truth.</param>
/// <param name="Page">Page in both files.</param>
internal sealed record LabelPair(string Name, ImageFile Prediction, ImageFile Labels, int Page)
{
    /// <summary>
    /// Pairs predictions with labels: by stem, by the stem without <c>_mask</c>, <c>-labels</c> or <c>-volume</c>, or by
    /// the frame number of names such as t007 and man_seg007. Two single files are a pair whatever their names.
    /// </summary>
    /// <param name="predictions">An image, a stack, or a folder of predictions.</param>
    /// <param name="labels">An image, a stack, a folder of labels, or a data set.</param>
    /// <param name="note">Takes remarks for the user.</param>
    /// <exception cref="InputException">A path is missing, a label has no prediction or more than one, or the pages differ.</exception>
    public static List<LabelPair> Find(string predictions, string labels, Action<string> note)
    {
        List<ImageFile> labelFiles = LabelsAt(labels);
        List<ImageFile> predictionFiles = LabelsAt(predictions);
        if (File.Exists(labels) && File.Exists(predictions))
            return Pages(predictionFiles[0], labelFiles[0]);

        Counterparts predicted = new(predictionFiles);
        List<LabelPair> pairs = [];
        List<string> missing = [];
        HashSet<ImageFile> used = [];
        foreach (ImageFile label in labelFiles)
        {
            IReadOnlyList<ImageFile> found = predicted.Of(label);
            if (found.Count > 1)
            {
                throw new InputException(
                    $"'{found[0].Path}' and '{found[1].Path}' are both predictions of '{label.Path}'; keep one of them.");
            }

            if (found.Count == 0)
            {
                ItemName.RequireNoSlice(label.Path);
                missing.Add(Path.GetFileName(label.Path));
                continue;
            }

            if (!used.Add(found[0]))
                throw new InputException($"'{found[0].Path}' is the prediction of '{label.Path}' and of another label; keep one of "
                    + "the labels.");
            pairs.AddRange(Pages(found[0], label));
        }

        if (missing.Count > 0)
            throw new InputException($"No prediction in '{predictions}' for {ItemName.List(missing)} in '{labels}'; segment these "
                + "images too.");
        string[] extra = [.. predictionFiles.Where(file => !used.Contains(file)).Select(file => Path.GetFileName(file.Path))];
        if (extra.Length > 0)
            note($"predictions without a label are ignored: {ItemName.List(extra)}");
        return pairs;

        // Either may be what 'unet segment' wrote, with probabilities beside it.
        List<ImageFile> LabelsAt(string path) => File.Exists(path) ? [ImageFile.Open(path)]
            : [.. DataSetFolder.Labels(path, note).Where(
                file => !file.Stem.EndsWith(ProbabilityFile.StemEnding, StringComparison.Ordinal))];
    }

    /// <summary>Decodes both images.</summary>
    /// <exception cref="InputException">They cannot be read as label images, or their sizes differ.</exception>
    public (LabelImage Predicted, LabelImage Truth) ReadLabels()
    {
        LabelImage predicted = Prediction.ReadLabels(Page);
        LabelImage truth = Labels.ReadLabels(Page);
        if ((predicted.Height, predicted.Width) != (truth.Height, truth.Width))
        {
            throw new InputException(
                $"The prediction '{Prediction.Named(Page)}' is {predicted.Width}x{predicted.Height} pixels but the label "
                    + $"'{Labels.Named(Page)}' is {truth.Width}x{truth.Height}; compare images of one size.");
        }

        return (predicted, truth);
    }

    private static List<LabelPair> Pages(ImageFile prediction, ImageFile labels)
    {
        if (prediction.Pages != labels.Pages)
        {
            throw new InputException(
                $"The prediction '{prediction.Path}' and the label '{labels.Path}' are stacks of {prediction.Pages} and "
                    + $"{labels.Pages} pages; give both the same pages.");
        }

        return [.. Enumerable.Range(0, labels.Pages).Select(
            page => new LabelPair(labels.Pages == 1 ? labels.Stem : $"{labels.Stem}[{page + 1}]", prediction, labels, page))];
    }
}
