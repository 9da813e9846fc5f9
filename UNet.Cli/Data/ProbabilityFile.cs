using UNet.Cli.Images;
using UNet.Vulkan;

namespace UNet.Cli.Data;

/// <summary>
/// The probabilities that 'unet segment --probabilities' writes beside a prediction: <c>x.probability.tif</c> for
/// <c>x.png</c> or <c>x.tif</c>, one page a class and slice, the classes of a slice one after the other.
/// </summary>
/// <param name="Pair">The prediction and its label.</param>
internal readonly record struct ProbabilityFile(LabelPair Pair)
{
    /// <summary>How the stem of such a file ends.</summary>
    public const string StemEnding = ".probability";

    private const string DescriptionStart = "classes ";

    /// <summary>Where the file is, if there is one.</summary>
    public string Path => PathOf(Pair.Prediction.Path);

    /// <summary>Whether there is one.</summary>
    public bool Exists => File.Exists(Path);

    /// <summary>Where the probabilities of a label image or stack are: written by 'unet segment', looked for by 'unet evaluate'.</summary>
    public static string PathOf(string labels) => System.IO.Path.ChangeExtension(labels, $"{StemEnding}.tif");

    /// <summary>Words for the file that say which class each page of a slice is of.</summary>
    public static string DescriptionOf(LabelClasses classes) => $"{DescriptionStart}{string.Join(',', classes.Values)}";

    /// <summary>Decodes the page of a class.</summary>
    /// <param name="c">Index of the class.</param>
    /// <param name="classes">All classes.</param>
    /// <param name="height">Rows that it must have.</param>
    /// <param name="width">Columns that it must have.</param>
    /// <returns>Probabilities, [row][column].</returns>
    /// <exception cref="InputException">
    /// The file is missing or damaged, or its pages, its size or its values are not those of probabilities of the prediction.
    /// </exception>
    public float[] Read(int c, LabelClasses classes, int height, int width)
    {
        ImageFile file = ImageFile.Open(Path);
        if (file.Pages != classes.Count * Pair.Prediction.Pages)
        {
            throw new InputException(
                $"'{Path}' has {file.Pages} pages, but {classes.Count} classes ({classes}) of {Pair.Prediction.Pages} "
                    + $"image{(Pair.Prediction.Pages == 1 ? "" : "s")} make {classes.Count * Pair.Prediction.Pages}; name the classes "
                    + "of the model with --classes.");
        }

        int page = Pair.Page * classes.Count + Place(c, classes, file.Description);
        RawImage image = file.Read(page);
        if ((image.Channels, image.Height, image.Width) != (1, height, width))
        {
            throw new InputException(
                $"'{file.Named(page)}' is {image.Width}x{image.Height} pixels with {image.Channels} "
                    + $"channel{(image.Channels == 1 ? "" : "s")} but its prediction is {width}x{height} with one; segment the image again "
                    + "with --probabilities.");
        }

        foreach (float value in image.Pixels)
        {
            // NaN is not in the range either.
            if (value is not (>= 0 and <= 1))
                throw new InputException($"'{file.Named(page)}' holds {value}, which is no probability; segment the image again.");
        }

        return image.Pixels;
    }

    /// <summary>
    /// Which page of a slice is that of a class: the file says in which order a model has its classes, which without that is the
    /// ascending one of their values. The list of classes may have any order.
    /// </summary>
    private static int Place(int c, LabelClasses classes, string? description)
    {
        string[] values = [.. classes.Values.Select(value => $"{value}")];
        string[] described = description?.StartsWith(DescriptionStart, StringComparison.Ordinal) == true
            ? description[DescriptionStart.Length..].Split(',')
            : [];
        return values.Order().SequenceEqual(described.Order())
            ? described.IndexOf(values[c])
            : classes.Values.Count(value => value < classes.Values[c]);
    }
}
