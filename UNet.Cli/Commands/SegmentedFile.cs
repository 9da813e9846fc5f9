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
    private readonly FloatStack _probabilities = new(ProbabilityFile.PathOf(NameOf(input, folder, settings)))
    {
        Description = ProbabilityFile.DescriptionOf(classes),
    };

    private readonly LabelStack _stack = new(NameOf(input, folder, settings));
    private readonly bool _isPng = Path.GetExtension(NameOf(input, folder, settings)) == ".png";
    private LabelImage? _first;

    /// <summary>
    /// Path of the label image or stack that a file becomes. Objects in a frame of the Cell Tracking Challenge, t007.tif, are
    /// named as its results are, mask007.tif.
    /// </summary>
    public static string NameOf(ImageFile input, string folder, SegmentSettings settings)
    {
        bool isFrame = settings.Instances is not null && input.Pages == 1 && input.Stem.StartsWith('t')
            && ItemName.Frame(input.Stem) is not null;
        string name = isFrame ? $"mask{input.Stem[1..]}.tif" : input.Stem + (input.Pages == 1 ? ".png" : ".tif");
        return Path.Combine(folder, name);
    }

    /// <summary>All files that may be written, or removed, for an input.</summary>
    public static IEnumerable<OutputFile> OutputsOf(ImageFile input, string folder, SegmentSettings settings)
    {
        string labels = NameOf(input, folder, settings);
        string source = $"'{input.Path}'";
        yield return new(labels, $"the segmentation of {source}");
        if (settings.Instances is { } instances && Path.GetExtension(labels) == ".png"
            && (long)input.Height * input.Width / Math.Max(1, instances.MinimumSize) > ushort.MaxValue)
        {
            yield return new(WideNameOf(labels), $"the segmentation of {source}");
        }

        string probabilities = ProbabilityFile.PathOf(labels);
        if (settings.Probabilities || File.Exists(probabilities))
            yield return new(probabilities, $"the probabilities of {source}");
    }

    /// <summary>Takes the next page.</summary>
    /// <exception cref="InputException">It has another size than those before.</exception>
    public void Add(Segmentation segmentation)
    {
        (int height, int width) = (segmentation.Height, segmentation.Width);
        LabelImage labels = settings.Instances is { } instances
            ? new(height, width, instances.Find(segmentation.Foreground(), height, width).Ids, IsWide: true)
            : classes.ToLabels(segmentation.MostProbable(), height, width);
        _first ??= labels;
        if (height != _first.Height || width != _first.Width)
            throw new InputException($"The pages of '{input.Path}' have different sizes; save them as single images.");
        if (!_isPng)
            _stack.Add(labels);
        for (int c = 0; settings.Probabilities && c < segmentation.Classes; c++)
            _probabilities.Add(segmentation.Probabilities.AsSpan(c * height * width, height * width), height, width);
    }

    /// <summary>
    /// Writes the files: the labels last, so that where they are, all is. Probabilities that an earlier run left beside them would be
    /// taken for theirs, and are removed.
    /// </summary>
    /// <returns>The file that was removed, or null.</returns>
    public string? Save()
    {
        string path = NameOf(input, folder, settings);
        string? old = settings.Probabilities ? null : ProbabilityFile.PathOf(path);
        if (settings.Probabilities)
            _probabilities.Save();
        else if (File.Exists(old))
            File.Delete(old);
        else
            old = null;
        if (!_isPng)
            _stack.Save();
        else if (_first!.Values.Max() <= ushort.MaxValue)
            ImageWriter.WriteLabels(path, _first);
        else
            ImageWriter.WriteLabelStack(WideNameOf(path), [_first]);
        return old;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _probabilities.Dispose();
        _stack.Dispose();
    }

    /// <summary>The name of labels of more than 16 bits, which a PNG cannot hold.</summary>
    private static string WideNameOf(string labels) => Path.ChangeExtension(labels, ".tif");
}
