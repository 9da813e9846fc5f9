using UNet.Vulkan.Memory;

namespace UNet.Vulkan.Execution;

/// <summary>What a Vulkan session does besides running its plan.</summary>
public sealed record VulkanSessionOptions
{
    /// <summary>
    /// Shuffles the dispatches within each level, in a way fixed by this number: results must not change, because
    /// dispatches of one level do not depend on each other.
    /// </summary>
    public int? ShuffleSeed { get; init; }

    /// <summary>
    /// Fills all memory with a NaN (0x7fc0dead) to begin with in place of zeros, so that a read of unwritten memory shows.
    /// </summary>
    public bool Poison { get; init; }

    /// <summary>
    /// Leaves the parameters as the driver gives their memory: somebody writes them all before the first run, and the plan has no
    /// op that walks over the gaps between them. Touching memory twice takes as long as reading a model.
    /// </summary>
    public bool LeaveParameters { get; init; }

    /// <summary>
    /// Writes kept values, such as the parameters, as soon as there is memory for them: while kernels are compiled. It can only write
    /// and read; what it throws, making the session throws.
    /// </summary>
    public Action<VulkanSession>? Start { get; init; }

    /// <summary>
    /// Memory that the first arena is made of where the device takes memory of the processor; freed at once where it does not. It must
    /// outlive the session.
    /// </summary>
    public PreparedMemory? Memory { get; init; }

    /// <summary>Cuts the work as if the device did this many operations in a second, whatever the device, and measures nothing.</summary>
    internal double? ForcedRate { get; init; }

    /// <summary>
    /// Takes a software device for one with a watchdog, whose rate is measured on the first run, and with memory of its own, which the
    /// processor does not see.
    /// </summary>
    internal bool AsHardware { get; init; }
}
