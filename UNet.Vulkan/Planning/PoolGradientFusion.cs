using UNet.Vulkan.Graph;
using UNet.Vulkan.Ops;
using UNet.Vulkan.Ops.Declaration;

namespace UNet.Vulkan.Planning;

/// <summary>
/// The part of <see cref="Fusion"/> that makes one <see cref="AccumulateMaxPoolGradient"/> of the backward pass of a
/// <see cref="MaxPool2d"/> and the <see cref="AccumulateGradient"/> that alone reads what it writes. Where it adds to the gradient of a
/// crop, it sets what was cropped too.
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
            (Invocation? concatenation, AccumulateMaxPoolGradient op) = Cropped(accumulation, schedule);
            var values = new Value?[op.Info.Roles.Length];
            values[AccumulateMaxPoolGradient.Place.Index] = backward.Node[MaxPool2d.Place];
            values[AccumulateMaxPoolGradient.PooledGradient.Index] = backward.Gradients[MaxPool2d.Y.Index];
            values[AccumulateMaxPoolGradient.Sum.Index] = accumulation.Node[AccumulateGradient.Sum];
            Node node = new(accumulation.Node.Name, op, [.. values]);
            Invocation fused = new(node, op.Info.Forward, [.. new Value?[values.Length]]);
            if (!Fusion.IsAsGood(implementation(fused), implementation(backward)))
                continue;
            (replacements[backward], replacements[accumulation]) = (null, fused);
            if (concatenation is not null)
                LeaveBorder(concatenation.Node, schedule, replacements);
        }
        return Fusion.Replace(schedule, replacements);
    }

    /// <summary>
    /// The op that adds to a sum, and where that is so far the gradient of a crop, what gave it: it need not clear what was cropped.
    /// </summary>
    private static (Invocation? Concatenation, AccumulateMaxPoolGradient Op) Cropped(
        Invocation accumulation, IReadOnlyList<Invocation> schedule)
    {
        Value sum = accumulation.Node[AccumulateGradient.Sum];
        Invocation[] before = [.. schedule.TakeWhile(invocation => invocation != accumulation)
            .Where(invocation => invocation.Reads.Contains(sum) || invocation.Writes.Contains(sum))];
        if (sum.IsKept || before is not [{ Node.Op: CropConcatConv2d, Pass.IsForward: false } concatenation]
            || concatenation.Gradients[CropConcatConv2d.Skip.Index] != sum)
            return (null, new AccumulateMaxPoolGradient());
        Shape crop = concatenation.Node[CropConcatConv2d.Upsampled].Shape;
        return (crop.H, crop.W) == (sum.Shape.H, sum.Shape.W)
            ? (null, new AccumulateMaxPoolGradient())
            : (concatenation, new AccumulateMaxPoolGradient(crop.H, crop.W));
    }

    /// <summary>In all passes of a node, which remain those of one op.</summary>
    private static void LeaveBorder(
        Node node, IReadOnlyList<Invocation> schedule, Dictionary<Invocation, Invocation?> replacements)
    {
        Node leaving = node with { Op = (CropConcatConv2d)node.Op with { LeaveBorder = true } };
        foreach (Invocation pass in schedule.Where(invocation => invocation.Node == node))
            replacements[pass] = pass with { Node = leaving };
    }
}
