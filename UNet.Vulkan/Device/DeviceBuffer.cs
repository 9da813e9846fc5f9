using System.Numerics;
using Silk.NET.Vulkan;
using UNet.Vulkan.Memory;
using VkBuffer = Silk.NET.Vulkan.Buffer;

namespace UNet.Vulkan.Device;

/// <summary>Where a buffer's memory lies.</summary>
internal enum BufferPlace
{
    /// <summary>In the device's own memory; mapped too, where that is the processor's.</summary>
    Device,

    /// <summary>In the device's own memory, which the processor leaves alone, also where it could see it.</summary>
    DeviceAlone,

    /// <summary>In memory that the processor reads and writes; mapped for the buffer's whole life.</summary>
    Host,
}

/// <summary>One Vulkan buffer with one allocation of its own.</summary>
internal sealed unsafe class DeviceBuffer : IDisposable
{
    private const ExternalMemoryHandleTypeFlags HostMemory = ExternalMemoryHandleTypeFlags.HostAllocationBitExt;
    private const MemoryPropertyFlags HostFlags = MemoryPropertyFlags.HostVisibleBit | MemoryPropertyFlags.HostCoherentBit;

    private readonly VulkanDevice _device;
    private VkBuffer _buffer;
    private DeviceMemory _memory;
    private MemoryPropertyFlags _flags;
    private bool _isPopulated;

