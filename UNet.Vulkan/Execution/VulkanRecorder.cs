using System.Buffers.Binary;
using System.Collections.Immutable;
using Silk.NET.Vulkan;
using UNet.Shaders;
using UNet.Vulkan.Device;
using UNet.Vulkan.Memory;
using UNet.Vulkan.Planning;

namespace UNet.Vulkan.Execution;

/// <summary>Where timestamps are recorded.</summary>
internal enum TimestampScope
{
    /// <summary>Nowhere.</summary>
    None,

    /// <summary>Around each submission.</summary>
    Submission,

    /// <summary>Around each piece of a dispatch, and pieces run one after the other.</summary>
    Piece,
}

/// <summary>Recorded command buffers, one for each submission of a run.</summary>
/// <param name="Buffers">The command buffers.</param>
/// <param name="Plan">What was recorded.</param>
/// <param name="Timestamps">Two for each submission or piece, or null.</param>
internal sealed record VulkanCommands(
    CommandBuffer[] Buffers, ImmutableArray<ImmutableArray<DispatchPiece>> Plan, TimestampQueries? Timestamps);

/// <summary>Holds what the dispatches of a plan need (pipelines, descriptor sets, push constants) and records them.</summary>
internal sealed unsafe class VulkanRecorder : IDisposable
{
    private readonly VulkanDevice _device;
    private readonly CommandBuffers _pool;
    private readonly DescriptorSets _sets;
    private readonly Prepared[][] _dispatches;

    /// <summary>Takes the compiled kernels, or compiles them, and binds the ranges.</summary>
    /// <param name="device">The device.</param>
    /// <param name="pool">Gives the command buffers.</param>
    /// <param name="arenas">The memory in which the plan's ranges lie.</param>
    /// <param name="levels">The plan's dispatches.</param>
    /// <exception cref="DeviceException">A dispatch does not fit the device.</exception>
    public VulkanRecorder(VulkanDevice device, CommandBuffers pool, Arenas arenas, ImmutableArray<ImmutableArray<PlannedDispatch>> levels)
    {
        (_device, _pool, Levels) = (device, pool, levels);
        var all = levels.SelectMany(level => level).Select(planned => planned.Dispatch).ToList();
        _sets = new DescriptorSets(device, all.Count, all.Sum(dispatch => dispatch.Buffers.Length));
        try
        {
            _dispatches = [.. levels.Select(level => level.Select(planned => Prepare(planned, arenas)).ToArray())];
        }
        catch
        {
            _sets.Dispose();
            throw;
        }
        device.Pipelines.Save();
    }

    /// <summary>The dispatches in the order in which they are recorded.</summary>
    public ImmutableArray<ImmutableArray<PlannedDispatch>> Levels { get; }

    /// <summary>Records a run.</summary>
    /// <param name="plan">How <see cref="Levels"/> is cut.</param>
    /// <param name="scope">Where timestamps are written.</param>
    public VulkanCommands Record(ImmutableArray<ImmutableArray<DispatchPiece>> plan, TimestampScope scope)
    {
        int intervals = scope switch
        {
            TimestampScope.Submission => plan.Length,
            TimestampScope.Piece => plan.Sum(submission => submission.Length),
            _ => 0,
        };
        TimestampQueries? timestamps = intervals > 0 ? new TimestampQueries(_device, 2 * intervals) : null;
        try
        {
            return new(Record(plan, scope, timestamps), plan, timestamps);
        }
        catch
        {
            timestamps?.Dispose();
            throw;
        }
    }

    /// <summary>Frees recorded commands that are not executing.</summary>
    public void Free(VulkanCommands commands)
    {
        foreach (CommandBuffer buffer in commands.Buffers)
            _pool.Free(buffer);
        commands.Timestamps?.Dispose();
    }

    public void Dispose() => _sets.Dispose();

