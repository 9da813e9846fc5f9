using BenchmarkDotNet.Attributes;
using UNet.Vulkan.Checks;
using UNet.Vulkan.Device;
using UNet.Vulkan.Execution;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Ops;
using UNet.Vulkan.Ops.Declaration;
using UNet.Vulkan.Planning;

namespace UNet.Bench;

/// <summary>
/// Times the ops at shapes of a U-Net of width 16: forward and backward passes together, in one submission. Every op is
/// compared with the reference before it is timed.
/// </summary>
public class OpBenchmarks
{
    private VulkanDevice? _device;
    private Session? _session;

    /// <summary>The ops and their input shapes.</summary>
    public static IEnumerable<OpSample> Samples =>
    [
        new(new Conv2d(16), [new Shape(1, 16, 92, 92)]),
        new(new Conv2d(32), [new Shape(1, 32, 64, 64)]),
        new(new ConvTranspose2d(16), [new Shape(1, 32, 48, 48)]),
        new(new MaxPool2d(), [new Shape(1, 16, 128, 128)]),
        new(new Relu(), [new Shape(1, 16, 128, 128)]),
        new(new CropConcat(), [new Shape(1, 16, 128, 128), new Shape(1, 16, 96, 96)]),
    ];

    /// <summary>What is timed.</summary>
    [ParamsSource(nameof(Samples))]
    public OpSample Sample { get; set; } = Samples.First();

    /// <summary>Opens the device and verifies the op on it.</summary>
    /// <exception cref="InvalidOperationException">The device's result is wrong.</exception>
    [GlobalSetup]
    public void Verify()
    {
        _device = VulkanDevice.Open();
        foreach (CheckResult result in DeviceComparison.Run(Sample, CreateSession))
        {
            if (!result.Passed)
                throw new InvalidOperationException($"{result.Subject}: {result.Detail}");
        }
        var subject = new SampleGraph(Sample);
        _session = CreateSession(subject.Graph, new PlanOptions());
        subject.WriteData(_session);
    }

    /// <summary>Frees the device.</summary>
    [GlobalCleanup]
    public void Close()
    {
        _session?.Dispose();
        _device?.Dispose();
    }

    /// <summary>One forward and one backward pass.</summary>
    [Benchmark]
    public void ForwardAndBackward() => _session!.Run();

    private VulkanSession CreateSession(Graph graph, PlanOptions options) => new(_device!, Planner.Plan(graph, _device!.Properties, options));
}
