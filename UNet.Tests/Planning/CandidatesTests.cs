using UNet.Vulkan.Checks;
using UNet.Vulkan.Device;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Ops;
using UNet.Vulkan.Ops.Declaration;
using UNet.Vulkan.Planning;
using Xunit;

namespace UNet.Tests.Planning;

/// <summary>Which implementations planning chooses from: those that run, suit the device and round as the rule says.</summary>
public class CandidatesTests
{
    private static readonly DeviceProperties Processor = DeviceProperties.Minimum with
    {
        Type = DeviceType.Software,
        HasBufferAddresses = true,
        HasSubgroupBroadcast = true,
        HasInt64 = true,
        SubgroupSize = 8,
    };

    private static readonly DeviceProperties Gpu = Processor with { Type = DeviceType.Discrete };

    private static readonly Invocation Convolution = GraphOf(new Conv2d(OutChannels: 4)).Invocations[0];

    [Fact]
    public void AnImplementationForProcessorsIsNoCandidateOnAGpu()
    {
        Assert.Equal(["", "Lanes", "LanePairs"], Names(Processor));
        Assert.DoesNotContain("Lanes", Names(Gpu));
        Implementation lanes = Convolution.Pass.Implementations.Single(implementation => implementation.Name == "Lanes");
        Assert.True(Convolution.Node.Op.Supports(lanes, Convolution.Node.Shapes, Gpu), "it runs there all the same, and is checked");
    }

    [Fact]
    public void TheMostSpecializedCandidateIsPlanned()
    {
        Graph graph = GraphOf(new Conv2d(OutChannels: 4));
        Assert.Contains(
            Planner.Plan(graph, Processor).Dispatches, dispatch => dispatch.Dispatch.Kernel == Shaders.Conv2dForwardLanePairs.Info);
        Assert.DoesNotContain(
            Planner.Plan(graph, Gpu).Dispatches, dispatch => dispatch.Dispatch.Kernel == Shaders.Conv2dForwardLanePairs.Info);
    }

    /// <summary>It can run for any shape with even rows, but does not pay for few channels or tiles.</summary>
    [Theory]
    [InlineData(32, 32, "WinogradLanes")]
    [InlineData(64, 32, "WinogradF43Lanes")]
    [InlineData(64, 16, "WinogradLanes")]
    [InlineData(16, 32, "LanePairs")]
    public void AnImplementationIsPlannedForTheShapesThatItIsMeantFor(int channels, int side, string expected)
    {
        Invocation invocation = new SampleGraph(
            new OpSample(new Conv2d(channels, Padding: 1), [new Shape(1, channels, side, side)])).Graph.Invocations[0];
        Assert.Equal(expected, Planner.Candidates(invocation, Processor, NumericsRule.WinogradF43)[^1].Name);
        Assert.Contains("WinogradF43Lanes", Planner.Supported(invocation, Processor).Select(implementation => implementation.Name));
    }

    /// <summary>Where vector registers are few, convolutions of few channels have kernels without gathers; not those of very few.</summary>
    [Theory]
    [InlineData(16, 16, 16, "Unrolled")]
    [InlineData(16, 16, 32, "LanePairs")]
    [InlineData(32, 32, 16, "Unrolled")]
    [InlineData(32, 32, 32, "WinogradLanes")]
    [InlineData(32, 64, 16, "Unrolled")]
    [InlineData(64, 32, 16, "WinogradF43Lanes")]
    [InlineData(32, 80, 16, "WinogradF43Lanes")]
    [InlineData(1, 16, 16, "LanePairs")]
    public void AnImplementationForFewRegistersIsPlannedForFewChannels(int read, int written, int registers, string expected)
    {
        DeviceProperties processor = Processor with { VectorRegisters = registers };
        Invocation[] invocations =
            [.. new SampleGraph(new OpSample(new Conv2d(written, Padding: 1), [new Shape(1, read, 32, 32)])).Graph.Invocations];
        Assert.Equal(expected, Planner.Candidates(invocations[0], processor, NumericsRule.WinogradF43)[^1].Name);

        OpSample transposed = new(new Conv2d(read, Padding: 1), [new Shape(1, written, 32, 32)]);
        Invocation toInput = new SampleGraph(transposed).Graph.Invocations
            .Single(one => one.Pass.Implementations.Any(known => known.Name == "InputUnrolled"));
        Assert.Equal("Input" + expected, Planner.Candidates(toInput, processor, NumericsRule.WinogradF43)[^1].Name);
    }

    /// <summary>So can that of the gradient to the weight; with wider subgroups other kernels are better at few channels.</summary>
    [Theory]
    [InlineData(64, 20, 8, "WeightWinogradF43Lanes")]
    [InlineData(64, 16, 8, "WeightWinogradLanes")]
    [InlineData(16, 20, 8, "WeightWinogradF43Lanes")]
    [InlineData(16, 20, 16, "WeightLanePairs")]
    public void AnImplementationOfTheWeightGradientIsPlannedForTheShapesThatItIsMeantFor(
        int channels, int side, int subgroup, string expected)
    {
        OpSample sample = new(new Conv2d(channels, Padding: 1), [new Shape(1, channels, side, side)]);
        Invocation invocation = new SampleGraph(sample).Graph.Invocations
            .Single(one => one.Pass.Implementations.Any(known => known.Name == expected));
        DeviceProperties processor = Processor with { SubgroupSize = subgroup };
        Assert.Equal(expected, Planner.Candidates(invocation, processor, NumericsRule.WinogradF43)[^1].Name);
        Assert.Contains("WeightWinogradF43Lanes", Planner.Supported(invocation, processor).Select(implementation => implementation.Name));
    }

    [Theory]
    [InlineData(NumericsClass.Direct)]
    [InlineData(NumericsClass.Float16)]
    [InlineData(NumericsClass.Winograd)]
    [InlineData(NumericsClass.WinogradF43)]
    public void CandidatesAreOfOneNumericsClass(NumericsClass numerics)
    {
        foreach (Invocation invocation in OpCatalog.Samples.SelectMany(sample => new SampleGraph(sample).Graph.Invocations))
        {
            foreach (DeviceProperties device in (DeviceProperties[])[Processor, Gpu, DeviceProperties.Minimum])
            {
                IReadOnlyList<Implementation> candidates = Planner.Candidates(invocation, device, new NumericsRule(numerics));
                NumericsClass found = Assert.Single(candidates.Select(candidate => candidate.Numerics).Distinct());
                Assert.Contains(found, new NumericsRule(numerics).Classes);
                Assert.All(candidates, candidate => Assert.True(candidate.IsFor(device)));
            }
        }
    }

    [Fact]
    public void RulesHaveNames()
    {
        foreach (NumericsClass numerics in Enum.GetValues<NumericsClass>())
            Assert.Equal(new NumericsRule(numerics), NumericsRule.Named(new NumericsRule(numerics).Name));
        Assert.Equal("direct", NumericsRule.Direct.Name);
        Assert.Null(NumericsRule.Named("exact"));
    }

    private static Graph GraphOf(Op op) => new SampleGraph(new OpSample(op, [new Shape(1, 3, 8, 8)])).Graph;

    private static IEnumerable<string> Names(DeviceProperties device)
        => Planner.Candidates(Convolution, device, NumericsRule.Direct).Select(candidate => candidate.Name);
}
