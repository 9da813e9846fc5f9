using System.Collections.Immutable;

namespace UNet.Vulkan.Formats;

/// <summary>A tensor by name in the processor's memory, as files hold it.</summary>
/// <param name="Name">Such as <c>encoder.0.conv1.weight</c>.</param>
/// <param name="Dimensions">Outermost first; empty for a scalar.</param>
/// <param name="Elements">Row-major, as many as the product of the dimensions.</param>
public sealed record NamedTensor(string Name, ImmutableArray<int> Dimensions, float[] Elements);
