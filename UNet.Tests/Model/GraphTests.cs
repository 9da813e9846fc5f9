using UNet.Vulkan.Device;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Inference;
using UNet.Vulkan.Model;
using UNet.Vulkan.Ops;
using UNet.Vulkan.Planning;
using Xunit;

namespace UNet.Tests.Model;

public class GraphTests
{
    [Fact]
    public void AValueThatIsNotKeptHasNoParts()
    {
        Graph graph = new();
        Value y = graph.Add("conv", new Conv2d(4), graph.Input("x", new Shape(1, 2, 18, 18))).Output;
        Assert.Contains("not kept", Assert.Throws<ArgumentException>(() => graph.Part(y, "half", 512, new Shape(512))).Message);
        y.Keep = true;
        Assert.Equal(512, graph.Part(y, "half", 512, new Shape(512)).Start);
        Assert.Throws<ArgumentOutOfRangeException>(() => graph.Part(y, "beyond", 576, new Shape(512)));
    }

    /// <summary>Its gradients have two terms of the same node, and one of another.</summary>
    [Fact]
    public void AValueThatANodeReadsTwiceCanBeDifferentiated()
    {
        Graph graph = new();
        Value x = graph.Add("conv", new Conv2d(4), graph.Input("x", new Shape(1, 2, 18, 18))).Output;
        Value twice = graph.Add("twice", new CropConcat(), x, x).Output;
        graph.AppendBackward(graph.Add("both", new CropConcat(), x, twice).Output);
        Assert.Equal(2, graph.Nodes.Count(node => node.Op is AccumulateGradient && node[AccumulateGradient.Sum] == graph.GradientOf(x)));
    }

    [Fact]
    public void AVectorThatIsTooLongIsRefusedByNameOfItsPart()
    {
        Graph graph = new();
        graph.StepEntry("rate", new Shape(1), ElementType.Float32);
        PlanException refusal = Assert.Throws<PlanException>(() => graph.StepEntry("image", new Shape(1, 1, 1 << 16, 1 << 15)));
        Assert.StartsWith("With 'image' [1x1x65536x32768] the vector 'step' would have ", refusal.Message, StringComparison.Ordinal);

        UNetConfiguration network = new() { Depth = 1 };
        int tile = new TileGeometry(network).LargestInputUpTo(TileGeometry.LargestInput);
        Assert.Throws<PlanException>(() => Segmenter.Plan(network, tile, DeviceProperties.Minimum));
    }
}
