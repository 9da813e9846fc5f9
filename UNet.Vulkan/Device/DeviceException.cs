namespace UNet.Vulkan.Device;

/// <summary>
/// A Vulkan device cannot be had, or cannot do what was asked: no driver, no such device, no memory, device lost.
/// The message is one sentence or two that say what happened, where, and what to do.
/// </summary>
public sealed class DeviceException : Exception
{
    /// <summary>A failure that is not a Vulkan result.</summary>
    public DeviceException(string message, Exception? inner = null) : base(message, inner) { }

    internal DeviceException(string message, string result) : base(message)
        => (Result, IsOutOfMemory) = (result, result is VulkanResults.OutOfDeviceMemory or VulkanResults.OutOfHostMemory);

    /// <summary>
    /// Name of the Vulkan result, such as <c>VK_ERROR_DEVICE_LOST</c>, or null where it was not a Vulkan call that failed.
    /// </summary>
    public string? Result { get; }

    /// <summary>Whether less would have had room; a device that was lost, for one, does nothing any more.</summary>
    internal bool IsOutOfMemory { get; init; }
}
