using System.Collections.Immutable;
using UNet.Shaders;

namespace UNet.Vulkan.Planning;

/// <summary>Cuts a list of dispatches into levels between which a memory barrier must stand.</summary>
public static class BarrierPlan
{
    /// <summary>
    /// Walks the dispatches in order and starts a new level at the first one that touches bytes which an earlier dispatch
    /// of the same level writes, or writes bytes which it reads. One that would do no such thing in a level before goes there, so that
    /// what is short runs beside what is long.
    /// </summary>
    /// <param name="dispatches">The dispatches.</param>
    /// <param name="levelsUp">How many levels before the last one a dispatch may go to.</param>
    public static ImmutableArray<ImmutableArray<PlannedDispatch>> Create(IEnumerable<PlannedDispatch> dispatches, int levelsUp = 0)
    {
        List<Level> levels = [];
        foreach (PlannedDispatch planned in dispatches)
        {
            int place = levels.Count;
            while (place > Math.Max(0, levels.Count - 1 - levelsUp) && !levels[place - 1].Conflicts(planned.Dispatch))
                place--;
            if (place == levels.Count)
                levels.Add(new Level());
            levels[place].Add(planned);
        }
        return [.. levels.Select(level => level.Dispatches)];
    }

    /// <summary>Dispatches that do not touch each other's data.</summary>
    private sealed class Level
    {
        private readonly ImmutableArray<PlannedDispatch>.Builder _dispatches = ImmutableArray.CreateBuilder<PlannedDispatch>();
        private readonly List<BufferRange> _reads = [];
        private readonly List<BufferRange> _writes = [];

        public ImmutableArray<PlannedDispatch> Dispatches => _dispatches.ToImmutable();

        public void Add(PlannedDispatch planned)
        {
            _dispatches.Add(planned);
            foreach ((KernelBuffer buffer, BufferRange range) in planned.Dispatch.Kernel.Buffers.Zip(planned.Dispatch.Buffers))
            {
                if (buffer.Access.HasFlag(BufferAccess.Read))
                    _reads.Add(range);
                if (buffer.Access.HasFlag(BufferAccess.Write))
                    _writes.Add(range);
            }
        }

        public bool Conflicts(KernelDispatch dispatch)
        {
            foreach ((KernelBuffer buffer, BufferRange range) in dispatch.Kernel.Buffers.Zip(dispatch.Buffers))
            {
                if (_writes.Exists(range.Overlaps) || (buffer.Access.HasFlag(BufferAccess.Write) && _reads.Exists(range.Overlaps)))
                    return true;
            }
            return false;
        }
    }
}
