using UNet.Tests.Device;
using UNet.Vulkan.Device;
using UNet.Vulkan.Execution;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Model;
using UNet.Vulkan.Planning;
using Xunit;

namespace UNet.Tests.Planning;

/// <summary>Activations that are computed again: less memory, the same bits.</summary>
public class RecomputationTests
{
    [Theory]
    [InlineData(UNetArchitecture.Paper, true)]
    [InlineData(UNetArchitecture.PhsegV5, true)]
    [InlineData(UNetArchitecture.PhsegV5, false)]
    public void RecomputedStepsGiveTheSameBits(UNetArchitecture architecture, bool fuse)
    {
        SmallStep step = new(architecture, dropout: architecture == UNetArchitecture.PhsegV5 ? 0.5 : 0);
        float[] kept = step.Gradients(new PlanOptions { Fuse = fuse });
        Assert.Contains(kept, gradient => gradient != 0);
        Assert.Equal(kept, step.Gradients(new PlanOptions { Fuse = fuse, Recompute = true }));
        Assert.Equal(kept, step.Gradients(new PlanOptions { Fuse = fuse, Recompute = true, Alias = false }));
    }

    /// <summary>Whatever a backward pass reads is a checkpoint, or computed after the loss.</summary>
    [Fact]
    public void BackwardPassesReadCheckpointsAndWhatIsComputedAgain()
    {
        Graph graph = new SmallStep(UNetArchitecture.Paper, dropout: 0).Graph;
        IReadOnlyList<Invocation> schedule = Recomputation.Apply(Fusion.Apply(graph));
        int forward = schedule.TakeWhile(invocation => invocation.Pass.IsForward).Count();
        HashSet<Value> before = [.. schedule.Take(forward).SelectMany(invocation => invocation.Writes)];
        string[] read = [.. schedule.Skip(forward).SelectMany(invocation => invocation.Reads).Where(before.Contains)
            .Where(value => !value.IsCheckpoint).Select(value => value.Name).Distinct()];
        Assert.Equal(["loss.sums"], read);
        Assert.Contains(schedule.Skip(forward), invocation => invocation.Node.Name == "encoder.1.conv1 again");
        Assert.DoesNotContain(schedule.Skip(forward), invocation => invocation.Node.Name == "encoder.1.conv2 again");

        HashSet<Value> written = [];
        foreach (Invocation invocation in schedule)
        {
            Assert.All(invocation.Reads, value => Assert.True(value.IsKept || written.Contains(value), $"{invocation} reads {value}."));
            written.UnionWith(invocation.Writes);
        }
    }

    [Fact]
    public void NothingIsComputedAgainWithoutBackwardPasses()
    {
        Graph graph = new();
        graph.AppendNetwork(new UNetConfiguration { Width = 4, Depth = 2 }, graph.Input("image", new Shape(1, 1, 44, 44)));
        IReadOnlyList<Invocation> fused = Fusion.Apply(graph);
        Assert.Same(fused, Recomputation.Apply(fused));
    }
}
