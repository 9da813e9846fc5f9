using UNet.Cli.Images;
using UNet.Vulkan;

namespace UNet.Cli.Data;

/// <summary>
/// A data set of the Cell Tracking Challenge: sequences 01, 02, ... with frames <c>01/t000.tif</c> and masks of instance ids
/// <c>01_GT/SEG/man_seg000.tif</c> or <c>01_ST/SEG/man_seg000.tif</c>. A frame without a mask is left out.
/// </summary>
internal sealed class CellTrackingFolder : IDataSetLayout
{
    private readonly string _folder;
    private readonly CellTrackingSequence[] _sequences;

    private CellTrackingFolder(string folder)
    {
        _folder = folder;
        _sequences = [.. Directory.EnumerateDirectories(folder)
            .Select(path => Path.GetFileName(path))
            .Select(name => CellTrackingSequence.IsName(name) ? name : CellTrackingSequence.NameOfTruth(name))
            .OfType<string>()
            .Distinct()
            .Order(StringComparer.Ordinal)
            .Select(name => new CellTrackingSequence(folder, name))
            .Where(sequence => sequence.HasFrames || sequence.Truths.Count > 0)];
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Parts => [.. _sequences.SelectMany(sequence => (string[])
    [
        .. sequence.HasFrames ? [sequence.Name + "/"] : Array.Empty<string>(),
        .. sequence.Truths.Select(sequence.TruthPart),
    ])];

    /// <inheritdoc/>
    public IReadOnlyList<string> TrainingParts => Parts;

    /// <inheritdoc/>
    public IReadOnlyList<string> ImageParts
        => [.. _sequences.Where(sequence => sequence.HasFrames).Select(sequence => sequence.Name + "/")];

    /// <inheritdoc/>
    public string? Missing
    {
        get
        {
            CellTrackingSequence first = _sequences[0];
            if (!_sequences.Any(sequence => sequence.HasFrames))
            {
                return $"The folder '{_folder}' has {Parts[0]} but no frames in {first.Name}/ beside it; put them there, named "
                    + "t000.tif, t001.tif and so on.";
            }

            return _sequences.Any(sequence => sequence.Truths.Count > 0)
                ? null
                : $"The folder '{_folder}' has {Parts[0]} but neither {first.Name}_GT/SEG/ nor {first.Name}_ST/SEG/ beside it; put "
                    + "the masks of the frames there, named man_seg000.tif, man_seg001.tif and so on.";
        }
    }

    /// <summary>The layout, if any part of it is in the folder.</summary>
    public static CellTrackingFolder? Find(string folder)
    {
        CellTrackingFolder layout = new(folder);
        return layout._sequences.Length > 0 ? layout : null;
    }

    /// <summary>What to do, in one sentence, if a folder is only a part of such a data set, else null.</summary>
    public static string? WhyNot(string folder)
    {
        string path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        string name = Path.GetFileName(path);
        if (Path.GetDirectoryName(path) is not { } parent)
            return null;
        if (CellTrackingSequence.NameOfTruth(name) is { } sequence)
            return $"The folder '{folder}' holds only masks; give '{parent}', which holds the frames in {sequence}/ too.";
        if (!CellTrackingSequence.IsName(name) || !CellTrackingSequence.IsFrames(path))
            return null;
        return new CellTrackingSequence(parent, name).Truths.Count > 0
            ? $"The folder '{folder}' holds only the frames of a sequence; give '{parent}', which holds its masks too."
            : $"The folder '{folder}' holds the frames of a sequence without masks; put masks in '{path}_GT/SEG', named "
                + $"man_seg000.tif and so on, and give '{parent}'.";
    }

    /// <inheritdoc/>
    public List<ImagePair> Pairs(TruthSelection truth, Action<string> note)
    {
        Truth read = truth.Truth ?? (HasTruth(Truth.Silver) ? Truth.Silver : Truth.Gold);
        if (truth.Truth is null && read == Truth.Silver && HasTruth(Truth.Gold))
        {
            note($"'{_folder}': reading the silver truth in {ItemName.List(TruthParts(Truth.Silver))}; ignored there: "
                + $"{ItemName.List(TruthParts(Truth.Gold))} (--truth gold reads it)");
        }

        if (!_sequences.Any(sequence => sequence.Masks(read).Count > 0))
        {
            Truth other = read == Truth.Gold ? Truth.Silver : Truth.Gold;
            throw new InputException($"The folder '{_folder}' has no {NameOf(read)} truth "
                + $"({_sequences[0].TruthPart(read)}SEG/man_seg000.tif); put it there"
                + $"{(HasTruth(other) ? $" or use --truth {NameOf(other)}" : "")}.");
        }

        if (truth.MarginAroundGold is not null && !_sequences.Any(sequence => sequence.Masks(Truth.Gold).Count > 0))
        {
            throw new InputException($"--exclude-near-gold needs gold truth, but '{_folder}' has none "
                + $"({_sequences[0].TruthPart(Truth.Gold)}SEG/man_seg000.tif); leave the option out.");
        }

        List<ImagePair> pairs = [];
        int without = 0;
        int nearGold = 0;
        foreach (CellTrackingSequence sequence in _sequences)
        {
            SortedDictionary<int, string> frames = sequence.Frames();
            SortedDictionary<int, string> masks = sequence.Masks(read);
            RequireFrames(sequence, frames, masks, read);
            without += frames.Count - masks.Count;
            int[] gold = truth.MarginAroundGold is null ? [] : [.. sequence.Masks(Truth.Gold).Keys];
            foreach ((int frame, string mask) in masks)
            {
                if (Array.Exists(gold, other => Math.Abs((long)frame - other) <= truth.MarginAroundGold))
                {
                    nearGold++;
                    continue;
                }

                // Frames of all sequences have the same names.
                ImageFile image = ImageFile.Open(frames[frame]);
                pairs.AddRange(ImagePair.Pages($"{sequence.Name}_{image.Stem}", image, ImageFile.Open(mask)));
            }
        }

        if (without > 0)
            note($"'{_folder}': {without} frames without a {NameOf(read)} mask are left out");
        if (truth.MarginAroundGold is { } margin)
            NoteMargin(margin, nearGold, pairs.Count, read, note);
        return pairs;
    }

    /// <inheritdoc/>
    public List<ImageFile> Images()
        => [.. _sequences.SelectMany(sequence => sequence.Frames().Values).Select(ImageFile.Open)];

    /// <summary>The gold masks or, where there are none, the silver ones.</summary>
    public List<ImageFile> Labels(Action<string> note)
    {
        Truth read = HasTruth(Truth.Gold) ? Truth.Gold : Truth.Silver;
        string[] parts = TruthParts(read);
        if (parts.Length == 0)
            return [];
        if (parts.Length > 1)
        {
            throw new InputException($"The folder '{_folder}' holds the truth of several sequences, {ItemName.List(parts)}; give one "
                + "of these folders.");
        }

        if (read == Truth.Gold && HasTruth(Truth.Silver))
            note($"'{_folder}': comparing with {parts[0]}; ignored there: {ItemName.List(TruthParts(Truth.Silver))}");
        return ImageFile.OpenAll(_sequences.First(sequence => sequence.Truths.Contains(read)).MaskFolder(read));
    }

    private static string NameOf(Truth truth) => truth == Truth.Gold ? "gold" : "silver";

    private static void RequireFrames(
        CellTrackingSequence sequence, SortedDictionary<int, string> frames, SortedDictionary<int, string> masks, Truth truth)
    {
        string[] alone = [.. masks.Where(mask => !frames.ContainsKey(mask.Key)).Select(mask => Path.GetFileName(mask.Value))];
        if (alone.Length > 0)
        {
            throw new InputException($"There is no frame in {sequence.Name}/ for {ItemName.List(alone)} in "
                + $"'{sequence.MaskFolder(truth)}'; put the frames there or remove these masks.");
        }
    }

    private void NoteMargin(int margin, int left, int kept, Truth read, Action<string> note)
    {
        if (kept == 0)
        {
            throw new InputException($"--exclude-near-gold {margin} leaves out all frames of '{_folder}' that have a {NameOf(read)} "
                + $"mask; give a smaller number{(read == Truth.Gold && HasTruth(Truth.Silver) ? " or --truth silver" : "")}.");
        }

        note($"'{_folder}': {left} frames within {margin} of a frame with gold truth are left out, {kept} stay");
    }

    private bool HasTruth(Truth truth) => TruthParts(truth).Length > 0;

    private string[] TruthParts(Truth truth)
        => [.. _sequences.Where(sequence => sequence.Truths.Contains(truth)).Select(sequence => sequence.TruthPart(truth))];
}
