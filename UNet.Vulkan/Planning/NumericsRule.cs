using System.Collections.Immutable;
using UNet.Vulkan.Ops.Declaration;
using UNet.Vulkan.Training;

namespace UNet.Vulkan.Planning;

/// <summary>
/// Which <see cref="NumericsClass"/> the invocations of a plan belong to. It follows from a run's precision, never from measured
/// time, so that a run can be repeated bit for bit: a training run keeps the rule that it started with in its state.
/// </summary>
/// <param name="Class">The class of those invocations that have an implementation of it; see <see cref="Classes"/> for all others.</param>
public sealed record NumericsRule(NumericsClass Class)
{
    /// <summary>Direct sums throughout.</summary>
    public static NumericsRule Direct { get; } = new(NumericsClass.Direct);

    /// <summary>Full precision: fewer products where an op has an implementation with them, by F(2x2,3x3).</summary>
    public static NumericsRule Winograd { get; } = new(NumericsClass.Winograd);

    /// <summary>Full precision: the fewest products that an op has an implementation with, by F(4x4,3x3) or F(2x2,3x3).</summary>
    public static NumericsRule WinogradF43 { get; } = new(NumericsClass.WinogradF43);

    /// <summary>Mixed precision: products of 16 bits where an op has an implementation with them.</summary>
    public static NumericsRule Mixed { get; } = new(NumericsClass.Float16);

    /// <summary>
    /// Mixed precision with fewer products where an op has an implementation with them. Not the rule of any precision: how fast it is has
    /// not been measured yet.
    /// </summary>
    public static NumericsRule MixedWinograd { get; } = new(NumericsClass.Float16Winograd);

    /// <summary>The rules by the names that training states hold.</summary>
    private static readonly ImmutableDictionary<string, NumericsRule> ByName = new Dictionary<string, NumericsRule>
    {
        ["direct"] = Direct,
        ["winograd"] = Winograd,
        ["winograd_f43"] = WinogradF43,
        ["float16"] = Mixed,
        ["float16_winograd"] = MixedWinograd,
    }.ToImmutableDictionary();

    /// <summary>The name in a training state, such as <c>direct</c>.</summary>
    public string Name => ByName.First(entry => entry.Value == this).Key;

    /// <summary>The classes that an invocation may belong to: the first of which it has an implementation.</summary>
    public ImmutableArray<NumericsClass> Classes => Class switch
    {
        NumericsClass.Direct => [NumericsClass.Direct],
        NumericsClass.WinogradF43 => [NumericsClass.WinogradF43, NumericsClass.Winograd, NumericsClass.Direct],
        NumericsClass.Float16Winograd => [NumericsClass.Float16Winograd, NumericsClass.Float16, NumericsClass.Direct],
        _ => [Class, NumericsClass.Direct],
    };

    /// <summary>The names of all rules.</summary>
    public static IEnumerable<string> Names => ByName.Keys.Order(StringComparer.Ordinal);

    /// <summary>The rule of what starts anew in a precision; a training run that is resumed keeps the rule of its state.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such precision.</exception>
    public static NumericsRule Of(Precision precision) => precision switch
    {
        Precision.Float32 => WinogradF43,
        Precision.Mixed => Mixed,
        _ => throw new ArgumentOutOfRangeException(nameof(precision), precision, "There is no such precision."),
    };

    /// <summary>The rule of that name; null where there is none.</summary>
    public static NumericsRule? Named(string name) => ByName.GetValueOrDefault(name);

    /// <inheritdoc/>
    public override string ToString() => Name;
}
