using UNet.Vulkan.Graph;
using UNet.Vulkan.Model;
using UNet.Vulkan.Ops;
using UNet.Vulkan.Ops.Declaration;
using UNet.Vulkan.Planning;
using UNet.Vulkan.Training;

namespace UNet.Bench;

/// <summary>
/// Every op of the catalogue at shapes of a U-Net: those that it has in a training step and in a segmentation. Ops that are
/// in neither take their largest declared sample, its images and vectors enlarged.
/// </summary>
internal static class NetworkSamples
{
    /// <summary>Elements of the largest tensor that a declared sample is enlarged to.</summary>
    private const int Enlarged = 1 << 18;

    /// <summary>Smaller tensors are not images but words about them.</summary>
    private const int LeastImage = 64;

    /// <summary>The samples.</summary>
    /// <param name="width">Channels of the network's first level.</param>
    /// <param name="tile">Side of its input.</param>
    /// <param name="all">All shapes of an op; else the two with the most and the fewest operations.</param>
    public static IEnumerable<OpSample> Of(int width, int tile, bool all)
    {
        OpSample[] samples = [.. Nodes(width, tile).Select(SampleOf).DistinctBy(sample => sample.ToString())];
        foreach (OpInfo op in Vulkan.Ops.OpCatalog.Ops)
        {
            OpSample[] ofNetwork = [.. samples.Where(sample => ReferenceEquals(sample.Op.Info, op)).OrderByDescending(Operations)];
            IEnumerable<OpSample> chosen = ofNetwork switch
            {
                [] => [Enlarge(Vulkan.Ops.OpCatalog.SamplesOf(op).MaxBy(sample => sample.Inputs.Sum(shape => shape.Length))!)],
                [OpSample most, .., OpSample fewest] when !all => [most, fewest],
                _ => ofNetwork,
            };
            foreach (OpSample sample in chosen)
                yield return sample;
        }
    }

    private static IEnumerable<Node> Nodes(int width, int tile)
    {
        UNetConfiguration network = new() { Width = width, Dropout = 0.5 };
        Graph graph = new();
        Value image = graph.Input("image", new Shape(1, network.InChannels, tile, tile));
        Value learningRate = graph.StepEntry("learning_rate", new Shape(1), ElementType.Float32);
        Value step = graph.StepEntry("number", new Shape(1));
        Value logits = graph.AppendNetwork(network, image, new DropoutSource(1, step));
        Value target = graph.Input("target", new Shape(1, 1, logits.Shape.H, logits.Shape.W), ElementType.UInt32);
        Node loss = graph.Add("loss", new SoftmaxCrossEntropy(), logits, target, graph.Input("weight", target.Shape));
        graph.AppendBackward(loss.Output);
        OptimizerGraph.AppendSgd(graph, learningRate, momentum: 0.99f, maximumNorm: 1);
        graph.Add("softmax", new Softmax(), logits);
        Node[] fused = [.. Fusion.Apply(graph).Select(invocation => invocation.Node).Distinct()];
        HashSet<OpInfo> known = [.. fused.Select(node => node.Op.Info)];
        return [.. fused, .. graph.Nodes.Where(node => !known.Contains(node.Op.Info))];
    }

    private static OpSample SampleOf(Node node) => new(node.Op, [.. node.Op.Info.Given.Select(role => node[role].Shape)]);

    private static long Operations(OpSample sample)
        => sample.Op.Operations(sample.Op.Info.Forward, sample.Op.InferShapes(sample.Inputs.AsSpan()));

    private static OpSample Enlarge(OpSample sample)
    {
        long largest = sample.Inputs.Max(shape => shape.Length);
        int factor = (int)Math.Sqrt((double)Enlarged / largest);
        OpSample enlarged = sample with
        {
            Inputs = [.. sample.Inputs.Select(shape => shape.Length < LeastImage ? shape : Times(shape, factor))],
        };
        try
        {
            enlarged.Op.InferShapes(enlarged.Inputs.AsSpan());
            return enlarged;
        }
        catch (ArgumentException)
        {
            return sample; // its shapes are bound to each other in another way
        }
    }

    private static Shape Times(Shape shape, int factor)
        => shape.Rank == 4 ? new Shape(shape.N, shape.C, shape.H * factor, shape.W * factor) : new Shape(shape.N * factor * factor);
}
