using System.Runtime.InteropServices;

namespace UNet.Vulkan.Device;

/// <summary>
/// Which drivers the Vulkan loader loads. It loads all that are installed, and a distribution's Mesa has one for each maker of GPUs:
/// together they take as long to load as the software driver, also where there is no GPU.
/// </summary>
internal static partial class DriverSelection
{
    /// <summary>Where Linux shows GPUs to Mesa's drivers.</summary>
    private const string GraphicsDevices = "/dev/dri";

    /// <summary>The same of other drivers.</summary>
    private static readonly string[] OtherDevices = ["/dev/nvidiactl", "/dev/dxg"];

    /// <summary>Read by loaders from 1.3.234 on; older ones load all drivers as ever.</summary>
    private const string Variable = "VK_LOADER_DRIVERS_DISABLE";

    /// <summary>Manifests of Mesa's drivers that find their GPU by <see cref="GraphicsDevices"/> alone.</summary>
    private const string Needless = "radeon_icd*,intel_icd*,intel_hasvk_icd*,nouveau_icd*,virtio_icd*,gfxstream_vk_icd*";

    /// <summary>As <see cref="Variable"/>, for layers.</summary>
    private const string LayerVariable = "VK_LOADER_LAYERS_DISABLE";

    /// <summary>Mesa's layer that lists the GPU of the screen first.</summary>
    private const string NeedlessLayer = "VK_LAYER_MESA_device_select";

    /// <summary>Variables by which the user chooses drivers, or has one work without its GPU.</summary>
    private static readonly string[] Choices =
    [
        Variable, "VK_LOADER_DRIVERS_SELECT", "VK_DRIVER_FILES", "VK_ICD_FILENAMES", "VK_ADD_DRIVER_FILES", "RADV_FORCE_FAMILY",
        "AMD_FORCE_FAMILY", "VN_DEBUG", "LD_PRELOAD", "MESA_VK_DEVICE_SELECT",
    ];

    /// <summary>Whether a driver may find a GPU: those of Mesa, NVIDIA's, and Windows' by way of its subsystem for Linux.</summary>
    public static bool MayFindGpu => !OperatingSystem.IsLinux() || Directory.Exists(GraphicsDevices) || OtherDevices.Any(File.Exists);

    /// <summary>
    /// Has Mesa's drivers of GPUs, and its choice among GPUs, left out where Linux has no GPU for them and the user has chosen nothing. To
    /// be called before the loader loads a driver.
    /// </summary>
    public static void LeaveOutNeedless()
    {
        if (OperatingSystem.IsLinux() && !Directory.Exists(GraphicsDevices)
            && Choices.All(variable => Environment.GetEnvironmentVariable(variable) is null))
        {
            _ = SetEnvironmentVariable(Variable, Needless, 0);
            _ = SetEnvironmentVariable(LayerVariable, NeedlessLayer, 0);
        }
    }

    /// <summary>Environment.SetEnvironmentVariable changes a copy that native libraries do not see.</summary>
    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironmentVariable(string name, string value, int overwrite);
}
