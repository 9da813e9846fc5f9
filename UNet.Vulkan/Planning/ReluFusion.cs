using System.Collections.Immutable;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Ops;
using UNet.Vulkan.Ops.Declaration;

namespace UNet.Vulkan.Planning;

/// <summary>
/// The part of <see cref="Fusion"/> that does without ReLUs. Every <see cref="Relu"/> between an op that makes its input x and
/// readers of its output y that can all do without it is left out: they read x instead of y, and the gradients that they write,
/// 0 where x is not positive, are those to x. Where the op before it can (<see cref="Op.WithRectifiedOutput"/>), it stores
/// max(x, 0) for x; else the readers rectify what they load (<see cref="Op.Rectified"/>). Readers of what is stored so are told of it
/// for the sake of their gradients alone: where there are none, they stay as they are, and one compiled kernel serves more of them.
/// </summary>
internal static class ReluFusion
{
    /// <summary>The graph's invocations without the ReLUs that can be left out.</summary>
    public static IReadOnlyList<Invocation> Apply(Graph.Graph graph)
    {
        HashSet<Node> rectifiers = [.. graph.Nodes.Where(node => node.Op is Relu && CanBeLeftOut(graph, node))];
        Dictionary<Value, Value> substitutes = [];
        HashSet<Value> stored = [];
        Dictionary<Value, Rectification> rectified = [];
        foreach (Node rectifier in rectifiers)
        {
            (Value x, Value y) = (rectifier[Relu.X], rectifier[Relu.Y]);
            substitutes[y] = x;
            if (CanBeStored(graph, x))
                stored.Add(x);
            rectified[x] = !stored.Contains(x) ? Rectification.OnLoad
                : graph.GradientOf(x) is not null ? Rectification.Stored : Rectification.None;
            if (graph.GradientOf(y) is { } gradient && graph.GradientOf(x) is { } substitute)
                substitutes[gradient] = substitute;
        }

        Dictionary<Node, Node> fused = graph.Nodes.Except(rectifiers)
            .ToDictionary(node => node, node => Fused(node, substitutes, stored, rectified));
        return [.. graph.Invocations.Where(invocation => !rectifiers.Contains(invocation.Node)).Select(
            invocation => new Invocation(fused[invocation.Node], invocation.Pass, Substituted(invocation.Gradients, substitutes)))];
    }

    /// <summary>
    /// Whether all readers of a ReLU's output can do its work, and nobody else needs the output, its gradient, or a gradient to
    /// its input that other readers of the input have a share in.
    /// </summary>
    private static bool CanBeLeftOut(Graph.Graph graph, Node rectifier)
    {
        (Value x, Value y) = (rectifier[Relu.X], rectifier[Relu.Y]);
        (Value? gradientOfX, Value? gradientOfY) = (graph.GradientOf(x), graph.GradientOf(y));
        if (y.IsKept || gradientOfY is { IsKept: true } || x.Whole is not null || gradientOfX is null != gradientOfY is null)
            return false;
        (Node Node, Role Role)[] readers = [.. ReadersOf(graph, y)];
        return readers.Length > 0
            && readers.All(reader => reader.Node.Op.Rectified(reader.Role, Rectification.OnLoad) is not null)
            && ReadersOf(graph, x).All(reader => reader.Node == rectifier)
            && (gradientOfY is null || IsOnlyFor(graph, rectifier, gradientOfY));
    }

    /// <summary>Whether nobody but the ReLU reads the gradient to its output, or one of the terms that are added up to it.</summary>
    private static bool IsOnlyFor(Graph.Graph graph, Node rectifier, Value gradient)
    {
        Node[] sums = [.. graph.Nodes.Where(node => node.Op is AccumulateGradient && node[AccumulateGradient.Sum] == gradient)];
        HashSet<Value> parts = [gradient, .. sums.Select(node => node[AccumulateGradient.Term])];
        return graph.Invocations.Where(invocation => invocation.Reads.Any(parts.Contains))
            .All(invocation => invocation.Node == rectifier || sums.Contains(invocation.Node));
    }

    /// <summary>Whether max(x, 0) may take the place of x: the op that makes x can store that, and does not need x itself again.</summary>
    private static bool CanBeStored(Graph.Graph graph, Value x)
        => !x.IsKept && graph.Nodes.FirstOrDefault(node => Outputs(node).Contains(x)) is { } source
            && source.Op.WithRectifiedOutput is not null
            && !source.Op.Info.Backward.Any(pass => pass.ValuesRead.Any(role => source[role] == x));

    private static IEnumerable<Value> Outputs(Node node)
        => node.Op.Info.Roles.Where(role => role.Kind == RoleKind.Output).Select(role => node[role]);

    private static IEnumerable<(Node Node, Role Role)> ReadersOf(Graph.Graph graph, Value value)
        => graph.Nodes.SelectMany(node => node.Op.Info.Given.Where(role => node[role] == value), (node, role) => (node, role));

    private static Node Fused(
        Node node, Dictionary<Value, Value> substitutes, HashSet<Value> stored, Dictionary<Value, Rectification> rectified)
    {
        Op op = node.Op;
        if (Outputs(node).Any(stored.Contains))
            op = op.WithRectifiedOutput!;
        foreach (Role role in op.Info.Given.Where(role => node[role].Kind == ValueKind.Activation && substitutes.ContainsKey(node[role])))
        {
            Rectification how = rectified[substitutes[node[role]]];
            op = how == Rectification.None ? op : op.Rectified(role, how)!;
        }
        return new Node(node.Name, op, Substituted(node.Values, substitutes));
    }

    private static ImmutableArray<Value?> Substituted(ImmutableArray<Value?> values, Dictionary<Value, Value> substitutes)
        => [.. values.Select(value => value is not null && substitutes.TryGetValue(value, out Value? substitute) ? substitute : value)];
}
