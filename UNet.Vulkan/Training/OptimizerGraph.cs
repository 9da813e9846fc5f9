using System.Collections.Immutable;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Ops;

namespace UNet.Vulkan.Training;

/// <summary>The nodes of an optimizer, appended to a differentiated graph.</summary>
/// <param name="States">
/// What it keeps from step to step, one flat vector for each of <see cref="OptimizerDefaults.StateNames"/>, with the
/// parameters' places.
/// </param>
/// <param name="GradientNorm">Norm of all gradients before clipping [1].</param>
/// <param name="Scale">Factor of the gradients in the update [1]; 0 for one that is not finite, which changes nothing.</param>
/// <param name="Gradients">The flat gradients, in parts that can be bound by themselves.</param>
public sealed record OptimizerGraph(ImmutableArray<Value> States, Value GradientNorm, Value Scale, ImmutableArray<Value> Gradients)
{
    /// <summary>Elements bound at once, so that no binding exceeds what a device allows.</summary>
    public const long LongestPart = 1 << 24;

    /// <summary>Appends clipping by the global gradient norm and SGD with momentum over the flat vectors.</summary>
    /// <param name="graph">A graph with parameters and their gradients.</param>
    /// <param name="learningRate">Learning rate [1].</param>
    /// <param name="momentum">Share of the velocity that is kept.</param>
    /// <param name="maximumNorm">Largest global gradient norm; 0 for no clipping.</param>
    /// <param name="longestPart">
    /// Elements bound at once: longer vectors are walked in parts. A multiple of <see cref="Graph.Graph.PartAlignment"/>.
    /// </param>
    public static OptimizerGraph AppendSgd(
        Graph.Graph graph, Value learningRate, float momentum, float maximumNorm, long longestPart = LongestPart)
    {
        Sgd op = new(momentum);
        return Append(graph, Optimizer.Sgd, maximumNorm, longestPart, (name, parameters, states, gradients, scale)
            => graph.Add(name, op, parameters, states[0], gradients, scale, learningRate));
    }

    /// <summary>Appends clipping by the global gradient norm and AdamW over the flat vectors.</summary>
    /// <param name="graph">A graph with parameters and their gradients.</param>
    /// <param name="learningRate">Learning rate [1].</param>
    /// <param name="corrections">What <see cref="AdamW.CorrectionsAt"/> gives for the step [2].</param>
    /// <param name="op">The numbers of the optimizer.</param>
    /// <param name="maximumNorm">Largest global gradient norm; 0 for no clipping.</param>
    /// <param name="longestPart">As above.</param>
    public static OptimizerGraph AppendAdamW(
        Graph.Graph graph, Value learningRate, Value corrections, AdamW op, float maximumNorm, long longestPart = LongestPart)
        => Append(graph, Optimizer.AdamW, maximumNorm, longestPart, (name, parameters, states, gradients, scale)
            => graph.Add(name, op, parameters, states[0], states[1], gradients, scale, learningRate, corrections));

    private static OptimizerGraph Append(
        Graph.Graph graph, Optimizer optimizer, float maximumNorm, long longestPart, Action<string, Value, Value[], Value, Value> update)
    {
        (Value parameters, Value gradients) = (graph.FlatParameters!, graph.FlatGradients!);
        ImmutableArray<Value> states = [.. optimizer.StateNames().Select(name => graph.State(name, parameters.Shape))];
        Value[] parameterParts = [.. Parts(graph, parameters, longestPart)];
        Value[] gradientParts = [.. Parts(graph, gradients, longestPart)];
        Value[][] stateParts = [.. states.Select(state => Parts(graph, state, longestPart).ToArray())];

        Value squareSum = graph.Add("square_sum.0", new SquareSum(), gradientParts[0]).Output;
        for (int i = 1; i < gradientParts.Length; i++)
        {
            Value term = graph.Add($"square_sum.{i}", new SquareSum(), gradientParts[i]).Output;
            graph.Add($"square_sum.{i}.accumulate", new AccumulateGradient(), squareSum, term);
        }

        Node clip = graph.Add("clip", new ClipScale(maximumNorm), squareSum, graph.LossGradient!);
        clip[ClipScale.Norm].Keep = true;
        for (int i = 0; i < parameterParts.Length; i++)
        {
            update($"{optimizer.ToString().ToLowerInvariant()}.{i}", parameterParts[i], [.. stateParts.Select(parts => parts[i])],
                gradientParts[i], clip[ClipScale.Scale]);
        }

        return new OptimizerGraph(states, clip[ClipScale.Norm], clip[ClipScale.Scale], [.. gradientParts]);
    }

    private static IEnumerable<Value> Parts(Graph.Graph graph, Value whole, long longest)
    {
        if (whole.Shape.Length <= longest)
            return [whole];
        int count = (int)((whole.Shape.Length + longest - 1) / longest);
        return Enumerable.Range(0, count).Select(i =>
            graph.Part(whole, $"{whole.Name}.{i}", i * longest, new Shape((int)Math.Min(longest, whole.Shape.Length - i * longest))));
    }
}
