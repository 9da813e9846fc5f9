using UNet.Vulkan.Graph;
using UNet.Vulkan.Ops;
using UNet.Vulkan.Random;

namespace UNet.Vulkan.Model;

/// <summary>Where the dropout layers of a training network take their random numbers from.</summary>
/// <param name="Seed">The user's seed.</param>
/// <param name="Step">The entry of the step slot that holds the step's number (UInt32, one element).</param>
public sealed record DropoutSource(ulong Seed, Value Step);

/// <summary>
/// The U-Net (Ronneberger, Fischer, Brox 2015, arXiv:1505.04597) as nodes of a graph: on the way down two 3x3
/// convolutions with ReLU at each level, then a 2x2 max-pool; on the way up a 2x2 stride-2 transposed convolution, the
/// centre-cropped skip connection before it in the channels, and two convolutions again; a 1x1 convolution as head.
/// <see cref="UNetArchitecture.PhsegV5"/> differs as said there.
/// </summary>
public static class UNetNetwork
{
    /// <summary>
    /// Appends the network to a graph. Parameters come in the order and with the names of model files:
    /// <c>encoder.{i}.conv{1,2}</c>, <c>bottleneck.conv{1,2}</c>, then from the deepest level up <c>decoder.{i}.up</c> and
    /// <c>decoder.{i}.conv{1,2}</c>, and <c>head</c>; each with <c>.weight</c> and <c>.bias</c>.
    /// </summary>
    /// <param name="graph">The graph.</param>
    /// <param name="configuration">The network's form.</param>
    /// <param name="image">The input [N, channels, H, W].</param>
    /// <param name="dropout">Given for training; without it the dropout layers are left out.</param>
    /// <returns>The logits [N, classes, H', W'].</returns>
    /// <exception cref="InputException">The configuration makes no network, or the input's size does not fit it.</exception>
    /// <exception cref="Planning.PlanException">All parameters together are more than 31 bits count.</exception>
    public static Value AppendNetwork(this Graph.Graph graph, UNetConfiguration configuration, Value image, DropoutSource? dropout = null)
    {
        TileGeometry geometry = new(configuration);
        geometry.OutputOf(image.Shape.H);
        geometry.OutputOf(image.Shape.W);

        bool isRelease = configuration.Architecture == UNetArchitecture.PhsegV5;
        Value x = image;
        Value[] skips = new Value[configuration.Depth];
        for (int level = 0; level < configuration.Depth; level++)
        {
            x = Convolutions($"encoder.{level}", x, level);
            if (level == configuration.Depth - 1)
                x = Dropped($"encoder.{level}.dropout", x, stream: 0);
            x.IsCheckpoint = true;
            skips[level] = x;
            x = graph.Add($"encoder.{level}.pool", new MaxPool2d(), x).Output;
        }

        x = Convolutions("bottleneck", x, configuration.Depth);
        x = Dropped("bottleneck.dropout", x, stream: 1);
        x.IsCheckpoint = true;
        for (int level = configuration.Depth - 1; level >= 0; level--)
        {
            x = graph.Add($"decoder.{level}.up", new ConvTranspose2d(configuration.UpsampledChannelsAt(level)), x).Output;
            if (isRelease)
                x = graph.Add($"decoder.{level}.up.relu", new Relu(), x).Output;
            x = graph.Add($"decoder.{level}.concat", new CropConcat(UpsampledFirst: isRelease), skips[level], x).Output;
            x = Convolutions($"decoder.{level}", x, level);
        }

        // The backward passes begin here, where all of the last level is needed at once.
        foreach (Node node in graph.Nodes.Where(node => node.Name.StartsWith("decoder.0.", StringComparison.Ordinal)))
            node.Output.IsCheckpoint = true;
        x = graph.Add("head", new Conv2d(configuration.Classes, Kernel: 1), x).Output;
        x.IsCheckpoint = true;
        return x;

        Value Convolutions(string name, Value input, int level)
        {
            int padding = configuration.Padding == ConvolutionPadding.Same ? 1 : 0;
            for (int i = 1; i <= 2; i++)
            {
                Value convolved = graph.Add(
                    $"{name}.conv{i}", new Conv2d(configuration.ChannelsAt(level), Kernel: 3, padding), input).Output;
                input = graph.Add($"{name}.relu{i}", new Relu(), convolved).Output;
                // Where the ReLU is fused, the first of the two is stored, else the second is what is needed again.
                convolved.IsCheckpoint = input.IsCheckpoint = i == 2;
            }

            return input;
        }

        Value Dropped(string name, Value input, uint stream)
        {
            if (dropout is null || configuration.Dropout == 0)
                return input;
            Dropout op = new((float)configuration.Dropout, dropout.Seed, RandomStreams.Dropout + stream);
            return graph.Add(name, op, input, dropout.Step).Output;
        }
    }

    /// <summary>A graph that holds the network alone, for one input of the smallest size that fits.</summary>
    internal static Graph.Graph SmallestGraph(UNetConfiguration configuration)
    {
        int tile = new TileGeometry(configuration).MinimumInput;
        Graph.Graph graph = new();
        graph.AppendNetwork(configuration, graph.Input("image", new Shape(1, configuration.InChannels, tile, tile)));
        return graph;
    }
}
