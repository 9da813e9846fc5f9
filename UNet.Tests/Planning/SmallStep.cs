using UNet.Tests.Device;
using UNet.Vulkan.Device;
using UNet.Vulkan.Execution;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Model;
using UNet.Vulkan.Ops;
using UNet.Vulkan.Planning;
using UNet.Vulkan.Random;

namespace UNet.Tests.Planning;

/// <summary>Forward and backward passes of a small network on random images, for comparisons of plans.</summary>
internal sealed class SmallStep
{
    private const int Tile = 36;
    private readonly UNetConfiguration _network;

    public SmallStep(UNetArchitecture architecture, double dropout)
    {
        _network = new() { Architecture = architecture, Width = 4, Depth = 2, Padding = ConvolutionPadding.Same, Dropout = dropout };
        Value number = Graph.StepEntry("step.number", new Shape(1));
        Value logits = Graph.AppendNetwork(_network, Graph.Input("image", new Shape(2, 1, Tile, Tile)), new DropoutSource(1, number));
        Value target = Graph.Input("target", new Shape(2, 1, Tile, Tile), ElementType.UInt32);
        Graph.AppendBackward(Graph.Add("loss", new SoftmaxCrossEntropy(), logits, target, Graph.Input("weight", target.Shape)).Output);
    }

    /// <summary>The graph.</summary>
    public Graph Graph { get; } = new();

    /// <summary>The gradients of all parameters, as a plan gives them on the device.</summary>
    /// <param name="options">Of the plan.</param>
    /// <param name="execution">How it is executed.</param>
    /// <param name="planned">What it is planned for; null for the device that runs it.</param>
    public float[] Gradients(PlanOptions options, VulkanSessionOptions? execution = null, DeviceProperties? planned = null)
    {
        using VulkanSession session = new(
            TestDevice.Shared, Planner.Plan(Graph, planned ?? TestDevice.Shared.Properties, options), Graph.StepSlot, options: execution);
        session.Initialize(Graph);
        session.WriteParameters(Graph, UNetParameters.Initial(_network, seed: 3));
        RandomStream random = new(1, RandomStreams.Synthesis);
        session.Write(Named("image"), [.. Enumerable.Range(0, 2 * Tile * Tile).Select(i => (float)random.Normal(i))]);
        session.Write(Named("target"), [.. Enumerable.Range(0, 2 * Tile * Tile).Select(i => (uint)random.Below(i, 2))]);
        session.Write(Named("weight"), [.. Enumerable.Repeat(1f, 2 * Tile * Tile)]);
        session.Run(new uint[Graph.StepSlot!.Shape.Length]);
        return session.ReadAll(Graph.FlatGradients!);
    }

    private Value Named(string name) => Graph.Values.Single(value => value.Name == name);
}
