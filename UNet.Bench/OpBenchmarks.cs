using BenchmarkDotNet.Attributes;
using UNet.Vulkan.Device;
using UNet.Vulkan.Ops.Declaration;

namespace UNet.Bench;

/// <summary>
/// Every pass of every op of the catalogue, each implementation by itself, at shapes of U-Nets. Every op is compared with the
/// reference before it is timed. The first case is multiplications and additions alone: the ceiling of the others.
/// </summary>
public class OpBenchmarks
{
    private static readonly Lazy<VulkanDevice> Device = new(Open);
    private static readonly HashSet<string> Verified = [];
    private PassRun? _run;

    /// <summary>What to choose: <c>--op NAME --width N --tile N --all --device NAME</c>.</summary>
    internal static BenchArguments Options { get; set; } = new([]);

    /// <summary>The ceiling, and the passes.</summary>
    public static IEnumerable<PassCase> Cases
    {
        get
        {
            yield return PassCase.OfCeiling(Device.Value);
            int[] widths = Options.Has("--width") ? [Options.Number("--width", 0)] : [16, 64];
            OpSample[] samples = [.. widths
                .SelectMany(width => NetworkSamples.Of(width, Options.Number("--tile", 220), Options.Has("--all")))
                .DistinctBy(sample => sample.ToString())
                .Where(sample => sample.ToString().Contains(Options.Text("--op", ""), StringComparison.OrdinalIgnoreCase))];
            foreach (OpSample sample in samples)
            {
                foreach (Implementation implementation in PassRun.Of(sample, Device.Value))
                    yield return new PassCase(Device.Value, sample, implementation);
            }
        }
    }

    /// <summary>What is timed.</summary>
    [ParamsSource(nameof(Cases))]
    public PassCase Case { get; set; } = null!;

    /// <summary>Verifies the op and brings the pass to the device.</summary>
    /// <exception cref="InvalidOperationException">The device's result is wrong.</exception>
    [GlobalSetup]
    public void Prepare()
    {
        if (!Case.IsCeiling && Verified.Add(Case.Sample.ToString()))
            PassRun.Verify(Case.Sample, Device.Value);
        _run = new PassRun(Device.Value, Case.Sample, Case.Implementation);
    }

    /// <summary>Frees its memory.</summary>
    [GlobalCleanup]
    public void Free() => _run?.Dispose();

    /// <summary>One run of the pass.</summary>
    [Benchmark]
    public void Run() => _run!.Run();

    private static VulkanDevice Open() => VulkanDevice.Open(Options.Text("--device", "auto"));
}
