namespace UNet.Vulkan.Model;

/// <summary>What a class of the network stands for.</summary>
/// <param name="Value">The value of its pixels in the masks, and in the segmentations that are written.</param>
/// <param name="Name">For people; the value itself where nobody gave a name.</param>
public sealed record ClassLabel(int Value, string Name)
{
    /// <summary>Labels named after their values.</summary>
    public static IReadOnlyList<ClassLabel> OfValues(IEnumerable<int> values)
        => [.. values.Select(value => new ClassLabel(value, value.ToString(System.Globalization.CultureInfo.InvariantCulture)))];
}
