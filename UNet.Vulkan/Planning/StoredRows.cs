using System.Collections.Immutable;
using UNet.Shaders;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Ops.Declaration;

namespace UNet.Vulkan.Planning;

/// <summary>
/// Stores results as packed rows where they are only read to be packed: the kernel that packs is left out, and the op before it takes the
/// implementation that stores its result as that kernel would (<see cref="Implementation.Like"/>). So the tensor in 32 bits is neither
/// written nor read, and takes no memory. The rows keep their bits.
/// </summary>
internal static class StoredRows
{
    /// <summary>The schedule with results stored so wherever that can be.</summary>
    /// <param name="schedule">All invocations in the order of execution.</param>
    public static PlannedInvocation[] Apply(IReadOnlyList<PlannedInvocation> schedule)
    {
        PlannedInvocation[] stored = [.. schedule];
        Dictionary<Value, List<int>> touching = Touching(schedule);
        for (int reader = 0; reader < stored.Length; reader++)
        {
            foreach (int kernel in stored[reader].Kernels)
            {
                if (RowPacking.Of(kernel, stored[reader]) is not { } packing || packing.Read.IsKept
                    || WriterOf(packing.Read, reader, touching[packing.Read], schedule) is not { } writer
                    || WithResult(stored[writer], packing) is not { } replaced)
                    continue;
                stored[writer] = replaced;
                stored[reader] = stored[reader] with { Kernels = stored[reader].Kernels.Remove(kernel) };
            }
        }
        return stored;
    }

    /// <summary>Places in the schedule of the invocations that read or write each value, ascending.</summary>
    private static Dictionary<Value, List<int>> Touching(IReadOnlyList<PlannedInvocation> schedule)
    {
        Dictionary<Value, List<int>> touching = [];
        for (int i = 0; i < schedule.Count; i++)
        {
            foreach (Value value in schedule[i].Touched(BufferAccess.ReadWrite))
            {
                if (!touching.TryGetValue(value, out List<int>? places))
                    touching.Add(value, places = []);
                places.Add(i);
            }
        }
        return touching;
    }

    /// <summary>
    /// The invocation that writes what one reads, if nobody else reads it before it is written anew, and the one reads it once.
    /// </summary>
    private static int? WriterOf(Value value, int reader, List<int> touching, IReadOnlyList<PlannedInvocation> schedule)
    {
        int place = touching.IndexOf(reader);
        if (place == 0 || UsesOf(reader).Length != 1 || !UsesOf(touching[place - 1]).Any(Writes))
            return null;
        bool isReadAgain = place + 1 < touching.Count && UsesOf(touching[place + 1]).Any(use => use.Access.HasFlag(BufferAccess.Read));
        return isReadAgain ? null : touching[place - 1];

        RoleUse[] UsesOf(int invocation) => [.. schedule[invocation].Kernels
            .SelectMany(kernel => schedule[invocation].Implementation.Kernels[kernel].Uses)
            .Where(use => schedule[invocation].ValueOf(use) == value)];

        static bool Writes(RoleUse use) => use.Access.HasFlag(BufferAccess.Write);
    }

    /// <summary>The invocation by the implementation that stores its result as what the kernel packs; null where there is none.</summary>
    private static PlannedInvocation? WithResult(PlannedInvocation writer, RowPacking packing)
    {
        Implementation? storing = writer.Invocation.Pass.Implementations
            .FirstOrDefault(candidate => candidate.IsEmbedded && candidate.Like == writer.Implementation.Name);
        if (storing is null)
            return null;
        Role result = storing.Scratch.Single(role => role.IsResult);
        KernelUse[] leftOut = [.. writer.Implementation.Kernels.Where((_, index) => !writer.Kernels.Contains(index))];
        return new PlannedInvocation(writer.Invocation, storing, writer.Tiling, writer.Values.SetItem(result.Index, packing.Rows))
        {
            Kernels = [.. Enumerable.Range(0, storing.Kernels.Length)
                .Where(index => !leftOut.Any(kernel => kernel.Kernel == storing.Kernels[index].Kernel))],
            Result = new ResultRows(packing.Rows.Shape, packing.Read.Shape, packing.Layout),
        };
    }

    /// <summary>What a kernel does that packs one tensor, rounded as it is.</summary>
    private sealed record RowPacking(Value Read, Value Rows, RowLayout Layout)
    {
        /// <summary>Null where the kernel does anything else.</summary>
        public static RowPacking? Of(int kernel, PlannedInvocation planned)
            => planned.Implementation.Kernels[kernel].Uses is [var first, var second]
                && (first.Access == BufferAccess.Read ? (first, second) : (second, first)) is var (read, written)
                && (read.Access, written.Access) == (BufferAccess.Read, BufferAccess.Write) && read.Role.Kind != RoleKind.Scratch
                && written.Role.Kind == RoleKind.Scratch && planned.Invocation.Node.Op.LayoutOf(written.Role) is { } layout
                ? new RowPacking(planned.ValueOf(read), planned.ValueOf(written), layout)
                : null;
    }
}
