using UNet.Cli.Images;

namespace UNet.Cli.Data;

/// <summary>
/// Finds, among some files, those that belong to another one by name: of the same stem, else of the same stem without
/// <c>_mask</c>, <c>-labels</c> or <c>-volume</c>, else of the same frame number of names such as t007 and man_seg007.
/// </summary>
internal sealed class Counterparts
{
    private static readonly Func<string, string?>[] Keys =
    [
        stem => stem,
        stem => ItemName.WithoutMaskEnding(ItemName.WithoutStackEnding(stem)),
        stem => $"{ItemName.Frame(stem)}",
    ];

    private readonly ILookup<string?, ImageFile>[] _byKey;

    /// <summary>Sorts the files by what their names say.</summary>
    public Counterparts(IReadOnlyCollection<ImageFile> files)
        => _byKey = [.. Keys.Select(key => files.ToLookup(file => key(file.Stem)))];

    /// <summary>The files that belong to one by the first way that finds any; more than one is for the caller to judge.</summary>
    public IReadOnlyList<ImageFile> Of(ImageFile file) => [.. Keys.Zip(_byKey)
        .Select(way => way.First(file.Stem) is { Length: > 0 } key ? way.Second[key] : [])
        .FirstOrDefault(files => files.Any(), [])];
}
