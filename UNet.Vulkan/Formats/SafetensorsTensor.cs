using System.Collections.Immutable;

namespace UNet.Vulkan.Formats;

/// <summary>A named tensor of a safetensors file, in float32 whatever the file's type.</summary>
/// <param name="Name">Such as <c>encoder.0.conv1.weight</c>.</param>
/// <param name="Dimensions">Outermost first; empty for a scalar.</param>
/// <param name="Elements">Row-major, as many as the product of the dimensions.</param>
public sealed record SafetensorsTensor(string Name, ImmutableArray<int> Dimensions, float[] Elements);
