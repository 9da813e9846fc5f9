using UNet.Vulkan.Graph;
using UNet.Vulkan.Ops;
using UNet.Vulkan.Ops.Declaration;

namespace UNet.Vulkan.Planning;

/// <summary>
/// The part of <see cref="Fusion"/> that does without concatenations: a <see cref="CropConcat"/> that a single
/// <see cref="Conv2d"/> reads becomes a <see cref="CropConcatConv2d"/> with it, forward and backward.
/// </summary>
internal static class ConcatFusion
{
    /// <summary>The schedule, fused where that gives up nothing in any pass; see <see cref="Fusion.IsAsGood"/>.</summary>
    public static IReadOnlyList<Invocation> Apply(IReadOnlyList<Invocation> schedule, Func<Invocation, Implementation> implementation)
    {
        Dictionary<Invocation, Invocation?> replacements = new(ReferenceEqualityComparer.Instance);
        foreach (Node concatenation in schedule.Select(invocation => invocation.Node).Where(node => node.Op is CropConcat).Distinct())
        {
            if (ReaderOf(schedule, concatenation) is not { } convolution)
                continue;
            Dictionary<Invocation, Invocation?> both = Fused(schedule, concatenation, convolution);
            if (both.Any(pair => pair.Value is { } fused && !Fusion.IsAsGood(implementation(fused), implementation(pair.Key))))
                continue;
            foreach ((Invocation invocation, Invocation? fused) in both)
                replacements[invocation] = fused;
        }
        return Fusion.Replace(schedule, replacements);
    }

    /// <summary>The convolution that alone needs the concatenation and its gradient; null where it is not that simple.</summary>
    private static Node? ReaderOf(IReadOnlyList<Invocation> schedule, Node concatenation)
    {
        Value x = concatenation[CropConcat.Y];
        Node[] readers = [.. schedule.Select(invocation => invocation.Node).Distinct()
            .Where(node => node != concatenation && node.Values.Contains(x))];
        if (x.IsKept || readers is not [{ Op: Conv2d { Rectify: Rectification.None } } convolution])
            return null;
        Invocation[] givers = [.. schedule.Where(
            invocation => invocation.Node == convolution && invocation.Pass.Gradients.Contains(Conv2d.X))];
        Invocation[] takers = [.. schedule.Where(invocation => invocation.Node == concatenation && !invocation.Pass.IsForward)];
        return (givers, takers) switch
        {
            ([], []) => convolution,
            ([var giver], [_, _]) when IsBetween(schedule, giver.Gradients[Conv2d.X.Index]!, [giver, .. takers]) => convolution,
            _ => null,
        };
    }

    /// <summary>Whether nobody but the given invocations needs a gradient.</summary>
    private static bool IsBetween(IReadOnlyList<Invocation> schedule, Value gradient, Invocation[] users) => !gradient.IsKept
        && schedule.Where(invocation => invocation.Reads.Contains(gradient) || invocation.Writes.Contains(gradient)).All(users.Contains);

    /// <summary>What becomes of the invocations of both nodes: the convolution's are fused, the concatenation's left out.</summary>
    private static Dictionary<Invocation, Invocation?> Fused(IReadOnlyList<Invocation> schedule, Node concatenation, Node convolution)
    {
        Invocation[] left = [.. schedule.Where(invocation => invocation.Node == concatenation)];
        OpInfo info = CropConcatConv2d.StaticInfo;
        CropConcatConv2d op = CropConcatConv2d.Of((CropConcat)concatenation.Op, (Conv2d)convolution.Op);
        Node node = new(convolution.Name, op, [.. info.Roles.Select(role => Counterpart(role, concatenation.Values, convolution.Values))]);

        Dictionary<Invocation, Invocation?> replacements = new(ReferenceEqualityComparer.Instance);
        foreach (Invocation invocation in left)
            replacements[invocation] = null;
        foreach (Invocation invocation in schedule.Where(invocation => invocation.Node == convolution))
        {
            Role? given = invocation.Pass.IsForward ? null
                : invocation.Pass.Gradients.Contains(Conv2d.X) ? CropConcatConv2d.Skip : CropConcatConv2d.Weight;
            Pass pass = given is null ? info.Forward : info.Backward.Single(candidate => candidate.Gradients.Contains(given));
            replacements[invocation] = new Invocation(node, pass, [.. info.Roles.Select(role =>
                role == CropConcatConv2d.Skip || role == CropConcatConv2d.Upsampled
                    ? pass.Gradients.Contains(role) ? GradientIn(left, role) : null
                    : Counterpart(role, [], invocation.Gradients))]);
        }
        return replacements;
    }

    private static Value? GradientIn(Invocation[] ofConcatenation, Role role)
        => ofConcatenation.Select(invocation => invocation.Gradients[PartOf(role).Index]).First(gradient => gradient is not null);

    /// <summary>What a role of the fused op is to the two; null for scratch, which planning provides.</summary>
    private static Value? Counterpart(
        Role role, IReadOnlyList<Value?> ofConcatenation, IReadOnlyList<Value?> ofConvolution) => role.Name switch
    {
        nameof(CropConcatConv2d.Skip) or nameof(CropConcatConv2d.Upsampled) => ofConcatenation[PartOf(role).Index],
        nameof(CropConcatConv2d.Weight) => ofConvolution[Conv2d.Weight.Index],
        nameof(CropConcatConv2d.Bias) => ofConvolution[Conv2d.Bias.Index],
        nameof(CropConcatConv2d.Y) => ofConvolution[Conv2d.Y.Index],
        _ => null,
    };

    private static Role PartOf(Role role) => role == CropConcatConv2d.Skip ? CropConcat.Skip : CropConcat.Upsampled;
}
