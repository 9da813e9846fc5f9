using Silk.NET.Vulkan;
using VkCommandPool = Silk.NET.Vulkan.CommandPool;

namespace UNet.Vulkan.Device;

/// <summary>Command buffers of one session.</summary>
internal sealed unsafe class CommandBuffers : IDisposable
{
    private readonly VulkanDevice _device;
    private VkCommandPool _handle;

    public CommandBuffers(VulkanDevice device)
    {
        _device = device;
        CommandPoolCreateInfo create = new()
        {
            SType = StructureType.CommandPoolCreateInfo,
            Flags = CommandPoolCreateFlags.ResetCommandBufferBit,
            QueueFamilyIndex = device.QueueFamily,
        };
        VkCommandPool pool;
        device.Vk.CreateCommandPool(device.Handle, &create, null, &pool).Check(device.Name, "creating a command pool");
        _handle = pool;
    }

    /// <summary>A new command buffer, freed with the pool or by <see cref="Free"/>.</summary>
    public CommandBuffer Allocate()
    {
        CommandBufferAllocateInfo allocate = new()
        {
            SType = StructureType.CommandBufferAllocateInfo,
            CommandPool = _handle,
            Level = CommandBufferLevel.Primary,
            CommandBufferCount = 1,
        };
        CommandBuffer commands;
        _device.Vk.AllocateCommandBuffers(_device.Handle, &allocate, &commands).Check(_device.Name, "allocating a command buffer");
        return commands;
    }

    /// <summary>Frees a command buffer that is not executing.</summary>
    public void Free(CommandBuffer commands) => _device.Vk.FreeCommandBuffers(_device.Handle, _handle, 1, &commands);

    /// <summary>Begins to record, dropping what was recorded before.</summary>
    /// <param name="commands">A command buffer that is not executing.</param>
    /// <param name="usage">How often it will be submitted.</param>
    public void Begin(CommandBuffer commands, CommandBufferUsageFlags usage)
    {
        CommandBufferBeginInfo begin = new() { SType = StructureType.CommandBufferBeginInfo, Flags = usage };
        _device.Vk.BeginCommandBuffer(commands, &begin).Check(_device.Name, "recording commands");
    }

    /// <summary>Ends recording.</summary>
    public void End(CommandBuffer commands) => _device.Vk.EndCommandBuffer(commands).Check(_device.Name, "recording commands");

    /// <summary>Records one barrier for all memory.</summary>
    public void Barrier(CommandBuffer commands, PipelineStageFlags from, AccessFlags written, PipelineStageFlags to, AccessFlags used)
    {
        MemoryBarrier barrier = new() { SType = StructureType.MemoryBarrier, SrcAccessMask = written, DstAccessMask = used };
        _device.Vk.CmdPipelineBarrier(commands, from, to, 0, 1, &barrier, 0, null, 0, null);
    }

    /// <summary>Records that everything before it is done and seen by everything after it.</summary>
    public void FullBarrier(CommandBuffer commands)
    {
        const AccessFlags Everything = AccessFlags.MemoryReadBit | AccessFlags.MemoryWriteBit;
        Barrier(commands, PipelineStageFlags.AllCommandsBit, Everything, PipelineStageFlags.AllCommandsBit, Everything);
    }

    /// <summary>Records that copies before it are seen by the processor when the work is done.</summary>
    public void HostBarrier(CommandBuffer commands)
        => Barrier(
            commands, PipelineStageFlags.TransferBit, AccessFlags.TransferWriteBit, PipelineStageFlags.HostBit, AccessFlags.HostReadBit);

    /// <summary>Records a copy of bytes between buffers.</summary>
    public void Copy(CommandBuffer commands, DeviceBuffer from, long fromStart, DeviceBuffer to, long toStart, long bytes)
    {
        BufferCopy region = new() { SrcOffset = (ulong)fromStart, DstOffset = (ulong)toStart, Size = (ulong)bytes };
        _device.Vk.CmdCopyBuffer(commands, from.Handle, to.Handle, 1, &region);
    }

    /// <summary>Records the filling of a part of a buffer, of whole words, with one word.</summary>
    public void Fill(CommandBuffer commands, DeviceBuffer buffer, long start, long bytes, uint word)
        => _device.Vk.CmdFillBuffer(commands, buffer.Handle, (ulong)start, (ulong)bytes, word);

    public void Dispose()
    {
        _device.Vk.DestroyCommandPool(_device.Handle, _handle, null);
        _handle = default;
    }
}
