using UNet.Cli.Images;

namespace UNet.Cli.Data;

/// <summary>
/// The stacks of the ISBI 2012 challenge: train-volume.tif with train-labels.tif, and test-volume.tif to segment.
/// </summary>
internal sealed class VolumeStacks : IDataSetLayout
{
    private const string Volume = "train-volume.tif";
    private const string TrueLabels = "train-labels.tif";
    private const string TestVolume = "test-volume.tif";

    private readonly string _folder;

    private VolumeStacks(string folder)
    {
        _folder = folder;
        Parts = Existing(Volume, TrueLabels);
        ImageParts = [.. Existing(TestVolume, Volume).Take(1)];

        string[] Existing(params string[] names) => [.. names.Where(name => File.Exists(Path.Combine(folder, name)))];
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Parts { get; }

    /// <inheritdoc/>
    public IReadOnlyList<string> TrainingParts => Parts;

    /// <inheritdoc/>
    public IReadOnlyList<string> ImageParts { get; }

    /// <inheritdoc/>
    public string? Missing => Parts switch
    {
        [_, _] => null,
        [string stack] => $"The folder '{_folder}' has {stack} but not {(stack == Volume ? TrueLabels : Volume)}; put it there.",
        _ => $"The folder '{_folder}' has {TestVolume} but neither {Volume} nor {TrueLabels}; put them there.",
    };

    /// <summary>The layout, if any part of it is in the folder.</summary>
    public static VolumeStacks? Find(string folder)
    {
        VolumeStacks layout = new(folder);
        return layout.Parts.Count + layout.ImageParts.Count > 0 ? layout : null;
    }

    /// <inheritdoc/>
    public List<ImagePair> Pairs(TruthSelection truth, Action<string> note)
    {
        ImageFile volume = Open(Volume);
        return [.. ImagePair.Pages(volume.Stem, volume, Open(TrueLabels))];
    }

    /// <inheritdoc/>
    public List<ImageFile> Images() => [.. ImageParts.Select(Open)];

    /// <inheritdoc/>
    public List<ImageFile> Labels(Action<string> note) => Parts.Contains(TrueLabels) ? [Open(TrueLabels)] : [];

    private ImageFile Open(string name) => ImageFile.Open(Path.Combine(_folder, name));
}
