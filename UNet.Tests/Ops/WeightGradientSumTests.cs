using UNet.Shaders;
using UNet.Tests.Device;
using UNet.Vulkan.Checks;
using UNet.Vulkan.Device;
using UNet.Vulkan.Execution;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Ops;
using UNet.Vulkan.Ops.Declaration;
using UNet.Vulkan.Planning;
using Xunit;

namespace UNet.Tests.Ops;

/// <summary>
/// Weight gradients of many runs of pixels, of which the samples of the op checks have few: the kernels that add them up divide them among
/// invocations by their number.
/// </summary>
public class WeightGradientSumTests
{
    /// <summary>An element of the gradient is a sum of thousands of products, in another order.</summary>
    private const float Tolerance = 2e-5f;

    /// <summary>The same of products of numbers that are rounded to 16 bits.</summary>
    private const float RoundedTolerance = 2e-3f;

    /// <summary>Few weights, many weights, and a batch that is bound one image at a time.</summary>
    [Theory]
    [InlineData("2x4x64x64", 2, 1, 32u, false)]
    [InlineData("1x20x56x50", 24, 3, 8u, false)]
    [InlineData("2x64x48x48", 64, 1, 8u, true)]
    public void InvocationsShareRuns(string x, int outChannels, int kernel, uint lanes, bool imageByImage)
        => Compare(
            "Gemm", new Conv2d(outChannels, kernel), x, imageByImage ? Conv2d.RunWeight : null, Tolerance, WeightGradientSumRuns.Info,
            constants => Assert.Equal(lanes, constants["TILE_LANES"]));

    /// <summary>The same from packed rows: fewer runs than eight, or more.</summary>
    [Theory]
    [InlineData("1x48x24x24", 80, 8u, false)]
    [InlineData("2x16x40x40", 20, 1u, false)]
    [InlineData("2x16x56x56", 136, 1u, true)] // fewer runs than where products are of 32 bits
    public void RunsOfPackedRowsAreAddedTapByTap(string x, int outChannels, uint left, bool imageByImage)
    {
        Assert.SkipUnless(
            Conv2dForwardRowsMatrix.Info.IsEmbedded && TestDevice.Shared.Properties.RunsMatrixKernels,
            "No kernels for matrix units run here.");
        Compare(
            "Rows", new Conv2d(outChannels), x, imageByImage ? Conv2d.TapWeight : null, RoundedTolerance, WeightGradientSumTapRuns.Info,
            constants => Assert.Equal(left, constants["TILE_LEFT"]));
    }

    /// <summary>
    /// With the plain kernels, whose runs are others; with a role, on a device whose bindings hold that of one image, so that images are
    /// added up one by one.
    /// </summary>
    private static void Compare(
        string name, Conv2d op, string x, Role? imageByImage, float tolerance, KernelInfo adding, Action<Dictionary<string, uint>> check)
    {
        SampleGraph sample = new(new OpSample(op, [Shape.Parse(x)]));
        DeviceProperties device = TestDevice.Shared.Properties;
        if (imageByImage is not null)
        {
            long runs = op.ScratchShape(imageByImage, sample.Node.Shapes).Length * sizeof(float);
            device = device with { MaxStorageBufferRange = runs / sample.Node[Conv2d.X].Shape.N };
        }

        ExecutionPlan plan = Plan(candidates => candidates.FirstOrDefault(candidate => candidate.Name == name) ?? candidates[0]);
        KernelDispatch[] sums = [.. plan.Dispatches.Select(planned => planned.Dispatch).Where(dispatch => dispatch.Kernel == adding)];
        Assert.Equal(imageByImage is null ? 1 : sample.Node[Conv2d.X].Shape.N, sums.Length);
        check(adding.Constants.Zip(sums[0].Constants).ToDictionary(pair => pair.First.Name, pair => pair.Second));

        Value[] gradients = [.. new[] { Conv2d.Weight, Conv2d.Bias }.Select(role => sample.Graph.GradientOf(sample.Node[role])!)];
        foreach ((float[] expected, float[] actual) in Run(Plan(candidates => candidates[0])).Zip(Run(plan)))
        {
            float bound = tolerance * expected.Max(MathF.Abs);
            Assert.Equal(expected.Length, actual.Length);
            Assert.All(actual, (element, i) => Assert.Equal(expected[i], element, bound));
        }

        ExecutionPlan Plan(Func<IReadOnlyList<Implementation>, Implementation> choose) => Planner.Plan(
            sample.Graph, device, new() { GuardBytes = 1024, Choose = (_, candidates) => choose(candidates) });

        float[][] Run(ExecutionPlan planned)
        {
            using VulkanSession session = new(TestDevice.Shared, planned, options: new() { Poison = true });
            sample.WriteData(session);
            session.Run();
            Assert.Null(session.FindStrayWrite());
            return [.. gradients.Select(session.ReadAll)];
        }
    }
}