    /// <summary>Makes a buffer of memory of the processor.</summary>
    private DeviceBuffer(VulkanDevice device, long size, byte* start, string name)
    {
        (_device, Size) = (device, size);
        Mapped = start;
        try
        {
            bool addressed = device.Properties.HasBufferAddresses;
            _buffer = CreateBuffer(size, name, addressed, imported: true);
            _memory = Import(Mapped, name, addressed);
            Address = Bind(name, addressed);
            _isPopulated = true;
            FreshMemory.Populate(Mapped, size);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Allocates a buffer.</summary>
    /// <param name="device">The device.</param>
    /// <param name="size">Bytes; positive.</param>
    /// <param name="place">Which memory.</param>
    /// <param name="name">What it is for, such as <c>arena 0</c>, for messages.</param>
    /// <exception cref="DeviceException">The size exceeds a limit, or the memory is full.</exception>
    public DeviceBuffer(VulkanDevice device, long size, BufferPlace place, string name)
    {
        (_device, Size) = (device, size);
        if (size > device.Properties.MaxAllocationSize)
            throw TooLarge(size, name, $"one allocation there has at most {device.Properties.MaxAllocationSize:N0} bytes");
        try
        {
            bool addressed = place != BufferPlace.Host && device.Properties.HasBufferAddresses;
            _buffer = CreateBuffer(size, name, addressed);
            _memory = Allocate(place, name, addressed);
            Address = Bind(name, addressed);
            if (IsMapped(place))
            {
                void* mapped;
                device.Vk.MapMemory(device.Handle, _memory, 0, Vk.WholeSize, 0, &mapped).Check(device.Name, $"mapping {name}");
                Mapped = (byte*)mapped;
                // The processor computes with it: its kernels and what is written here would touch it page by page.
                _isPopulated = place == BufferPlace.Device && device.Properties.IsSoftware;
                if (_isPopulated)
                    FreshMemory.Populate(Mapped, size);
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public VkBuffer Handle => _buffer;

    /// <summary>Bytes.</summary>
    public long Size { get; }

    /// <summary>Device address of the first byte; 0 where the device has no addresses or the buffer is the host's.</summary>
    public ulong Address { get; }

    /// <summary>First byte where the processor sees it; null for a buffer in a memory that is not the processor's.</summary>
    public byte* Mapped { get; }

    /// <summary>
    /// Makes a buffer of memory of the processor, which must outlive it; null where that is too small, another has it or the device does
    /// not take it.
    /// </summary>
    public static DeviceBuffer? TryCreate(VulkanDevice device, long size, PreparedMemory memory, string name)
    {
        if (!device.ImportsHostMemory || PreparedMemory.Alignment % device.Properties.HostMemoryAlignment != 0 || size > memory.Size)
            return null;
        byte* start = memory.Take();
        if (start is null)
            return null;
        try
        {
            return new(device, size, start, name);
        }
        catch (DeviceException)
        {
            // Nothing is lost: the device has memory of its own.
            return null;
        }
    }

    public void Dispose()
    {
        if (_isPopulated)
            FreshMemory.GiveBack(Mapped, Size);
        _isPopulated = false;
        // Freeing memory also unmaps it.
        _device.Vk.DestroyBuffer(_device.Handle, _buffer, null);
        _device.Vk.FreeMemory(_device.Handle, _memory, null);
        (_buffer, _memory) = (default, default);
    }

    /// <summary>A card's memory is better reached by its own copies, even where the processor sees a part of it.</summary>
    private bool IsMapped(BufferPlace place) => place == BufferPlace.Host
        || (place == BufferPlace.Device && _device.Properties.Type is DeviceType.Integrated or DeviceType.Software
            && (_flags & HostFlags) == HostFlags);

    private VkBuffer CreateBuffer(long size, string name, bool addressed, bool imported = false)
    {
        ExternalMemoryBufferCreateInfo external = new() { SType = StructureType.ExternalMemoryBufferCreateInfo, HandleTypes = HostMemory };
        BufferCreateInfo create = new()
        {
            SType = StructureType.BufferCreateInfo,
            PNext = imported ? &external : null,
            Size = (ulong)size,
            Usage = BufferUsageFlags.StorageBufferBit | BufferUsageFlags.TransferSrcBit | BufferUsageFlags.TransferDstBit
                | (addressed ? BufferUsageFlags.ShaderDeviceAddressBit : 0),
            SharingMode = SharingMode.Exclusive,
        };
        VkBuffer buffer;
        _device.Vk.CreateBuffer(_device.Handle, &create, null, &buffer).Check(_device.Name, $"creating {name} of {size:N0} bytes");
        return buffer;
    }

    /// <returns>The address, 0 where there is none.</returns>
    private ulong Bind(string name, bool addressed)
    {
        _device.Vk.BindBufferMemory(_device.Handle, _buffer, _memory, 0).Check(_device.Name, $"binding the memory of {name}");
        if (!addressed)
            return 0;
        BufferDeviceAddressInfo info = new() { SType = StructureType.BufferDeviceAddressInfo, Buffer = _buffer };
        return _device.Vk.GetBufferDeviceAddress(_device.Handle, &info);
    }

    private DeviceMemory Import(byte* start, string name, bool addressed)
    {
        MemoryRequirements needed;
        _device.Vk.GetBufferMemoryRequirements(_device.Handle, _buffer, &needed);
        var ask = (delegate* unmanaged[Cdecl]<
            Silk.NET.Vulkan.Device, ExternalMemoryHandleTypeFlags, void*, MemoryHostPointerPropertiesEXT*, Result>)
            _device.Vk.GetDeviceProcAddr(_device.Handle, "vkGetMemoryHostPointerPropertiesEXT").Handle;
        MemoryHostPointerPropertiesEXT types = new() { SType = StructureType.MemoryHostPointerPropertiesExt };
        ask(_device.Handle, HostMemory, start, &types).Check(_device.Name, $"asking about the memory of {name}");
        uint usable = needed.MemoryTypeBits & types.MemoryTypeBits;
        if (usable == 0)
            throw new DeviceException($"'{_device.Name}' takes no memory of the processor for {name}.");

        long alignment = _device.Properties.HostMemoryAlignment;
        MemoryAllocateFlagsInfo flags = new()
        {
            SType = StructureType.MemoryAllocateFlagsInfo,
            Flags = MemoryAllocateFlags.DeviceAddressBit,
        };
        ImportMemoryHostPointerInfoEXT import = new()
        {
            SType = StructureType.ImportMemoryHostPointerInfoExt,
            PNext = addressed ? &flags : null,
            HandleType = HostMemory,
            PHostPointer = start,
        };
        MemoryAllocateInfo allocate = new()
        {
            SType = StructureType.MemoryAllocateInfo,
            PNext = &import,
            AllocationSize = (ulong)(((long)needed.Size + alignment - 1) / alignment * alignment),
            MemoryTypeIndex = (uint)BitOperations.TrailingZeroCount(usable),
        };
        DeviceMemory memory;
        _device.Vk.AllocateMemory(_device.Handle, &allocate, null, &memory)
            .Check(_device.Name, $"taking {Size:N0} bytes of the processor's memory for {name}");
        return memory;
    }

    private DeviceMemory Allocate(BufferPlace place, string name, bool addressed)
    {
        MemoryRequirements needed;
        _device.Vk.GetBufferMemoryRequirements(_device.Handle, _buffer, &needed);
        MemoryAllocateFlagsInfo flags = new()
        {
            SType = StructureType.MemoryAllocateFlagsInfo,
            Flags = MemoryAllocateFlags.DeviceAddressBit,
        };
        Result result = Result.Success;
        foreach ((uint index, MemoryPropertyFlags properties) in MemoryTypes(needed, place, name))
        {
            MemoryAllocateInfo allocate = new()
            {
                SType = StructureType.MemoryAllocateInfo,
                PNext = addressed ? &flags : null,
                AllocationSize = needed.Size,
                MemoryTypeIndex = index,
            };
            DeviceMemory memory;
            result = _device.Vk.AllocateMemory(_device.Handle, &allocate, null, &memory);
            if (result is Result.ErrorOutOfDeviceMemory or Result.ErrorOutOfHostMemory)
                continue; // others may use the heap too, and the next type may be of another
            result.Check(_device.Name, $"allocating {Size:N0} bytes for {name}");
            _flags = properties;
            return memory;
        }
        throw TooLarge(Size, name, $"its memory is full ({VulkanResults.Name(result)})", VulkanResults.Name(result));
    }

    /// <summary>The types of memory to try, the best first: at least one.</summary>
    private List<(uint Index, MemoryPropertyFlags Properties)> MemoryTypes(MemoryRequirements needed, BufferPlace place, string name)
    {
        PhysicalDeviceMemoryProperties memory;
        _device.Vk.GetPhysicalDeviceMemoryProperties(_device.PhysicalDevice, &memory);
        // An integrated GPU may state only a part of the memory as its own, and works with all of it; a card that reached
        // for the computer's memory would be slower than the processor. The processor reads reports and results from its
        // buffers, which is very slow from uncached memory.
        ReadOnlySpan<MemoryPropertyFlags> wishes = place == BufferPlace.Host
            ? [HostFlags | MemoryPropertyFlags.HostCachedBit, HostFlags]
            : _device.Properties.Type == DeviceType.Discrete
                ? [MemoryPropertyFlags.DeviceLocalBit]
                : [MemoryPropertyFlags.DeviceLocalBit, 0];
        const MemoryPropertyFlags Unwanted = MemoryPropertyFlags.LazilyAllocatedBit | MemoryPropertyFlags.ProtectedBit
            | MemoryPropertyFlags.DeviceCoherentBitAmd | MemoryPropertyFlags.DeviceUncachedBitAmd;

        bool anyAllowed = false;
        List<(uint Index, MemoryPropertyFlags Properties)> types = [];
        foreach (MemoryPropertyFlags wish in wishes)
        {
            for (int i = 0; i < memory.MemoryTypeCount; i++)
            {
                MemoryType type = memory.MemoryTypes[i];
                bool isAllowed = (needed.MemoryTypeBits & (1u << i)) != 0 && (type.PropertyFlags & wish) == wish
                    && (type.PropertyFlags & Unwanted) == 0;
                anyAllowed |= isAllowed;
                // A small heap beside the large one, such as a 256 MiB window into a card's memory, is passed over.
                if (isAllowed && needed.Size <= memory.MemoryHeaps[(int)type.HeapIndex].Size && types.All(known => known.Index != i))
                    types.Add(((uint)i, type.PropertyFlags));
            }
        }
        if (types.Count > 0)
            return types;
        throw anyAllowed
            ? TooLarge(Size, name, "none of its memories is that large")
            : new DeviceException(
                $"'{_device.Name}' has no memory of the kind needed for {name}: "
                + "update its driver, or choose another device with --device.");
    }

    private DeviceException TooLarge(long size, string name, string why, string? result = null)
    {
        string message = $"'{_device.Name}' cannot hold {size:N0} bytes for {name}: {why}; "
            + "use a smaller tile or batch, or choose another device with --device.";
        return result is null ? new(message) { IsOutOfMemory = true } : new(message, result);
    }
}
