using UNet.Vulkan.Device;
using UNet.Vulkan.Planning;

namespace UNet.Vulkan.Execution;

/// <content>Runs whose dispatches are timed one by one.</content>
public sealed partial class VulkanSession
{
    /// <summary>Makes one run with each dispatch alone on the device, and measures them.</summary>
    /// <param name="step">As of <see cref="Submit"/>.</param>
    /// <param name="copies">As of <see cref="Submit"/>.</param>
    /// <returns>The dispatches in the order of the plan, with their times.</returns>
    /// <exception cref="InvalidOperationException">Runs are in flight.</exception>
    /// <exception cref="DeviceException">The device has no timestamps, or failed.</exception>
    public IReadOnlyList<DispatchTiming> RunTimed(ReadOnlySpan<uint> step = default, ReadOnlySpan<SlotCopy> copies = default)
    {
        if (_submitted != _completed)
            throw new InvalidOperationException("Runs are in flight: complete them before a timed run.");
        if (_device.Properties.TimestampPeriod <= 0)
            throw new DeviceException(
                $"'{_device.Name}' has no timestamps, so that single dispatches "
                + "cannot be timed; choose another device with --device.");
        // The first run finds out how the work must be cut; a timed one would spoil that measurement.
        if (!_isMeasured)
            Run(step, copies);

        VulkanCommands steady = _work;
        VulkanCommands timed = _recorder.Record(steady.Plan, TimestampScope.Piece);
        try
        {
            _work = timed;
            Run(step, copies);
            return Gather(timed);
        }
        finally
        {
            _work = steady;
            // Where the run failed half-way, the device may still be busy with it.
            _device.WaitIdle();
            _recorder.Free(timed);
        }
    }

    private List<DispatchTiming> Gather(VulkanCommands timed)
    {
        double[] intervals = timed.Timestamps?.ReadIntervals() ?? [];
        List<DispatchTiming> timings = [];
        (int Level, int Index)? last = null;
        int next = 0;
        foreach (DispatchPiece piece in timed.Plan.SelectMany(submission => submission))
        {
            double nanoseconds = intervals[next++];
            if (last == (piece.Level, piece.Index))
                timings[^1] = timings[^1] with { Nanoseconds = timings[^1].Nanoseconds + nanoseconds };
            else
                timings.Add(new(_recorder.Levels[piece.Level][piece.Index], nanoseconds));
            last = (piece.Level, piece.Index);
        }
        return timings;
    }
}
