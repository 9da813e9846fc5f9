using System.Buffers;
using System.Collections.Immutable;
using UNet.Vulkan.Execution;
using UNet.Vulkan.Formats;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Ops.Declaration;
using UNet.Vulkan.Random;

namespace UNet.Vulkan.Model;

/// <summary>The trained tensors of a U-Net: what there are, how they start, and the way in and out of a session.</summary>
public static class UNetParameters
{
    /// <summary>Names and shapes in the order of model files, without building a network of full size.</summary>
    /// <exception cref="InputException">The configuration makes no network.</exception>
    public static ImmutableArray<(string Name, Shape Shape)> Describe(UNetConfiguration configuration)
        => [.. UNetNetwork.SmallestGraph(configuration).Parameters.Select(parameter => (parameter.Name, parameter.Shape))];

    /// <summary>Number of trained values (31,030,658 for the paper's network, 31,100,354 for the authors' release).</summary>
    /// <inheritdoc cref="Describe" path="/exception"/>
    public static long Count(UNetConfiguration configuration) => Describe(configuration).Sum(parameter => parameter.Shape.Length);

    /// <summary>
    /// Initial values: weights normal with standard deviation sqrt(2 / fan_in) (He et al. 2015; the paper's choice), where
    /// fan_in is kh·kw·Cin of a convolution and Cin of the up-convolution; biases 0.
    /// Each tensor depends on the seed, its own name and its own shape alone.
    /// </summary>
    /// <inheritdoc cref="Describe" path="/exception"/>
    public static ImmutableArray<NamedTensor> Initial(UNetConfiguration configuration, ulong seed)
    {
        Graph.Graph graph = UNetNetwork.SmallestGraph(configuration);
        return [.. graph.Parameters.Select(parameter =>
        {
            (Node node, Role role) = graph.OwnerOf(parameter);
            float[] elements = new float[parameter.Shape.Length];
            if (role.Init == Init.He)
            {
                RandomStream stream = new(seed, RandomStreams.Parameter(parameter.Name));
                double deviation = Math.Sqrt(2.0 / node.Op.FanIn(role, node.Shapes));
                for (int i = 0; i < elements.Length; i++)
                    elements[i] = (float)(deviation * stream.Normal(i));
            }

            return new NamedTensor(parameter.Name, parameter.Shape.Dimensions, elements);
        })];
    }

    /// <summary>Writes the graph's parameters into a session.</summary>
    /// <param name="session">A session of the graph.</param>
    /// <param name="graph">The graph.</param>
    /// <param name="parameters">One tensor for each parameter of the graph, by name.</param>
    /// <exception cref="ArgumentException">A parameter is missing or has another shape.</exception>
    public static void WriteParameters(this Session session, Graph.Graph graph, IEnumerable<NamedTensor> parameters)
    {
        Dictionary<string, NamedTensor> byName = parameters.ToDictionary(tensor => tensor.Name);
        foreach (Value parameter in graph.Parameters)
        {
            NamedTensor? tensor = byName.GetValueOrDefault(parameter.Name);
            if (tensor is null || !tensor.Dimensions.SequenceEqual(parameter.Shape.Dimensions))
                throw new ArgumentException($"There is no tensor {parameter}.", nameof(parameters));
            session.Write(parameter, tensor.Elements);
        }
    }

    /// <summary>
    /// Reads a model's parameters into a session, each to its place, but for those that its memory came with; see
    /// <see cref="Session.Write(Value, SpanAction{float, long})"/>.
    /// </summary>
    /// <param name="session">A session of the graph.</param>
    /// <param name="graph">A graph of the model's network.</param>
    /// <param name="model">The model.</param>
    /// <exception cref="ArgumentException">The model has no tensor of that name.</exception>
    /// <exception cref="InputException">The file can no longer be read, or has values that are not finite.</exception>
    public static void WriteParameters(this Session session, Graph.Graph graph, StoredModel model)
    {
        foreach (Value parameter in graph.Parameters.Where(parameter => !session.Holds(parameter)))
            session.Write(parameter, (elements, start) => model.Read(parameter.Name, elements, start));
    }

    /// <summary>The graph's parameters as a session holds them.</summary>
    public static ImmutableArray<NamedTensor> ReadParameters(this Session session, Graph.Graph graph)
        => [.. graph.Parameters.Select(
            parameter => new NamedTensor(parameter.Name, parameter.Shape.Dimensions, session.ReadAll(parameter)))];
}
