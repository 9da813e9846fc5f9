using System.Collections.Immutable;
using System.Diagnostics;
using Silk.NET.Vulkan;
using UNet.Shaders;
using UNet.Vulkan.Device;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Memory;
using UNet.Vulkan.Planning;
using UNet.Vulkan.Random;

namespace UNet.Vulkan.Execution;

/// <summary>
/// Executes a plan on a Vulkan device. The dispatches are recorded once, and on a GPU again when the first run has measured its rate; a
/// run submits a small prologue (copies into the slots, recorded anew), the recorded dispatches, and an epilogue that copies out the
/// reported values.
/// </summary>
public sealed partial class VulkanSession : Session
{
    private const int InFlight = 2;

    private readonly Stack<IDisposable> _owned = new();
    private readonly VulkanDevice _device;
    private readonly ExecutionPlan _plan;
    private readonly Arenas _arenas;
    private readonly CommandBuffers _pool;
    private readonly Timeline _timeline;
    private readonly Staging _staging;
    private readonly RunRing _ring;
    private readonly VulkanRecorder _recorder;
    private readonly CommandBuffer[] _preparation;
    private readonly BufferRange? _step;
    private readonly int _reportLength;
    private readonly CommandBuffer[] _prologues = new CommandBuffer[InFlight];
    private readonly CommandBuffer[] _epilogues = new CommandBuffer[InFlight];
    private VulkanCommands _work;
    private readonly bool _isPoisoned;
    private bool _isMeasured;
    private bool _isPrepared;
    private long _firstStart;
    private long _busySince;
    private ulong _submitted;
    private ulong _completed;
    private bool _isDisposed;

    /// <summary>
    /// Allocates all memory, compiles the kernels and records the run. Kept values are zero to begin with. What is slow about memory,
    /// that it is touched for the first time and filled, goes on while kernels are compiled.
    /// </summary>
    /// <param name="device">The device; must outlive the session.</param>
    /// <param name="plan">What to execute.</param>
    /// <param name="step">The step slot: a value of 4-byte elements, or null where there is none.</param>
    /// <param name="reported">Kept Float32 values that each run reports to <see cref="Complete"/>.</param>
    /// <param name="options">What it does besides.</param>
    /// <exception cref="ArgumentException">A value is not in the plan, not kept, or of the wrong type.</exception>
    /// <exception cref="DeviceException">The device cannot hold or run the plan.</exception>
    public VulkanSession(
        VulkanDevice device, ExecutionPlan plan, Value? step = null, IReadOnlyList<Value>? reported = null,
        VulkanSessionOptions? options = null)
    {
        options ??= new();
        (_device, _plan, _isPoisoned, _isPrepared) = (device, plan, options.Poison, plan.Preparation.IsEmpty);
        if (step is not null && step.Element.SizeInBytes() != sizeof(uint))
            throw new ArgumentException($"The step slot '{step.Name}' has elements of type {step.Element}, not of 4 bytes.", nameof(step));
        _step = step is null ? null : Locate(step) with { Length = step.SizeInBytes };
        BufferRange[] reports = [.. (reported ?? []).Select(LocateReported)];
        _reportLength = checked((int)(reports.Sum(range => range.Length) / sizeof(float)));

        using CancellationTokenSource abandoned = new();
        Task compiling = Task.Run(() => device.Pipelines.Prepare(KernelsOf(plan), abandoned.Token));
        try
        {
            _arenas = Own(new Arenas(
                device, plan.ArenaSizes, options.AsHardware ? BufferPlace.DeviceAlone : BufferPlace.Device, options.Memory));
            _pool = Own(new CommandBuffers(device));
            _timeline = Own(new Timeline(device));
            _staging = Own(new Staging(device, _pool, plan.ArenaSizes.DefaultIfEmpty().Max()));
            _ring = Own(new RunRing(device, InFlight, _step?.Length ?? 0, _reportLength * (long)sizeof(float)));
            if (options.Poison)
                _staging.Fill(_arenas.Buffers.Select(buffer => (buffer, 0L, buffer.Size)), Arenas.Poison);
            else
                _staging.Fill(plan.Ranges.Where(range => IsZeroedAtFirst(range.Key, options)).Select(range => Words(range.Value)), 0);
            options.Start?.Invoke(this);
            compiling.GetAwaiter().GetResult();
            _recorder = Own(new VulkanRecorder(device, _pool, _arenas, Order(plan.Levels, options.ShuffleSeed)));
            _work = RecordFirst(options);
            _preparation = _isPrepared ? [] : RecordPreparation();
            for (int slot = 0; slot < InFlight; slot++)
            {
                _prologues[slot] = _pool.Allocate();
                _epilogues[slot] = RecordEpilogue(reports, slot);
            }
        }
        catch
        {
            // The device may be closed next: no thread may still compile for it.
            abandoned.Cancel();
            ((IAsyncResult)compiling).AsyncWaitHandle.WaitOne();
            _work?.Timestamps?.Dispose();
            DisposeOwned();
            throw;
        }
    }

