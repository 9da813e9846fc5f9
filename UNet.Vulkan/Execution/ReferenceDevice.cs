using UNet.Vulkan.Device;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Planning;

namespace UNet.Vulkan.Execution;

/// <summary>The reference implementation on the processor as a device: <c>--device cpu</c>.</summary>
public sealed class ReferenceDevice : IComputeDevice
{
    /// <inheritdoc/>
    public string Name => "cpu (reference)";

    /// <inheritdoc/>
    public DeviceProperties? Properties => null;

    /// <inheritdoc/>
    public Session CreateSession(Graph.Graph graph, PlanOptions options, params Value[] reports)
    {
        ReferenceSession<float> session = new(graph, reports);
        session.Initialize(graph);
        return session;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
