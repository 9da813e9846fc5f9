using System.Collections.Immutable;
using UNet.Shaders;

namespace UNet.Vulkan.Planning;

/// <summary>A box of workgroups of one dispatch.</summary>
/// <param name="Level">Index of the dispatch's level.</param>
/// <param name="Index">Index of the dispatch in its level.</param>
/// <param name="BaseX">First workgroup along x.</param>
/// <param name="BaseY">First workgroup along y.</param>
/// <param name="BaseZ">First workgroup along z.</param>
/// <param name="Groups">Workgroups along each dimension.</param>
/// <param name="BeginsLevel">It is the first piece of its level: a barrier stands before it.</param>
/// <param name="Cost">Its share of the dispatch's cost; see <see cref="SubmissionPlan.Cost"/>.</param>
public readonly record struct DispatchPiece(
    int Level, int Index, uint BaseX, uint BaseY, uint BaseZ, WorkgroupCount Groups, bool BeginsLevel, double Cost);

/// <summary>
/// Cuts a run into submissions of bounded length, because Windows and amdgpu kill work that runs 2 s without an end.
/// A dispatch that is too long alone is cut along its grid; a workgroup computes the same wherever the cut is, so the
/// cut changes no bit of any result. Pure functions.
/// </summary>
public static class SubmissionPlan
{
    /// <summary>Seconds that one submission should not exceed.</summary>
    public const double Budget = 0.25;

    /// <summary>Operations per second taken for granted before anything was measured: low, so that the first run is safe.</summary>
    public const double StartingRate = 50e9;

    /// <summary>
    /// What a dispatch costs, in operations. Work that mostly moves memory counts its bytes: devices make one operation
    /// or more for each.
    /// </summary>
    public static double Cost(PlannedDispatch dispatch)
    {
        double bytes = 0;
        foreach (BufferRange range in dispatch.Dispatch.Buffers)
            bytes += range.Length;
        return Math.Max(dispatch.Operations, bytes);
    }

    /// <summary>The rate at which the next run should be cut, from the times of a run's submissions.</summary>
    /// <param name="costs">Cost of each submission.</param>
    /// <param name="seconds">Time of each.</param>
    /// <remarks>
    /// Kernels differ in speed, so that the slowest submission counts. Very short ones do not: they measure the start
    /// of work more than the work, and are no danger.
    /// </remarks>
    public static double Rate(ReadOnlySpan<double> costs, ReadOnlySpan<double> seconds)
    {
        double slowest = double.PositiveInfinity;
        double totalCost = 0;
        double totalSeconds = 0;
        for (int i = 0; i < costs.Length; i++)
        {
            totalCost += costs[i];
            totalSeconds += seconds[i];
            if (seconds[i] >= Budget / 25)
                slowest = Math.Min(slowest, costs[i] / seconds[i]);
        }
        double rate = double.IsPositiveInfinity(slowest) ? totalCost / totalSeconds : slowest;
        return double.IsFinite(rate) && rate > 0 ? rate : StartingRate;
    }

    /// <summary>Everything in one submission, for devices without a watchdog.</summary>
    public static ImmutableArray<ImmutableArray<DispatchPiece>> Whole(ImmutableArray<ImmutableArray<PlannedDispatch>> levels)
        => Cut(levels, double.PositiveInfinity);

    /// <summary>Cuts a run.</summary>
    /// <param name="levels">Dispatches by level.</param>
    /// <param name="rate">Operations that the device does in a second.</param>
    /// <param name="budget">Seconds that a submission may last.</param>
    /// <returns>
    /// The submissions in order. Their pieces cover every workgroup of every dispatch once, in the order of the levels.
    /// A submission over the budget holds a single workgroup.
    /// </returns>
    public static ImmutableArray<ImmutableArray<DispatchPiece>> Cut(
        ImmutableArray<ImmutableArray<PlannedDispatch>> levels, double rate, double budget = Budget)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rate);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(budget);
        var cutter = new Cutter(rate * budget);
        for (int level = 0; level < levels.Length; level++)
        {
            for (int index = 0; index < levels[level].Length; index++)
            {
                PlannedDispatch dispatch = levels[level][index];
                cutter.Place(new DispatchPiece(level, index, 0, 0, 0, dispatch.Dispatch.Groups, index == 0, Cost(dispatch)));
            }
        }
        return cutter.Finish();
    }

    private sealed class Cutter
    {
        private readonly double _room;
        private readonly ImmutableArray<ImmutableArray<DispatchPiece>>.Builder _submissions
            = ImmutableArray.CreateBuilder<ImmutableArray<DispatchPiece>>();
        private readonly ImmutableArray<DispatchPiece>.Builder _open = ImmutableArray.CreateBuilder<DispatchPiece>();
        private double _left;

        public Cutter(double room) => _room = _left = room;

        public void Place(DispatchPiece piece)
        {
            if (piece.Cost <= _left)
            {
                Append(piece);
                return;
            }
            uint rows = Rows(piece.Groups);
            if (rows == 1)
            {
                Close();
                Append(piece);
                return;
            }
            double rowCost = piece.Cost / rows;
            uint row = 0;
            while (row < rows)
            {
                uint fit = (uint)Math.Clamp(Math.Floor(_left / rowCost), 0, rows - row);
                if (fit > 0)
                {
                    Append(Part(piece, row, fit));
                    row += fit;
                }
                else if (_open.Count > 0)
                {
                    Close();
                }
                else
                {
                    // One row alone is too long: cut it along the next dimension.
                    Place(Part(piece, row, 1));
                    row++;
                }
            }
        }

        public ImmutableArray<ImmutableArray<DispatchPiece>> Finish()
        {
            Close();
            return _submissions.ToImmutable();
        }

        private void Append(DispatchPiece piece)
        {
            _open.Add(piece);
            _left -= piece.Cost;
        }

        private void Close()
        {
            if (_open.Count > 0)
                _submissions.Add(_open.ToImmutable());
            _open.Clear();
            _left = _room;
        }

        /// <summary>Workgroups along the outermost dimension that has more than one.</summary>
        private static uint Rows(WorkgroupCount groups) => groups.Z > 1 ? groups.Z : groups.Y > 1 ? groups.Y : groups.X;

        private static DispatchPiece Part(DispatchPiece piece, uint first, uint count)
        {
            WorkgroupCount groups = piece.Groups;
            DispatchPiece part = piece with
            {
                BeginsLevel = piece.BeginsLevel && first == 0,
                Cost = piece.Cost / Rows(groups) * count,
            };
            if (groups.Z > 1)
                return part with { BaseZ = piece.BaseZ + first, Groups = groups with { Z = count } };
            if (groups.Y > 1)
                return part with { BaseY = piece.BaseY + first, Groups = groups with { Y = count } };
            return part with { BaseX = piece.BaseX + first, Groups = groups with { X = count } };
        }
    }
}