    private CommandBuffer[] Record(ImmutableArray<ImmutableArray<DispatchPiece>> plan, TimestampScope scope, TimestampQueries? timestamps)
    {
        var buffers = new CommandBuffer[plan.Length];
        int interval = 0;
        for (int i = 0; i < plan.Length; i++)
        {
            buffers[i] = _pool.Allocate();
            // Two runs in flight execute the same command buffer.
            _pool.Begin(buffers[i], CommandBufferUsageFlags.SimultaneousUseBit);
            int count = scope == TimestampScope.Piece ? plan[i].Length : 1;
            timestamps?.Reset(buffers[i], 2 * interval, 2 * count);
            if (scope == TimestampScope.Submission)
                timestamps?.Write(buffers[i], 2 * interval);
            RecordPieces(buffers[i], plan[i], scope == TimestampScope.Piece ? timestamps : null, interval);
            if (scope == TimestampScope.Submission)
                timestamps?.Write(buffers[i], 2 * interval + 1);
            _pool.End(buffers[i]);
            interval += count;
        }
        return buffers;
    }

    private void RecordPieces(CommandBuffer commands, ImmutableArray<DispatchPiece> pieces, TimestampQueries? timestamps, int interval)
    {
        const AccessFlags ReadWrite = AccessFlags.ShaderReadBit | AccessFlags.ShaderWriteBit;
        ComputePipeline? bound = null;
        foreach (DispatchPiece piece in pieces)
        {
            // Level 0 needs none: the run's prologue ends with a barrier.
            if ((piece.BeginsLevel && piece.Level > 0) || timestamps is not null)
            {
                _pool.Barrier(
                    commands, PipelineStageFlags.ComputeShaderBit, AccessFlags.ShaderWriteBit,
                    PipelineStageFlags.ComputeShaderBit, ReadWrite);
            }
            timestamps?.Write(commands, 2 * interval);
            bound = RecordPiece(commands, piece, bound);
            timestamps?.Write(commands, 2 * interval + 1);
            interval++;
        }
    }

    private ComputePipeline RecordPiece(CommandBuffer commands, DispatchPiece piece, ComputePipeline? bound)
    {
        Vk vk = _device.Vk;
        Prepared dispatch = _dispatches[piece.Level][piece.Index];
        ComputePipeline pipeline = dispatch.Pipeline;
        if (pipeline != bound)
            _device.Pipelines.Bind(commands, pipeline);
        if (pipeline.HasDescriptors)
        {
            DescriptorSet set = dispatch.Set;
            vk.CmdBindDescriptorSets(commands, PipelineBindPoint.Compute, pipeline.Layout, 0, 1, &set, 0, null);
        }
        if (dispatch.Push.Length > 0)
        {
            fixed (byte* push = dispatch.Push)
                vk.CmdPushConstants(commands, pipeline.Layout, ShaderStageFlags.ComputeBit, 0, (uint)dispatch.Push.Length, push);
        }
        // The same command where the base is zero, but older validation layers look for hazards in this one only.
        if ((piece.BaseX | piece.BaseY | piece.BaseZ) == 0)
            vk.CmdDispatch(commands, piece.Groups.X, piece.Groups.Y, piece.Groups.Z);
        else
            vk.CmdDispatchBase(commands, piece.BaseX, piece.BaseY, piece.BaseZ, piece.Groups.X, piece.Groups.Y, piece.Groups.Z);
        return pipeline;
    }

    private Prepared Prepare(PlannedDispatch planned, Arenas arenas)
    {
        KernelDispatch dispatch = planned.Dispatch;
        if (arenas.FindFault(dispatch, _device.Properties) is string fault)
            throw new DeviceException($"The dispatch '{planned.Label}' ({dispatch.Kernel}) cannot run on '{_device.Name}': {fault}.");
        ComputePipeline pipeline = _device.Pipelines.Get(dispatch.Kernel, dispatch.Constants);
        DescriptorSet set = pipeline.HasDescriptors ? _sets.Allocate(pipeline, dispatch, arenas.Buffers) : default;

        byte[] push = [.. dispatch.Push];
        for (int i = 0; i < dispatch.Buffers.Length; i++)
        {
            KernelBuffer buffer = dispatch.Kernel.Buffers[i];
            if (buffer.Form != BufferForm.Address)
                continue;
            ulong address = arenas[dispatch.Buffers[i]].Address + (ulong)dispatch.Buffers[i].Offset;
            BinaryPrimitives.WriteUInt64LittleEndian(push.AsSpan(buffer.PushOffset), address);
        }
        return new(pipeline, set, push);
    }

    private sealed record Prepared(ComputePipeline Pipeline, DescriptorSet Set, byte[] Push);
}
