using UNet.Vulkan;
using UNet.Vulkan.Execution;
using UNet.Vulkan.Formats;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Model;
using UNet.Vulkan.Ops;
using UNet.Vulkan.Ops.Declaration;
using UNet.Vulkan.Random;
using Xunit;

namespace UNet.Tests.Model;

public class UNetNetworkTests
{
    [Fact]
    public void ThePapersNetworkHas23ConvolutionsAnd31030658Parameters()
    {
        UNetConfiguration paper = new();
        Graph graph = new();
        Value logits = graph.AppendNetwork(paper, graph.Input("image", new Shape(1, 1, 572, 572)));
        Assert.Equal(new Shape(1, 2, 388, 388), logits.Shape);
        Assert.Equal(23, graph.Nodes.Count(node => node.Op is Conv2d or ConvTranspose2d));
        Assert.Equal(31_030_658, UNetParameters.Count(paper));
        // 150,428,424,448 multiply-adds, counted by hand for the paper's figure 1.
        Assert.Equal(2 * 150_428_424_448, graph.Nodes.Where(node => node.Op is Conv2d or ConvTranspose2d)
            .Sum(node => node.Op.Operations(node.Op.Info.Forward, node.Shapes)));
    }

    [Fact]
    public void TheReleasedNetworkHas31100354Parameters()
    {
        UNetConfiguration release = new() { Architecture = UNetArchitecture.PhsegV5 };
        Graph graph = new();
        Value logits = graph.AppendNetwork(release, graph.Input("image", new Shape(1, 1, 572, 572)));
        Assert.Equal(new Shape(1, 2, 388, 388), logits.Shape);
        Assert.Equal(31_100_354, UNetParameters.Count(release));
        Dictionary<string, Shape> shapes = UNetParameters.Describe(release)
            .ToDictionary(parameter => parameter.Name, parameter => parameter.Shape);
        Assert.Equal(new Shape(256, 128, 2, 2), shapes["decoder.1.up.weight"]);
        Assert.Equal(new Shape(128, 128, 2, 2), shapes["decoder.0.up.weight"]);
        Assert.Equal(new Shape(64, 192, 3, 3), shapes["decoder.0.conv1.weight"]);

        // All else is the paper's, by name and by shape.
        Assert.Equal(
            ["decoder.0.conv1.weight", "decoder.0.up.bias", "decoder.0.up.weight"],
            UNetParameters.Describe(new()).Where(parameter => shapes[parameter.Name] != parameter.Shape)
                .Select(parameter => parameter.Name).Order(StringComparer.Ordinal));
        Assert.Equal(shapes.Count, UNetParameters.Describe(new()).Length);
    }

    [Fact]
    public void ParametersHaveTheNamesAndOrderOfModelFiles()
    {
        UNetConfiguration configuration = new() { InChannels = 3, Classes = 5, Width = 4, Depth = 1 };
        Assert.Equal(
            [
                "encoder.0.conv1.weight 4x3x3x3", "encoder.0.conv1.bias 4", "encoder.0.conv2.weight 4x4x3x3", "encoder.0.conv2.bias 4",
                "bottleneck.conv1.weight 8x4x3x3", "bottleneck.conv1.bias 8", "bottleneck.conv2.weight 8x8x3x3", "bottleneck.conv2.bias 8",
                "decoder.0.up.weight 8x4x2x2", "decoder.0.up.bias 4",
                "decoder.0.conv1.weight 4x8x3x3", "decoder.0.conv1.bias 4", "decoder.0.conv2.weight 4x4x3x3", "decoder.0.conv2.bias 4",
                "head.weight 5x4x1x1", "head.bias 5",
            ],
            UNetParameters.Describe(configuration).Select(parameter => $"{parameter.Name} {parameter.Shape}"));
    }

    [Fact]
    public void InitialWeightsAreNormalWithTheirFanInAndDependOnNothingElse()
    {
        UNetConfiguration configuration = new() { Width = 16, Depth = 2 };
        Dictionary<string, float[]> initial = UNetParameters.Initial(configuration, seed: 9)
            .ToDictionary(tensor => tensor.Name, tensor => tensor.Elements);
        AssertDeviation("encoder.1.conv2.weight", Math.Sqrt(2.0 / (9 * 32)));
        AssertDeviation("decoder.1.up.weight", Math.Sqrt(2.0 / 64));
        Assert.All(initial["decoder.0.conv1.bias"], x => Assert.Equal(0f, x));

        // The first level of a deeper network starts the same.
        NamedTensor deeper = UNetParameters.Initial(configuration with { Depth = 3 }, seed: 9)
            .Single(tensor => tensor.Name == "encoder.0.conv2.weight");
        Assert.Equal(initial["encoder.0.conv2.weight"], deeper.Elements);
        Assert.NotEqual(initial["encoder.0.conv2.weight"], initial["decoder.0.conv2.weight"]);

        void AssertDeviation(string name, double expected)
        {
            double measured = Math.Sqrt(initial[name].Average(x => (double)x * x));
            Assert.InRange(measured / expected, 0.95, 1.05);
        }
    }

