using UNet.Tests.Device;
using UNet.Vulkan.Device;
using UNet.Vulkan.Execution;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Model;
using UNet.Vulkan.Ops;
using UNet.Vulkan.Ops.Declaration;
using UNet.Vulkan.Planning;
using UNet.Vulkan.Random;
using Xunit;

namespace UNet.Tests.Planning;

public class FusionTests
{
    /// <summary>Every ReLU becomes part of its readers, except those before dropout, whose kernels do not rectify.</summary>
    [Theory]
    [InlineData(UNetArchitecture.Paper, 0, 0)]
    [InlineData(UNetArchitecture.PhsegV5, 0, 0)]
    [InlineData(UNetArchitecture.PhsegV5, 0.5, 2)]
    public void ReadersTakeOverTheWorkOfRectifiers(UNetArchitecture architecture, double dropout, int left)
    {
        Graph graph = new SmallStep(architecture, dropout).Graph;
        Assert.Contains(graph.Invocations, IsRectifier);
        IReadOnlyList<Invocation> fused = Fusion.Apply(graph);
        Assert.Equal(left, fused.Count(invocation => IsRectifier(invocation) && invocation.Pass.IsForward));
        Assert.Equal(left, fused.Count(invocation => IsRectifier(invocation) && !invocation.Pass.IsForward));

        // What is read was written before, unless it comes from outside.
        HashSet<Value> written = [];
        foreach (Invocation invocation in fused)
        {
            Assert.All(invocation.Reads, value => Assert.True(value.IsKept || written.Contains(value), $"{invocation} reads {value}."));
            written.UnionWith(invocation.Writes);
        }
    }

    [Theory]
    [InlineData(UNetArchitecture.Paper, 0)]
    [InlineData(UNetArchitecture.PhsegV5, 0.5)]
    public void FusedNetworksGiveTheSameBits(UNetArchitecture architecture, double dropout)
    {
        SmallStep step = new(architecture, dropout);
        float[] fused = step.Gradients(new PlanOptions());
        Assert.Contains(fused, gradient => gradient != 0);
        Assert.Equal(step.Gradients(new PlanOptions { Fuse = false }), fused);
        Assert.Equal(step.Gradients(PlanOptions.Plain with { Fuse = false }), step.Gradients(PlanOptions.Plain));
    }

    /// <summary>Convolutions read both parts of a concatenation; pools add their gradients to those of the skip connections.</summary>
    [Theory]
    [InlineData(UNetArchitecture.Paper)]
    [InlineData(UNetArchitecture.PhsegV5)]
    public void NothingIsConcatenated(UNetArchitecture architecture)
    {
        Graph graph = new SmallStep(architecture, dropout: 0).Graph;
        IReadOnlyList<Invocation> fused = Fusion.Apply(graph);
        Assert.DoesNotContain(fused, invocation => invocation.Node.Op is CropConcat or AccumulateGradient);
        Assert.Equal(2 * 3, fused.Count(invocation => invocation.Node.Op is CropConcatConv2d));
        Assert.Equal(2, fused.Count(invocation => invocation.Node.Op is AccumulateMaxPoolGradient));
        Assert.Equal(2, fused.Count(invocation => invocation.Node.Op is MaxPool2d));
    }

    /// <summary>Two ops stay two where one of both would have to take a lesser implementation.</summary>
    [Fact]
    public void AnImplementationIsWorthMoreThanAFusion()
    {
        Graph graph = new SmallStep(UNetArchitecture.Paper, dropout: 0).Graph;
        IReadOnlyList<Invocation> fused = Fusion.Apply(graph, invocation => invocation.Pass.Implementations.First(
            implementation => implementation.Suits == DeviceKind.Software
                || invocation.Node.Op is not Conv2d || !invocation.Pass.Gradients.Contains(Conv2d.Weight)));
        Assert.Equal(2, fused.Count(invocation => invocation.Node.Op is CropConcat && invocation.Pass.IsForward));
        Assert.DoesNotContain(fused, invocation => invocation.Node.Op is CropConcatConv2d);
    }

