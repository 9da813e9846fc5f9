using UNet.Vulkan.Inference;
using UNet.Vulkan.Training;

namespace UNet.Cli.Commands;

/// <summary>How <c>unet segment</c> works and what it writes.</summary>
internal sealed record SegmentSettings
{
    /// <summary>Where to compute, as <c>--device</c> names it.</summary>
    public required string Device { get; init; }

    /// <summary>Tell what time went into computing.</summary>
    public bool Timing { get; init; }

    /// <summary>Choose tilings by measured time.</summary>
    public bool Tuner { get; init; } = true;

    /// <summary>Write the probability of each class too.</summary>
    public bool Probabilities { get; init; }

    /// <summary>How to find single objects, whose numbers are written in place of class labels; null for class labels.</summary>
    public InstanceSegmentation? Instances { get; init; }

    /// <summary>In which orientations to segment.</summary>
    public TestTimeAugmentation Augmentation { get; init; }

    /// <summary>In which numbers to compute.</summary>
    public Precision Precision { get; init; }

    /// <summary>The most bytes of device memory to take; null to take what the default tile needs.</summary>
    public long? Memory { get; init; }
}
