using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text;
using Silk.NET.Core;
using Silk.NET.Vulkan;

namespace UNet.Vulkan.Device;

/// <summary>A connection to the Vulkan loader, with the devices that it lists.</summary>
internal sealed unsafe class VulkanInstance : IDisposable
{
    private const string ValidationLayer = "VK_LAYER_KHRONOS_validation";
    private const string DebugUtils = "VK_EXT_debug_utils";
    private const string ValidationFeatures = "VK_EXT_validation_features";
    private const string LayerSettings = "VK_EXT_layer_settings";
    private const string PortabilityEnumeration = "VK_KHR_portability_enumeration";

    /// <summary>The version that every device must have.</summary>
    public static readonly Version32 MinimumVersion = new(1, 2, 0);

    // Newer core functions may be used where a device has them, up to this version.
    private static readonly Version32 RequestedVersion = new(1, 3, 0);

    private static VulkanInstance? _kept;

    private Instance _handle;
    private bool _isDisposed;

    /// <summary>Connects to the loader and lists the devices.</summary>
    /// <param name="validation">Turns on the validation layer with synchronization validation.</param>
    /// <exception cref="DeviceException">There is no loader, it fails, or it has no validation layer.</exception>
    public VulkanInstance(bool validation)
    {
        ProcessorVectors.UseWidest();
        DriverSelection.LeaveOutNeedless();
        Vk = LoadVulkan();
        try
        {
            Messages = validation ? new ValidationMessages() : null;
            _handle = Create(validation);
            Vk.CurrentInstance = _handle;
            Messages?.Attach(Vk, _handle);
            PhysicalDevices = ListPhysicalDevices();
            Devices = [.. PhysicalDevices.Select((device, index) => DevicePropertiesQuery.List(Vk, device, index))];
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The instance that was kept, which from now on is the caller's, or else a new one.</summary>
    /// <inheritdoc cref="VulkanInstance(bool)"/>
    public static VulkanInstance Take(bool validation)
        => validation ? new(validation) : Interlocked.Exchange(ref _kept, null) ?? new(validation);

    /// <summary>
    /// Keeps an instance by which devices were listed for whoever opens one of them: to load all drivers once more takes as long as
    /// that. An instance that nobody takes ends with the process.
    /// </summary>
    public static void Keep(VulkanInstance instance) => Interlocked.Exchange(ref _kept, instance)?.Dispose();

    public Vk Vk { get; }

    public Instance Handle => _handle;

    /// <summary>What validation says, where it is on.</summary>
    public ValidationMessages? Messages { get; }

    public ImmutableArray<PhysicalDevice> PhysicalDevices { get; } = [];

    /// <summary>The devices, at the same places as <see cref="PhysicalDevices"/>.</summary>
    public ImmutableArray<ListedDevice> Devices { get; } = [];

    public void Dispose()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        if (_handle.Handle != 0)
        {
            Messages?.Detach();
            Vk.DestroyInstance(_handle, null);
            _handle = default;
        }
        Messages?.Dispose();
        Vk.Dispose();
    }

    private static Vk LoadVulkan()
    {
        try
        {
            return Vk.GetApi();
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // Silk.NET states a missing library in several ways; the user's remedy is the same for all.
            throw new DeviceException(
                "The Vulkan loader was not found on this computer: install it with a driver (on Debian and Ubuntu 'libvulkan1' and "
                + "'mesa-vulkan-drivers', on Windows the graphics driver, on macOS the Vulkan SDK).",
                exception);
        }
    }

    private Instance Create(bool validation)
    {
        HashSet<string> extensions = ListExtensions(layer: null);
        List<string> enabled = [];
        InstanceCreateFlags flags = 0;
        if (extensions.Contains(PortabilityEnumeration))
        {
            // Without it the loader hides drivers such as MoltenVK, which lack parts of the specification.
            enabled.Add(PortabilityEnumeration);
            flags |= InstanceCreateFlags.EnumeratePortabilityBitKhr;
        }
        if (validation)
        {
            if (!HasLayer(ValidationLayer))
                throw new DeviceException(
                    $"Validation was asked for, but the layer {ValidationLayer} is not "
                    + "installed (on Debian and Ubuntu the package 'vulkan-validationlayers').");
            extensions.UnionWith(ListExtensions(ValidationLayer));
            foreach (string needed in (string[])[DebugUtils, ValidationFeatures])
            {
                if (!extensions.Contains(needed))
                    throw new DeviceException(
                        "Validation was asked for, but the Vulkan loader lacks "
                        + $"{needed}: update the loader and the validation layer.");
                enabled.Add(needed);
            }
        }
        bool hasLayerSettings = validation && extensions.Contains(LayerSettings);
        if (hasLayerSettings)
            enabled.Add(LayerSettings);

        using var names = new NativeStrings(enabled);
        using var layers = new NativeStrings(validation ? [ValidationLayer] : []);
        fixed (byte* application = "UNet.Vulkan"u8)
        fixed (byte* shaderAccesses = "syncval_shader_accesses_heuristic"u8)
        {
            ApplicationInfo info = new()
            {
                SType = StructureType.ApplicationInfo,
                PApplicationName = application,
                PEngineName = application,
                ApiVersion = RequestedVersion,
            };
            ValidationFeatureEnableEXT synchronization = ValidationFeatureEnableEXT.SynchronizationValidationExt;
            DebugUtilsMessengerCreateInfoEXT messenger = Messages?.CreateInfo ?? default;

            // Newer layers look at what shaders read and write only if they are asked to; older ones always do.
            Bool32 on = true;
            LayerSettingEXT setting = new()
            {
                PLayerName = *layers.Pointer,
                PSettingName = shaderAccesses,
                Type = LayerSettingTypeEXT.Bool32Ext,
                ValueCount = 1,
                PValues = &on,
            };
            LayerSettingsCreateInfoEXT settings = new()
            {
                SType = StructureType.LayerSettingsCreateInfoExt,
                PNext = &messenger,
                SettingCount = 1,
                PSettings = &setting,
            };
            ValidationFeaturesEXT features = new()
            {
                SType = StructureType.ValidationFeaturesExt,
                PNext = hasLayerSettings ? &settings : &messenger,
                EnabledValidationFeatureCount = 1,
                PEnabledValidationFeatures = &synchronization,
            };
            InstanceCreateInfo create = new()
            {
                SType = StructureType.InstanceCreateInfo,
                PNext = validation ? &features : null,
                Flags = flags,
                PApplicationInfo = &info,
                EnabledExtensionCount = names.Count,
                PpEnabledExtensionNames = names.Pointer,
                EnabledLayerCount = layers.Count,
                PpEnabledLayerNames = layers.Pointer,
            };
            Instance instance;
            Result result = Vk.CreateInstance(&create, null, &instance);
            if (result == Result.ErrorIncompatibleDriver)
                throw new DeviceException(DeviceList.NoDriver);
            result.Check("the Vulkan loader", "creating an instance");
            return instance;
        }
    }

    private HashSet<string> ListExtensions(string? layer)
    {
        byte[]? name = layer is null ? null : Encoding.UTF8.GetBytes(layer + '\0');
        fixed (byte* layerName = name)
        {
            uint count = 0;
            Vk.EnumerateInstanceExtensionProperties(layerName, &count, null).Check("the Vulkan loader", "listing extensions");
            var listed = new ExtensionProperties[count];
            fixed (ExtensionProperties* first = listed)
                Vk.EnumerateInstanceExtensionProperties(layerName, &count, first).Check("the Vulkan loader", "listing extensions");
            return DevicePropertiesQuery.Names(listed.AsSpan(0, (int)count));
        }
    }

    private bool HasLayer(string wanted)
    {
        uint count = 0;
        Vk.EnumerateInstanceLayerProperties(&count, null).Check("the Vulkan loader", "listing layers");
        var listed = new LayerProperties[count];
        fixed (LayerProperties* first = listed)
        {
            Vk.EnumerateInstanceLayerProperties(&count, first).Check("the Vulkan loader", "listing layers");
            for (uint i = 0; i < count; i++)
            {
                if (Marshal.PtrToStringUTF8((nint)first[i].LayerName) == wanted)
                    return true;
            }
        }
        return false;
    }

    private ImmutableArray<PhysicalDevice> ListPhysicalDevices()
    {
        uint count = 0;
        Result result = Vk.EnumeratePhysicalDevices(_handle, &count, null);
        // Some loaders say so where every driver declines.
        if (result == Result.ErrorInitializationFailed || count == 0)
            return [];
        result.Check("the Vulkan loader", "listing devices");
        var devices = new PhysicalDevice[count];
        fixed (PhysicalDevice* first = devices)
            Vk.EnumeratePhysicalDevices(_handle, &count, first).Check("the Vulkan loader", "listing devices");
        return [.. devices.AsSpan(0, (int)count)];
    }
}
