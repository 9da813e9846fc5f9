using System.Collections.Immutable;
using UNet.Vulkan.Ops.Declaration;

namespace UNet.Vulkan.Planning;

/// <summary>
/// Which <see cref="NumericsClass"/> the invocations of a plan belong to. It follows from a run's precision, never from measured
/// time, so that a run can be repeated bit for bit: a training run keeps the rule that it started with in its state.
/// </summary>
/// <param name="Class">The class of those invocations that have an implementation of it; all others are direct.</param>
public sealed record NumericsRule(NumericsClass Class)
{
    /// <summary>Direct sums throughout.</summary>
    public static NumericsRule Direct { get; } = new(NumericsClass.Direct);

    /// <summary>Full precision: fewer products where an op has an implementation with them.</summary>
    public static NumericsRule Winograd { get; } = new(NumericsClass.Winograd);

    /// <summary>Mixed precision: products of 16 bits where an op has an implementation with them.</summary>
    public static NumericsRule Mixed { get; } = new(NumericsClass.Float16);

    /// <summary>The rules by the names that training states hold.</summary>
    private static readonly ImmutableDictionary<string, NumericsRule> ByName = new Dictionary<string, NumericsRule>
    {
        ["direct"] = Direct,
        ["winograd"] = Winograd,
        ["float16"] = Mixed,
    }.ToImmutableDictionary();

    /// <summary>The name in a training state, such as <c>direct</c>.</summary>
    public string Name => ByName.First(entry => entry.Value == this).Key;

    /// <summary>The rule of that name; null where there is none.</summary>
    public static NumericsRule? Named(string name) => ByName.GetValueOrDefault(name);

    /// <inheritdoc/>
    public override string ToString() => Name;
}
