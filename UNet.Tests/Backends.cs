using UNet.Tests.Device;
using UNet.Vulkan.Device;
using UNet.Vulkan.Execution;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Planning;

namespace UNet.Tests;

/// <summary>The devices on which tests of whole networks run.</summary>
internal static class Backends
{
    private const string Processor = "cpu";
    private const string Vulkan = "vulkan";
    private const string VulkanPlain = "vulkan, plain kernels";

    public static IEnumerable<string> All => [Processor, Vulkan, VulkanPlain];

    public static IComputeDevice Open(string backend) => backend switch
    {
        Processor => new ReferenceDevice(),
        Vulkan => TestDevice.Open(validation: false),
        VulkanPlain => new PlainDevice(TestDevice.Open(validation: false)),
        _ => throw new ArgumentOutOfRangeException(nameof(backend), backend, null),
    };

    /// <summary>A Vulkan device on which every op runs its first implementation, the one that every device supports.</summary>
    private sealed class PlainDevice(VulkanDevice device) : IComputeDevice
    {
        public string Name => device.Name;

        public DeviceProperties Properties => device.Properties;

        public Session CreateSession(Graph graph, PlanOptions options, params Value[] reports)
        {
            var session = new VulkanSession(device, Planner.Plan(graph, device.Properties, options with { Choose = PlanOptions.Plain.Choose }), graph.StepSlot, reports);
            session.Initialize(graph);
            return session;
        }

        public void Dispose() => device.Dispose();
    }
}
