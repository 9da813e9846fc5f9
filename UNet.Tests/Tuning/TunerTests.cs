using UNet.Tests.Device;
using UNet.Tests.Generators;
using UNet.Vulkan.Checks;
using UNet.Vulkan.Device;
using UNet.Vulkan.Execution;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Ops.Declaration;
using UNet.Vulkan.Planning;
using UNet.Vulkan.Tuning;
using Xunit;

namespace UNet.Tests.Tuning;

/// <summary>The tuner, its file and what a plan makes of its choices, on the op of the tests.</summary>
public sealed class TunerTests
{
    /// <summary>Seconds, for a machine that has much else to do.</summary>
    private const double Plenty = 1000;

    private static readonly OpSample Sample = new(new RowSum(), [new Shape(1, 2, 300, 40)]);
    private static readonly Graph Graph = new SampleGraph(Sample).Graph;
    private static readonly Implementation Address = RowSum.StaticInfo.Forward.Implementations[2];

    private static VulkanDevice Device => TestDevice.Shared;

    [Fact]
    public void EveryTilingGivesTheSameBits()
    {
        CheckResult[] results = [.. TilingComparison.Run(Sample, Device.Properties, (graph, options) => new VulkanSession(
            Device, Planner.Plan(graph, Device.Properties, options), options: new VulkanSessionOptions { Poison = true }))];
        Assert.Equal(2, results.Length);
        Assert.All(results, result => Assert.True(result.Passed, result.Detail));
    }

    [Fact]
    public void ATilingReachesThePlan()
    {
        ExecutionPlan plan = Planner.Plan(
            Graph, Device.Properties, new PlanOptions { Tile = (_, implementation) => implementation.Tilings.LastOrDefault() });
        Assert.Equal([5u], plan.Dispatches.First().Dispatch.Constants);
        Assert.Single(plan.Only(plan.Dispatches.First().Label).Dispatches);
    }

