namespace UNet.Vulkan.Ops.Declaration;

/// <summary>Which devices an implementation is written for. It may run on others, slower, and is checked on them.</summary>
public enum DeviceKind
{
    /// <summary>All.</summary>
    Any,

    /// <summary>GPUs.</summary>
    Hardware,

    /// <summary>Software drivers, which run on the processor.</summary>
    Software,
}
