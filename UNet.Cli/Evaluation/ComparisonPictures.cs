using UNet.Cli.Data;
using UNet.Cli.Images;
using UNet.Vulkan;

namespace UNet.Cli.Evaluation;

/// <summary>
/// Pictures of an evaluation, one a label image: the image if there is one, the truth, the foreground's probability if it lies
/// beside the prediction, and the prediction, side by side.
/// </summary>
internal sealed class ComparisonPictures
{
    private readonly string _folder;
    private readonly EvaluationData _data;
    private readonly Dictionary<ImageFile, ImageFile> _imageOf;

    /// <summary>Finds the images; makes no file yet.</summary>
    /// <param name="folder">Where the pictures go; made when there is something to put there.</param>
    /// <param name="images">Image, stack or folder of images, paired with the labels as predictions are; null for none.</param>
    /// <param name="data">What is evaluated.</param>
    /// <param name="note">Takes remarks for the user.</param>
    /// <exception cref="InputException">The folder is a file, a label has no image or more than one, or pages or sizes differ.</exception>
    public ComparisonPictures(string folder, string? images, EvaluationData data, Action<string> note)
    {
        OutputFile.RequireFolder(folder, "--pictures");
        (_folder, _data) = (folder, data);
        _imageOf = images is null ? [] : Pair(images, [.. data.Pairs.Select(pair => pair.Labels).Distinct()], note);
    }

    /// <summary>The files that will be written.</summary>
    public IEnumerable<OutputFile> Outputs => _data.Pairs.Select(pair => new OutputFile(PathOf(pair), $"the picture of '{pair.Name}'"));

    /// <summary>Files of the images.</summary>
    public IEnumerable<string> Inputs => _imageOf.Values.Select(image => image.Path);

    /// <summary>What is on a picture, from left to right, in words.</summary>
    public string Panels
        => $"{(_imageOf.Count > 0 ? "image, " : "")}truth{(_data.AnyProbabilities ? ", probability" : "")} and prediction";

    /// <summary>Writes the pictures: <c>x.png</c> for the label <c>x</c>, <c>x.001.png</c> and so on for the pages of a stack.</summary>
    /// <exception cref="InputException">An image or a probability cannot be read, or is not as large as its label.</exception>
    /// <exception cref="OperationCanceledException">The user stopped it.</exception>
    public void Write(CancellationToken stop)
    {
        Directory.CreateDirectory(_folder);
        foreach (LabelPair pair in _data.Pairs)
        {
            stop.ThrowIfCancellationRequested();
            Picture.SideBySide(PanelsOf(pair)).WritePng(PathOf(pair));
        }
    }

    private static Dictionary<ImageFile, ImageFile> Pair(string images, IReadOnlyList<ImageFile> labels, Action<string> note)
    {
        IReadOnlyList<ImageFile> files = File.Exists(images) ? [ImageFile.Open(images)] : DataSetFolder.Images(images, note);
        Counterparts counterparts = new(files);
        Dictionary<ImageFile, ImageFile> imageOf = [];
        foreach (ImageFile label in labels)
        {
            // Two single files belong together whatever their names.
            IReadOnlyList<ImageFile> found = File.Exists(images) && labels.Count == 1 ? files : counterparts.Of(label);
            imageOf[label] = found switch
            {
                [] => throw new InputException(
                    $"There is no image in '{images}' for the label '{label.Path}'; add it, or leave out --images."),
                [ImageFile image] when image.Pages == label.Pages => image,
                [ImageFile image] => throw new InputException(
                    $"The image '{image.Path}' has {image.Pages} page{(image.Pages == 1 ? "" : "s")} but its label '{label.Path}' has "
                        + $"{label.Pages}; give both the same pages."),
                [ImageFile first, ImageFile second, ..] => throw new InputException(
                    $"'{first.Path}' and '{second.Path}' are both images of the label '{label.Path}'; keep one of them."),
            };
            RequireSameSize(imageOf[label], label, 0, (imageOf[label].Height, imageOf[label].Width), (label.Height, label.Width));
        }

        return imageOf;
    }

    private static void RequireSameSize(
        ImageFile image, ImageFile label, int page, (int Height, int Width) imageSize, (int Height, int Width) labelSize)
    {
        if (imageSize != labelSize)
        {
            throw new InputException(
                $"The image '{image.Named(page)}' is {imageSize.Width}x{imageSize.Height} pixels but its label '{label.Named(page)}' is "
                    + $"{labelSize.Width}x{labelSize.Height}; give both the same size.");
        }
    }

    private string PathOf(LabelPair pair)
    {
        string page = pair.Labels.Pages == 1 ? "" : $".{pair.Page + 1:000}";
        return Path.Combine(_folder, $"{pair.Labels.Stem}{page}.png");
    }

    private List<Picture> PanelsOf(LabelPair pair)
    {
        (LabelImage predicted, LabelImage truth) = pair.ReadLabels();
        List<Picture> panels = [];
        if (_imageOf.GetValueOrDefault(pair.Labels) is { } file)
        {
            RawImage image = file.Read(pair.Page);
            RequireSameSize(file, pair.Labels, pair.Page, (image.Height, image.Width), (truth.Height, truth.Width));
            panels.Add(Picture.OfImage(image));
        }

        panels.Add(PictureOf(truth, _data.Classes.AreInstances));
        ProbabilityFile probability = new(pair);
        if (probability.Exists)
        {
            float[] foreground = probability.Read(_data.Foreground, _data.Classes, truth.Height, truth.Width);
            panels.Add(Picture.OfProbability(foreground, truth.Height, truth.Width));
        }

        panels.Add(PictureOf(predicted, _data.PredictionsAreInstances));
        return panels;
    }

    private Picture PictureOf(LabelImage labels, bool areInstances)
        => areInstances ? Picture.OfInstances(labels) : Picture.OfClasses(labels, _data.Classes);
}
