using System.Runtime.InteropServices;
using UNet.Shaders;
using UNet.Tests.Training;
using UNet.Vulkan.Device;
using UNet.Vulkan.Execution;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Ops.Declaration;
using UNet.Vulkan.Planning;
using UNet.Vulkan.Random;
using UNet.Vulkan.Training;
using Xunit;

namespace UNet.Tests.Device;

/// <summary>Whole training steps: however they are executed, every bit is the same, and validation has nothing to say.</summary>
public sealed class TrainingStepTests
{
    private const int Steps = 3;

    /// <summary>Bits with the kernels for all devices, whose buffers are storage buffers.</summary>
    private static readonly Lazy<uint[]> Expected = new(() => Train(TestDevice.Shared, new(), addresses: false));

    /// <summary>Bits with the kernels that planning picks for this device, some of which use buffer addresses.</summary>
    private static readonly Lazy<uint[]> ExpectedWithAddresses = new(() => Train(TestDevice.Shared, new(), addresses: true));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void CutWorkChangesNoBit(bool addresses) => AssertSame(new() { ForcedRate = 40_000 }, addresses);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void MeasuredWorkChangesNoBit(bool addresses) => AssertSame(new() { AsHardware = true }, addresses);

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(1, true)]
    [InlineData(2, true)]
    public void ShuffledDispatchesChangeNoBit(int seed, bool addresses) => AssertSame(new() { ShuffleSeed = seed }, addresses);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void MemoryThatNothingWroteIsNotRead(bool addresses) => AssertSame(new() { Poison = true }, addresses);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ValuesOfTheirOwnMemoryChangeNoBit(bool addresses)
        => AssertSame(new() { Poison = true }, addresses, new PlanOptions { Alias = false, GuardBytes = 256 });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void FusedWorkChangesNoBit(bool addresses) => AssertSame(new(), addresses, new PlanOptions { Fuse = false });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void SharedPackingChangesNoBit(bool addresses) => AssertSame(new(), addresses, new PlanOptions { SharePacking = false });

    [Fact]
    public void ValidationGivesNoMessageOnPackedRows()
    {
        Assert.SkipUnless(
            Conv2dForwardRowsMatrix.Info.IsEmbedded && TestDevice.Shared.Properties.RunsMatrixKernels,
            "No kernels for matrix units run here.");
        using VulkanDevice device = TestDevice.Open(validation: true);
        bool isUsed = false;
        Train(device, new(), addresses: false, new PlanOptions
        {
            Choose = (_, candidates) =>
            {
                Implementation? rows = candidates.FirstOrDefault(candidate => candidate.Name == "Rows");
                isUsed |= rows is not null;
                return rows ?? candidates[0];
            },
        });
        device.Dispose();
        Assert.True(isUsed);
        Assert.Empty(device.ValidationMessages);
    }

    [Theory]
    [InlineData(Augmentation.Flips)]
    [InlineData(Augmentation.Paper)]
    public void ValidationGivesNoMessage(Augmentation augmentation)
    {
        using VulkanDevice device = TestDevice.Open(validation: true);
        // Synchronization validation cannot follow addresses.
        Train(device, new(), addresses: false, augmentation: augmentation);
        device.Dispose();
        Assert.Empty(device.ValidationMessages);
    }

    private static void AssertSame(VulkanSessionOptions options, bool addresses, PlanOptions? planning = null)
        => Assert.Equal((addresses ? ExpectedWithAddresses : Expected).Value, Train(TestDevice.Shared, options, addresses, planning));

    /// <summary>Bits of the losses of a few steps and of the parameters after them.</summary>
    private static uint[] Train(
        VulkanDevice device, VulkanSessionOptions options, bool addresses, PlanOptions? planning = null,
        Augmentation augmentation = Augmentation.Flips)
    {
        const int Side = 40;
        TrainingConfiguration configuration = TrainingExamples.Configuration with { Augmentation = augmentation };
        DeformationSampler deformations = new(configuration.Seed, configuration.Deformation, configuration.Tile!.Value);
        TrainingGraph training = new(configuration, (Side, Side), residentPixels: Side * Side * 4);
        DeviceProperties properties = device.Properties with { HasBufferAddresses = addresses && device.Properties.HasBufferAddresses };
        using VulkanSession session = new(
            device, Planner.Plan(training.Graph, properties, planning), training.Graph.StepSlot,
            [training.LossSums, training.GradientNorm], options);
        if (options.ForcedRate is not null)
            Assert.InRange(session.Submissions, 50, 10_000);
        session.Initialize(training.Graph);

        RandomStream random = new(5, RandomStreams.Synthesis);
        foreach (Value parameter in training.Graph.Parameters)
            session.Write(parameter, [.. Enumerable.Range(0, (int)parameter.Shape.Length)
                .Select(i => (float)(0.3 * random.Normal(parameter.Start + i)))]);
        session.Write(training.Tiles.Images!, [.. Enumerable.Range(0, Side * Side * 4).Select(i => (float)random.Normal(1_000_000 + i))]);
        session.Write(training.Tiles.Labels!, [.. Enumerable.Range(0, Side * Side * 4).Select(i => (uint)random.Below(2_000_000 + i, 2))]);
        session.Write(training.Tiles.Weights!, [.. Enumerable.Repeat(1f, Side * Side * 4)]);

        float[] reports = new float[Steps * session.ReportLength];
        uint[] words = new uint[training.StepWords];
        for (int step = 0; step < Steps; step++)
        {
            training.SetStep(words, step, learningRate: 0.05);
            List<SlotCopy> copies = [];
            for (int tile = 0; tile < TrainingExamples.Configuration.Batch; tile++)
            {
                training.Tiles.SetTile(words, tile, Side, Side, originY: step, originX: tile, orientation: step);
                if (augmentation == Augmentation.Paper)
                    training.Tiles.SetDeformation(words, step, tile, deformations, (-3, 6));
                long image = (step + 2 * tile) % 4 * Side * Side;
                copies.Add(new(training.Tiles.Images!, image, training.Tiles.ImageSlot, tile * Side * Side, Side * Side));
                copies.Add(new(training.Tiles.Labels!, image, training.Tiles.LabelSlot, tile * Side * Side, Side * Side));
                copies.Add(new(training.Tiles.Weights!, image, training.Tiles.WeightSlot, tile * Side * Side, Side * Side));
            }
            session.Submit(words, CollectionsMarshal.AsSpan(copies));
            if (step > 0)
                session.Complete(reports.AsSpan((step - 1) * session.ReportLength, session.ReportLength));
        }
        session.Complete(reports.AsSpan((Steps - 1) * session.ReportLength));
        Assert.All(reports, value => Assert.True(float.IsFinite(value)));
        return [.. reports.Concat(session.ReadAll(training.Graph.FlatParameters!)).Select(BitConverter.SingleToUInt32Bits)];
    }
}
