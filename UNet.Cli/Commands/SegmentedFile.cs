using UNet.Cli.Data;
using UNet.Cli.Images;
using UNet.Vulkan;
using UNet.Vulkan.Inference;

namespace UNet.Cli.Commands;

/// <summary>
/// What becomes of one input file. Pages are taken one by one and do not stay in memory; the files appear when all are there.
/// </summary>
/// <param name="input">The file that is segmented.</param>
/// <param name="folder">Where to write.</param>
/// <param name="classes">Label value of each class.</param>
/// <param name="settings">What to write.</param>
internal sealed class SegmentedFile(ImageFile input, string folder, LabelClasses classes, SegmentSettings settings) : IDisposable
{
    private readonly FloatStack _probabilities = new(Path.Combine(folder, input.Stem + ".probability.tif"));
    private readonly LabelStack _stack = new(NameOf(input, folder));
    private LabelImage? _first;

    /// <summary>Path of the label image or stack that a file becomes.</summary>
    public static string NameOf(ImageFile input, string folder)
        => Path.Combine(folder, input.Stem + (input.Pages == 1 ? ".png" : ".tif"));

    /// <summary>Takes the next page.</summary>
    /// <exception cref="InputException">It has another size than those before.</exception>
    public void Add(Segmentation segmentation)
    {
        (int height, int width) = (segmentation.Height, segmentation.Width);
        LabelImage labels = classes.ToLabels(segmentation.MostProbable(), height, width);
        _first ??= labels;
        if (height != _first.Height || width != _first.Width)
            throw new InputException($"The pages of '{input.Path}' have different sizes; save them as single images.");
        if (input.Pages > 1)
            _stack.Add(labels);
        for (int c = 0; settings.Probabilities && c < segmentation.Classes; c++)
            _probabilities.Add(segmentation.Probabilities.AsSpan(c * height * width, height * width), height, width);
    }

    /// <summary>Writes the files: the labels last, so that where they are, all is.</summary>
    public void Save()
    {
        if (settings.Probabilities)
            _probabilities.Save();
        if (input.Pages > 1)
            _stack.Save();
        else
            ImageWriter.WriteLabels(NameOf(input, folder), _first!);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _probabilities.Dispose();
        _stack.Dispose();
    }
}