    /// <summary>Bytes that a session allocates on the device and, to exchange values with it, beside it.</summary>
    /// <param name="plan">What it executes.</param>
    /// <param name="stepBytes">Bytes of the step slot; 0 where there is none.</param>
    /// <param name="reportBytes">Bytes of all reported values.</param>
    public static long MemoryOf(ExecutionPlan plan, long stepBytes, long reportBytes)
        => plan.ArenaSizes.Sum() + Staging.SizeFor(plan.ArenaSizes.DefaultIfEmpty().Max())
            + RunRing.SizeFor(InFlight, stepBytes, reportBytes);

    /// <inheritdoc/>
    public override string DeviceName => _device.Name;

    /// <inheritdoc/>
    internal override bool IsZeroed => !_isPoisoned;

    /// <inheritdoc/>
    internal override bool Holds(Value value)
        => !_isPoisoned && _arenas.Prepared?.Holds(value.Name, Part(value, 0, value.Shape.Length)) == true;

    /// <inheritdoc/>
    public override int MaxInFlight => InFlight;

    /// <summary>Elements that <see cref="Complete"/> reports.</summary>
    internal int ReportLength => _reportLength;

    /// <summary>Submissions in which a run is cut at present.</summary>
    internal int Submissions => _work.Buffers.Length;

    /// <inheritdoc/>
    /// <exception cref="DeviceException">The device failed.</exception>
    public override void Submit(ReadOnlySpan<uint> step, ReadOnlySpan<SlotCopy> copies)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (_submitted - _completed >= InFlight)
            throw new InvalidOperationException($"{InFlight} runs are in flight already: complete one first.");
        RequireStep(step, (_step?.Length ?? 0) / sizeof(uint));
        foreach (ref readonly SlotCopy copy in copies)
        {
            CheckCopy(copy);
            Unprepare(copy.Destination);
        }
        if (!_isMeasured && _submitted > 0)
            Measure();
        if (_submitted == 0)
            _device.Pipelines.Finish();

        if (_submitted == _completed)
            _busySince = Stopwatch.GetTimestamp();
        int slot = (int)(_submitted % InFlight);
        step.CopyTo(_ring.Step(slot, step.Length));
        RecordPrologue(_prologues[slot], slot, step.Length, copies);
        if (_submitted == 0)
            _firstStart = Stopwatch.GetTimestamp();

