namespace UNet.Vulkan.Planning;

/// <summary>A network that does not fit a device; the message names the tensor and the remedy.</summary>
public sealed class PlanException(string message) : Exception(message);
