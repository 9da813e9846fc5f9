using UNet.Vulkan.Graph;
using UNet.Vulkan.Ops.Declaration;

namespace UNet.Vulkan.Planning;

/// <summary>
/// Rewrites a schedule so that fewer tensors pass through memory; <see cref="PlanOptions.Fuse"/> says which bits stay the same.
/// <list type="bullet">
/// <item>ReLUs become part of the ops before and after them (<see cref="ReluFusion"/>);</item>
/// <item>convolutions read both parts of a concatenation where they lie (<see cref="ConcatFusion"/>);</item>
/// <item>pools add their gradients to those of the skip connections (<see cref="PoolGradientFusion"/>).</item>
/// </list>
/// </summary>
public static class Fusion
{
    /// <summary>The graph's invocations, fused.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="implementation">
    /// The implementation that would be taken: two ops become one only where that is written for the same devices and rounds in
    /// the same way as that of the one of the two that counts. Null takes the plain one of all.
    /// </param>
    public static IReadOnlyList<Invocation> Apply(Graph.Graph graph, Func<Invocation, Implementation>? implementation = null)
    {
        implementation ??= invocation => invocation.Pass.Implementations[0];
        return PoolGradientFusion.Apply(ConcatFusion.Apply(ReluFusion.Apply(graph), implementation), implementation);
    }

    /// <summary>Whether an invocation may stand for another: it gives up neither a kernel written for the device nor a bit.</summary>
    internal static bool IsAsGood(Implementation fused, Implementation alone)
        => (fused.Suits, fused.Numerics) == (alone.Suits, alone.Numerics);

    /// <summary>The schedule with each invocation replaced as said, or left out where the replacement is null.</summary>
    internal static IReadOnlyList<Invocation> Replace(IReadOnlyList<Invocation> schedule, Dictionary<Invocation, Invocation?> replacements)
        => [.. schedule.Select(invocation => replacements.TryGetValue(invocation, out Invocation? other) ? other : invocation)
            .OfType<Invocation>()];
}
