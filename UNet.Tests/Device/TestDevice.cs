using UNet.Vulkan.Device;

namespace UNet.Tests.Device;

/// <summary>The Vulkan device on which the tests run; the same for all of them.</summary>
/// <remarks>A computer without one fails these tests: they are the only ones of the code that drives it.</remarks>
internal static class TestDevice
{
    // With a cache, all processors compile what is new, and the next run of the same build starts sooner.
    private static readonly Lazy<VulkanDevice> Plain = new(
        () => Open(validation: false, Path.Combine(AppContext.BaseDirectory, "driver-cache")));

    public static VulkanDevice Shared => Plain.Value;

    public static VulkanDevice Open(bool validation, string? cacheFolder = null) => VulkanDevice.Open(
        DeviceChoice.Choose("auto", DeviceList.Enumerate(), requireVulkan: true),
        new DeviceOptions
        {
            Validation = validation,
            PipelineCache = cacheFolder is not null,
            PipelineCacheFolder = cacheFolder,
            Tuner = false,
        });
}
