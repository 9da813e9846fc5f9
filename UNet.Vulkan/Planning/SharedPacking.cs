using System.Collections.Immutable;
using UNet.Shaders;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Ops.Declaration;

namespace UNet.Vulkan.Planning;

/// <summary>
/// Packs once what several passes of an op read packed: a kernel that writes nothing but scratch is left out where the scratch of an
/// earlier invocation holds what it would compute. That is so where the same kernel of the same op, on the same shapes, read the same
/// values, and none of them has been written since. The scratch then lives until its last reader has run, and what it was made of only
/// as long as somebody else needs it. The results keep their bits.
/// </summary>
internal static class SharedPacking
{
    /// <summary>The schedule without the kernels that can be left out.</summary>
    /// <param name="schedule">All invocations in the order of execution.</param>
    /// <param name="recompute">
    /// Whether activations are computed again for the backward passes, to keep less: then packed parameters, and whatever else was made of
    /// values that are kept anyway, do not outlive the forward pass.
    /// </param>
    public static PlannedInvocation[] Apply(IReadOnlyList<PlannedInvocation> schedule, bool recompute)
    {
        List<PlannedInvocation> shared = [];
        List<Packing> known = [];
        bool isForward = true;
        foreach (PlannedInvocation all in schedule)
        {
            if (recompute && isForward && !all.Invocation.Pass.IsForward)
                known.RemoveAll(packing => packing.Read.All(value => value.IsKept));
            isForward &= all.Invocation.Pass.IsForward;
            PlannedInvocation left = all;
            foreach (int index in all.Kernels)
            {
                KernelUse kernel = all.Implementation.Kernels[index];
                Packing? packing = Packing.Of(kernel, all);
                if (packing is not null && known.Find(packing.IsSame) is { } earlier)
                {
                    left = left with { Kernels = left.Kernels.Remove(index), Values = earlier.Given(left.Values, packing) };
                    continue;
                }
                known.RemoveAll(
                    other => kernel.Uses.Any(use => use.Access.HasFlag(BufferAccess.Write) && other.DependsOn(all.ValueOf(use))));
                if (packing is not null)
                    known.Add(packing);
            }
            shared.Add(left);
        }
        return [.. shared];
    }
}
