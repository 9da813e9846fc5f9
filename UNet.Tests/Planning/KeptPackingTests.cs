using UNet.Shaders;
using UNet.Tests.Device;
using UNet.Tests.Ops;
using UNet.Vulkan.Execution;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Model;
using UNet.Vulkan.Ops;
using UNet.Vulkan.Planning;
using UNet.Vulkan.Random;
using UNet.Vulkan.Training;
using Xunit;

namespace UNet.Tests.Planning;

/// <summary>Parameters that no run writes are packed once for all runs, and the bits stay the same.</summary>
public class KeptPackingTests
{
    private static readonly PlanOptions WithRows = new()
    {
        Choose = (_, candidates) => candidates.FirstOrDefault(candidate => candidate.Name == "Rows") ?? candidates[0],
    };

    [Fact]
    public void InferencePacksWeightsOnce()
    {
        Assert.SkipUnless(Conv2dForwardRowsMatrix.Info.IsEmbedded, "This build has no kernels for matrix units.");
        Graph graph = new();
        Value image = graph.Input("image", new Shape(1, 1, 572, 572));
        graph.AppendNetwork(new UNetConfiguration(), image);
        PlanOptions options = new() { Numerics = NumericsRule.Mixed };
        ExecutionPlan plan = Planner.Plan(graph, RowTileTests.Gpu, options);
        Assert.Equal(17, Count(plan.Preparation.SelectMany(level => level), Conv2dPackWeightRows.Info));
        Assert.Equal(4, Count(plan.Preparation.SelectMany(level => level), ConvTranspose2dPackWeightRows.Info));
        Assert.Equal(0, Count(plan.Dispatches, Conv2dPackWeightRows.Info));
        Assert.Equal(27 + 4, plan.Dispatches.Count()); // and nothing else is packed but skip connections
        Assert.Equal([graph.FlatParameters!], plan.Prepared);

        // Half the parameters' memory, and what fills them up; others come to lie closer together.
        long more = plan.ArenaSizes.Sum() - Planner.Plan(graph, RowTileTests.Gpu, options with { KeepPacked = false }).ArenaSizes.Sum();
        Assert.InRange(more, 1, graph.FlatParameters!.SizeInBytes * 11 / 20);

        static int Count(IEnumerable<PlannedDispatch> dispatches, KernelInfo kernel)
            => dispatches.Count(dispatch => dispatch.Dispatch.Kernel == kernel);
    }

    /// <summary>The optimizer writes the parameters in every run.</summary>
    [Fact]
    public void TrainingPacksInEveryRun()
        => Assert.Empty(Trainer.Plan(
            new TrainingConfiguration { Network = new UNetConfiguration(), Tile = 572, Precision = Precision.Mixed }, RowTileTests.Gpu)
            .Preparation);

    /// <summary>In the first run, in later ones, and after parameters were written anew.</summary>
    [Fact]
    public void ResultsKeepTheirBits()
    {
        Assert.SkipUnless(TestDevice.Shared.Properties.RunsMatrixKernels, "This device or this build has no kernels for matrix units.");
        UNetConfiguration network = new() { Width = 4, Depth = 2, Padding = ConvolutionPadding.Same };
        Graph graph = new();
        Value image = graph.Input("image", new Shape(1, 1, 36, 36));
        Value logits = graph.AppendNetwork(network, image);
        logits.Keep = true;
        RandomStream random = new(1, RandomStreams.Synthesis);
        float[] pixels = [.. Enumerable.Range(0, 36 * 36).Select(i => (float)random.Normal(i))];

        float[][] kept = Results(WithRows);
        Assert.Equal(kept[0], kept[1]);
        Assert.NotEqual(kept[0], kept[2]);
        Assert.Equal(Results(WithRows with { KeepPacked = false }), kept);

        float[][] Results(PlanOptions options)
        {
            ExecutionPlan plan = Planner.Plan(graph, TestDevice.Shared.Properties, options);
            Assert.Equal(options.KeepPacked, !plan.Preparation.IsEmpty);
            using VulkanSession session = new(TestDevice.Shared, plan, options: new VulkanSessionOptions { Poison = true });
            session.Initialize(graph);
            session.Write(image, pixels);
            return [Run(seed: 3), Run(seed: null), Run(seed: 4)];

            float[] Run(ulong? seed)
            {
                if (seed is ulong number)
                    session.WriteParameters(graph, UNetParameters.Initial(network, number));
                session.Run();
                return session.ReadAll(logits);
            }
        }
    }
}
