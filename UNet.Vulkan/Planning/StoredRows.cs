using System.Collections.Immutable;
using UNet.Shaders;
using UNet.Vulkan.Device;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Ops.Declaration;

namespace UNet.Vulkan.Planning;

/// <summary>
/// Stores results as packed rows where they are only read to be packed: the kernel that packs is left out, or packs the rest, and the op
/// before it takes the implementation that stores its result as that kernel would (<see cref="Implementation.Like"/>). So the tensor in 32
/// bits is neither written nor read, and takes no memory. The rows keep their bits.
/// </summary>
internal static class StoredRows
{
    /// <summary>The schedule with results stored so wherever that can be.</summary>
    /// <param name="schedule">All invocations in the order of execution.</param>
    /// <param name="device">What it is planned for.</param>
    public static PlannedInvocation[] Apply(IReadOnlyList<PlannedInvocation> schedule, DeviceProperties device)
    {
        PlannedInvocation[] stored = [.. schedule];
        Dictionary<Value, List<int>> touching = Touching(schedule);
        for (int reader = 0; reader < stored.Length; reader++)
        {
            foreach (RowPacking packing in stored[reader].Kernels.SelectMany(kernel => RowPacking.Of(kernel, stored[reader])).ToArray())
            {
                if (packing.Read.IsKept || WriterOf(packing.Read, reader, touching[packing.Read], schedule) is not { } writer
                    || WithResult(stored[writer], packing, device) is not { } storing
                    || WithoutPacking(stored[reader], packing, device) is not { } reading)
                    continue;
                (stored[writer], stored[reader]) = (storing, reading);
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

    /// <summary>The invocation by the implementation that stores its result as what is packed; null where there is none.</summary>
    private static PlannedInvocation? WithResult(PlannedInvocation writer, RowPacking packing, DeviceProperties device)
    {
        if (writer.Implementation.StoresResult
            || Variant(writer, packing.Read, BufferAccess.Write, storesResult: true, device) is not { } variant)
            return null;
        int result = variant.Scratch.Single(role => role.IsResult).Index;
        return With(writer, variant, writer.Values.SetItem(result, packing.Rows)) with
        {
            Result = new ResultRows(packing.Rows.Shape, packing.Read.Shape, packing.Layout),
        };
    }

    /// <summary>
    /// The invocation without the kernel that packs; where that packs another tensor beside it, by the implementation that packs that one
    /// alone. Null where there is none.
    /// </summary>
    private static PlannedInvocation? WithoutPacking(PlannedInvocation reader, RowPacking packing, DeviceProperties device)
    {
        if (packing.IsAlone)
            return reader with { Kernels = reader.Kernels.Remove(packing.Kernel) };
        return Variant(reader, packing.Read, BufferAccess.Read, reader.Implementation.StoresResult, device) is { } variant
            ? With(reader, variant, reader.Values) with { Result = reader.Result }
            : null;
    }

    /// <summary>The implementation that computes the same without one access to a value.</summary>
    private static Implementation? Variant(
        PlannedInvocation planned, Value value, BufferAccess access, bool storesResult, DeviceProperties device)
    {
        Implementation current = planned.Implementation;
        string name = current.Like ?? current.Name;
        var wanted = Accesses(current);
        wanted.RemoveWhere(use => use.Access == access && planned.ValueOf(use) == value);
        return planned.Invocation.Pass.Implementations.FirstOrDefault(candidate => candidate.IsEmbedded && candidate.Like == name
            && candidate.StoresResult == storesResult && Accesses(candidate).SetEquals(wanted)
            && planned.Invocation.Node.Op.Supports(candidate, planned.Shapes, device));
    }

    /// <summary>Reads and writes of everything but scratch.</summary>
    private static HashSet<RoleUse> Accesses(Implementation implementation)
        => [.. implementation.Kernels.SelectMany(kernel => kernel.Uses).Where(use => use.Role.Kind != RoleKind.Scratch)
            .SelectMany(use => new[] { BufferAccess.Read, BufferAccess.Write }
                .Where(access => use.Access.HasFlag(access)).Select(access => use with { Access = access }))];

    /// <summary>The invocation by another implementation, without the kernels that were left out already.</summary>
    private static PlannedInvocation With(PlannedInvocation planned, Implementation implementation, ImmutableArray<Value?> values)
    {
        KernelInfo[] leftOut = [.. planned.Implementation.Kernels
            .Where((_, index) => !planned.Kernels.Contains(index)).Select(use => use.Kernel)];
        return new PlannedInvocation(planned.Invocation, implementation, planned.Tiling, values)
        {
            Kernels = [.. Enumerable.Range(0, implementation.Kernels.Length)
                .Where(index => !leftOut.Contains(implementation.Kernels[index].Kernel))],
        };
    }

    /// <summary>What a kernel packs of one tensor, rounded as it is.</summary>
    /// <param name="Kernel">The kernel's place in its implementation.</param>
    /// <param name="IsAlone">Whether it does nothing else.</param>
    /// <param name="Read">The tensor.</param>
    /// <param name="Rows">The rows.</param>
    /// <param name="Layout">How the tensor lies there.</param>
    private sealed record RowPacking(int Kernel, bool IsAlone, Value Read, Value Rows, RowLayout Layout)
    {
        /// <summary>None where the kernel does anything but packing.</summary>
        public static IEnumerable<RowPacking> Of(int kernel, PlannedInvocation planned)
        {
            ImmutableArray<RoleUse> uses = planned.Implementation.Kernels[kernel].Uses;
            RoleUse[] read = [.. uses.Where(use => use.Access == BufferAccess.Read)];
            RoleUse[] others = [.. uses.Except(read)];
            if (Packing.Of(planned.Implementation.Kernels[kernel], planned) is null
                || others is not [{ Access: BufferAccess.Write, Role: { Kind: RoleKind.Scratch, IsResult: false } } written])
                yield break;
            foreach (RoleUse use in read)
            {
                if (planned.Invocation.Node.Op.LayoutOf(written.Role, use.Role, planned.Shapes) is { } layout)
                    yield return new RowPacking(kernel, read.Length == 1, planned.ValueOf(use), planned.ValueOf(written), layout);
            }
        }
    }
}
