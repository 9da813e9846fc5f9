using UNet.Shaders;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Ops.Declaration;

namespace UNet.Vulkan.Planning;

/// <summary>
/// Packs parameters once for all runs where no run writes them, as in segmentation: kernels that do nothing but round parameters to 16 bits
/// run before the first run, and again when parameters were written from outside (<see cref="ExecutionPlan.Preparation"/>). What they write
/// keeps its memory to itself. What is packed in 32 bits is packed in each run, for it would take more memory than the parameters.
/// </summary>
internal static class KeptPacking
{
    /// <summary>The schedule without these kernels, and they by themselves.</summary>
    /// <param name="schedule">All invocations in the order of execution.</param>
    public static (PlannedInvocation[] Schedule, PlannedInvocation[] Preparation) Apply(IReadOnlyList<PlannedInvocation> schedule)
    {
        HashSet<Value> written = [.. schedule.SelectMany(planned => planned.Touched(BufferAccess.Write)).Select(WholeOf)];
        List<PlannedInvocation> left = [], preparation = [];
        foreach (PlannedInvocation planned in schedule)
        {
            int[] kept = [.. planned.Kernels.Where(kernel => IsKept(Packing.Of(planned.Implementation.Kernels[kernel], planned), written))];
            left.Add(planned with { Kernels = planned.Kernels.RemoveRange(kept) });
            if (kept.Length == 0)
                continue;
            PlannedInvocation alone = planned with { Kernels = [.. kept], PacksAlone = true };
            foreach (Value value in alone.Touched(BufferAccess.Write))
                value.Keep = true;
            preparation.Add(alone);
        }
        return ([.. left], [.. preparation]);
    }

    private static bool IsKept(Packing? packing, HashSet<Value> written)
        => packing is not null && packing.Written.All(value => value.Element == ElementType.Float16)
            && packing.Read.All(value => value.Kind == ValueKind.Parameter && !written.Contains(WholeOf(value)));

    private static Value WholeOf(Value value) => value.Whole ?? value;
}
