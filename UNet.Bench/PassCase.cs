using UNet.Vulkan.Checks;
using UNet.Vulkan.Device;
using UNet.Vulkan.Ops.Declaration;
using UNet.Vulkan.Planning;

namespace UNet.Bench;

/// <summary>A benchmark: an implementation of a pass, with what it takes.</summary>
public sealed class PassCase
{
    /// <summary>A case on a device.</summary>
    public PassCase(VulkanDevice device, OpSample sample, Implementation implementation)
    {
        (Sample, Implementation) = (sample, implementation);
        ExecutionPlan plan = PassRun.Plan(new SampleGraph(sample), device, implementation).Alone;
        (Operations, Bytes) = PassRun.CostOf(plan);
    }

    /// <summary>The op and its input shapes.</summary>
    public OpSample Sample { get; }

    /// <summary>How the pass is computed.</summary>
    public Implementation Implementation { get; }

    /// <summary>Floating-point operations of the pass.</summary>
    public long Operations { get; }

    /// <summary>Bytes of the ranges that its kernels bind.</summary>
    public long Bytes { get; }

    /// <summary>Whether it is multiplications and additions alone.</summary>
    public bool IsCeiling => Sample.Op is MultiplyAdd;

    /// <summary>The ceiling's case.</summary>
    public static PassCase OfCeiling(VulkanDevice device)
    {
        using PassRun run = Ceiling.Create(device);
        return new PassCase(device, run.Sample, run.Implementation);
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        string name = Implementation.Name.Length == 0 ? "plain" : Implementation.Name;
        return $"{Sample} {Sample.Op.Info.Passes[Implementation.PassIndex].Name} ({name})";
    }
}
