namespace UNet.Vulkan.Training;

/// <summary>In which numbers a network is trained.</summary>
public enum Precision
{
    /// <summary>32 bits throughout.</summary>
    Float32,

    /// <summary>
    /// Convolutions larger than 1x1, transposed ones too, multiply numbers rounded to 16 bits and add in 32; everything else, parameters
    /// and the optimizer among it, has 32. The loss is scaled dynamically; a step whose gradient leaves the range of 16 bits is skipped.
    /// </summary>
    Mixed,
}
