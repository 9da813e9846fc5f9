namespace UNet.Vulkan.Device;

/// <summary>How a device is opened.</summary>
public sealed record DeviceOptions
{
    /// <summary>
    /// Turns on the Khronos validation layer with synchronization validation; its messages are collected in
    /// <see cref="VulkanDevice.ValidationMessages"/>. Slow: for tests.
    /// </summary>
    public bool Validation { get; init; }

    /// <summary>Keeps on disk what the driver makes of kernels (pipeline cache, shader objects): the next start is faster.</summary>
    public bool PipelineCache { get; init; } = true;

    /// <summary>Lets the driver tell what its compiler made of kernels: <see cref="VulkanDevice.StatisticsOf"/>.</summary>
    public bool KernelStatistics { get; init; }

    /// <summary>
    /// Chooses among tilings of kernels by their measured time, for at most about two seconds on each device and driver, and keeps
    /// the choices beside the pipeline cache. Results have the same bits either way.
    /// </summary>
    public bool Tuner { get; init; } = true;

    /// <summary>Folder of what the driver makes of kernels and of the tuner's choices; null for the user's cache folder.</summary>
    public string? PipelineCacheFolder { get; init; }
}
