using UNet.Cli.Images;
using UNet.Vulkan;

namespace UNet.Cli.Data;

/// <summary>
/// Finds the images in a folder. One layout counts: subfolders of images and masks, else sequences of the Cell Tracking
/// Challenge, else stacks; others beside it are ignored, with a note that names them.
/// </summary>
internal static class DataSetFolder
{
    /// <summary>The layout of a folder to train on.</summary>
    /// <exception cref="InputException">The folder is missing or has no layout that is known.</exception>
    public static IDataSetLayout Layout(string folder, Action<string> note)
    {
        List<IDataSetLayout> layouts = Layouts(folder);
        if (layouts.Find(layout => layout.Missing is null) is not { } found)
        {
            throw new InputException(layouts.Count > 0
                ? layouts[0].Missing!
                : CellTrackingFolder.WhyNot(folder)
                    ?? $"The folder '{folder}' holds no data set; give it images/ and masks/ (or image/ and label/, imgs/ and masks/, "
                        + "01/ and 01_GT/SEG/, train-volume.tif and train-labels.tif).");
        }

        NoteIgnored(folder, found.TrainingParts, layouts.SelectMany(layout => layout.Parts), note);
        return found;
    }

    /// <summary>The files to segment in a folder: the images of a layout, else all image files in it.</summary>
    /// <exception cref="InputException">The folder is missing or holds no image.</exception>
    public static List<ImageFile> Images(string folder, Action<string> note)
    {
        List<IDataSetLayout> layouts = Layouts(folder);
        if (layouts.Find(layout => layout.ImageParts.Count > 0) is not { } found)
            return ImageFile.OpenAll(folder);
        IEnumerable<string> files = ImageFile.In(folder).Select(file => Path.GetFileName(file));
        NoteIgnored(folder, found.ImageParts, layouts.SelectMany(layout => layout.ImageParts).Union(files), note);
        return found.Images();
    }

    /// <summary>
    /// The masks in a folder: those of a layout or, in one like 01_GT, of its subfolder SEG, else all image files in it.
    /// </summary>
    /// <exception cref="InputException">The folder is missing or holds no mask.</exception>
    public static List<ImageFile> Labels(string folder, Action<string> note)
    {
        foreach (IDataSetLayout layout in Layouts(folder))
        {
            if (layout.Labels(note) is { Count: > 0 } labels)
                return labels;
        }

        string masks = Path.Combine(folder, CellTrackingSequence.MaskSubfolder);
        return ImageFile.OpenAll(Directory.Exists(masks) ? masks : folder);
    }

    /// <summary>What there is in a folder, the one that counts most first.</summary>
    private static List<IDataSetLayout> Layouts(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new InputException(File.Exists(folder)
                ? $"'{folder}' is a file where a folder is needed; give the folder that holds the data set."
                : $"There is no folder '{folder}'; check the path.");
        }

        _ = ImageFile.In(folder); // says so where the folder may not be read
        IDataSetLayout?[] layouts = [MaskFolders.Find(folder), CellTrackingFolder.Find(folder), VolumeStacks.Find(folder)];
        return [.. layouts.OfType<IDataSetLayout>()];
    }

    private static void NoteIgnored(string folder, IReadOnlyList<string> read, IEnumerable<string> there, Action<string> note)
    {
        string[] ignored = [.. there.Except(read)];
        if (ignored.Length > 0)
            note($"'{folder}': reading {string.Join(" and ", read)}; ignored there: {ItemName.List(ignored)}");
    }
}
