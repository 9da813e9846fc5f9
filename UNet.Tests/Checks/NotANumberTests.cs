using UNet.Tests.Device;
using UNet.Vulkan.Checks;
using UNet.Vulkan.Execution;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Ops;
using UNet.Vulkan.Ops.Declaration;
using UNet.Vulkan.Planning;
using Xunit;

namespace UNet.Tests.Checks;

/// <summary>
/// A ReLU, alone or fused, and a max-pool let a number through that is none: otherwise a network whose activations left the range of their
/// type would go on as if they were 0.
/// </summary>
public class NotANumberTests
{
    public static TheoryData<string> RectifyingOps =>
        [.. OpCatalog.Samples.Where(IsRectifying).Select(sample => sample.Op.Info.Name).Distinct()];

    [Theory]
    [MemberData(nameof(RectifyingOps))]
    public void PassesThroughEveryImplementationThatRectifies(string name)
    {
        foreach (OpSample sample in OpCatalog.Samples.Where(sample => sample.Op.Info.Name == name && IsRectifying(sample)))
            AssertPasses(sample, (_, _) => float.NaN);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void PassesThroughEveryMaxPoolFromEachCornerOfAWindow(int corner)
    {
        foreach (OpSample sample in OpCatalog.Samples.Where(sample => sample.Op is MaxPool2d))
            AssertPasses(sample, (row, column) => row % 2 * 2 + column % 2 == corner ? float.NaN : 1);
    }

    /// <summary>
    /// Runs every forward implementation with the given element at each row and column of the first input, and asserts that its output is
    /// NaN wherever the reference's is.
    /// </summary>
    private static void AssertPasses(OpSample sample, Func<int, int, float> element)
    {
        SampleGraph subject = new(sample);
        using ReferenceSession<float> reference = new(subject.Graph);
        bool[] expected = NotNumbers(subject, reference, element);
        Assert.True(sample.Op is MaxPool2d ? expected.All(isNone => isNone) : expected.Any(isNone => isNone), $"{sample} (reference)");
        foreach (Implementation implementation in sample.Op.Info.Forward.Implementations)
        {
            bool isRun = false;
            ExecutionPlan plan = Planner.Plan(subject.Graph, TestDevice.Shared.Properties, new PlanOptions
            {
                Choose = (invocation, candidates) =>
                {
                    bool isForward = invocation.Pass == sample.Op.Info.Forward;
                    isRun |= isForward && candidates.Contains(implementation);
                    return isForward && isRun ? implementation : candidates[0];
                },
            });
            if (!isRun)
                continue;
            using VulkanSession device = new(TestDevice.Shared, plan);
            bool[] actual = NotNumbers(subject, device, element);
            // Winograd's algorithm gives NaN for all of a tile that has one.
            Assert.All(expected.Zip(actual), pair => Assert.True(!pair.First || pair.Second, $"{sample} ({implementation.Name})"));
        }
    }

    /// <summary>Which elements of the output are NaN.</summary>
    private static bool[] NotNumbers(SampleGraph subject, Session session, Func<int, int, float> element)
    {
        subject.WriteData(session);
        Value input = subject.Node[subject.Sample.Op.Info.Given.First(role => role.Kind == RoleKind.Input)];
        (int height, int width) = (input.Shape.H, input.Shape.W);
        session.Write(input, [.. Enumerable.Range(0, (int)input.Shape.Length).Select(i => element(i / width % height, i % width))]);
        session.Run();
        return [.. session.ReadAll(subject.Node.Output).Select(float.IsNaN)];
    }

    private static bool IsRectifying(OpSample sample) => sample.Op switch
    {
        Relu => true,
        Conv2d op => op.RectifyOutput || op.Rectify == Rectification.OnLoad,
        CropConcatConv2d op => op.RectifyOutput || op.RectifySkip == Rectification.OnLoad,
        ConvTranspose2d op => op.RectifyOutput || op.Rectify == Rectification.OnLoad,
        CropConcat op => op.RectifySkip == Rectification.OnLoad,
        MaxPool2d op => op.Rectify == Rectification.OnLoad,
        _ => false,
    };
}
