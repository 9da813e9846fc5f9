using System.Collections.Immutable;
using System.Globalization;

namespace UNet.Vulkan.Ops.Declaration;

/// <summary>
/// Values of <c>TILE_*</c> constants of an implementation's kernels. All tilings of an implementation give the same bits: they say
/// which results a workgroup computes, not in which order they are summed.
/// </summary>
/// <param name="Name">Constants and values, such as <c>TILE_H: 4, TILE_W: 6</c>; tilings are compared by it.</param>
/// <param name="Values">The constants' values by name.</param>
public sealed record Tiling(string Name, ImmutableDictionary<string, uint> Values)
{
    /// <summary>The tilings that <see cref="ImplementationAttribute.Tiles"/> declares.</summary>
    /// <param name="tiles">Names of constants, then a row of values for each tiling; the generator has checked the form.</param>
    public static ImmutableArray<Tiling> Parse(string tiles)
    {
        string[] parts = tiles.Split(':');
        string[] constants = parts[0].Split(',', StringSplitOptions.TrimEntries);
        return [.. parts[1].Split(';').Select(row => Of(constants, row.Split(',')))];
    }

    /// <summary>The value of a constant, or <paramref name="usual"/> where the tiling says nothing of it.</summary>
    public uint Value(string constant, uint usual) => Values.GetValueOrDefault(constant, usual);

    /// <inheritdoc/>
    public bool Equals(Tiling? other) => other is not null && other.Name == Name;

    /// <inheritdoc/>
    public override int GetHashCode() => Name.GetHashCode(StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string ToString() => Name;

    private static Tiling Of(string[] constants, string[] values)
    {
        uint[] numbers = [.. values.Select(value => uint.Parse(value, CultureInfo.InvariantCulture))];
        (string Constant, uint Value)[] pairs = [.. constants.Zip(numbers)];
        return new(
            string.Join(", ", pairs.Select(pair => $"{pair.Constant}: {pair.Value.ToString(CultureInfo.InvariantCulture)}")),
            pairs.ToImmutableDictionary(pair => pair.Constant, pair => pair.Value));
    }
}
