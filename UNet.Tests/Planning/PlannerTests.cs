using UNet.Shaders;
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

        Assert.Contains(
            plan.Dispatches.SelectMany(dispatch => dispatch.Dispatch.Buffers), range => range.Length > narrow.MaxStorageBufferRange);
        Assert.All(
            slicedPlan.Dispatches.SelectMany(dispatch => dispatch.Dispatch.Buffers),
            range => Assert.True(range.Length <= narrow.MaxStorageBufferRange));
        Assert.Equal(Train(whole, plan), Train(sliced, slicedPlan));
    }

    /// <summary>
    /// Of one image 1296 pixels, which are no whole number of workgroups; where the batch of two is bound one image at a time, none is
    /// lost.
    /// </summary>
    [Fact]
    public void TheLossOfABatchCountsAllPixelsHoweverItIsBound()
    {
        DeviceProperties narrow = TestDevice.Shared.Properties with { MaxStorageBufferRange = 100_000 };
        float[] Sums(DeviceProperties device)
        {
            Graph graph = new();
            Value logits = graph.Input("logits", new Shape(2, 16, 36, 36));
            Value target = graph.Input("target", new Shape(2, 1, 36, 36), ElementType.UInt32), weight = graph.Input("weight", target.Shape);
            Value sums = graph.Add("loss", new SoftmaxCrossEntropy(), logits, target, weight)[SoftmaxCrossEntropy.Sums];
            sums.Keep = true;
            using VulkanSession session = new(TestDevice.Shared, Planner.Plan(graph, device), options: new() { Poison = true });
            RandomStream random = new(3, 4);
            session.Write(logits, [.. Enumerable.Range(0, (int)logits.Shape.Length).Select(i => (float)random.Normal(i))]);
            session.Write(target, new uint[target.Shape.Length]);
            session.Write(weight, [.. Enumerable.Repeat(1f, (int)weight.Shape.Length)]);
            session.Run();
            Assert.Null(session.FindStrayWrite());
            return session.ReadAll(sums);
        }

        float[] whole = Sums(TestDevice.Shared.Properties), cut = Sums(narrow);
        Assert.Equal(2 * 36 * 36, whole[1]);
        Assert.Equal(whole, cut);
    }

    /// <summary>Runs of weight gradients of which all images together have more than a binding are added image by image.</summary>
    [Theory]
    [InlineData("WeightLanePairs")]
    [InlineData("Gemm")]
    public void AWeightGradientOfManyImagesIsAddedImageByImageWithTheSameBits(string implementation)
    {
        DeviceProperties device = TestDevice.Shared.Properties;
        DeviceProperties narrow = device with { MaxStorageBufferRange = 600_000 };
        (float[] Gradient, bool IsCut) Gradient(DeviceProperties device)
        {
            Graph graph = new();
            Value x = graph.Input("x", new Shape(5, 64, 10, 12));
            Value y = graph.Add("conv", new Conv2d(64), x).Output;
            graph.AppendBackward(y);
            Value gradient = graph.GradientOf(graph.Parameters.Single(parameter => parameter.Name == "conv.weight"))!;
            ExecutionPlan plan = Planner.Plan(graph, device, new()
            {
                Choose = (_, candidates) => candidates.FirstOrDefault(candidate => candidate.Name == implementation) ?? candidates[0],
            });
            using VulkanSession session = new(TestDevice.Shared, plan, options: new() { Poison = true });
            RandomStream random = new(5, 6);
            foreach (Value value in graph.Values.Where(value => value is { Kind: ValueKind.Input, Element: ElementType.Float32 }))
                session.Write(value, [.. Enumerable.Range(0, (int)value.Shape.Length).Select(i => (float)random.Normal(i))]);
            session.Run();
            Assert.Null(session.FindStrayWrite());
            return (session.ReadAll(gradient), plan.Dispatches.Count(
                dispatch => dispatch.Dispatch.Kernel.Name.StartsWith("weight_gradient/", StringComparison.Ordinal)) > 1);
        }

        (float[] whole, bool isWholeCut) = Gradient(device);
        (float[] sliced, bool isCut) = Gradient(narrow);
        Assert.False(isWholeCut);
        Assert.True(isCut);
        Assert.Equal(whole, sliced);
    }

    /// <summary>
    /// A batch needs more memory than one image, but no larger bindings: 128 MiB are less than weight gradients of four images.
    /// </summary>
    [Theory]
    [InlineData(64, 8)]
    [InlineData(32, 16)]
    public void ABatchIsLimitedByMemoryAlone(int width, int batch)
    {
        TrainingConfiguration configuration = new() { Network = new() { Width = width }, Tile = 188, Batch = batch };
        foreach (DeviceProperties device in
            new[] { TestDevice.Shared.Properties with { MaxStorageBufferRange = 1 << 27 }, DeviceProperties.Minimum })
        {
            Assert.All(Trainer.Plan(configuration, device).Dispatches.SelectMany(dispatch => dispatch.Dispatch.Buffers),
                range => Assert.True(range.Length <= device.MaxStorageBufferRange));
        }
    }

    /// <summary>Sums of 3 or 5 biases begin where an image's can be bound by themselves.</summary>
    [Theory]
    [InlineData(3)]
    [InlineData(5)]
    public void ABatchIsBoundImageByImageWithAnyNumberOfClasses(int classes)
    {
        DeviceProperties device = TestDevice.Shared.Properties with { MaxStorageBufferRange = 1 << 27 };
        ExecutionPlan plan = Trainer.Plan(new() { Network = new() { Classes = classes }, Tile = 572, Batch = 4 }, device);
        Assert.All(plan.Dispatches.SelectMany(dispatch => dispatch.Dispatch.Buffers),
            range =>
            {
                Assert.True(range.Length <= device.MaxStorageBufferRange);
                Assert.Equal(0, range.Offset % device.MinStorageBufferOffsetAlignment);
            });
    }

    /// <summary>Images times channels, or times runs of a weight gradient, are layers of a grid, of which there may be 65535.</summary>
    [Fact]
    public void ABatchOfMoreWorkgroupsThanADispatchMayHaveIsDispatchedImageByImage()
    {
        DeviceProperties device = TestDevice.Shared.Properties with
        {
            Type = DeviceType.Discrete, MaxWorkgroupCountZ = 65535, MaxStorageBufferRange = 1L << 36, MaxAllocationSize = 1L << 36,
        };
        ExecutionPlan plan = Trainer.Plan(new() { Network = new() { Width = 16 }, Tile = 188, Batch = 512 }, device);
        Assert.All(plan.Dispatches, dispatch => Assert.InRange(dispatch.Dispatch.Groups.Z, 1u, 65535u));
        Assert.Equal(512, plan.Dispatches.Count(dispatch => dispatch.Label == "encoder.3.pool forward"));

        // The same bits, where it can be run.
        (Graph whole, Graph sliced) = (TrainingStep(), TrainingStep());
        PlanOptions options = new() { Numerics = NumericsRule.Direct };
        ExecutionPlan wholePlan = Planner.Plan(whole, TestDevice.Shared.Properties, options);
        uint most = wholePlan.Dispatches.Max(dispatch => dispatch.Dispatch.Groups.Z);
        ExecutionPlan slicedPlan = Planner.Plan(sliced, TestDevice.Shared.Properties with { MaxWorkgroupCountZ = most - 1 }, options);
        Assert.True(slicedPlan.Dispatches.Count() > wholePlan.Dispatches.Count());
        Assert.Equal(Train(whole, wholePlan), Train(sliced, slicedPlan));
    }

    /// <summary>What a kernel needs is looked at where it is chosen, not only where it is compiled.</summary>
    [Theory]
    [InlineData(DeviceType.Other)]
    [InlineData(DeviceType.Integrated)]
    [InlineData(DeviceType.Software)]
    public void TheSmallestLimitsAreThoseOfNoKernel(DeviceType type)
    {
        DeviceProperties device = DeviceProperties.Minimum with { Type = type };
        foreach (Augmentation augmentation in Enum.GetValues<Augmentation>())
        {
            ExecutionPlan plan = Trainer.Plan(new() { Network = new() { Width = 16 }, Tile = 188, Augmentation = augmentation }, device);
            Assert.All(plan.Dispatches, planned =>
            {
                WorkgroupSize local = planned.Dispatch.Kernel.LocalSizeWith(planned.Dispatch.Constants);
                Assert.True(local.X * local.Y * local.Z <= device.MaxWorkgroupInvocations, $"{planned.Dispatch.Kernel}: {local}");
                Assert.True(planned.Dispatch.Kernel.PushSize <= device.MaxPushConstants, $"{planned.Dispatch.Kernel}");
            });
        }
        Assert.All(KernelCatalog.All, kernel => Assert.True(
            kernel.Buffers.Count(buffer => buffer.Form == BufferForm.Storage) <= device.MaxStorageBuffers, $"{kernel}"));
    }

    [Fact]
    public void AnImageTooLargeForABindingIsRefusedByNameWithTheRemedy()
    {
        PlanException problem = Assert.Throws<PlanException>(
            () => Planner.Plan(TrainingStep(), DeviceProperties.Minimum with { MaxStorageBufferRange = 100_000 }));
        Assert.Contains("encoder.0.conv1.y", problem.Message);
        Assert.Contains("--tile", problem.Message);
    }

    [Fact]
    public void ThePapersTrainingStepFitsTheSmallestLimits()
    {
        Graph graph = FixedTileStep.GraphOf(new UNetConfiguration(), tile: 572, maximumNorm: 1);
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
        OptimizerGraph.AppendSgd(
            graph, graph.StepEntry("learning_rate", new Shape(1), ElementType.Float32), momentum: 0.9f, maximumNorm: 1, longestPart: 4096);
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
