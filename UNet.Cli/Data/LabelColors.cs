using UNet.Cli.Images;
using UNet.Vulkan;

namespace UNet.Cli.Data;

/// <summary>
/// Whether masks in indexed colour agree about the numbers of their colours. Programs that make a palette for each image number anew what
/// they find there, so that a class has another number in each.
/// </summary>
internal sealed class LabelColors
{
    private readonly Dictionary<int, (int Color, string Name)> _first = [];
    private string? _difference;

    /// <summary>Takes a mask.</summary>
    /// <param name="labels">The mask.</param>
    /// <param name="name">Its file, for the message.</param>
    public void Add(LabelImage labels, string name)
    {
        if (labels.Colors is not { } colors || _difference is not null)
            return;
        foreach (int value in labels.Values.Distinct().Where(value => value < colors.Length))
        {
            if (!_first.TryAdd(value, (colors[value], name)) && _first[value].Color != colors[value])
                _difference = $"Number {value} of the colours of '{_first[value].Name}' and of '{name}' are different colours";
        }
    }

    /// <summary>Refuses masks that do not agree; for object numbers it would not matter.</summary>
    /// <exception cref="InputException">A number stands for different colours in two of the masks.</exception>
    public void RequireSame()
    {
        if (_difference is not null)
            throw new InputException($"{_difference}, so that numbers do not tell the class; save all as gray images of label values.");
    }
}
