using Silk.NET.Vulkan;
using VkSemaphore = Silk.NET.Vulkan.Semaphore;

namespace UNet.Vulkan.Device;

/// <summary>A counter that the device raises when submitted work is done (a timeline semaphore), starting at 0.</summary>
internal sealed unsafe class Timeline : IDisposable
{
    private readonly VulkanDevice _device;
    private VkSemaphore _handle;

    public Timeline(VulkanDevice device)
    {
        _device = device;
        SemaphoreTypeCreateInfo type = new() { SType = StructureType.SemaphoreTypeCreateInfo, SemaphoreType = SemaphoreType.Timeline };
        SemaphoreCreateInfo create = new() { SType = StructureType.SemaphoreCreateInfo, PNext = &type };
        VkSemaphore semaphore;
        device.Vk.CreateSemaphore(device.Handle, &create, null, &semaphore).Check(device.Name, "creating a semaphore");
        _handle = semaphore;
    }

    public VkSemaphore Handle => _handle;

    /// <summary>Waits until the counter has reached a value.</summary>
    /// <exception cref="DeviceException">The device was lost.</exception>
    public void Wait(ulong value)
    {
        VkSemaphore semaphore = _handle;
        SemaphoreWaitInfo wait = new()
        {
            SType = StructureType.SemaphoreWaitInfo,
            SemaphoreCount = 1,
            PSemaphores = &semaphore,
            PValues = &value,
        };
        Result result;
        do
        {
            // The longest time is about 600 years, but a driver may count less of it.
            result = _device.Vk.WaitSemaphores(_device.Handle, &wait, ulong.MaxValue);
        }
        while (result == Result.Timeout);
        result.Check(_device.Name, "waiting for work to end");
    }

    public void Dispose()
    {
        _device.Vk.DestroySemaphore(_device.Handle, _handle, null);
        _handle = default;
    }
}
