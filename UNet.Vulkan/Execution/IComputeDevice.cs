using UNet.Vulkan.Device;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Memory;
using UNet.Vulkan.Planning;

namespace UNet.Vulkan.Execution;

/// <summary>Where sessions run: a Vulkan device, or the reference implementation on the processor.</summary>
public interface IComputeDevice : IDisposable
{
    /// <summary>The device's name, for messages.</summary>
    string Name { get; }

    /// <summary>Limits and features; null for the reference implementation.</summary>
    DeviceProperties? Properties { get; }

    /// <summary>
    /// Plans a graph and makes a session of it, whose kept values are zero and whose loss gradient is 1. The parameters of a
    /// graph that was not differentiated hold nothing of use: they must be written before the first run.
    /// The session must be disposed before the device.
    /// </summary>
    /// <param name="graph">The graph; nothing is added to it any more.</param>
    /// <param name="options">How to plan; the reference implementation needs no plan.</param>
    /// <param name="reports">Kept Float32 values that <see cref="Session.Complete"/> copies out, in this order.</param>
    /// <exception cref="PlanException">A tensor does not fit the device's limits; the message names it and the remedy.</exception>
    /// <exception cref="DeviceException">The device has too little memory, cannot compile a kernel, or failed.</exception>
    /// <exception cref="ArgumentException">A value cannot be reported.</exception>
    Session CreateSession(Graph.Graph graph, PlanOptions options, params Value[] reports);

    /// <summary>
    /// The same, with values to begin with. On a Vulkan device they are written while kernels are compiled, which takes about as long.
    /// </summary>
    /// <param name="graph">As above.</param>
    /// <param name="options">As above.</param>
    /// <param name="start">Writes kept values of the new session, such as the parameters; what it throws, this throws.</param>
    /// <param name="memory">
    /// Memory that is ready, where there is some: it must outlive the session, and is freed where the device cannot use it.
    /// </param>
    /// <param name="reports">As above.</param>
    /// <inheritdoc cref="CreateSession(Graph.Graph, PlanOptions, Value[])" path="/exception"/>
    Session CreateSession(Graph.Graph graph, PlanOptions options, Action<Session> start, PreparedMemory? memory, params Value[] reports)
    {
        memory?.Decline();
        Session session = CreateSession(graph, options, reports);
        try
        {
            start(session);
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>A session planned with the default options.</summary>
    /// <inheritdoc cref="CreateSession(Graph.Graph, PlanOptions, Value[])"/>
    Session CreateSession(Graph.Graph graph, params Value[] reports) => CreateSession(graph, new PlanOptions(), reports);
}
