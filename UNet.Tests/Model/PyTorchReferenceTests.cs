using System.Text.Json;
using UNet.Vulkan.Execution;
using UNet.Vulkan.Formats;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Model;
using UNet.Vulkan.Ops;
using UNet.Vulkan.Training;
using Xunit;

namespace UNet.Tests.Model;

/// <summary>
/// Whole networks against PyTorch: forward pass, loss, every gradient, and twenty steps of SGD with momentum. Each folder
/// of <c>UNET_REFERENCE_DIR</c> (or of the copy beside the tests) holds one network; the README there says what is in it.
/// </summary>
public class PyTorchReferenceTests
{
    private static string Root => Environment.GetEnvironmentVariable("UNET_REFERENCE_DIR") is { Length: > 0 } folder
        ? folder
        : Path.Combine(AppContext.BaseDirectory, "Reference");

    public static IEnumerable<TheoryDataRow<string, string>> Cases
        => from folder in Folders
           from backend in Backends.All.Concat([Backends.VulkanForGpus, Backends.VulkanWinograd, Backends.VulkanWinogradF43])
           select new TheoryDataRow<string, string>(folder, backend);

    /// <summary>Names of the folders.</summary>
    internal static IEnumerable<string> Folders => Directory.GetDirectories(Root).Order(StringComparer.Ordinal)
        .Where(folder => File.Exists(Path.Combine(folder, "config.json"))).Select(folder => Path.GetFileName(folder));

    internal static Reference Open(string folder) => new(Path.Combine(Root, folder));

    [Theory]
    [MemberData(nameof(Cases))]
    public void AgreesWithPyTorch(string folder, string backend)
    {
        using Reference reference = Open(folder);
        using IComputeDevice device = Backends.Open(backend);
        ReferenceGraph graph = new(reference);
        using Session session = device.CreateSession(graph.Graph, graph.Loss);
        graph.Write(session, reference);

        float[] losses = new float[reference["sgd.losses"].Length];
        for (int step = 0; step < losses.Length; step++)
        {
            session.Run(report: losses.AsSpan(step, 1));
            if (step == 0)
                CompareFirstStep(session, graph, reference, losses[0]);
        }

        for (int step = 0; step < losses.Length; step++)
            AssertClose($"loss of step {step}", [reference["sgd.losses"][step]], [losses[step]], 1e-5 * reference["sgd.losses"][step]);
        foreach (NamedTensor parameter in session.ReadParameters(graph.Graph))
            AssertClose($"{parameter.Name} after {losses.Length} steps", reference[$"sgd.after{losses.Length}.{parameter.Name}"],
                parameter.Elements, 2e-4);
    }

    private static void CompareFirstStep(Session session, ReferenceGraph graph, Reference reference, float loss)
    {
        AssertClose("logits", reference["logits"], session.ReadAll(graph.Logits), 3e-5);
        AssertClose("probabilities", reference["probabilities"], session.ReadAll(graph.Probabilities), 3e-5);
        AssertClose("loss", reference["loss"], [loss], 1e-5 * reference["loss"][0]);
        foreach (Value parameter in graph.Graph.Parameters)
        {
            float[] expected = reference[$"grad.{parameter.Name}"];
            AssertClose($"gradient of {parameter.Name}", expected,
                session.ReadAll(graph.Graph.GradientOf(parameter)!), 5e-5 * expected.Max(Math.Abs));
        }
    }

    private static void AssertClose(string what, float[] expected, float[] actual, double tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            // Written so that a NaN fails.
            if (!(Math.Abs((double)expected[i] - actual[i]) <= tolerance))
                Assert.Fail($"{what}, element {i}: {actual[i]} where PyTorch has {expected[i]} (tolerance {tolerance:g3}).");
        }
    }

    /// <summary>One folder's files.</summary>
    internal sealed class Reference(string folder) : IDisposable
    {
        private readonly JsonDocument _configuration = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "config.json")));
        private readonly SafetensorsFile _step = SafetensorsFile.Read(Path.Combine(folder, "step.safetensors"));

        public SafetensorsFile Weights { get; } = SafetensorsFile.Read(Path.Combine(folder, "weights.safetensors"));

        public float[] this[string name]
            => _step.Find(name)?.Elements ?? throw new KeyNotFoundException($"{folder} has no tensor '{name}'.");

        public double Number(string name) => _configuration.RootElement.GetProperty(name).GetDouble();

        public Shape ShapeOf(string name) => Shape.Of([.. _step.Find(name)!.Dimensions]);

        public UNetConfiguration Network => new()
        {
            InChannels = (int)Number("in_channels"),
            Classes = (int)Number("classes"),
            Width = (int)Number("width"),
            Depth = (int)Number("depth"),
            Padding = Enum.Parse<ConvolutionPadding>(_configuration.RootElement.GetProperty("padding").GetString()!, ignoreCase: true),
        };

        public void Dispose() => _configuration.Dispose();
    }

    /// <summary>A training step on tensors that are given whole: no clipping, no sampling.</summary>
    internal sealed class ReferenceGraph
    {
        public ReferenceGraph(Reference reference)
        {
            Input = Graph.Input("input", reference.ShapeOf("input"));
            Shape logits = reference.ShapeOf("logits");
            Target = Graph.Input("target", new Shape(logits.N, 1, logits.H, logits.W), ElementType.UInt32);
            PixelWeight = Graph.Input("pixel_weight", Target.Shape);
            LearningRate = Graph.Input("learning_rate", new Shape(1));
            Logits = Graph.AppendNetwork(reference.Network, Input);
            Probabilities = Graph.Add("softmax", new Softmax(), Logits).Output;
            Loss = Graph.Add("loss", new SoftmaxCrossEntropy(), Logits, Target, PixelWeight)[SoftmaxCrossEntropy.Loss];
            Graph.AppendBackward(Loss);
            Logits.Keep = Probabilities.Keep = Loss.Keep = true;
            OptimizerGraph.AppendSgd(Graph, LearningRate, (float)reference.Number("momentum"), maximumNorm: 0);
        }

        public Graph Graph { get; } = new();

        public Value Input { get; }

        public Value Target { get; }

        public Value PixelWeight { get; }

        public Value LearningRate { get; }

        public Value Logits { get; }

        public Value Probabilities { get; }

        public Value Loss { get; }

        /// <summary>Writes parameters and data.</summary>
        public void Write(Session session, Reference reference)
        {
            session.WriteParameters(Graph, reference.Weights.Tensors);
            session.Write(Input, reference["input"]);
            session.Write(Target, Array.ConvertAll(reference["target"], x => (uint)x));
            session.Write(PixelWeight, reference["pixel_weight"]);
            session.Write(LearningRate, [(float)reference.Number("lr")]);
        }
    }
}
