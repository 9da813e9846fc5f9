using UNet.Shaders;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Ops.Declaration;

namespace UNet.Vulkan.Planning;

/// <summary>
/// Packs a tensor as soon as everybody else has read it, not where it is needed packed: so a skip connection is packed beside the pool that
/// reads it too, and no longer takes memory while the deeper levels are computed. Only where its rows take less memory than it does. The
/// results keep their bits.
/// </summary>
internal static class EarlyPacking
{
    /// <summary>The schedule with kernels that pack moved forward; an invocation may then stand there twice, some kernels each.</summary>
    public static PlannedInvocation[] Apply(IReadOnlyList<PlannedInvocation> schedule)
    {
        PlannedInvocation[] left = [.. schedule];
        List<PlannedInvocation>[] behind = [.. schedule.Select(_ => new List<PlannedInvocation>())];
        for (int reader = 0; reader < schedule.Count; reader++)
        {
            foreach (int kernel in schedule[reader].Kernels)
            {
                PlannedInvocation planned = schedule[reader];
                if (Packing.Of(planned.Implementation.Kernels[kernel], planned) is not { Read: [var read], Written: [var rows] }
                    || read.IsKept || rows.SizeInBytes > read.SizeInBytes
                    || LastBefore(read, reader, kernel) is not { } other || IsReadBetween(rows, other, reader))
                    continue;
                left[reader] = left[reader] with { Kernels = left[reader].Kernels.Remove(kernel) };
                behind[other].Add(planned with { Kernels = [kernel], PacksAlone = true });
            }
        }
        return [.. left.SelectMany((planned, i) => behind[i].Prepend(planned))];

        // The last invocation before one that touches a value, if that one's kernel alone does, and nobody after it.
        int? LastBefore(Value value, int reader, int kernel)
        {
            for (int i = schedule.Count - 1; i > reader; i--)
            {
                if (schedule[i].Touched(BufferAccess.ReadWrite).Contains(value))
                    return null;
            }
            PlannedInvocation others = schedule[reader] with { Kernels = schedule[reader].Kernels.Remove(kernel) };
            if (others.Touched(BufferAccess.ReadWrite).Contains(value))
                return null;
            for (int i = reader - 1; i >= 0; i--)
            {
                if (schedule[i].Touched(BufferAccess.ReadWrite).Contains(value))
                    return i < reader - 1 ? i : null;
            }
            return null;
        }

        bool IsReadBetween(Value rows, int first, int last)
            => Enumerable.Range(first, last - first).Any(i => schedule[i].Touched(BufferAccess.Read).Contains(rows));
    }
}
