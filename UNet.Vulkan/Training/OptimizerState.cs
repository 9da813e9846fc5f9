using System.Collections.Immutable;
using UNet.Vulkan.Formats;

namespace UNet.Vulkan.Training;

/// <summary>One thing that an optimizer keeps of every parameter, such as the velocity.</summary>
/// <param name="Name">One of <see cref="OptimizerDefaults.StateNames"/>.</param>
/// <param name="Tensors">One of each parameter, in the parameters' order, by their names and of their shapes.</param>
public sealed record OptimizerState(string Name, ImmutableArray<NamedTensor> Tensors);
