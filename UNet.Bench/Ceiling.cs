using UNet.Vulkan.Device;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Ops.Declaration;

namespace UNet.Bench;

/// <summary>Finds the <see cref="MultiplyAdd"/> that shows what rate a device's arithmetic reaches.</summary>
internal static class Ceiling
{
    /// <summary>More invocations than any device runs at once.</summary>
    private const int Elements = 1 << 20;

    /// <summary>Beside which starting and ending the invocations takes no time.</summary>
    private const double LeastSeconds = 0.015;

    /// <summary>Too few chains wait for each other, too many do not fit the registers.</summary>
    private static ReadOnlySpan<int> Chains => [8, 12, 16];

    /// <summary>The op with the fastest number of chains, and as many rounds as take this device long enough to be measured.</summary>
    /// <param name="device">The device; it must outlive what is returned.</param>
    /// <exception cref="InvalidOperationException">The device computes wrongly.</exception>
    public static PassRun Create(VulkanDevice device)
    {
        foreach (OpSample sample in Ops.OpCatalog.SamplesOf(MultiplyAdd.StaticInfo))
            PassRun.Verify(sample, device);
        (PassRun? fastest, double most) = (null, 0);
        foreach (int chains in Chains)
        {
            PassRun run = LongEnough(device, chains);
            double rate = run.Operations / Enumerable.Range(0, 3).Min(_ => run.Time().Sum());
            if (rate > most)
                (fastest, run, most) = (run, fastest!, rate);
            run?.Dispose();
        }
        return fastest!;
    }

    private static PassRun LongEnough(VulkanDevice device, int chains)
    {
        for (int rounds = 16; ; rounds *= 2)
        {
            OpSample sample = new(new MultiplyAdd(rounds, chains), [new Shape(Elements)]);
            PassRun run = new(device, sample, MultiplyAdd.StaticInfo.Forward.Implementations[0]);
            run.Run();
            if (run.Time().Sum() >= LeastSeconds)
                return run;
            run.Dispose();
        }
    }
}
