using UNet.Shaders;
using UNet.Tests.Device;
using UNet.Tests.Ops;
using UNet.Vulkan.Device;
using UNet.Vulkan.Execution;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Model;
using UNet.Vulkan.Ops;
using UNet.Vulkan.Ops.Declaration;
using UNet.Vulkan.Planning;
using UNet.Vulkan.Training;
using Xunit;

namespace UNet.Tests.Planning;

/// <summary>What several passes of an op read packed is packed once, and the bits stay the same.</summary>
public class SharedPackingTests
{
    private const string Rows = "Rows";

    private static readonly PlanOptions WithRows = new()
    {
        Choose = (_, candidates) => candidates.FirstOrDefault(candidate => candidate.Name == Rows) ?? candidates[0],
    };

    /// <summary>
    /// Input and weights of a convolution are packed in its forward pass alone, its gradient for one of the two gradients alone.
    /// </summary>
    [Fact]
    public void PassesOfAnOpShareWhatTheyPack()
    {
        PlannedInvocation[] all = [.. Differentiated(out _).Invocations.Where(IsConvolution).Select(Planned)];
        PlannedInvocation[] shared = SharedPacking.Apply(all, recompute: false);
        Assert.Equal(
            [
                Conv2dPackPixelRows.Info, Conv2dPackWeightRows.Info, Conv2dForwardRowsMatrix.Info,
                Conv2dPackGradientRows.Info, Conv2dBackwardInputRowsMatrix.Info,
                Conv2dBackwardWeightRowsMatrix.Info, Conv2dBackwardBiasRows.Info, WeightGradientSumTapRuns.Info,
            ],
            shared.SelectMany(KernelsOf));
        Assert.All(
            shared.Where(ReadsPixelRows),
            planned => Assert.Same(all[0].Values[Conv2d.PixelRows.Index], planned.Values[Conv2d.PixelRows.Index]));
        Assert.Same(shared[1].Values[Conv2d.GradientRows.Index], shared[2].Values[Conv2d.GradientRows.Index]);
        Assert.Same(shared[0].Values[Conv2d.WeightRows.Index], shared[1].Values[Conv2d.WeightRows.Index]);

        static bool ReadsPixelRows(PlannedInvocation planned) => planned.Values[Conv2d.PixelRows.Index] is not null;
    }

    /// <summary>The input is read by kernels of the forward pass alone, and need not be kept for the backward passes.</summary>
    [Fact]
    public void WhatIsPackedIsNotReadAgain()
    {
        Graph graph = Differentiated(out Value x);
        PlannedInvocation[] shared = SharedPacking.Apply([.. graph.Invocations.Where(IsConvolution).Select(Planned)], recompute: false);
        Assert.All(graph.Invocations.Where(IsConvolution), invocation => Assert.Contains(x, invocation.Reads));
        Assert.Contains(x, shared[0].Touched(BufferAccess.Read));
        Assert.All(shared.Skip(1), planned => Assert.DoesNotContain(x, planned.Touched(BufferAccess.Read)));
    }

    /// <summary>An optimizer writes the vector of which the weight is a part: the weight is packed again, the input is not.</summary>
    [Fact]
    public void WhatWasWrittenInBetweenIsPackedAgain()
    {
        Graph graph = Differentiated(out _);
        OptimizerGraph.AppendSgd(
            graph, graph.StepEntry("learning_rate", new Shape(1), ElementType.Float32), momentum: 0.9f, maximumNorm: 1, longestPart: 4096);
        PlannedInvocation forward = Planned(graph.Invocations.First(IsConvolution));
        PlannedInvocation[] optimizer = [.. graph.Invocations.Where(invocation => invocation.Node.Op is Sgd).Select(Planned)];
        Assert.NotEmpty(optimizer);
        Assert.Equal([Conv2dForwardRowsMatrix.Info], KernelsOf(SharedPacking.Apply([forward, Again(forward)], recompute: false)[^1]));
        Assert.Equal(
            [Conv2dPackWeightRows.Info, Conv2dForwardRowsMatrix.Info],
            KernelsOf(SharedPacking.Apply([forward, .. optimizer, Again(forward)], recompute: false)[^1]));
    }

    /// <summary>Where activations are computed again, to keep less, packed weights are not kept for that; packed activations are.</summary>
    [Fact]
    public void PackedParametersAreNotKeptForRecomputation()
    {
        Invocation[] invocations = [.. Differentiated(out _).Invocations.Where(IsConvolution)];
        PlannedInvocation[] all = [.. invocations.Take(1)
            .Append(invocations[1]).Append(invocations[0]).Append(invocations[0]).Select(Planned)];
        PlannedInvocation[] shared = SharedPacking.Apply(all, recompute: true);
        Assert.DoesNotContain(Conv2dPackPixelRows.Info, shared.Skip(1).SelectMany(KernelsOf));
        Assert.Contains(Conv2dPackWeightRows.Info, KernelsOf(shared[1]));
        Assert.Equal([Conv2dForwardRowsMatrix.Info], KernelsOf(shared[2]));
        Assert.Equal([Conv2dForwardRowsMatrix.Info], KernelsOf(shared[3]));
        Assert.DoesNotContain(Conv2dPackWeightRows.Info, SharedPacking.Apply(all, recompute: false).Skip(1).SelectMany(KernelsOf));
    }

