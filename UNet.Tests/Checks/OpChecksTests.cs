using UNet.Tests.Device;
using UNet.Vulkan.Checks;
using UNet.Vulkan.Execution;
using UNet.Vulkan.Ops;
using UNet.Vulkan.Ops.Declaration;
using UNet.Vulkan.Planning;
using Xunit;

namespace UNet.Tests.Checks;

/// <summary>Every op of the catalogue, by finite differences and on the device, for all its samples.</summary>
public class OpChecksTests
{
    public static TheoryData<string> AllOps => [.. OpCatalog.Ops.Select(op => op.Name)];

    public static TheoryData<string> DifferentiableOps => [.. OpCatalog.Ops.Where(op => op.HasGradient).Select(op => op.Name)];

    [Theory]
    [MemberData(nameof(DifferentiableOps))]
    public void BackwardReferenceMatchesFiniteDifferences(string name)
        => AssertPassed(SamplesOf(name).Where(sample => sample.Op.IsDifferentiatedWhole).Select(GradientCheck.Run));

    [Theory]
    [MemberData(nameof(AllOps))]
    public void DeviceMatchesReference(string name)
        => AssertPassed(SamplesOf(name).SelectMany(sample => DeviceComparison.Run(sample, CreateSession)));

    /// <summary>On a GPU; on software drivers <see cref="Ops.GemmTileTests"/> compare some of the tilings.</summary>
    [Fact]
    public void EveryTilingThatSuitsTheDeviceGivesTheSameBits()
        => Assert.All(
            OpCatalog.Ops.SelectMany(op => TilingComparison.SamplesOf(op, TestDevice.Shared.Properties))
                .SelectMany(sample => TilingComparison.Run(sample, TestDevice.Shared.Properties, CreateSession)),
            result => Assert.True(result.Passed, $"{result.Subject}: {result.Detail}"));

    /// <summary>More workgroups than a row of a folded grid has: C# folds it and GLSL unfolds it.</summary>
    [Fact]
    public void AFoldedGridCoversEveryElement()
    {
        var sample = new OpSample(new Relu(), [new Vulkan.Graph.Shape(1, 1, 2100, 2100)]);
        Assert.True(UNet.Shaders.WorkgroupCount.Linear(sample.Inputs[0].Length, UNet.Shaders.ReluForward.Info.LocalSize.X).Y > 1);
        AssertPassed(DeviceComparison.Run(sample, CreateSession));
    }

    internal static IEnumerable<OpSample> SamplesOf(string name)
    {
        OpInfo info = OpCatalog.Ops.Single(op => op.Name == name);
        return TileSamples.Of(info, OpCatalog.Samples.Where(sample => sample.Op.Info == info));
    }

    private static Session CreateSession(Vulkan.Graph.Graph graph, PlanOptions options)
        => new VulkanSession(
            TestDevice.Shared, Planner.Plan(graph, TestDevice.Shared.Properties, options),
            options: new VulkanSessionOptions { Poison = true, ShuffleSeed = 1 });

    private static void AssertPassed(IEnumerable<CheckResult> results)
    {
        CheckResult[] all = [.. results];
        Assert.NotEmpty(all);
        Assert.All(all, result => Assert.True(result.Passed, $"{result.Subject}: {result.Error:G3} of what is allowed: {result.Detail}"));
    }
}
