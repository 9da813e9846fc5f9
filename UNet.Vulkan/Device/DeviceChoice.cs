using System.Globalization;

namespace UNet.Vulkan.Device;

/// <summary>What <c>--device</c> chose: a Vulkan device, or the reference implementation on the processor.</summary>
/// <param name="Device">The Vulkan device; null for the reference on the processor.</param>
/// <param name="Note">A sentence worth telling the user, such as why there is no Vulkan device; empty where there is none.</param>
public sealed record DeviceChoice(ListedDevice? Device, string Note = "")
{
    /// <summary>The reference implementation on the processor was chosen.</summary>
    public bool IsReference => Device is null;

    /// <summary>
    /// Chooses among this computer's devices. Where the environment variable <c>UNET_REQUIRE_VULKAN</c> is 1, <c>auto</c>
    /// does not fall back to the processor.
    /// </summary>
    /// <inheritdoc cref="Choose(string, DeviceList, bool)"/>
    public static DeviceChoice Choose(string text = "auto")
        => IsProcessor(text)
            ? new(Device: null)
            : Choose(text, DeviceList.Enumerate(), Environment.GetEnvironmentVariable("UNET_REQUIRE_VULKAN") == "1");

    /// <summary>Chooses among the given devices.</summary>
    /// <param name="text">
    /// <c>auto</c>: a discrete GPU, then an integrated one, a virtual one, any other, a software driver, the processor.
    /// <c>cpu</c>: the processor. A number: that place in the list. Anything else: part of a device's name, in any case.
    /// </param>
    /// <param name="list">The devices.</param>
    /// <param name="requireVulkan"><c>auto</c> must find a Vulkan device.</param>
    /// <exception cref="DeviceException">No device fits, or it cannot be used.</exception>
    public static DeviceChoice Choose(string text, DeviceList list, bool requireVulkan)
    {
        if (IsProcessor(text))
            return new(Device: null);
        if (text.Equals("auto", StringComparison.OrdinalIgnoreCase))
            return ChooseBest(list, requireVulkan);

        ListedDevice? device;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int index))
            device = list.Devices.FirstOrDefault(listed => listed.Index == index);
        else
            device = Named(list, text).OrderBy(listed => listed.Refusal is null ? 0 : 1).FirstOrDefault();

        if (device is null)
            throw new DeviceException($"There is no device '{text}': {Listing(list)}");
        if (device.Refusal is not null)
            throw new DeviceException($"Device {device.Index} '{device.Properties.Name}' cannot be used: {device.Refusal}");
        return new(device);
    }

    private static DeviceChoice ChooseBest(DeviceList list, bool requireVulkan)
    {
        // The order of the enumeration DeviceType is the order of preference; OrderBy keeps the listed order among equals.
        ListedDevice? best = list.Devices
            .Where(device => device.Refusal is null)
            .OrderBy(device => device.Properties.Type)
            .ThenBy(device => IsLavapipe(device.Properties) ? 0 : 1)
            .FirstOrDefault();
        if (best is not null)
            return new(best);

        string reason = list.Devices
            .Select(device => $"Device {device.Index} '{device.Properties.Name}' cannot be used: {device.Refusal}").FirstOrDefault()
            ?? list.Reason ?? DeviceList.NoDriver;
        return requireVulkan
            ? throw new DeviceException($"{reason} (UNET_REQUIRE_VULKAN=1 forbids the processor as a fallback.)")
            : new(Device: null, reason);
    }

    private static bool IsProcessor(string text) => text.Equals("cpu", StringComparison.OrdinalIgnoreCase);

    // Of the software drivers lavapipe is by far the fastest here; among hardware of one type the word never occurs.
    private static bool IsLavapipe(DeviceProperties device)
        => device.DriverName.Contains("llvmpipe", StringComparison.OrdinalIgnoreCase)
            || device.Name.Contains("llvmpipe", StringComparison.OrdinalIgnoreCase);

    private static IEnumerable<ListedDevice> Named(DeviceList list, string text)
        => list.Devices.Where(device => device.Properties.Name.Contains(text, StringComparison.OrdinalIgnoreCase));

    private static string Listing(DeviceList list) => list.Devices.IsEmpty
        ? list.Reason ?? DeviceList.NoDriver
        : "choose 'auto', 'cpu' or one of "
            + $"{string.Join(", ", list.Devices.Select(device => $"{device.Index} '{device.Properties.Name}'"))}.";
}