    /// <summary>
    /// The paper's network in 27 dispatches: 18 convolutions, 4 pools, 4 up-convolutions and the head, where each convolution
    /// is one kernel.
    /// </summary>
    [Fact]
    public void ThePapersForwardPassTakes27Dispatches()
    {
        Graph graph = new();
        graph.AppendNetwork(new UNetConfiguration(), graph.Input("image", new Shape(1, 1, 572, 572))).Keep = true;
        PlanOptions singleKernels = new()
        {
            Choose = (_, candidates) => candidates.FirstOrDefault(candidate => candidate.Name == "Gemm") ?? candidates[0],
        };
        Assert.All([PlanOptions.Plain, singleKernels], options =>
        {
            ExecutionPlan plan = Planner.Plan(graph, DeviceProperties.Minimum, options);
            Assert.Equal(27, plan.Dispatches.Count());
            Assert.Equal(1 + 18 + 4 + 4, SubmissionPlan.Whole(plan.Levels).Single().Length);
        });
        // The 3x3 convolutions of more than one channel pack their weights first.
        Assert.Equal(27 + 17, Planner.Plan(graph, DeviceProperties.Minimum).Dispatches.Count());
    }

    /// <summary>What is read from outside is written, and what it needs is not fused away.</summary>
    [Fact]
    public void KeptValuesStay()
    {
        Graph graph = new();
        Value x = graph.Input("x", new Shape(1, 2, 8, 8));
        Value y = graph.Add("conv", new Conv2d(3), x).Output;
        Value rectified = graph.Add("relu", new Relu(), y).Output;
        graph.Add("pool", new MaxPool2d(), rectified);
        Assert.DoesNotContain(Fusion.Apply(graph), IsRectifier);
        rectified.Keep = true;
        Assert.Contains(Fusion.Apply(graph), IsRectifier);
    }

    /// <summary>A convolution stores what its ReLU would make of it; a pool cannot, and whoever reads it rectifies.</summary>
    [Fact]
    public void ConvolutionsStoreRectified()
    {
        Graph graph = new();
        Value y = graph.Add("conv", new Conv2d(3), graph.Input("x", new Shape(1, 2, 12, 12))).Output;
        Value pooled = graph.Add("pool", new MaxPool2d(), graph.Add("relu", new Relu(), y).Output).Output;
        graph.Add("head", new Conv2d(1), graph.Add("again", new Relu(), pooled).Output);
        Assert.Equal(
            [
                new Conv2d(3, RectifyOutput: true), new MaxPool2d(), new Conv2d(1, Rectify: Rectification.OnLoad),
            ],
            Fusion.Apply(graph).Select(invocation => invocation.Node.Op));
        y.Keep = true;
        Assert.Contains(Fusion.Apply(graph), invocation => invocation.Node.Op is MaxPool2d { Rectify: Rectification.OnLoad });
    }

    /// <summary>The gradient to what two ops read is a sum in which the ReLU has only a share.</summary>
    [Fact]
    public void AnInputWithOtherReadersStaysAsItIs()
    {
        Graph graph = new();
        Value y = graph.Add("conv", new Conv2d(3), graph.Input("x", new Shape(1, 2, 8, 8))).Output;
        graph.Add("pool", new MaxPool2d(), graph.Add("relu", new Relu(), y).Output);
        graph.Add("other", new MaxPool2d(), y);
        Assert.Contains(Fusion.Apply(graph), IsRectifier);
    }

    /// <summary>
    /// A node that reads the gradient to a ReLU's output, or to a concatenation, finds what would be there without fusion.
    /// </summary>
    [Theory]
    [InlineData("relu")]
    [InlineData("concatenation")]
    public void AGradientThatOthersReadStaysAsItIs(string node)
    {
        Graph graph = new();
        Value x = graph.Input("x", new Shape(1, 2, 16, 16));
        Value rectified = graph.Add("relu", new Relu(), graph.Add("upper", new Conv2d(4), x).Output).Output;
        Value both = graph.Add("concatenation", new CropConcat(), graph.Add("lower", new Conv2d(4), x).Output, rectified).Output;
        Value y = graph.Add("last", new Conv2d(3), both).Output;
        graph.AppendBackward(y);
        Value gradient = graph.GradientOf(graph.Nodes.Single(candidate => candidate.Name == node).Output)!;
        Value sum = graph.Add("square", new SquareSum(), gradient).Output;
        sum.Keep = true;

        float Sum(bool fuse)
        {
            using VulkanSession session = new(TestDevice.Shared, Planner.Plan(graph, TestDevice.Shared.Properties, new() { Fuse = fuse }));
            RandomStream random = new(7, RandomStreams.Synthesis);
            foreach (Value value in new[] { x, graph.FlatParameters!, graph.LossGradient! })
                session.Write(value, [.. Enumerable.Range(0, (int)value.Shape.Length).Select(i => (float)random.Normal(i))]);
            session.Run();
            return session.ReadAll(sum)[0];
        }

        Assert.Equal(Sum(fuse: false), Sum(fuse: true));
    }

    private static bool IsRectifier(Invocation invocation) => invocation.Node.Op is Relu;
}
