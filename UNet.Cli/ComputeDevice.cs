using UNet.Shaders;
using UNet.Vulkan;
using UNet.Vulkan.Device;
using UNet.Vulkan.Execution;

namespace UNet.Cli;

/// <summary>Opens what <c>--device</c> names.</summary>
internal static class ComputeDevice
{
    /// <summary>Opens a device, with a note where it is not what the user may have hoped for.</summary>
    /// <exception cref="InputException">There is no such device, or this program cannot use it.</exception>
    /// <exception cref="DeviceException">The device does not open.</exception>
    /// <param name="choice">What <c>--device</c> says.</param>
    /// <param name="terminal">Takes the note.</param>
    /// <param name="tuner">Whether to choose tilings by measured time (<see cref="DeviceOptions.Tuner"/>).</param>
    public static IComputeDevice Open(string choice, Terminal terminal, bool tuner = false) => Open(Choose(choice), terminal, tuner);

    /// <summary>Opens a device that was chosen.</summary>
    /// <inheritdoc cref="Open(string, Terminal, bool)"/>
    public static IComputeDevice Open(DeviceChoice device, Terminal terminal, bool tuner)
    {
        if (device.Note.Length > 0)
            terminal.Note($"{device.Note} The processor computes instead, slowly.");
        return device.IsReference ? new ReferenceDevice() : VulkanDevice.Open(device, new DeviceOptions { Tuner = tuner });
    }

    /// <summary>Whether mixed precision computes on matrix units of the device.</summary>
    public static bool HasMatrixUnits(DeviceProperties? device)
        => device is { IsSoftware: false, RunsMatrixKernels: true } && KernelCatalog.All.All(kernel => kernel.IsEmbedded);

    /// <summary>Finds a device without opening it.</summary>
    /// <exception cref="InputException">There is no such device, or this program cannot use it.</exception>
    public static DeviceChoice Choose(string choice)
    {
        try
        {
            return DeviceChoice.Choose(choice);
        }
        catch (DeviceException e)
        {
            throw new InputException(e.Message, e);
        }
    }
}
