using UNet.Vulkan.Device;

namespace UNet.Vulkan.Training;

/// <summary>In which numbers a network is trained or applied.</summary>
public enum Precision
{
    /// <summary>32 bits throughout.</summary>
    Float32,

    /// <summary>
    /// Convolutions larger than 1x1, transposed ones too, multiply numbers rounded to 16 bits and add in 32; everything else, parameters
    /// and the optimizer among it, has 32. In training the loss is scaled dynamically; a step whose gradient leaves the range of 16 bits
    /// is skipped.
    /// </summary>
    Mixed,
}

/// <summary>Where each <see cref="Precision"/> can be had.</summary>
public static class PrecisionSupport
{
    /// <summary>Refuses a precision that a device cannot compute in.</summary>
    /// <param name="precision">The precision.</param>
    /// <param name="device">A Vulkan device, or null for the processor, which has 32 bits alone.</param>
    /// <exception cref="InputException">It is mixed precision, on the processor.</exception>
    public static void RequireOn(this Precision precision, DeviceProperties? device)
    {
        if (precision == Precision.Mixed && device is null)
        {
            throw new InputException(
                "Mixed precision needs a Vulkan device, and the processor was chosen; "
                    + "leave it out, or choose another device with --device.");
        }
    }
}