    [Theory]
    [InlineData(UNetArchitecture.Paper, ConvolutionPadding.Valid, 44)]
    [InlineData(UNetArchitecture.Paper, ConvolutionPadding.Same, 16)]
    [InlineData(UNetArchitecture.PhsegV5, ConvolutionPadding.Valid, 44)]
    [InlineData(UNetArchitecture.PhsegV5, ConvolutionPadding.Same, 16)]
    public void TheGraphComputesWhatAStraightLineProgramComputes(UNetArchitecture architecture, ConvolutionPadding padding, int tile)
    {
        UNetConfiguration configuration = new()
        {
            Architecture = architecture, InChannels = 2, Classes = 3, Width = 3, Depth = 2, Padding = padding,
        };
        NamedTensor[] parameters = RandomParameters(configuration);
        Graph graph = new();
        Value image = graph.Input("image", new Shape(2, 2, tile, tile + configuration.Depth * 4));
        Value logits = graph.AppendNetwork(configuration, image);
        using ReferenceSession<double> session = new(graph);
        session.WriteParameters(graph, parameters);
        RandomStream random = new(1, RandomStreams.Synthesis);
        session.Write(image, [.. Enumerable.Range(0, (int)image.Shape.Length).Select(i => (float)random.Normal(i))]);
        session.Run();

        StraightLineNetwork straight = new(configuration, parameters);
        for (int n = 0; n < 2; n++)
        {
            double[][,] expected = straight.Logits(Planes(session.Tensor(image), n));
            double[][,] actual = Planes(session.Tensor(logits), n);
            for (int c = 0; c < expected.Length; c++)
            {
                Assert.Equal(expected[c].GetLength(1), actual[c].GetLength(1));
                foreach ((double x, double y) in expected[c].Cast<double>().Zip(actual[c].Cast<double>()))
                    Assert.Equal(x, y, 1e-11);
            }
        }
    }

    [Theory]
    [InlineData(UNetArchitecture.Paper)]
    [InlineData(UNetArchitecture.PhsegV5)]
    public void DropoutIsForTrainingAlone(UNetArchitecture architecture)
    {
        UNetConfiguration configuration = new() { Architecture = architecture, Width = 2, Depth = 2, Dropout = 0.5 };
        Graph inference = new(), training = new();
        inference.AppendNetwork(configuration, inference.Input("image", new Shape(1, 1, 44, 44)));
        training.AppendNetwork(configuration, training.Input("image", new Shape(1, 1, 44, 44)),
            new DropoutSource(1, training.StepEntry("step.number", new Shape(1))));
        Assert.DoesNotContain(inference.Nodes, node => node.Op is Dropout);
        Assert.Equal(
            ["encoder.1.dropout", "bottleneck.dropout"], training.Nodes.Where(node => node.Op is Dropout).Select(node => node.Name));
        Assert.Equal(2, training.Nodes.Select(node => node.Op).OfType<Dropout>().Select(dropout => dropout.Stream).Distinct().Count());
    }

    [Fact]
    public void AnInputThatDoesNotFitIsRefused()
    {
        Graph graph = new();
        Assert.Contains("556 and 572", Assert.Throws<InputException>(
            () => graph.AppendNetwork(new UNetConfiguration(), graph.Input("image", new Shape(1, 1, 572, 570)))).Message);
    }

    /// <summary>Initial weights with biases that are not 0, so that a bias in the wrong place shows.</summary>
    internal static NamedTensor[] RandomParameters(UNetConfiguration configuration)
        => [.. UNetParameters.Initial(configuration, seed: 11).Select(tensor => tensor.Name.EndsWith(".bias", StringComparison.Ordinal)
            ? tensor with { Elements = [.. tensor.Elements.Select(
                (_, i) => (float)(0.1 * new RandomStream(12, RandomStreams.Parameter(tensor.Name)).Normal(i)))] }
            : tensor)];

    private static double[][,] Planes(Tensor<double> tensor, int n)
        => [.. Enumerable.Range(0, tensor.Shape.C).Select(c =>
        {
            double[,] plane = new double[tensor.Shape.H, tensor.Shape.W];
            for (int y = 0; y < tensor.Shape.H; y++)
            {
                for (int x = 0; x < tensor.Shape.W; x++)
                    plane[y, x] = tensor[n, c, y, x];
            }

            return plane;
        })];
}
