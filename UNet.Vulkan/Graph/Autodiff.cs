using UNet.Vulkan.Ops;
using UNet.Vulkan.Ops.Declaration;

namespace UNet.Vulkan.Graph;

/// <summary>Reverse-mode differentiation: appends the backward passes that a loss needs to a graph's schedule.</summary>
public static class Autodiff
{
    /// <summary>
    /// Appends the backward passes of every node between the parameters (and the given inputs) and the loss, in reverse
    /// order. Where a value is read more than once (skip connections), its gradients are summed by explicit
    /// <see cref="AccumulateGradient"/> nodes. Gradients that nobody asked for are not computed, except where one kernel
    /// writes them together with others.
    /// </summary>
    /// <param name="graph">The graph; not differentiated before.</param>
    /// <param name="loss">The value to differentiate; its gradient is an input, 1 for a plain loss.</param>
    /// <param name="inputs">Inputs whose gradients are wanted as well, for checks.</param>
    /// <exception cref="InvalidOperationException">The graph was differentiated already, or a node cannot be.</exception>
    public static void AppendBackward(this Graph graph, Value loss, params ReadOnlySpan<Value> inputs)
    {
        if (graph.LossGradient is not null)
            throw new InvalidOperationException("The graph has been differentiated already.");
        Node[] nodes = [.. graph.Nodes];
        HashSet<Value> wanted = [.. graph.Parameters, .. inputs];
        foreach (Node node in nodes)
        {
            if (node.Op.Info.HasGradient && Differentiable(node).Any(role => wanted.Contains(node[role])))
                wanted.UnionWith(Outputs(node).Select(role => node[role]));
        }

        graph.SetGradient(loss, graph.CreateLossGradient(loss));
        foreach (Node node in nodes.Reverse())
        {
            if (!node.Op.Info.HasGradient
                || !Outputs(node).Any(role => wanted.Contains(node[role]) && graph.GradientOf(node[role]) is not null))
                continue;
            foreach (Pass pass in node.Op.Info.Backward.Where(pass => pass.Gradients.Any(role => wanted.Contains(node[role]))))
                AppendPass(graph, node, pass);
        }
    }

    private static IEnumerable<Role> Differentiable(Node node)
        => node.Op.Info.Roles.Where(role => role.Kind is RoleKind.Input or RoleKind.Parameter && role.HasGradient);

    private static IEnumerable<Role> Outputs(Node node)
        => node.Op.Info.Roles.Where(role => role.Kind == RoleKind.Output && role.HasGradient);

    private static void AppendPass(Graph graph, Node node, Pass pass)
    {
        var gradients = new Value?[node.Values.Length];
        foreach (Role role in pass.GradientsRead)
        {
            gradients[role.Index] = graph.GradientOf(node[role])
                ?? throw new InvalidOperationException($"{node.Name}: nothing depends on its output '{role}', so its gradient is missing.");
        }
        List<(Value Sum, Value Term)> accumulations = [];
        foreach (Role role in pass.Gradients)
        {
            Value value = node[role];
            Value? sum = graph.GradientOf(value);
            Value gradient = graph.CreateGradient(value, sum is null ? "" : $"@{node.Name}.{role.BufferName}");
            gradients[role.Index] = gradient;
            if (sum is null)
                graph.SetGradient(value, gradient);
            else
                accumulations.Add((sum, gradient));
        }
        graph.Append(new Invocation(node, pass, [.. gradients]));
        foreach ((Value sum, Value term) in accumulations)
            graph.Add($"accumulate {term.Name}", new AccumulateGradient(), sum, term);
    }
}
