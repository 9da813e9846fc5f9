using UNet.Cli.Images;
using UNet.Vulkan;

namespace UNet.Cli.Data;

/// <summary>An image and its mask: two files, or a page of two stacks.</summary>
/// <param name="Name">Stem of the image, with the page for a stack.</param>
/// <param name="Image">File of the image.</param>
/// <param name="Labels">File of the mask.</param>
/// <param name="Page">Page in both files.</param>
internal sealed record ImagePair(string Name, ImageFile Image, ImageFile Labels, int Page);

/// <summary>
/// Finds the images in a folder. One layout counts: the subfolders images/ + masks/, image/ + label/ or imgs/ + masks/,
/// else the stacks train-volume.tif + train-labels.tif; others beside it are ignored, with a note that names them.
/// </summary>
internal static class DataSetFolder
{
    private static readonly string[] ImageFolders = ["images", "image", "imgs"];
    private static readonly string[] LabelFolders = ["masks", "label", "labels", "mask"];
    private static readonly string[] Stacks = ["train-volume.tif", "train-labels.tif"];

    /// <summary>The images with their masks, in the order of names and pages.</summary>
    /// <exception cref="InputException">The folder is missing, has no layout that is known, or its files do not pair.</exception>
    public static List<ImagePair> Pairs(string folder, Action<string> note)
    {
        Require(folder);
        string[] imageFolders = Existing(folder, ImageFolders);
        string[] labelFolders = Existing(folder, LabelFolders);
        string[] stacks = [.. Stacks.Where(name => File.Exists(Path.Combine(folder, name)))];
        if (imageFolders.Length > 0 && labelFolders.Length > 0)
        {
            NoteIgnored(folder, [imageFolders[0] + "/", labelFolders[0] + "/"],
                [.. imageFolders.Skip(1).Concat(labelFolders.Skip(1)).Select(name => name + "/"), .. stacks], note);
            return PairFiles(Path.Combine(folder, imageFolders[0]), Path.Combine(folder, labelFolders[0]));
        }

        if (stacks.Length == 2)
        {
            NoteIgnored(folder, stacks, [.. imageFolders.Concat(labelFolders).Select(name => name + "/")], note);
            return PairPages(ImageFile.Open(Path.Combine(folder, stacks[0])), ImageFile.Open(Path.Combine(folder, stacks[1])));
        }

        throw new InputException((imageFolders, labelFolders, stacks) switch
        {
            ([string images, ..], _, _) => $"The folder '{folder}' has {images}/ but no masks/ beside it; put a mask of the same "
                + "name there for each image.",
            (_, [string labels, ..], _) => $"The folder '{folder}' has {labels}/ but no images/ beside it; put the image of each "
                + "mask there.",
            (_, _, [string stack]) => $"The folder '{folder}' has {stack} but not {Stacks.First(name => name != stack)}; put it there.",
            _ => $"The folder '{folder}' holds no data set; give it images/ and masks/ (or image/ and label/, imgs/ and masks/, "
                + "train-volume.tif and train-labels.tif).",
        });
    }

    /// <summary>The files to segment in a folder: those of an images subfolder, else a stack's, else all image files in it.</summary>
    /// <exception cref="InputException">The folder is missing or holds no image.</exception>
    public static List<ImageFile> Images(string folder, Action<string> note)
    {
        Require(folder);
        List<string> files = ImageFile.In(folder);
        string? stack = new[] { "test-volume.tif", "train-volume.tif" }.FirstOrDefault(name => File.Exists(Path.Combine(folder, name)));
        if (Existing(folder, ImageFolders) is [string images, ..])
        {
            NoteIgnored(folder, [images + "/"], [.. files.Select(file => Path.GetFileName(file))], note);
            return Open(Path.Combine(folder, images));
        }

        if (stack is null)
            return Open(folder);
        NoteIgnored(folder, [stack], [.. files.Select(file => Path.GetFileName(file)).Where(name => name != stack)], note);
        return [ImageFile.Open(Path.Combine(folder, stack))];
    }

