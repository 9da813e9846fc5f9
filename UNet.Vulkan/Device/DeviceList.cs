using System.Collections.Immutable;

namespace UNet.Vulkan.Device;

/// <summary>A device that Vulkan lists.</summary>
/// <param name="Index">Its place in the list, from 0.</param>
/// <param name="Properties">
/// Limits and features; of a device older than Vulkan 1.2, or whose driver fails to tell them, only the name, type and versions.
/// </param>
/// <param name="Refusal">Why this library cannot use it, as the end of a sentence, or null.</param>
public sealed record ListedDevice(int Index, DeviceProperties Properties, string? Refusal);

/// <summary>The Vulkan devices of this computer.</summary>
/// <param name="Devices">In the order in which the drivers list them; refused ones among them.</param>
/// <param name="Reason">Why there is none, as one sentence with the remedy, or null where there is one.</param>
public sealed record DeviceList(ImmutableArray<ListedDevice> Devices, string? Reason)
{
    /// <summary>Lists the devices. Never throws: a missing loader or driver gives an empty list and the reason.</summary>
    public static DeviceList Enumerate()
    {
        try
        {
            var instance = new VulkanInstance(validation: false);
            DeviceList list = new(instance.Devices, instance.Devices.IsEmpty ? NoDriver : null);
            VulkanInstance.Keep(instance);
            return list;
        }
        catch (DeviceException exception)
        {
            return new([], exception.Message);
        }
    }

    internal const string NoDriver =
        "Vulkan lists no device on this computer: install a Vulkan driver (on Debian and Ubuntu the package 'mesa-vulkan-drivers', "
        + "which also has a software driver).";
}
