using System.Collections.Immutable;
using UNet.Shaders;
using UNet.Vulkan.Device;
using UNet.Vulkan.Planning;

namespace UNet.Vulkan.Memory;

/// <summary>The device memory of a session: one buffer for each arena of its plan.</summary>
internal sealed class Arenas : IDisposable
{
    /// <summary>Bit pattern of a quiet NaN by which unwritten memory is recognised.</summary>
    public const uint Poison = 0x7fc0dead;

    private readonly List<DeviceBuffer> _buffers = [];

    /// <summary>Allocates the arenas.</summary>
    /// <param name="device">The device.</param>
    /// <param name="sizes">Bytes of each.</param>
    /// <param name="place">In which of the device's memory.</param>
    /// <param name="prepared">
    /// Memory for the first one, which must outlive it; freed where the device does not take it and nobody else has.
    /// </param>
    /// <exception cref="DeviceException">The device cannot hold them.</exception>
    public Arenas(VulkanDevice device, ImmutableArray<long> sizes, BufferPlace place = BufferPlace.Device, PreparedMemory? prepared = null)
    {
        long total = sizes.Sum();
        if (device.Properties is { Type: DeviceType.Discrete, DeviceMemory: > 0 and long memory } && total > memory)
        {
            throw new DeviceException(
                $"'{device.Name}' has {memory:N0} bytes of memory and the work needs {total:N0}: "
                + "use a smaller tile or batch, or choose another device with --device.") { IsOutOfMemory = true };
        }
        try
        {
            for (int i = 0; i < sizes.Length; i++)
            {
                // Filling goes by words of 4 bytes, and a buffer has at least one.
                long size = Math.Max((sizes[i] + 15) / 16 * 16, 16);
                _buffers.Add((i == 0 && prepared is not null ? Of(prepared, device, size, place) : null)
                    ?? new DeviceBuffer(device, size, place, $"arena {i}"));
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>What the first arena is made of, where it was not allocated.</summary>
    public PreparedMemory? Prepared { get; private set; }

    /// <summary>The buffers by arena.</summary>
    public IReadOnlyList<DeviceBuffer> Buffers => _buffers;

    /// <summary>The buffer in which a range lies.</summary>
    public DeviceBuffer this[BufferRange range] => _buffers[range.Arena];

    /// <summary>
    /// Why a dispatch of a plan cannot be run, or null: its ranges, grid and arguments against the arenas and the device.
    /// </summary>
    public string? FindFault(KernelDispatch dispatch, DeviceProperties limits)
    {
        if (dispatch.Buffers.Length != dispatch.Kernel.Buffers.Length)
            return $"it has {dispatch.Buffers.Length} buffers, and its kernel {dispatch.Kernel.Buffers.Length}";
        if (dispatch.Push.Length != dispatch.Kernel.PushSize)
            return $"it has {dispatch.Push.Length} bytes of push constants, and its kernel {dispatch.Kernel.PushSize}";
        WorkgroupCount groups = dispatch.Groups;
        if (groups.X > limits.MaxWorkgroupCountX || groups.Y > limits.MaxWorkgroupCountY || groups.Z > limits.MaxWorkgroupCountZ)
            return $"its grid of {groups.X} x {groups.Y} x {groups.Z} workgroups exceeds the device's "
                + $"{limits.MaxWorkgroupCountX} x {limits.MaxWorkgroupCountY} x {limits.MaxWorkgroupCountZ}";
        WorkgroupSize local = dispatch.Kernel.LocalSizeWith(dispatch.Constants);
        if ((ulong)local.X * local.Y * local.Z > limits.MaxWorkgroupInvocations)
            return $"its workgroups of {local.X} x {local.Y} x {local.Z} invocations exceed the device's {limits.MaxWorkgroupInvocations}";
        for (int i = 0; i < dispatch.Buffers.Length; i++)
        {
            BufferRange range = dispatch.Buffers[i];
            KernelBuffer buffer = dispatch.Kernel.Buffers[i];
            if (range.Arena < 0 || range.Arena >= _buffers.Count || range.Offset < 0 || range.Length <= 0
                || range.End > _buffers[range.Arena].Size)
                return $"its buffer '{buffer.Name}' lies outside the arenas ({range})";
            if (buffer.Form != BufferForm.Storage)
                continue;
            if (range.Length > limits.MaxStorageBufferRange)
                return $"its buffer '{buffer.Name}' has {range.Length:N0} bytes, and the device "
                    + $"binds at most {limits.MaxStorageBufferRange:N0}; use a smaller tile";
            if (range.Offset % limits.MinStorageBufferOffsetAlignment != 0)
                return $"its buffer '{buffer.Name}' begins at byte {range.Offset}, which "
                    + $"is no multiple of {limits.MinStorageBufferOffsetAlignment}";
        }
        return null;
    }

    public void Dispose()
    {
        foreach (DeviceBuffer buffer in _buffers)
            buffer.Dispose();
        _buffers.Clear();
    }

    private DeviceBuffer? Of(PreparedMemory prepared, VulkanDevice device, long size, BufferPlace place)
    {
        DeviceBuffer? buffer = place == BufferPlace.Device ? DeviceBuffer.TryCreate(device, size, prepared, "arena 0") : null;
        if (buffer is null)
            prepared.Decline();
        else
            Prepared = prepared;
        return buffer;
    }
}
