using UNet.Tests.Device;
using UNet.Vulkan.Device;
using UNet.Vulkan.Execution;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Inference;
using UNet.Vulkan.Model;
using UNet.Vulkan.Ops;
using UNet.Vulkan.Planning;
using UNet.Vulkan.Random;
using UNet.Vulkan.Training;
using Xunit;

namespace UNet.Tests.Planning;

public class PlannerTests
{
    private static readonly UNetConfiguration Network = new() { Width = 16, Depth = 2, Classes = 3 };

    /// <summary>A batch of two whose first tensors exceed a binding of 1.3 MB, but one image's do not.</summary>
    private const int Tile = 124;

    [Fact]
    public void ABatchTooLargeForOneBindingIsBoundImageByImageWithTheSameBits()
    {
        DeviceProperties device = TestDevice.Shared.Properties;
        DeviceProperties narrow = device with { MaxStorageBufferRange = 1_300_000 };
        (Graph whole, Graph sliced) = (TrainingStep(), TrainingStep());
        // What Winograd's kernels for processors keep of one image is larger than such a binding.
        PlanOptions options = new() { Numerics = NumericsRule.Direct };
        ExecutionPlan plan = Planner.Plan(whole, device, options), slicedPlan = Planner.Plan(sliced, narrow, options);

        Assert.Contains(plan.Dispatches.SelectMany(dispatch => dispatch.Dispatch.Buffers), range => range.Length > narrow.MaxStorageBufferRange);
        Assert.All(slicedPlan.Dispatches.SelectMany(dispatch => dispatch.Dispatch.Buffers), range => Assert.True(range.Length <= narrow.MaxStorageBufferRange));
        Assert.Equal(Train(whole, plan), Train(sliced, slicedPlan));
    }

    [Fact]
    public void AnImageTooLargeForABindingIsRefusedByNameWithTheRemedy()
    {
        PlanException problem = Assert.Throws<PlanException>(() => Planner.Plan(TrainingStep(), DeviceProperties.Minimum with { MaxStorageBufferRange = 100_000 }));
        Assert.Contains("encoder.0.conv1.y", problem.Message);
        Assert.Contains("--tile", problem.Message);
    }

    [Fact]
    public void ThePapersTrainingStepFitsTheSmallestLimits()
    {
        var graph = new Graph();
        Value logits = graph.AppendNetwork(new UNetConfiguration(), graph.Input("image", new Shape(1, 1, 572, 572)));
        AppendTraining(graph, logits, new Shape(1, 1, 388, 388));
        ExecutionPlan plan = Planner.Plan(graph, DeviceProperties.Minimum);
        Assert.True(plan.Memory!.BytesAfter < plan.Memory.BytesBefore);
        Assert.InRange(plan.Memory.BytesAfter, 1, 1_500_000_000);
    }

    /// <summary>What the paper's network takes at 572: a training step with everything that is kept, and a tile to segment.</summary>
    [Fact]
    public void ThePapersNetworkKeepsWithinItsMemory()
    {
        DeviceProperties device = TestDevice.Shared.Properties;
        TrainingConfiguration training = new() { Tile = 572 };
        ExecutionPlan step = Trainer.Plan(training, device);
        Assert.InRange(VulkanSession.MemoryOf(step, stepBytes: 4096, reportBytes: 64), 1, 1_150_000_000);
        Assert.InRange(Trainer.Plan(training, DeviceProperties.Minimum).Memory!.BytesAfter, 1, 1_150_000_000);
        ExecutionPlan recomputed = Trainer.Plan(training with { Recompute = true }, device);
        Assert.InRange(recomputed.Memory!.BytesAfter, 1, step.Memory!.BytesAfter - 100_000_000);

        int tile = SegmentationMemory.GoodTile(training.Network, largestSide: 512, device);
        Assert.InRange(SegmentationMemory.BytesOf(training.Network, tile, device), 1, 450_000_000);
    }

    private static Graph TrainingStep()
    {
        var graph = new Graph();
        Value logits = graph.AppendNetwork(Network, graph.Input("image", new Shape(2, 1, Tile, Tile)));
        AppendTraining(graph, logits, new Shape(2, 1, logits.Shape.H, logits.Shape.W));
        return graph;
    }

    private static void AppendTraining(Graph graph, Value logits, Shape pixels)
    {
        Value target = graph.Input("target", pixels, ElementType.UInt32);
        Value weight = graph.Input("weight", pixels);
        Node loss = graph.Add("loss", new SoftmaxCrossEntropy(), logits, target, weight);
        graph.AppendBackward(loss.Output);
        OptimizerGraph.AppendSgd(graph, graph.StepEntry("learning_rate", new Shape(1), ElementType.Float32), momentum: 0.9f, maximumNorm: 1, longestPart: 4096);
    }

    private static float[] Train(Graph graph, ExecutionPlan plan)
    {
        using var session = new VulkanSession(TestDevice.Shared, plan, graph.StepSlot);
        session.Initialize(graph);
        session.WriteParameters(graph, UNetParameters.Initial(Network, seed: 3));
        var random = new RandomStream(1, 2);
        Value Named(string name) => graph.Values.Single(value => value.Name == name);
        session.Write(Named("image"), [.. Enumerable.Range(0, 2 * Tile * Tile).Select(i => (float)random.Normal(i))]);
        session.Write(Named("target"), [.. Enumerable.Range(0, (int)Named("target").Shape.Length).Select(i => (uint)random.Below(i, 3))]);
        session.Write(Named("weight"), [.. Enumerable.Repeat(1f, (int)Named("weight").Shape.Length)]);
        uint[] step = new uint[graph.StepSlot!.Shape.Length];
        step[(int)Named("learning_rate").Start] = BitConverter.SingleToUInt32Bits(0.1f);
        session.Run(step);
        session.Run(step);
        return session.ReadAll(graph.FlatParameters!);
    }
}
