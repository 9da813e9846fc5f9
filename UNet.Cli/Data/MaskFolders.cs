using UNet.Cli.Images;
using UNet.Vulkan;

namespace UNet.Cli.Data;

/// <summary>Subfolders of images and masks of the same names: images/ + masks/, image/ + label/ or imgs/ + masks/.</summary>
internal sealed class MaskFolders : IDataSetLayout
{
    private static readonly string[] ImageFolders = ["images", "image", "imgs"];
    private static readonly string[] LabelFolders = ["masks", "label", "labels", "mask"];

    private readonly string _folder;
    private readonly string[] _images;
    private readonly string[] _labels;

    private MaskFolders(string folder)
    {
        _folder = folder;
        _images = Existing(ImageFolders);
        _labels = Existing(LabelFolders);

        string[] Existing(string[] names) => [.. names.Where(name => Directory.Exists(Path.Combine(folder, name)))];
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Parts => [.. _images.Concat(_labels).Select(name => name + "/")];

    /// <inheritdoc/>
    public IReadOnlyList<string> TrainingParts => [.. _images.Take(1).Concat(_labels.Take(1)).Select(name => name + "/")];

    /// <inheritdoc/>
    public IReadOnlyList<string> ImageParts => [.. _images.Take(1).Select(name => name + "/")];

    /// <inheritdoc/>
    public string? Missing => (_images, _labels) switch
    {
        ([string images, ..], []) => $"The folder '{_folder}' has {images}/ but no masks/ beside it; put a mask of the same name "
            + "there for each image.",
        ([], [string labels, ..]) => $"The folder '{_folder}' has {labels}/ but no images/ beside it; put the image of each mask "
            + "there.",
        _ => null,
    };

    /// <summary>The layout, if any part of it is in the folder.</summary>
    public static MaskFolders? Find(string folder)
    {
        MaskFolders layout = new(folder);
        return layout.Parts.Count > 0 ? layout : null;
    }

    /// <inheritdoc/>
    public List<ImagePair> Pairs(TruthSelection truth, Action<string> note)
    {
        string imageFolder = Path.Combine(_folder, _images[0]);
        string labelFolder = Path.Combine(_folder, _labels[0]);
        List<ImageFile> images = ImageFile.OpenAll(imageFolder);
        List<ImageFile> labels = ImageFile.OpenAll(labelFolder);
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

        return [.. images.SelectMany(image => ImagePair.Pages(image.Stem, image, maskOf[image.Stem]))];
    }

    /// <inheritdoc/>
    public List<ImageFile> Images() => ImageFile.OpenAll(Path.Combine(_folder, _images[0]));

    /// <inheritdoc/>
    public List<ImageFile> Labels(Action<string> note)
        => _labels.Length > 0 ? ImageFile.OpenAll(Path.Combine(_folder, _labels[0])) : [];

    private static void RequireDistinct(List<ImageFile> files, Func<ImageFile, string> name, string folder)
    {
        if (files.GroupBy(name).FirstOrDefault(group => group.Count() > 1) is { } same)
        {
            string names = string.Join(" and ", same.Select(file => Path.GetFileName(file.Path)));
            throw new InputException($"The files {names} in '{folder}' have the same name '{same.Key}'; keep one of them.");
        }
    }
}
