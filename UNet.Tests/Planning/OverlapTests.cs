using UNet.Tests.Device;
using UNet.Tests.Ops;
using UNet.Vulkan.Device;
using UNet.Vulkan.Execution;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Model;
using UNet.Vulkan.Planning;
using UNet.Vulkan.Training;
using Xunit;

namespace UNet.Tests.Planning;

/// <summary>On a GPU more runs side by side, in the same memory and to the same bits.</summary>
public class OverlapTests
{
    [Theory]
    [InlineData(UNetArchitecture.Paper, false)]
    [InlineData(UNetArchitecture.Paper, true)]
    [InlineData(UNetArchitecture.PhsegV5, false)]
    public void NetworksKeepTheirBits(UNetArchitecture architecture, bool recompute)
    {
        SmallStep step = new(architecture, dropout: architecture == UNetArchitecture.PhsegV5 ? 0.5 : 0);
        DeviceProperties device = TestDevice.Shared.Properties, gpu = device with { Type = DeviceType.Discrete };
        foreach (PlanOptions plain in new[] { PlanOptions.Plain, OfDevice(device) })
        {
            PlanOptions overlapping = plain with { Recompute = recompute };
            Assert.True(
                Planner.Plan(step.Graph, gpu, overlapping).Levels.Length
                    < Planner.Plan(step.Graph, gpu, overlapping with { Overlap = false }).Levels.Length);
            VulkanSessionOptions shuffled = new() { Poison = true, ShuffleSeed = 1 };
            float[] gradients = step.Gradients(overlapping, shuffled, gpu);
            Assert.Contains(gradients, gradient => gradient != 0);
            Assert.Equal(step.Gradients(overlapping with { Overlap = false }, shuffled, gpu), gradients);
        }
    }

    /// <summary>The implementations that are planned for the device itself, whatever device a plan is for.</summary>
    private static PlanOptions OfDevice(DeviceProperties device)
        => new() { Choose = (invocation, _) => Planner.Candidates(invocation, device, NumericsRule.WinogradF43)[^1] };

    /// <summary>Kernels for software drivers run in parts, in some of which some have nothing to do.</summary>
    [Fact]
    public void DispatchesWithoutWorkgroupsAreLeftOutAndTheirOperationsAreNot()
    {
        Graph step = FixedTileStep.GraphOf(new UNetConfiguration(), tile: 316);
        DeviceProperties device = TestDevice.Shared.Properties;
        PlannedDispatch[] planned = [.. Planner.Plan(step, device).Dispatches];
        Assert.All(planned, one => Assert.NotEqual(0u, one.Dispatch.Groups.Total));
        double expected = Planner.ScheduleOf(step, device, new PlanOptions())
            .Sum(invocation => (double)invocation.Node.Op.Operations(invocation.Pass, invocation.Node.Shapes));
        Assert.InRange(planned.Sum(one => (double)one.Operations) / expected, 0.999, 1.001);
    }

    /// <summary>Mostly one level for each convolution in each direction; more where the build has no kernels for matrix units.</summary>
    [Theory]
    [InlineData("winograd_f43", 70)]
    [InlineData("float16", 75)]
    public void AStepOfThePapersNetworkHasFewLevels(string rule, int most)
    {
        Graph step = FixedTileStep.GraphOf(new UNetConfiguration(), tile: 572, maximumNorm: 1);
        PlanOptions overlapping = new() { Numerics = NumericsRule.Named(rule)! }, others = overlapping with { Overlap = false };
        ExecutionPlan plan = Planner.Plan(step, RowTileTests.Gpu, overlapping), other = Planner.Plan(step, RowTileTests.Gpu, others);
        Assert.InRange(plan.Levels.Length, 1, Math.Min(most, other.Levels.Length - 1));
        Assert.Equal(other.ArenaSizes, plan.ArenaSizes);
        Assert.Equal(other.Dispatches.Count(), plan.Dispatches.Count());
    }
}
