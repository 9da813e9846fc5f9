using System.Text.RegularExpressions;
using UNet.Vulkan;

namespace UNet.Cli.Data;

/// <summary>How files that belong together are recognised by their names.</summary>
internal static partial class ItemName
{
    private static readonly string[] MaskEndings = ["_mask", "_masks"];

    /// <summary>The image's stem that a mask's stem may stand for: itself, or without <c>_mask</c> or <c>_masks</c>.</summary>
    public static string WithoutMaskEnding(string stem)
    {
        string? ending = MaskEndings.FirstOrDefault(ending => stem.EndsWith(ending, StringComparison.OrdinalIgnoreCase));
        return ending is null ? stem : stem[..^ending.Length];
    }

    /// <summary>
    /// The frame number of a name of the Cell Tracking Challenge (t007, mask007, man_seg007), or null for another name.
    /// </summary>
    public static int? Frame(string stem)
    {
        Match match = FrameName().Match(stem);
        return match.Success && int.TryParse(match.Groups[1].ValueSpan, out int frame) ? frame : null;
    }

    /// <summary>Refuses a mask of the Cell Tracking Challenge that is of one slice of a 3D sequence (man_seg_007_012).</summary>
    /// <exception cref="InputException">It is such a mask.</exception>
    public static void RequireNoSlice(string file)
    {
        if (SliceName().IsMatch(Path.GetFileNameWithoutExtension(file)))
        {
            throw new InputException($"The mask '{file}' is of one slice of a 3D sequence, but only 2D sequences can be read, with "
                + "masks such as man_seg000.tif.");
        }
    }

    /// <summary>The stem that a label stack shares with its volume: <c>train</c> of train-volume and train-labels.</summary>
    public static string WithoutStackEnding(string stem)
        => stem.EndsWith("-volume", StringComparison.Ordinal) || stem.EndsWith("-labels", StringComparison.Ordinal) ? stem[..^7] : stem;

    /// <summary>Names for a message: all of a few, the first ones of many.</summary>
    public static string List(IReadOnlyCollection<string> names) => names.Count <= 4
        ? string.Join(", ", names)
        : $"{string.Join(", ", names.Take(3))} and {names.Count - 3} more";

    [GeneratedRegex("^man_seg_[0-9]+_[0-9]+$", RegexOptions.CultureInvariant)]
    private static partial Regex SliceName();

    [GeneratedRegex("^(?:t|mask|man_seg)([0-9]+)$", RegexOptions.CultureInvariant)]
    private static partial Regex FrameName();
}
