using UNet.Cli.Images;
using UNet.Vulkan;

namespace UNet.Cli.Data;

/// <summary>The label values that masks hold, from which their classes are inferred.</summary>
internal sealed class FoundLabels
{
    /// <summary>Two classes stay two values where a JPEG was saved without losses; more of them can hardly be told from losses.</summary>
    private const int MostOfLossy = 2;

    private readonly HashSet<int> _values = [];
    private readonly HashSet<int> _lossyValues = [];

    /// <summary>All values.</summary>
    public IReadOnlySet<int> Values => _values;

    /// <summary>Whether a mask is stored in more than 8 bits.</summary>
    public bool AnyIsWide { get; private set; }

    /// <summary>Takes the values of a mask.</summary>
    /// <param name="labels">The mask.</param>
    /// <param name="name">Its file, for the message.</param>
    /// <exception cref="InputException">It is a JPEG whose compression has changed the values.</exception>
    public void Add(LabelImage labels, string name)
    {
        _values.UnionWith(labels.Values);
        AnyIsWide |= labels.IsWide;
        if (!labels.IsLossy)
            return;
        _lossyValues.UnionWith(labels.Values);
        if (_lossyValues.Count > MostOfLossy)
            throw Changed(name);
    }

    /// <summary>Says that a JPEG is no good mask.</summary>
    public static InputException Changed(string name) => new(
        $"The mask '{name}' is a JPEG, whose compression has changed the label values; save the masks as PNG or TIFF.");
}