    /// <summary>Of weights that are packed part by part, the scratch holds the last part alone.</summary>
    [Theory]
    [InlineData(64, false)]
    [InlineData(600, true)]
    public void WhatIsPackedInPartsIsNotShared(int channels, bool inParts)
    {
        Graph graph = new();
        graph.Add("conv", new Conv2d(channels), graph.Input("x", new Shape(1, channels, 8, 8)));
        Implementation implementation = graph.Invocations[0].Pass.Implementations.Single(candidate => candidate.Name == "WinogradF43Lanes");
        PlannedInvocation first = Planner.Planned(graph.Invocations[0], implementation, tiling: null);
        PlannedInvocation again = Planner.Planned(graph.Invocations[0], implementation, tiling: null);
        Assert.Equal(inParts, first.Invocation.Node.Op.PartCount(implementation, first.Shapes) > 1);
        PlannedInvocation[] shared = SharedPacking.Apply([first, again], recompute: false);
        Assert.Equal(inParts, KernelsOf(shared[1]).Contains(Conv2dPackForwardWinogradF43Lanes.Info));
    }

    /// <summary>Padding is part of the packed rows.</summary>
    [Fact]
    public void AnotherOpPacksForItself()
    {
        Graph graph = new();
        Value x = graph.Input("x", new Shape(1, 2, 8, 8));
        graph.Add("valid", new Conv2d(3), x);
        graph.Add("same", new Conv2d(3, Padding: 1), x);
        PlannedInvocation[] all = [.. graph.Invocations.Select(Planned)];
        Assert.Equal(all.SelectMany(KernelsOf), SharedPacking.Apply(all, recompute: false).SelectMany(KernelsOf));
    }

    [Theory]
    [InlineData(UNetArchitecture.Paper, false)]
    [InlineData(UNetArchitecture.Paper, true)]
    [InlineData(UNetArchitecture.PhsegV5, false)]
    public void SharedPackingChangesNoBit(UNetArchitecture architecture, bool recompute)
    {
        SmallStep step = new(architecture, dropout: architecture == UNetArchitecture.PhsegV5 ? 0.5 : 0);
        VulkanSessionOptions poisoned = new() { Poison = true, ShuffleSeed = 1 };
        Assert.All(
            new[] { new PlanOptions(), PlanOptions.Plain, new PlanOptions { Numerics = NumericsRule.Mixed },
                WithRows, WithRows with { Fuse = false } },
            options =>
            {
                PlanOptions shared = options with { Recompute = recompute };
                float[] gradients = step.Gradients(shared, poisoned);
                Assert.Contains(gradients, gradient => gradient != 0);
                Assert.Equal(step.Gradients(shared with { SharePacking = false }, poisoned), gradients);
                Assert.Equal(step.Gradients(shared with { Alias = false }, poisoned), gradients);
            });
    }

    /// <summary>
    /// A tensor of 32 bits that is larger than a binding is packed one image at a time, and its rows are read whole by all passes.
    /// </summary>
    [Fact]
    public void WhatIsPackedImageByImageIsShared()
    {
        Assert.SkipUnless(Conv2dForwardRowsMatrix.Info.IsEmbedded, "This build has no kernels for matrix units.");
        Graph graph = Differentiated(out Value x, channels: 16, size: 1024);
        DeviceProperties device = RowTileTests.Gpu with { MaxStorageBufferRange = 100_000_000 };
        Assert.True(x.SizeInBytes > device.MaxStorageBufferRange);
        PlannedDispatch[] planned = [.. Planner.Plan(graph, device, WithRows).Dispatches];

        BufferRange[] packed = [.. Ranges(Conv2dPackPixelRows.Info)];
        Assert.Equal(2, packed.Length);
        Assert.Equal(packed[0].End, packed[1].Offset);
        BufferRange whole = packed[0] with { Length = packed[0].Length + packed[1].Length };
        Assert.Equal([whole], Ranges(Conv2dForwardRowsMatrix.Info));
        Assert.Equal([whole], Ranges(Conv2dBackwardWeightRowsMatrix.Info));

        IEnumerable<BufferRange> Ranges(KernelInfo kernel) => planned.Where(dispatch => dispatch.Dispatch.Kernel == kernel)
            .Select(dispatch => dispatch.Dispatch.Buffers[
                kernel.Buffers.ToList().FindIndex(buffer => buffer.Name == Conv2d.PixelRows.BufferName)]);
    }

    /// <summary>A convolution between two ReLUs, with its backward passes.</summary>
    private static Graph Differentiated(out Value x, int channels = 3, int size = 8)
    {
        Graph graph = new();
        x = graph.Add("before", new Relu(), graph.Input("image", new Shape(2, channels, size, size))).Output;
        Value y = graph.Add("conv", new Conv2d(4), x).Output;
        graph.AppendBackward(graph.Add("after", new Relu(), y).Output, [x]);
        return graph;
    }

    private static bool IsConvolution(Invocation invocation) => invocation.Node.Op is Conv2d;

    /// <summary>The invocation by packed rows where there are any, whatever the device and the build.</summary>
    private static PlannedInvocation Planned(Invocation invocation)
    {
        Implementation implementation = invocation.Pass.Implementations.FirstOrDefault(candidate => candidate.Name == Rows)
            ?? invocation.Pass.Implementations[0];
        return Planner.Planned(invocation, implementation, tiling: null);
    }

    /// <summary>The same once more, with scratch of its own.</summary>
    private static PlannedInvocation Again(PlannedInvocation planned) => Planned(planned.Invocation);

    private static IEnumerable<KernelInfo> KernelsOf(PlannedInvocation planned)
        => planned.Kernels.Select(kernel => planned.Implementation.Kernels[kernel].Kernel);
}
