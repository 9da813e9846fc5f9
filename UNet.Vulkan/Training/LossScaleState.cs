namespace UNet.Vulkan.Training;

/// <summary>Where dynamic loss scaling stands.</summary>
/// <param name="Scale">Factor of the loss in the next step.</param>
/// <param name="GoodSteps">Steps since it changed.</param>
public sealed record LossScaleState(float Scale, int GoodSteps);
