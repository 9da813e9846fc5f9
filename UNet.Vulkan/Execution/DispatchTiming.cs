using UNet.Vulkan.Planning;

namespace UNet.Vulkan.Execution;

/// <summary>How long a dispatch took, alone on the device.</summary>
/// <param name="Dispatch">The dispatch.</param>
/// <param name="Nanoseconds">Its time.</param>
public readonly record struct DispatchTiming(PlannedDispatch Dispatch, double Nanoseconds)
{
    /// <summary>Node and pass.</summary>
    public string Label => Dispatch.Label;
}
