using UNet.Vulkan.Graph;
using UNet.Vulkan.Model;
using UNet.Vulkan.Ops;

namespace UNet.Vulkan.Training;

/// <summary>A training step by SGD whose tiles stand in its inputs, instead of being cut out of images: what benches time.</summary>
public static class FixedTileStep
{
    /// <summary>
    /// Forward pass, loss, backward pass, clipping and SGD with a momentum of 0.99. Inputs: <c>image</c> [N,C,tile,tile], and, of the size
    /// of the network's output, <c>target</c> and <c>weight</c> [N,1,H,W]; the learning rate is the step slot's only word.
    /// </summary>
    /// <param name="network">The network.</param>
    /// <param name="tile">Height and width of the input, in pixels.</param>
    /// <param name="batch">Tiles of a step.</param>
    /// <param name="maximumNorm">Norm of the whole gradient that is clipped at; 0 for no clipping.</param>
    /// <exception cref="InputException">The configuration makes no network, or the network does not take tiles of that size.</exception>
    public static Graph.Graph GraphOf(UNetConfiguration network, int tile, int batch = 1, float maximumNorm = 0)
    {
        Graph.Graph graph = new();
        Value learningRate = graph.StepEntry("learning_rate", new Shape(1), ElementType.Float32);
        Value logits = graph.AppendNetwork(network, graph.Input("image", new Shape(batch, network.InChannels, tile, tile)));
        Value target = graph.Input("target", new Shape(batch, 1, logits.Shape.H, logits.Shape.W), ElementType.UInt32);
        Node loss = graph.Add("loss", new SoftmaxCrossEntropy(), logits, target, graph.Input("weight", target.Shape));
        graph.AppendBackward(loss.Output);
        OptimizerGraph.AppendSgd(graph, learningRate, momentum: 0.99f, maximumNorm);
        return graph;
    }
}
