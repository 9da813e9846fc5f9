using UNet.Tests.Device;
using UNet.Vulkan.Device;
using UNet.Vulkan.Execution;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Ops.Declaration;
using UNet.Vulkan.Planning;

namespace UNet.Tests;

/// <summary>The devices on which tests of whole networks run.</summary>
internal static class Backends
{
    private const string Processor = "cpu";
    private const string Vulkan = "vulkan";
    private const string VulkanPlain = "vulkan, plain kernels";

    /// <summary>
    /// A Vulkan device with the kernels for GPUs: on a software driver they take long to compile, so only tests of results use them.
    /// </summary>
    public const string VulkanForGpus = "vulkan, kernels for GPUs";

    /// <summary>The same device with Winograd's F(2x2,3x3) wherever it can compute, be it worth the transforms or not.</summary>
    public const string VulkanWinograd = "vulkan, Winograd";

    /// <summary>The same with F(4x4,3x3).</summary>
    public const string VulkanWinogradF43 = "vulkan, Winograd F(4x4,3x3)";

    public static IEnumerable<string> All => [Processor, Vulkan, VulkanPlain];

    public static IComputeDevice Open(string backend) => backend switch
    {
        Processor => new ReferenceDevice(),
        Vulkan => TestDevice.Open(validation: false),
        VulkanPlain => new ChoosingDevice(TestDevice.Open(validation: false), PlanOptions.Plain.Choose!),
        VulkanForGpus => new ChoosingDevice(
            TestDevice.Open(validation: false),
            (_, candidates) => candidates.Last(
                candidate => candidate is { Suits: not DeviceKind.Software, Numerics: NumericsClass.Direct })),
        VulkanWinograd => Following(NumericsRule.Winograd),
        VulkanWinogradF43 => Following(NumericsRule.WinogradF43),
        _ => throw new ArgumentOutOfRangeException(nameof(backend), backend, null),
    };

    /// <summary>A device that follows a rule wherever an implementation can run, and computes all else by plain kernels.</summary>
    private static ChoosingDevice Following(NumericsRule rule) => new(
        TestDevice.Open(validation: false),
        (_, candidates) => rule.Classes.Where(numerics => numerics != NumericsClass.Direct)
            .Select(numerics => candidates.LastOrDefault(candidate => candidate.Numerics == numerics))
            .FirstOrDefault(candidate => candidate is not null) ?? candidates[0]);

    /// <summary>A Vulkan device on which every op runs the implementation that is chosen for it.</summary>
    private sealed class ChoosingDevice(
        VulkanDevice device, Func<Invocation, IReadOnlyList<Implementation>, Implementation> choose) : IComputeDevice
    {
        public string Name => device.Name;

        public DeviceProperties Properties => device.Properties;

        public Session CreateSession(Graph graph, PlanOptions options, params Value[] reports)
        {
            var session = new VulkanSession(
                device, Planner.Plan(graph, device.Properties, options with { Choose = choose }), graph.StepSlot, reports);
            session.Initialize(graph);
            return session;
        }

        public void Dispose() => device.Dispose();
    }
}
