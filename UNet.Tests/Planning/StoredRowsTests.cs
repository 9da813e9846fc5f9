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
using UNet.Vulkan.Random;
using UNet.Vulkan.Training;
using Xunit;

namespace UNet.Tests.Planning;

/// <summary>Results that are only read packed are stored packed, and the bits stay the same.</summary>
public class StoredRowsTests
{
    /// <summary>What is planned for a GPU with matrix units, on any device that can run it.</summary>
    private static readonly PlanOptions WithRows = With("Rows", "Few", "FewOutputs");

    /// <summary>The same by Winograd's F(2,3) where that computes it.</summary>
    private static readonly PlanOptions WithWinograd = With("Rows", "RowsWinograd", "Few", "FewOutputs");

    private static PlanOptions With(params string[] names) => new()
    {
        Choose = (_, candidates) => candidates.LastOrDefault(candidate => names.Contains(candidate.Name)) ?? candidates[0],
    };

    /// <summary>Convolutions of all paddings and an up-convolution, with channels and pixels that fill no tile.</summary>
    [Theory]
    [InlineData(2, 17, 14, 15)]
    [InlineData(1, 40, 9, 26)]
    [InlineData(1, 64, 18, 7)]
    public void ChainsOfConvolutionsKeepTheirBits(int images, int channels, int height, int width)
        => KeepTheirBits(new Shape(images, channels, height, width), storing: 4 + 4, graph =>
        {
            Value x = Rectified(graph, "conv1", new Conv2d(20), graph.Values[0]);
            x = Rectified(graph, "conv2", new Conv2d(65, Padding: 1), x);
            x = Rectified(graph, "up", new ConvTranspose2d(9), x);
            x = Rectified(graph, "conv3", new Conv2d(40, Padding: 2), x);
            return graph.Add("conv4", new Conv2d(3), x).Output;
        });

    /// <summary>The first layer and the head, of few channels, and a pool of odd rows and columns beside a skip connection.</summary>
    [Theory]
    [InlineData(2, 21, 25, 20)]
    [InlineData(1, 75, 24, 33)]
    [InlineData(1, 24, 139, 16)]
    public void PoolsAndConvolutionsOfFewChannelsKeepTheirBits(int images, int height, int width, int channels)
        => KeepTheirBits(new Shape(images, 1, height, width), storing: 4 + 4, graph =>
        {
            Value x = Rectified(graph, "conv1", new Conv2d(channels), graph.Values[0]);
            Value skip = Rectified(graph, "conv2", new Conv2d(channels + 13), x);
            x = graph.Add("pool", new MaxPool2d(), skip).Output;
            x = Rectified(graph, "conv3", new Conv2d(18, Padding: 1), x);
            x = Rectified(graph, "conv4", new Conv2d(30, Padding: 1), x);
            x = graph.Add("up", new ConvTranspose2d(12), x).Output;
            x = graph.Add("concatenation", new CropConcat(), skip, x).Output;
            x = Rectified(graph, "conv5", new Conv2d(24), x);
            return graph.Add("head", new Conv2d(3, Kernel: 1), x).Output;
        });

    /// <summary>
    /// Up-convolutions whose output is a part of a concatenation, and gradients of such parts, the cropped ones and the others, where both
    /// parts fill multiples of 16 channels; and where they do not.
    /// </summary>
    [Theory]
    [InlineData(2, 16, 32, false, 0, 3 + 3)]
    [InlineData(1, 48, 16, true, 1, 3 + 3)]
    [InlineData(1, 32, 80, false, 2, 3 + 3)]
    [InlineData(2, 20, 32, false, 0, 2 + 2)]
    [InlineData(1, 16, 24, true, 1, 2 + 2)]
    public void PartsOfConcatenationsKeepTheirBits(int images, int skipped, int upsampled, bool upsampledFirst, int padding, int storing)
        => KeepTheirBits(new Shape(images, 3, 13, 18), storing, imageByImage: images > 1, network: graph =>
        {
            Value skip = Rectified(graph, "conv1", new Conv2d(skipped), graph.Values[0]);
            Value x = graph.Add("pool", new MaxPool2d(), skip).Output;
            x = Rectified(graph, "up", new ConvTranspose2d(upsampled), x);
            x = graph.Add("concatenation", new CropConcat(upsampledFirst), skip, x).Output;
            x = Rectified(graph, "conv2", new Conv2d(24, Padding: padding), x);
            return graph.Add("conv3", new Conv2d(3), x).Output;
        });

    private static Value Rectified(Graph graph, string name, Op op, Value value)
        => graph.Add(name + ".relu", new Relu(), graph.Add(name, op, value).Output).Output;

