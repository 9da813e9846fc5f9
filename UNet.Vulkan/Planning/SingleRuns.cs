using UNet.Shaders;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Ops.Declaration;

namespace UNet.Vulkan.Planning;

/// <summary>
/// Leaves out the sums of weight gradients over runs of pixels where there is one run: the kernel before writes the gradient itself
/// instead of scratch that would only be copied. That is so in layers of many channels, which have nearly all of a network's parameters.
/// </summary>
internal static class SingleRuns
{
    /// <summary>The schedule without the kernels that can be left out.</summary>
    public static PlannedInvocation[] Apply(IEnumerable<PlannedInvocation> schedule) => [.. schedule.Select(Apply)];

    private static PlannedInvocation Apply(PlannedInvocation planned)
    {
        KernelUse sum = planned.Implementation.Kernels[planned.Kernels[^1]];
        PlannedInvocation without = planned with { Kernels = planned.Kernels[..^1] };
        foreach (RoleUse use in sum.Uses.Where(use => use.Access == BufferAccess.Read))
        {
            if (use.IsGradient || use.Role.RunsOf is not { } role
                || planned.Invocation.Gradients[role.Index] is not { } gradient
                || gradient.Shape.Length != planned.ValueOf(use).Shape.Length)
                return planned;
            without = without with { Values = without.Values.SetItem(use.Role.Index, gradient) };
        }
        Value[] summed = [.. sum.Uses.Where(use => use.Access != BufferAccess.Read).Select(planned.ValueOf)];
        return summed.All(without.Touched(BufferAccess.Write).Contains) ? without : planned;
    }
}
