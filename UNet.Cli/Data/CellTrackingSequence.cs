using System.Text.RegularExpressions;
using UNet.Cli.Images;
using UNet.Vulkan;

namespace UNet.Cli.Data;

/// <summary>
/// A sequence of the Cell Tracking Challenge: frames <c>01/t000.tif</c>, and masks of instance ids in
/// <c>01_GT/SEG/man_seg000.tif</c> (gold truth) and <c>01_ST/SEG/man_seg000.tif</c> (silver truth). Frame numbers have three
/// digits or more.
/// </summary>
internal sealed partial class CellTrackingSequence
{
    /// <summary>The subfolder of a truth that holds its masks.</summary>
    public const string MaskSubfolder = "SEG";

    private readonly string _folder;

    /// <summary>Looks for a sequence; it may have frames without masks or masks without frames.</summary>
    /// <param name="folder">Folder of the data set.</param>
    /// <param name="name">Name of the sequence, such as 01.</param>
    public CellTrackingSequence(string folder, string name)
    {
        _folder = folder;
        Name = name;
        HasFrames = Directory.Exists(Path.Combine(folder, name)) && IsFrames(Path.Combine(folder, name));
        Truths = [.. Enum.GetValues<Truth>().Where(truth => Directory.Exists(MaskFolder(truth)))];
    }

    /// <summary>Its name, such as 01.</summary>
    public string Name { get; }

    /// <summary>Whether it has frames.</summary>
    public bool HasFrames { get; }

    /// <summary>Which truths it has a folder of.</summary>
    public IReadOnlyList<Truth> Truths { get; }

    /// <summary>Whether a folder is called like a sequence.</summary>
    public static bool IsName(string name) => SequenceName().IsMatch(name);

    /// <summary>The name of the sequence whose masks are in a folder that is called like 01_GT or 01_ST, or null.</summary>
    public static string? NameOfTruth(string name) => TruthName().Match(name) is { Success: true } match ? match.Groups[1].Value : null;

    /// <summary>Whether files in a folder are called like frames.</summary>
    public static bool IsFrames(string folder)
        => ImageFile.In(folder).Exists(file => NumberOf(file, "t") is not null);

    /// <summary>The subfolder of a truth, such as <c>01_GT/</c>.</summary>
    public string TruthPart(Truth truth) => $"{Name}_{(truth == Truth.Gold ? "GT" : "ST")}/";

    /// <summary>The folder of the masks of a truth.</summary>
    public string MaskFolder(Truth truth) => Path.Combine(_folder, TruthPart(truth) + MaskSubfolder);

    /// <summary>The files of the frames by frame number.</summary>
    /// <exception cref="InputException">Two files have the same number.</exception>
    public SortedDictionary<int, string> Frames() => HasFrames ? Numbered(Path.Combine(_folder, Name), "t") : [];

    /// <summary>The files of the masks by frame number; none where there is no such truth.</summary>
    /// <exception cref="InputException">Two files have the same number, or the masks are of slices of a 3D sequence.</exception>
    public SortedDictionary<int, string> Masks(Truth truth) => Truths.Contains(truth) ? Numbered(MaskFolder(truth), "man_seg") : [];

    private static SortedDictionary<int, string> Numbered(string folder, string prefix)
    {
        SortedDictionary<int, string> numbered = [];
        foreach (string file in ImageFile.In(folder))
        {
            ItemName.RequireNoSlice(file);
            if (NumberOf(file, prefix) is not { } number)
                continue;
            if (!numbered.TryAdd(number, file))
            {
                throw new InputException($"The files {Path.GetFileName(numbered[number])} and {Path.GetFileName(file)} in '{folder}' "
                    + $"are both of frame {number}; keep one of them.");
            }
        }

        return numbered;
    }

    private static int? NumberOf(string file, string prefix)
    {
        string stem = Path.GetFileNameWithoutExtension(file);
        return stem.StartsWith(prefix, StringComparison.Ordinal) ? ItemName.Frame(stem) : null;
    }

    [GeneratedRegex("^[0-9]{2,}$", RegexOptions.CultureInvariant)]
    private static partial Regex SequenceName();

    [GeneratedRegex("^([0-9]{2,})_(?:GT|ST)$", RegexOptions.CultureInvariant)]
    private static partial Regex TruthName();
}
