using UNet.Vulkan.Graph;
using UNet.Vulkan.Ops;

namespace UNet.Vulkan.Training;

/// <summary>The nodes of an optimizer, appended to a differentiated graph.</summary>
/// <param name="Velocity">Flat velocity of all parameters, at the parameters' places.</param>
/// <param name="GradientNorm">Norm of all gradients before clipping [1].</param>
public sealed record OptimizerGraph(Value Velocity, Value GradientNorm)
{
    /// <summary>
    /// Appends clipping by the global gradient norm and SGD with momentum over the flat vectors. Vectors longer than
    /// <paramref name="longestPart"/> are walked in parts, so that no binding exceeds what a device allows.
    /// </summary>
    /// <param name="graph">A graph with parameters and their gradients.</param>
    /// <param name="learningRate">Learning rate [1].</param>
    /// <param name="momentum">Share of the velocity that is kept.</param>
    /// <param name="maximumNorm">Largest global gradient norm; 0 for no clipping.</param>
    /// <param name="longestPart">Elements bound at once; a multiple of <see cref="Graph.Graph.PartAlignment"/>.</param>
    public static OptimizerGraph AppendSgd(
        Graph.Graph graph, Value learningRate, float momentum, float maximumNorm, long longestPart = 1 << 24)
    {
        (Value parameters, Value gradients) = (graph.FlatParameters!, graph.FlatGradients!);
        Value velocity = graph.State("velocity", parameters.Shape);
        Value[] parameterParts = [.. Parts(graph, parameters, longestPart)];
        Value[] gradientParts = [.. Parts(graph, gradients, longestPart)];
        Value[] velocityParts = [.. Parts(graph, velocity, longestPart)];

        Value squareSum = graph.Add("square_sum.0", new SquareSum(), gradientParts[0]).Output;
        for (int i = 1; i < gradientParts.Length; i++)
        {
            Value term = graph.Add($"square_sum.{i}", new SquareSum(), gradientParts[i]).Output;
            graph.Add($"square_sum.{i}.accumulate", new AccumulateGradient(), squareSum, term);
        }

        Node clip = graph.Add("clip", new ClipScale(maximumNorm), squareSum);
        clip[ClipScale.Norm].Keep = true;
        Value scale = clip[ClipScale.Scale];
        for (int i = 0; i < parameterParts.Length; i++)
            graph.Add($"sgd.{i}", new Sgd(momentum), parameterParts[i], velocityParts[i], gradientParts[i], scale, learningRate);
        return new OptimizerGraph(velocity, clip[ClipScale.Norm]);
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
