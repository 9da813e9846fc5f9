using System.Collections.Immutable;
using UNet.Shaders;

namespace UNet.Vulkan.Planning;

/// <summary>Cuts a list of dispatches into levels between which a memory barrier must stand.</summary>
public static class BarrierPlan
{
    /// <summary>
    /// Walks the dispatches in order and starts a new level at the first one that touches bytes which an earlier dispatch
    /// of the same level writes, or writes bytes which it reads.
    /// </summary>
    public static ImmutableArray<ImmutableArray<PlannedDispatch>> Create(IEnumerable<PlannedDispatch> dispatches)
    {
        var levels = ImmutableArray.CreateBuilder<ImmutableArray<PlannedDispatch>>();
        var level = ImmutableArray.CreateBuilder<PlannedDispatch>();
        List<BufferRange> reads = [];
        List<BufferRange> writes = [];
        foreach (PlannedDispatch planned in dispatches)
        {
            if (Conflicts(planned.Dispatch, reads, writes))
            {
                levels.Add(level.ToImmutable());
                level.Clear();
                reads.Clear();
                writes.Clear();
            }
            level.Add(planned);
            foreach ((KernelBuffer buffer, BufferRange range) in planned.Dispatch.Kernel.Buffers.Zip(planned.Dispatch.Buffers))
            {
                if (buffer.Access.HasFlag(BufferAccess.Read))
                    reads.Add(range);
                if (buffer.Access.HasFlag(BufferAccess.Write))
                    writes.Add(range);
            }
        }
        if (level.Count > 0)
            levels.Add(level.ToImmutable());
        return levels.ToImmutable();
    }

    private static bool Conflicts(KernelDispatch dispatch, List<BufferRange> reads, List<BufferRange> writes)
    {
        foreach ((KernelBuffer buffer, BufferRange range) in dispatch.Kernel.Buffers.Zip(dispatch.Buffers))
        {
            if (writes.Exists(range.Overlaps) || (buffer.Access.HasFlag(BufferAccess.Write) && reads.Exists(range.Overlaps)))
                return true;
        }
        return false;
    }
}
