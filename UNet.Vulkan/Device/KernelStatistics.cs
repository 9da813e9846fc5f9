using System.Collections.Immutable;
using UNet.Shaders;

namespace UNet.Vulkan.Device;

/// <summary>
/// What a driver's compiler says of a compiled kernel, in the driver's own words (VK_KHR_pipeline_executable_properties).
/// </summary>
/// <param name="Kernel">The kernel.</param>
/// <param name="Constants">Bit patterns of its specialization constants.</param>
/// <param name="Values">Such as registers, code size, shared memory.</param>
public sealed record KernelStatistics(KernelInfo Kernel, ImmutableArray<uint> Constants, ImmutableArray<(string Name, double Value)> Values)
{
    /// <summary>Registers of single invocations that found no place and went to memory, under the names of Mesa's drivers.</summary>
    public double SpilledRegisters => Values.Where(value => value.Name is "Spilled VGPRs" or "Spill Count").Sum(value => value.Value);

    /// <summary>The kernel's name, and its constants by theirs.</summary>
    public override string ToString()
        => $"{Kernel} {string.Join(' ', Kernel.Constants.Select((constant, i) => $"{constant.Name}={Constants[i]}"))}".TrimEnd();
}
