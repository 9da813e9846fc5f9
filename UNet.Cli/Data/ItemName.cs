using System.Text.RegularExpressions;

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

    /// <summary>The stem that a label stack shares with its volume: <c>train</c> of train-volume and train-labels.</summary>
    public static string WithoutStackEnding(string stem)
        => stem.EndsWith("-volume", StringComparison.Ordinal) || stem.EndsWith("-labels", StringComparison.Ordinal) ? stem[..^7] : stem;

    /// <summary>Names for a message: all of a few, the first ones of many.</summary>
    public static string List(IReadOnlyCollection<string> names) => names.Count <= 4
        ? string.Join(", ", names)
        : $"{string.Join(", ", names.Take(3))} and {names.Count - 3} more";

    [GeneratedRegex("^(?:t|mask|man_seg)([0-9]+)$", RegexOptions.CultureInvariant)]
    private static partial Regex FrameName();
}
