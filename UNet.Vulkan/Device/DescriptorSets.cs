using Silk.NET.Vulkan;
using UNet.Shaders;

namespace UNet.Vulkan.Device;

/// <summary>Descriptor sets of one session, all from one pool.</summary>
internal sealed unsafe class DescriptorSets : IDisposable
{
    private readonly VulkanDevice _device;
    private DescriptorPool _pool;

    /// <summary>Makes room.</summary>
    /// <param name="device">The device.</param>
    /// <param name="sets">How many sets will be allocated.</param>
    /// <param name="buffers">How many storage buffers they have together.</param>
    public DescriptorSets(VulkanDevice device, int sets, int buffers)
    {
        _device = device;
        DescriptorPoolSize size = new() { Type = DescriptorType.StorageBuffer, DescriptorCount = (uint)Math.Max(buffers, 1) };
        DescriptorPoolCreateInfo create = new()
        {
            SType = StructureType.DescriptorPoolCreateInfo,
            MaxSets = (uint)Math.Max(sets, 1),
            PoolSizeCount = 1,
            PPoolSizes = &size,
        };
        DescriptorPool pool;
        device.Vk.CreateDescriptorPool(device.Handle, &create, null, &pool).Check(device.Name, "creating a descriptor pool");
        _pool = pool;
    }

    /// <summary>A set that binds exactly the ranges of a dispatch.</summary>
    /// <param name="pipeline">The dispatch's pipeline.</param>
    /// <param name="dispatch">The dispatch; its kernel has at least one storage buffer.</param>
    /// <param name="arenas">Buffer of each arena.</param>
    public DescriptorSet Allocate(ComputePipeline pipeline, KernelDispatch dispatch, IReadOnlyList<DeviceBuffer> arenas)
    {
        DescriptorSetLayout layout = pipeline.SetLayout;
        DescriptorSetAllocateInfo allocate = new()
        {
            SType = StructureType.DescriptorSetAllocateInfo,
            DescriptorPool = _pool,
            DescriptorSetCount = 1,
            PSetLayouts = &layout,
        };
        DescriptorSet set;
        _device.Vk.AllocateDescriptorSets(_device.Handle, &allocate, &set)
            .Check(_device.Name, $"allocating the descriptors of '{dispatch.Kernel}'");

        int buffers = dispatch.Buffers.Length;
        DescriptorBufferInfo* infos = stackalloc DescriptorBufferInfo[buffers];
        WriteDescriptorSet* writes = stackalloc WriteDescriptorSet[buffers];
        uint count = 0;
        for (int i = 0; i < buffers; i++)
        {
            if (dispatch.Kernel.Buffers[i].Form != BufferForm.Storage)
                continue;
            BufferRange range = dispatch.Buffers[i];
            infos[count] = new() { Buffer = arenas[range.Arena].Handle, Offset = (ulong)range.Offset, Range = (ulong)range.Length };
            writes[count] = new()
            {
                SType = StructureType.WriteDescriptorSet,
                DstSet = set,
                DstBinding = (uint)dispatch.Kernel.Buffers[i].Binding,
                DescriptorCount = 1,
                DescriptorType = DescriptorType.StorageBuffer,
                PBufferInfo = infos + count,
            };
            count++;
        }
        _device.Vk.UpdateDescriptorSets(_device.Handle, count, writes, 0, null);
        return set;
    }

    public void Dispose()
    {
        _device.Vk.DestroyDescriptorPool(_device.Handle, _pool, null);
        _pool = default;
    }
}
