using System.Collections.Immutable;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Ops;

namespace UNet.Vulkan.Training;

/// <summary>The nodes of dynamic loss scaling, appended to a graph after its optimizer: they adapt the scale for the next step.</summary>
/// <param name="LossScale">Factor of the loss, and so of all gradients [1]: the gradient that the backward pass starts from.</param>
/// <param name="GoodSteps">Steps since it changed [1].</param>
/// <param name="LastNotFinite">For each part of the flat gradients, what <see cref="Ops.LastNotFinite"/> finds [1].</param>
/// <param name="Gradients">These parts.</param>
public sealed record LossScalingGraph(
    Value LossScale, Value GoodSteps, ImmutableArray<Value> LastNotFinite, ImmutableArray<Value> Gradients)
{
    /// <summary>Appends the nodes.</summary>
    /// <param name="graph">A differentiated graph.</param>
    /// <param name="optimizer">Its optimizer.</param>
    /// <param name="op">The numbers of the scaling.</param>
    public static LossScalingGraph Append(Graph.Graph graph, OptimizerGraph optimizer, LossScaling op)
    {
        Value goodSteps = graph.State("loss_scale.good_steps", new Shape(1));
        ImmutableArray<Value> last = [.. optimizer.Gradients.Select(
            (part, i) => graph.Add($"last_not_finite.{i}", new LastNotFinite(), part).Output)];
        foreach (Value value in last)
            value.Keep = true;
        graph.Add("loss_scale", op, graph.LossGradient!, goodSteps, optimizer.Scale);
        return new(graph.LossGradient!, goodSteps, last, optimizer.Gradients);
    }

    /// <summary>
    /// The parameter whose gradient the backward pass found not finite first, from the values of <see cref="LastNotFinite"/>; null
    /// where all gradients are finite.
    /// </summary>
    public Value? Culprit(Graph.Graph graph, ReadOnlySpan<float> lastNotFinite)
    {
        for (int i = Gradients.Length - 1; i >= 0; i--)
        {
            if (lastNotFinite[i] > 0)
            {
                long element = Gradients[i].Start + (long)lastNotFinite[i] - 1;
                return graph.Parameters.Last(parameter => parameter.Start <= element);
            }
        }
        return null;
    }
}