    /// <summary>The masks in a folder: those of a masks subfolder, else the label stack, else all image files in it.</summary>
    /// <exception cref="InputException">The folder is missing or holds no mask.</exception>
    public static List<ImageFile> Labels(string folder)
    {
        Require(folder);
        if (Existing(folder, LabelFolders) is [string labels, ..])
            return Open(Path.Combine(folder, labels));
        string stack = Path.Combine(folder, Stacks[1]);
        return File.Exists(stack) ? [ImageFile.Open(stack)] : Open(folder);
    }

    private static void Require(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new InputException(File.Exists(folder)
                ? $"'{folder}' is a file where a folder is needed; give the folder that holds the data set."
                : $"There is no folder '{folder}'; check the path.");
        }
    }

    private static string[] Existing(string folder, string[] names)
        => [.. names.Where(name => Directory.Exists(Path.Combine(folder, name)))];

    private static void NoteIgnored(string folder, string[] read, string[] ignored, Action<string> note)
    {
        if (ignored.Length > 0)
            note($"'{folder}': reading {string.Join(" and ", read)}; ignored there: {ItemName.List(ignored)}");
    }

    private static List<ImageFile> Open(string folder)
    {
        List<string> files = ImageFile.In(folder);
        return files.Count > 0
            ? files.ConvertAll(ImageFile.Open)
            : throw new InputException($"The folder '{folder}' holds no PNG, TIFF, JPEG or BMP file; check the path.");
    }

    private static List<ImagePair> PairFiles(string imageFolder, string labelFolder)
    {
        List<ImageFile> images = Open(imageFolder);
        List<ImageFile> labels = Open(labelFolder);
        RequireDistinct(images, image => image.Stem, imageFolder);

        // A mask belongs to the image of its full stem; only a mask without one may drop its ending.
        HashSet<string> stems = [.. images.Select(image => image.Stem)];
        string ImageOf(ImageFile mask) => stems.Contains(mask.Stem) ? mask.Stem : ItemName.WithoutMaskEnding(mask.Stem);
        RequireDistinct(labels, ImageOf, labelFolder);
        Dictionary<string, ImageFile> maskOf = labels.ToDictionary(ImageOf);

        string[] bareImages = [.. images.Where(image => !maskOf.ContainsKey(image.Stem)).Select(image => Path.GetFileName(image.Path))];
        string[] bareMasks = [.. maskOf.Where(mask => !stems.Contains(mask.Key)).Select(mask => Path.GetFileName(mask.Value.Path))];
        if (bareImages.Length + bareMasks.Length > 0)
        {
            string[] parts =
            [
                .. bareImages.Length > 0 ? [$"no mask in '{labelFolder}' for {ItemName.List(bareImages)}"] : Array.Empty<string>(),
                .. bareMasks.Length > 0 ? [$"no image in '{imageFolder}' for {ItemName.List(bareMasks)}"] : Array.Empty<string>(),
            ];
            throw new InputException($"Images and masks do not pair: {string.Join(", and ", parts)}; add or remove these files.");
        }

        return [.. images.SelectMany(image => PairPages(image, maskOf[image.Stem]))];
    }

    private static void RequireDistinct(List<ImageFile> files, Func<ImageFile, string> name, string folder)
    {
        if (files.GroupBy(name).FirstOrDefault(group => group.Count() > 1) is { } same)
        {
            string names = string.Join(" and ", same.Select(file => Path.GetFileName(file.Path)));
            throw new InputException($"The files {names} in '{folder}' have the same name '{same.Key}'; keep one of them.");
        }
    }

    private static List<ImagePair> PairPages(ImageFile image, ImageFile labels)
    {
        if (image.Pages != labels.Pages)
        {
            throw new InputException(
                $"The images '{image.Path}' and their masks '{labels.Path}' are stacks of {image.Pages} and {labels.Pages} pages; "
                    + "give both the same pages.");
        }

        return image.Pages == 1
            ? [new(image.Stem, image, labels, 0)]
            : [.. Enumerable.Range(0, image.Pages).Select(page => new ImagePair($"{image.Stem}[{page + 1}]", image, labels, page))];
    }
}
