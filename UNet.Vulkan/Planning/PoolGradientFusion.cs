using UNet.Vulkan.Graph;
using UNet.Vulkan.Ops;
using UNet.Vulkan.Ops.Declaration;

namespace UNet.Vulkan.Planning;

/// <summary>
/// The part of <see cref="Fusion"/> that makes one <see cref="AccumulateMaxPoolGradient"/> of the backward pass of a
/// <see cref="MaxPool2d"/> and the <see cref="AccumulateGradient"/> that alone reads what it writes.
/// </summary>
internal static class PoolGradientFusion
{
    /// <summary>The schedule, fused where that gives up nothing; see <see cref="Fusion.IsAsGood"/>.</summary>
    public static IReadOnlyList<Invocation> Apply(IReadOnlyList<Invocation> schedule, Func<Invocation, Implementation> implementation)
    {
        Dictionary<Invocation, Invocation?> replacements = new(ReferenceEqualityComparer.Instance);
        foreach (Invocation accumulation in schedule.Where(invocation => invocation.Node.Op is AccumulateGradient))
        {
            Value term = accumulation.Node[AccumulateGradient.Term];
            Invocation[] users = [.. schedule.Where(invocation => invocation.Reads.Contains(term) || invocation.Writes.Contains(term))];
            if (term.IsKept || users is not [{ Node.Op: MaxPool2d, Pass.IsForward: false } backward, _])
                continue;
            var op = new AccumulateMaxPoolGradient();
            var values = new Value?[op.Info.Roles.Length];
            values[AccumulateMaxPoolGradient.Place.Index] = backward.Node[MaxPool2d.Place];
            values[AccumulateMaxPoolGradient.PooledGradient.Index] = backward.Gradients[MaxPool2d.Y.Index];
            values[AccumulateMaxPoolGradient.Sum.Index] = accumulation.Node[AccumulateGradient.Sum];
            Node node = new(accumulation.Node.Name, op, [.. values]);
            Invocation fused = new(node, op.Info.Forward, [.. new Value?[values.Length]]);
            if (!Fusion.IsAsGood(implementation(fused), implementation(backward)))
                continue;
            (replacements[backward], replacements[accumulation]) = (null, fused);
        }
        return Fusion.Replace(schedule, replacements);
    }
}
