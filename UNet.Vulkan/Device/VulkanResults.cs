using Silk.NET.Vulkan;

namespace UNet.Vulkan.Device;

/// <summary>Turns results of Vulkan calls into exceptions that a user can act on.</summary>
internal static class VulkanResults
{
    /// <summary>Name of the result that says that the device does nothing any more, until it is opened again.</summary>
    public const string DeviceLost = "VK_ERROR_DEVICE_LOST";

    /// <summary>Name of the result that says that the device's memory is full.</summary>
    public const string OutOfDeviceMemory = "VK_ERROR_OUT_OF_DEVICE_MEMORY";

    /// <summary>Name of the result that says that the computer's memory is full.</summary>
    public const string OutOfHostMemory = "VK_ERROR_OUT_OF_HOST_MEMORY";

    /// <summary>Throws unless the call succeeded.</summary>
    /// <param name="result">What the call returned.</param>
    /// <param name="device">Name of the device, for the message.</param>
    /// <param name="doing">What was being done, such as <c>creating the pipeline of 'relu/forward'</c>.</param>
    /// <exception cref="DeviceException">The result is an error.</exception>
    public static void Check(this Result result, string device, string doing)
    {
        if (result < Result.Success)
            throw Failure(result, device, doing);
    }

    /// <summary>The exception that states a failed call.</summary>
    public static DeviceException Failure(Result result, string device, string doing)
    {
        string name = Name(result);
        string remedy = result switch
        {
            Result.ErrorDeviceLost
                => "the driver reset it; start again from the last saved state, update the driver, or use a smaller tile or batch",
            Result.ErrorOutOfDeviceMemory => "its memory is full; use a smaller tile or batch, or close programs that use it",
            Result.ErrorOutOfHostMemory => "the computer's memory is full; use a smaller tile or batch, or close other programs",
            _ => "update its driver, or choose another device with --device",
        };
        return new DeviceException($"Vulkan failed on '{device}' while {doing} ({name}): {remedy}.", name);
    }

    /// <summary>The result as the Vulkan specification writes it.</summary>
    public static string Name(Result result) => result switch
    {
        Result.ErrorOutOfHostMemory => OutOfHostMemory,
        Result.ErrorOutOfDeviceMemory => OutOfDeviceMemory,
        Result.ErrorInitializationFailed => "VK_ERROR_INITIALIZATION_FAILED",
        Result.ErrorDeviceLost => DeviceLost,
        Result.ErrorMemoryMapFailed => "VK_ERROR_MEMORY_MAP_FAILED",
        Result.ErrorLayerNotPresent => "VK_ERROR_LAYER_NOT_PRESENT",
        Result.ErrorExtensionNotPresent => "VK_ERROR_EXTENSION_NOT_PRESENT",
        Result.ErrorFeatureNotPresent => "VK_ERROR_FEATURE_NOT_PRESENT",
        Result.ErrorIncompatibleDriver => "VK_ERROR_INCOMPATIBLE_DRIVER",
        Result.ErrorTooManyObjects => "VK_ERROR_TOO_MANY_OBJECTS",
        Result.ErrorFragmentedPool => "VK_ERROR_FRAGMENTED_POOL",
        Result.ErrorOutOfPoolMemory => "VK_ERROR_OUT_OF_POOL_MEMORY",
        Result.ErrorUnknown => "VK_ERROR_UNKNOWN",
        Result.Timeout => "VK_TIMEOUT",
        _ => $"VkResult {(int)result}",
    };
}
