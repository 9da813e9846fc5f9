using UNet.Shaders;
using UNet.Vulkan.Checks;
using UNet.Vulkan.Device;
using UNet.Vulkan.Execution;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Ops.Declaration;
using UNet.Vulkan.Planning;

namespace UNet.Bench;

/// <summary>One implementation of one pass of an op, alone on a device, on the data of the op's checks.</summary>
internal sealed class PassRun : IDisposable
{
    private readonly VulkanSession _session;

    /// <summary>Plans the pass and brings to the device whatever it reads, results of earlier passes included.</summary>
    /// <param name="device">The device; it must outlive this.</param>
    /// <param name="sample">The op and its input shapes.</param>
    /// <param name="implementation">One that supports the shapes and the device.</param>
    public PassRun(VulkanDevice device, OpSample sample, Implementation implementation)
    {
        (Sample, Implementation) = (sample, implementation);
        SampleGraph subject = new(sample);
        (ExecutionPlan whole, ExecutionPlan alone) = Plan(subject, device, implementation);
        (Operations, Bytes) = CostOf(alone);

        using VulkanSession before = new(device, whole);
        subject.WriteData(before);
        before.Run();
        _session = new VulkanSession(device, alone);
        subject.WriteData(_session);
        foreach ((Value value, _) in subject.Written.Where(written => written.Value.Element == ElementType.Float32))
            _session.Write(value, before.ReadAll(value));
    }

    /// <summary>The op and its input shapes.</summary>
    public OpSample Sample { get; }

    /// <summary>How the pass is computed.</summary>
    public Implementation Implementation { get; }

    /// <summary>The pass.</summary>
    public Pass Pass => Sample.Op.Info.Passes[Implementation.PassIndex];

    /// <summary>Floating-point operations that the pass takes by its definition.</summary>
    public long Operations { get; }

    /// <summary>Bytes of all ranges that its kernels bind: each counts once a kernel, however often it is read.</summary>
    public long Bytes { get; }

    /// <summary>The plan of all passes, and of one alone in the same memory.</summary>
    /// <param name="subject">The op with its tensors.</param>
    /// <param name="device">The device.</param>
    /// <param name="implementation">How the pass is computed.</param>
    /// <param name="tiling">One of the implementation's tilings; null for the rule's.</param>
    public static (ExecutionPlan Whole, ExecutionPlan Alone) Plan(
        SampleGraph subject, VulkanDevice device, Implementation implementation, Tiling? tiling = null)
    {
        ExecutionPlan whole = Planner.Plan(subject.Graph, device.Properties, new PlanOptions
        {
            Choose = (_, candidates) => candidates.FirstOrDefault(candidate => ReferenceEquals(candidate, implementation)) ?? candidates[0],
            Tile = (_, chosen) => ReferenceEquals(chosen, implementation) ? tiling : null,
        });
        string label = subject.Graph.Invocations.First(invocation => invocation.Pass.Index == implementation.PassIndex).ToString();
        return (whole, whole.Only(label));
    }

    /// <summary>Floating-point operations of a plan, and bytes of the ranges that its kernels bind.</summary>
    public static (long Operations, long Bytes) CostOf(ExecutionPlan plan) => (
        plan.Dispatches.Sum(dispatch => dispatch.Operations),
        plan.Dispatches.Sum(dispatch => dispatch.Dispatch.Buffers.Sum(range => range.Length)));

    /// <summary>All implementations of all passes that can run on a device.</summary>
    public static IEnumerable<Implementation> Of(OpSample sample, VulkanDevice device)
        => new SampleGraph(sample).Graph.Invocations.SelectMany(invocation => Planner.Supported(invocation, device.Properties));

    /// <summary>Compares every implementation of the op with the reference.</summary>
    /// <exception cref="InvalidOperationException">A result is wrong.</exception>
    public static void Verify(OpSample sample, VulkanDevice device)
    {
        foreach (CheckResult result in DeviceComparison.Run(
            sample, (graph, options) => new VulkanSession(device, Planner.Plan(graph, device.Properties, options))))
        {
            if (!result.Passed)
                throw new InvalidOperationException($"{result.Subject}: {result.Error:G3} of what is allowed: {result.Detail}");
        }
    }

    /// <summary>One run, from submission to completion.</summary>
    public void Run() => _session.Run();

    /// <summary>One run by the device's clock, each kernel alone: seconds of each.</summary>
    public double[] Time() => [.. _session.RunTimed().Select(timing => timing.Nanoseconds * 1e-9)];

    /// <inheritdoc/>
    public void Dispose() => _session.Dispose();
}