        // The prologue goes with the first piece of work and the epilogue with the last.
        Span<CommandBuffer> together = [default, default, default];
        CommandBuffer[] work = _work.Buffers;
        int count = 0;
        together[count++] = _prologues[slot];
        if (!_isPrepared)
        {
            _device.Submit(together[..count]);
            _device.Submit(_preparation);
            (count, _isPrepared) = (0, true);
        }
        for (int i = 0; i < work.Length; i++)
        {
            together[count++] = work[i];
            if (i == work.Length - 1)
                break;
            _device.Submit(together[..count]);
            count = 0;
        }
        together[count++] = _epilogues[slot];
        _device.Submit(together[..count], _timeline, _submitted + 1);
        _submitted++;
    }

    /// <inheritdoc/>
    /// <exception cref="DeviceException">The device was lost.</exception>
    public override void Complete(Span<float> report)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (_submitted == _completed)
            throw new InvalidOperationException("No run is in flight: submit one first.");
        RequireRoom(report, _reportLength);
        _timeline.Wait(_completed + 1);
        if (!report.IsEmpty)
            _ring.Report((int)(_completed % InFlight), _reportLength).CopyTo(report);
        _completed++;
        long now = Stopwatch.GetTimestamp();
        Busy += Stopwatch.GetElapsedTime(_busySince, now);
        _busySince = now;
        if (!_isMeasured)
            Measure();
    }

    /// <summary>Waits for the device and frees everything that the session allocated.</summary>
    public override void Dispose()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        _device.WaitIdle();
        _recorder.Free(_work);
        DisposeOwned();
    }

    private T Own<T>(T resource) where T : IDisposable
    {
        _owned.Push(resource);
        return resource;
    }

    private void DisposeOwned()
    {
        while (_owned.TryPop(out IDisposable? resource))
            resource.Dispose();
    }

    private static IEnumerable<(KernelInfo Kernel, ImmutableArray<uint> Constants)> KernelsOf(ExecutionPlan plan)
        => plan.Preparation.Concat(plan.Levels).SelectMany(level => level)
            .Select(planned => (planned.Dispatch.Kernel, planned.Dispatch.Constants));

    /// <summary>What nobody has written is read as zero, but what a run writes first needs no touching before.</summary>
    private static bool IsZeroedAtFirst(Value value, VulkanSessionOptions options)
        => value.Whole is null && value.IsKept && value.Kind != ValueKind.Scratch
            && !(options.LeaveParameters && value.Kind == ValueKind.Parameter);

    private (DeviceBuffer Buffer, long Start, long Bytes) Words(BufferRange range)
        => (_arenas[range], range.Offset, (range.Length + sizeof(uint) - 1) / sizeof(uint) * sizeof(uint));

    private VulkanCommands RecordFirst(VulkanSessionOptions options)
    {
        if (options.ForcedRate is double forced)
        {
            _isMeasured = true;
            return _recorder.Record(SubmissionPlan.Cut(_recorder.Levels, forced), TimestampScope.None);
        }
        if (_device.Properties.IsSoftware && !options.AsHardware)
        {
            _isMeasured = true;
            return _recorder.Record(SubmissionPlan.Whole(_recorder.Levels), TimestampScope.None);
        }
        TimestampScope scope = _device.Properties.TimestampPeriod > 0 ? TimestampScope.Submission : TimestampScope.None;
        return _recorder.Record(SubmissionPlan.Cut(_recorder.Levels, SubmissionPlan.StartingRate), scope);
    }

    /// <summary>What goes between the first prologue and the first work: packing is too short to be cut.</summary>
    private CommandBuffer[] RecordPreparation()
    {
        VulkanRecorder recorder = Own(new VulkanRecorder(_device, _pool, _arenas, _plan.Preparation));
        CommandBuffer barrier = _pool.Allocate();
        _pool.Begin(barrier, CommandBufferUsageFlags.SimultaneousUseBit);
        _pool.Barrier(
            barrier, PipelineStageFlags.ComputeShaderBit, AccessFlags.ShaderWriteBit,
            PipelineStageFlags.ComputeShaderBit, AccessFlags.ShaderReadBit | AccessFlags.ShaderWriteBit);
        _pool.End(barrier);
        return [.. recorder.Record(SubmissionPlan.Whole(recorder.Levels), TimestampScope.None).Buffers, barrier];
    }

    /// <summary>Has what depends on a value prepared anew, which is about to be written.</summary>
    private void Unprepare(Value value)
        => _isPrepared &= _plan.Preparation.IsEmpty || !_plan.Prepared.Contains(value.Whole ?? value);

    /// <summary>Measures the device's rate on the first run, and cuts by it from then on.</summary>
    private void Measure()
    {
        _timeline.Wait(1);
        double[] seconds = _work.Timestamps is TimestampQueries timestamps
            ? [.. timestamps.ReadIntervals().Select(nanoseconds => nanoseconds * 1e-9)]
            : [Stopwatch.GetElapsedTime(_firstStart).TotalSeconds];
        double[] costs = _work.Timestamps is null
            ? [_work.Plan.Sum(submission => submission.Sum(piece => piece.Cost))]
            : [.. _work.Plan.Select(submission => submission.Sum(piece => piece.Cost))];
        double rate = SubmissionPlan.Rate(costs, seconds);

        VulkanCommands measured = _work;
        _work = _recorder.Record(SubmissionPlan.Cut(_recorder.Levels, rate), TimestampScope.None);
        _recorder.Free(measured);
        _isMeasured = true;
    }

    private void RecordPrologue(CommandBuffer commands, int slot, int stepWords, ReadOnlySpan<SlotCopy> copies)
    {
        _pool.Begin(commands, CommandBufferUsageFlags.OneTimeSubmitBit);
        // Whatever the run before it does must be over: runs share all memory.
        _pool.FullBarrier(commands);
        for (int i = 0; i < copies.Length; i++)
        {
            (BufferRange source, BufferRange destination) = Ranges(copies[i]);
            if (TouchesEarlier(source, destination, copies[..i]))
            {
                _pool.Barrier(
                    commands, PipelineStageFlags.TransferBit, AccessFlags.TransferWriteBit,
                    PipelineStageFlags.TransferBit, AccessFlags.TransferReadBit | AccessFlags.TransferWriteBit);
            }
            _pool.Copy(commands, _arenas[source], source.Offset, _arenas[destination], destination.Offset, source.Length);
        }
        if (_step is BufferRange step && stepWords > 0)
            _pool.Copy(commands, _ring.Buffer, _ring.StepOffset(slot), _arenas[step], step.Offset, stepWords * sizeof(uint));
        _pool.Barrier(
            commands, PipelineStageFlags.TransferBit, AccessFlags.TransferWriteBit,
            PipelineStageFlags.ComputeShaderBit | PipelineStageFlags.TransferBit,
            AccessFlags.ShaderReadBit | AccessFlags.ShaderWriteBit | AccessFlags.TransferReadBit);
        _pool.End(commands);
    }

    private CommandBuffer RecordEpilogue(BufferRange[] reports, int slot)
    {
        CommandBuffer commands = _pool.Allocate();
        _pool.Begin(commands, 0);
        _pool.Barrier(
            commands, PipelineStageFlags.ComputeShaderBit, AccessFlags.ShaderWriteBit,
            PipelineStageFlags.TransferBit, AccessFlags.TransferReadBit);
        long offset = _ring.ReportOffset(slot);
        foreach (BufferRange report in reports)
        {
            _pool.Copy(commands, _arenas[report], report.Offset, _ring.Buffer, offset, report.Length);
            offset += report.Length;
        }
        _pool.HostBarrier(commands);
        _pool.End(commands);
        return commands;
    }

    private static ImmutableArray<ImmutableArray<PlannedDispatch>> Order(ImmutableArray<ImmutableArray<PlannedDispatch>> levels, int? seed)
        => seed is int number
            ? [.. levels.Select((level, i) => Shuffled(level, new((ulong)number, RandomStreams.DispatchOrder, (ulong)i)))]
            : levels;

    private static ImmutableArray<PlannedDispatch> Shuffled(ImmutableArray<PlannedDispatch> level, RandomStream random)
        => [.. random.Permutation(level.Length).Select(i => level[i])];
}
