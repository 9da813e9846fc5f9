using Silk.NET.Vulkan;

namespace UNet.Vulkan.Device;

/// <summary>A row of timestamps that the device writes.</summary>
internal sealed unsafe class TimestampQueries : IDisposable
{
    private readonly VulkanDevice _device;
    private readonly int _count;
    private QueryPool _handle;

    public TimestampQueries(VulkanDevice device, int count)
    {
        (_device, _count) = (device, count);
        QueryPoolCreateInfo create = new()
        {
            SType = StructureType.QueryPoolCreateInfo,
            QueryType = QueryType.Timestamp,
            QueryCount = (uint)count,
        };
        QueryPool pool;
        device.Vk.CreateQueryPool(device.Handle, &create, null, &pool).Check(device.Name, "creating timestamps");
        _handle = pool;
    }

    /// <summary>Records that timestamps are cleared, as they must be before they are written.</summary>
    public void Reset(CommandBuffer commands, int first, int count)
        => _device.Vk.CmdResetQueryPool(commands, _handle, (uint)first, (uint)count);

    /// <summary>Records that a timestamp is written when all earlier commands are done.</summary>
    public void Write(CommandBuffer commands, int index)
        => _device.Vk.CmdWriteTimestamp(commands, PipelineStageFlags.BottomOfPipeBit, _handle, (uint)index);

    /// <summary>Waits for all timestamps and returns the nanoseconds between each even one and the odd one after it.</summary>
    public double[] ReadIntervals()
    {
        ulong[] ticks = new ulong[_count];
        fixed (ulong* first = ticks)
        {
            _device.Vk.GetQueryPoolResults(
                _device.Handle, _handle, 0, (uint)_count, (nuint)(_count * sizeof(ulong)), first, sizeof(ulong),
                QueryResultFlags.Result64Bit | QueryResultFlags.ResultWaitBit).Check(_device.Name, "reading timestamps");
        }
        double[] nanoseconds = new double[_count / 2];
        for (int i = 0; i < nanoseconds.Length; i++)
            nanoseconds[i] = ((ticks[2 * i + 1] - ticks[2 * i]) & _device.TimestampMask) * _device.Properties.TimestampPeriod;
        return nanoseconds;
    }

    public void Dispose()
    {
        _device.Vk.DestroyQueryPool(_device.Handle, _handle, null);
        _handle = default;
    }
}
