using UNet.Vulkan.Execution;
using UNet.Vulkan.Formats;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Model;
using UNet.Vulkan.Ops;
using UNet.Vulkan.Ops.Declaration;
using UNet.Vulkan.Random;
using Xunit;

namespace UNet.Tests.Model;

/// <summary>
/// The derivative of the whole network's loss by entries of every parameter, against central differences in double:
/// depth 2, a batch of two, three classes, weighted and ignored pixels, dropout.
/// </summary>
public class WholeNetworkGradientTests
{
    private const int EntriesPerParameter = 3;
    private const double Step = 1e-5;

    [Theory]
    [InlineData(UNetArchitecture.Paper, ConvolutionPadding.Valid, 44)]
    [InlineData(UNetArchitecture.Paper, ConvolutionPadding.Same, 12)]
    [InlineData(UNetArchitecture.PhsegV5, ConvolutionPadding.Valid, 44)]
    public void GradientsAreThoseOfFiniteDifferences(UNetArchitecture architecture, ConvolutionPadding padding, int tile)
    {
        UNetConfiguration configuration = new()
        {
            Architecture = architecture, InChannels = 2, Classes = 3, Width = 2, Depth = 2, Padding = padding, Dropout = 0.3,
        };
        (Graph differentiated, Value loss) = Build(configuration, tile);
        differentiated.AppendBackward(loss);
        (Graph forward, Value forwardLoss) = Build(configuration, tile);
        using ReferenceSession<double> gradients = Start(differentiated, configuration);
        using ReferenceSession<double> losses = Start(forward, configuration);
        gradients.Write(differentiated.LossGradient!, [1f]);
        gradients.Run([5]);

        int rejected = 0, compared = 0;
        foreach ((Value parameter, Value counterpart) in differentiated.Parameters.Zip(forward.Parameters))
        {
            Tensor<double> gradient = gradients.Tensor(differentiated.GradientOf(parameter)!);
            double scale = gradient.Span.ToArray().Max(Math.Abs);
            Assert.True(scale > 0, $"No gradient reaches {parameter.Name}.");
            int before = compared;
            for (int i = 0; i < EntriesPerParameter; i++)
            {
                int entry = new RandomStream(4, RandomStreams.Parameter(parameter.Name)).Below(i, (int)parameter.Shape.Length);
                double expected = Difference(losses, forwardLoss, counterpart, entry, Step);
                // Where a step crosses the kink of a ReLU or a max-pool, half the step gives another slope.
                if (Math.Abs(expected - Difference(losses, forwardLoss, counterpart, entry, Step / 2)) > 1e-7 * scale)
                {
                    rejected++;
                    continue;
                }

                compared++;
                Assert.True(
                    Math.Abs(gradient[entry] - expected) <= 1e-6 * scale,
                    $"{parameter.Name}[{entry}]: {gradient[entry]} where the difference quotient is {expected}.");
            }

            Assert.True(compared > before, $"Every entry of {parameter.Name} lies at a kink.");
        }

        Assert.True(rejected < compared / 4, $"{rejected} of {rejected + compared} entries lie at kinks.");
    }

    private static (Graph Graph, Value Loss) Build(UNetConfiguration configuration, int tile)
    {
        Graph graph = new();
        Value step = graph.StepEntry("step.number", new Shape(1));
        Value image = graph.Input("image", new Shape(2, configuration.InChannels, tile, tile));
        Value logits = graph.AppendNetwork(configuration, image, new DropoutSource(8, step));
        Value target = graph.Input("target", new Shape(2, 1, logits.Shape.H, logits.Shape.W), ElementType.UInt32);
        Value weight = graph.Input("weight", target.Shape);
        return (graph, graph.Add("loss", new SoftmaxCrossEntropy(), logits, target, weight)[SoftmaxCrossEntropy.Loss]);
    }

    private static ReferenceSession<double> Start(Graph graph, UNetConfiguration configuration)
    {
        ReferenceSession<double> session = new(graph);
        RandomStream random = new(2, RandomStreams.Synthesis);
        Value image = Named("image"), target = Named("target"), weight = Named("weight");
        session.Write(image, [.. Enumerable.Range(0, (int)image.Shape.Length).Select(i => (float)random.Normal(i))]);
        session.Write(target, [.. Enumerable.Range(0, (int)target.Shape.Length).Select(i => (uint)random.Below(i, configuration.Classes))]);
        // About a third of the pixels is ignored.
        session.Write(weight, [.. Enumerable.Range(0, (int)weight.Shape.Length)
            .Select(i => (float)Math.Max(0, 1.5 * random.Uniform(1000 + i) - 0.5))]);
        session.WriteParameters(graph, UNetNetworkTests.RandomParameters(configuration));
        return session;

        Value Named(string name) => graph.Values.Single(value => value.Name == name);
    }

    private static double Difference(ReferenceSession<double> session, Value loss, Value parameter, int entry, double step)
    {
        Tensor<double> tensor = session.Tensor(parameter);
        double original = tensor[entry];
        double above = LossAt(original + step), below = LossAt(original - step);
        tensor[entry] = original;
        return (above - below) / (2 * step);

        double LossAt(double value)
        {
            tensor[entry] = value;
            session.Run([5]);
            return session.Tensor(loss)[0];
        }
    }
}
