using UNet.Vulkan.Device;

namespace UNet.Vulkan.Execution;

/// <summary>Where sessions run: a Vulkan device, or the reference implementation on the processor.</summary>
public interface IComputeDevice : IDisposable
{
    /// <summary>The device's name, for messages.</summary>
    string Name { get; }

    /// <summary>Limits and features; null for the reference implementation.</summary>
    DeviceProperties? Properties { get; }
}
