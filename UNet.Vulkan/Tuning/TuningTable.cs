using UNet.Vulkan.Ops.Declaration;

namespace UNet.Vulkan.Tuning;

/// <summary>Which tiling is fast for what, on one device.</summary>
internal sealed class TuningTable
{
    private readonly Dictionary<string, string> _choices;
    private readonly HashSet<string> _passing = [];

    /// <summary>A table that knows nothing.</summary>
    public TuningTable() : this([], 0) { }

    /// <summary>A table of what was found before.</summary>
    /// <param name="choices">Name of the tiling for each key; empty for the usual one.</param>
    /// <param name="secondsSpent">Time that measuring has taken.</param>
    public TuningTable(Dictionary<string, string> choices, double secondsSpent) => (_choices, SecondsSpent) = (choices, secondsSpent);

    /// <summary>Names of the tilings that are to be kept, ordered by key.</summary>
    public IEnumerable<KeyValuePair<string, string>> Choices
        => _choices.Where(choice => !_passing.Contains(choice.Key)).OrderBy(choice => choice.Key, StringComparer.Ordinal);

    /// <summary>Time that measuring has taken so far.</summary>
    public double SecondsSpent { get; set; }

    /// <summary>Whether a choice was made.</summary>
    public bool Knows(string key) => _choices.ContainsKey(key);

    /// <summary>The tiling to take; null for the usual one.</summary>
    public Tiling? Choice(string key, Implementation implementation)
        => _choices.TryGetValue(key, out string? name) ? implementation.Tilings.FirstOrDefault(tiling => tiling.Name == name) : null;

    /// <summary>Takes a choice.</summary>
    /// <param name="key">What it holds for.</param>
    /// <param name="tiling">The tiling; null for the usual one.</param>
    /// <param name="isKept">Whether it holds beyond the life of this table.</param>
    public void Choose(string key, Tiling? tiling, bool isKept = true)
    {
        _choices[key] = tiling?.Name ?? "";
        if (!isKept)
            _passing.Add(key);
    }

    /// <summary>A table that does not change when this one does.</summary>
    public TuningTable Copy() => new(new(_choices), SecondsSpent);
}