    /// <summary>
    /// Compares the gradients of a network's parameters with and without results that are stored as rows, and where the largest tensors
    /// of a batch are bound one image at a time.
    /// </summary>
    /// <param name="shape">Shape of the network's input, the graph's first value.</param>
    /// <param name="storing">How many results are stored so.</param>
    /// <param name="network">Appends the network, and gives the logits of three classes.</param>
    /// <param name="imageByImage">Whether images of the largest tensors can be bound one by one.</param>
    private static void KeepTheirBits(Shape shape, int storing, Func<Graph, Value> network, bool imageByImage = false)
    {
        Assert.SkipUnless(TestDevice.Shared.Properties.RunsMatrixKernels, "This device or this build has no kernels for matrix units.");
        Graph graph = new();
        Value image = graph.Input("image", shape);
        Value logits = network(graph);
        Value target = graph.Input("target", new Shape(shape.N, 1, logits.Shape.H, logits.Shape.W), ElementType.UInt32);
        Value weight = graph.Input("weight", target.Shape);
        graph.AppendBackward(graph.Add("loss", new SoftmaxCrossEntropy(), logits, target, weight).Output);

        float[] direct = Stored(WithRows);
        Assert.NotEqual(direct, Stored(WithWinograd));

        float[] Stored(PlanOptions options)
        {
            float[] stored = Gradients(options);
            Assert.Contains(stored, gradient => gradient != 0);
            Assert.Equal(Gradients(options with { StoreRows = false }), stored);
            Assert.Equal(stored, Gradients(options with { Alias = false }));
            ExecutionPlan plan = Planner.Plan(graph, TestDevice.Shared.Properties, options);
            Assert.Equal(storing, StoringKernels(plan));
            if (imageByImage)
            {
                long largest = plan.Dispatches.SelectMany(dispatch => dispatch.Dispatch.Buffers).Max(buffer => buffer.Length);
                DeviceProperties narrow = TestDevice.Shared.Properties with { MaxStorageBufferRange = (uint)largest - 1 };
                Assert.True(Planner.Plan(graph, narrow, options).Dispatches.Count() > plan.Dispatches.Count());
                Assert.Equal(stored, Gradients(options, narrow));
            }
            return stored;
        }

        float[] Gradients(PlanOptions options, DeviceProperties? device = null)
        {
            using VulkanSession session = new(
                TestDevice.Shared, Planner.Plan(graph, device ?? TestDevice.Shared.Properties, options), graph.StepSlot,
                options: new VulkanSessionOptions { Poison = true, ShuffleSeed = 1 });
            session.Initialize(graph);
            RandomStream random = new(1, RandomStreams.Synthesis);
            session.Write(graph.FlatParameters!, Normal(graph.FlatParameters!, scale: 0.1f));
            session.Write(image, Normal(image, scale: 1));
            session.Write(target, [.. Enumerable.Range(0, (int)target.Shape.Length).Select(i => (uint)random.Below(i, 3))]);
            session.Write(weight, [.. Enumerable.Repeat(1f, (int)weight.Shape.Length)]);
            session.Run();
            return session.ReadAll(graph.FlatGradients!);

            float[] Normal(Value value, float scale)
                => [.. Enumerable.Range(0, (int)value.Shape.Length).Select(i => scale * (float)random.Normal(i))];
        }
    }

    [Theory]
    [InlineData(UNetArchitecture.Paper, false)]
    [InlineData(UNetArchitecture.Paper, true)]
    [InlineData(UNetArchitecture.PhsegV5, false)]
    public void NetworksKeepTheirBits(UNetArchitecture architecture, bool recompute)
    {
        SmallStep step = new(architecture, dropout: architecture == UNetArchitecture.PhsegV5 ? 0.5 : 0);
        VulkanSessionOptions poisoned = new() { Poison = true, ShuffleSeed = 1 };
        Assert.All(
            new[] { new PlanOptions { Numerics = NumericsRule.Mixed }, WithRows, WithRows with { Fuse = false }, WithWinograd },
            options =>
            {
                PlanOptions stored = options with { Recompute = recompute };
                float[] gradients = step.Gradients(stored, poisoned);
                Assert.Contains(gradients, gradient => gradient != 0);
                Assert.Equal(step.Gradients(stored with { StoreRows = false }, poisoned), gradients);
                Assert.Equal(step.Gradients(stored with { Alias = false }, poisoned), gradients);
            });
    }

    /// <summary>Dispatches of kernels that store results as packed rows.</summary>
    private static int StoringKernels(ExecutionPlan plan) => plan.Dispatches.Count(dispatch
        => dispatch.Dispatch.Kernel.Buffers.Any(buffer => buffer.Name == Conv2d.ResultRows.BufferName));
}
