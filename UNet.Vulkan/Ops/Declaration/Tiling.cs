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
        return [.. parts[1].Split(';').Select(
            row => Of(parts[0], [.. row.Split(',').Select(value => uint.Parse(value, CultureInfo.InvariantCulture))]))];
    }

    /// <summary>The tiling that gives constants these values.</summary>
    /// <param name="constants">Names of constants, as <see cref="Parse"/> takes them.</param>
    /// <param name="values">A value for each.</param>
    public static Tiling Of(string constants, params uint[] values)
    {
        (string Constant, uint Value)[] pairs = [.. constants.Split(',', StringSplitOptions.TrimEntries).Zip(values)];
        return new(
            string.Join(", ", pairs.Select(pair => $"{pair.Constant}: {pair.Value.ToString(CultureInfo.InvariantCulture)}")),
            pairs.ToImmutableDictionary(pair => pair.Constant, pair => pair.Value));
    }

    /// <inheritdoc/>
    public bool Equals(Tiling? other) => other is not null && other.Name == Name;

    /// <inheritdoc/>
    public override int GetHashCode() => Name.GetHashCode(StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string ToString() => Name;
}