    [Fact]
    public void ChoicesAreMeasuredOnceAndKept()
    {
        using TemporaryFolder folder = new();
        TuningFile file = new(folder.File("tuning.json"), [RowSum.StaticInfo]);
        PlanOptions tuned = new Tuner(Device, file, Plenty).Tune(Graph, new PlanOptions());
        TuningTable found = Assert.IsType<TuningTable>(file.Load());
        string key = Tuner.KeyOf(Graph.Invocations[0], Address);
        Assert.Equal("RowSum forward Address 1x2x512x64 1x2x512x1", key);
        Assert.Equal([key], found.Choices.Select(choice => choice.Key));
        Assert.True(found.SecondsSpent > 0);
        Assert.Equal(found.Choice(key, Address), tuned.Tile!(Graph.Invocations[0], Address));

        // A choice that is known takes no time, and whatever stands there is taken.
        file.Store(new TuningTable(new() { [key] = "TILE_ROWS: 5" }, 1));
        tuned = new Tuner(Device, file).Tune(Graph, new PlanOptions());
        Assert.Equal("TILE_ROWS: 5", tuned.Tile!(Graph.Invocations[0], Address)?.Name);
        Assert.Equal(1, file.Load()!.SecondsSpent);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{ \"code\": ")]
    [InlineData("[]")]
    [InlineData("{ \"code\": \"CODE\", \"secondsSpent\": \"1\", \"choices\": {} }")]
    [InlineData("{ \"code\": \"CODE\", \"secondsSpent\": 1, \"choices\": [3] }")]
    [InlineData("{ \"code\": \"0000000000001235\", \"secondsSpent\": 99, \"choices\": {} }")]
    public void ADamagedOrForeignFileIsWrittenAnew(string content)
    {
        using TemporaryFolder folder = new();
        TuningFile file = new(folder.File("tuning.json"), [RowSum.StaticInfo]);
        File.WriteAllText(file.Path, content.Replace("CODE", file.Code, StringComparison.Ordinal));
        Assert.Null(file.Load());
        new Tuner(Device, file, Plenty).Tune(Graph, new PlanOptions());
        Assert.Single(file.Load()!.Choices);
        Assert.Single(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void ASpentBudgetMeasuresNothing()
    {
        using TemporaryFolder folder = new();
        TuningFile file = new(folder.File("tuning.json"), [RowSum.StaticInfo]);
        file.Store(new TuningTable([], Tuner.UsualBudget));
        PlanOptions options = new Tuner(Device, file).Tune(Graph, new PlanOptions());
        Assert.Null(options.Tile!(Graph.Invocations[0], Address));
        Assert.Empty(file.Load()!.Choices);
        Assert.Equal(Tuner.UsualBudget, file.Load()!.SecondsSpent);
    }

    /// <summary>Memory that is full may be free another day; a tiling that lost the device is not tried again.</summary>
    [Theory]
    [InlineData("VK_ERROR_OUT_OF_DEVICE_MEMORY", 0)]
    [InlineData("VK_ERROR_DEVICE_LOST", 1)]
    public void WhatFailedIsRememberedButKeptOnlyIfTheDeviceWasLost(string result, int kept)
    {
        using TemporaryFolder folder = new();
        TuningFile file = new(folder.File("tuning.json"), [RowSum.StaticInfo]);
        int tries = 0;
        Tuner tuner = new(Device, file, Plenty, (_, _) =>
        {
            tries++;
            throw new DeviceException("failed", result);
        });
        for (int i = 0; i < 2; i++)
            Assert.Null(tuner.Tune(Graph, new PlanOptions()).Tile!(Graph.Invocations[0], Address));
        Assert.Equal(1, tries);
        Assert.Equal(kept, file.Load()!.Choices.Count());
    }

    [Fact]
    public void WhoChoosesHimselfGetsNoTiling()
        => Assert.Null(new Tuner(Device, null).Tune(Graph, PlanOptions.Plain).Tile);

    [Fact]
    public void AFolderThatCannotBeWrittenIsNoTrouble()
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder.File("file"), "");
        Tuner tuner = new(Device, new TuningFile(Path.Combine(folder.File("file"), "tuning.json"), [RowSum.StaticInfo]));
        Assert.NotNull(tuner.Tune(Graph, new PlanOptions()).Tile);
    }

    [Fact]
    public void TheCodeDependsOnTilingsAndKernels()
    {
        Assert.Equal(CodeOf(RowSum.StaticInfo), CodeOf(RowSum.StaticInfo));
        Assert.NotEqual(CodeOf(), CodeOf(RowSum.StaticInfo));
        Pass forward = RowSum.StaticInfo.Forward;
        Implementation other = Address with { Tilings = [Address.Tilings[0]] };
        Assert.NotEqual(
            CodeOf(RowSum.StaticInfo),
            CodeOf(
                RowSum.StaticInfo with { Passes = [forward with { Implementations = forward.Implementations.Replace(Address, other) }] }));

        static string CodeOf(params OpInfo[] ops) => new TuningFile("", ops).Code;
    }

    /// <summary>A network trained with the tuner and without has the same bits.</summary>
    [Fact]
    public void TheDeviceTunesTheSessionsThatItCreates()
    {
        using TemporaryFolder folder = new();
        DeviceOptions options = new() { PipelineCache = false, PipelineCacheFolder = folder.Path };
        using VulkanDevice device = VulkanDevice.Open(DeviceChoice.Choose("auto", DeviceList.Enumerate(), requireVulkan: true), options);
        SampleGraph subject = new(Sample);
        using Session session = ((IComputeDevice)device).CreateSession(subject.Graph);
        subject.WriteData(session);
        session.Run();
        using Session usual = ((IComputeDevice)Device).CreateSession(subject.Graph);
        subject.WriteData(usual);
        usual.Run();
        Assert.Equal(usual.ReadAll(subject.Node.Output), session.ReadAll(subject.Node.Output));
        // On a busy machine the time may have been over before the first choice.
        Assert.True(TuningFile.For(device.Properties, folder.Path)!.Load()!.SecondsSpent > 0);
    }
}
