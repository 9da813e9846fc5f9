using System.Runtime.InteropServices;
using UNet.Tests.Training;
using UNet.Vulkan.Device;
using UNet.Vulkan.Execution;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Planning;
using UNet.Vulkan.Random;
using UNet.Vulkan.Training;
using Xunit;

namespace UNet.Tests.Device;

/// <summary>Whole training steps: however they are executed, every bit is the same, and validation has nothing to say.</summary>
public sealed class TrainingStepTests
{
    private const int Steps = 3;

    private static readonly Lazy<uint[]> Expected = new(() => Train(TestDevice.Shared, new()));

    [Fact]
    public void CutWorkChangesNoBit() => AssertSame(Train(TestDevice.Shared, new() { ForcedRate = 40_000 }));

    [Fact]
    public void MeasuredWorkChangesNoBit() => AssertSame(Train(TestDevice.Shared, new() { AsHardware = true }));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void ShuffledDispatchesChangeNoBit(int seed) => AssertSame(Train(TestDevice.Shared, new() { ShuffleSeed = seed }));

    [Fact]
    public void MemoryThatNothingWroteIsNotRead() => AssertSame(Train(TestDevice.Shared, new() { Poison = true }));

    [Fact]
    public void ValuesOfTheirOwnMemoryChangeNoBit()
        => AssertSame(Train(TestDevice.Shared, new() { Poison = true }, new PlanOptions { Alias = false, GuardBytes = 256 }));

    [Fact]
    public void ValidationGivesNoMessage()
    {
        using VulkanDevice device = TestDevice.Open(validation: true);
        Train(device, new());
        device.Dispose();
        Assert.Empty(device.ValidationMessages);
    }

    private static void AssertSame(uint[] bits) => Assert.Equal(Expected.Value, bits);

    /// <summary>Bits of the losses of a few steps and of the parameters after them.</summary>
    private static uint[] Train(VulkanDevice device, VulkanSessionOptions options, PlanOptions? planning = null)
    {
        const int Side = 40;
        TrainingGraph training = new(TrainingExamples.Configuration, (Side, Side), residentPixels: Side * Side * 4);
        // Synchronization validation cannot follow addresses.
        DeviceProperties storage = device.Properties with { HasBufferAddresses = false };
        using VulkanSession session = new(
            device, Planner.Plan(training.Graph, storage, planning), training.Graph.StepSlot, [training.LossSums, training.GradientNorm], options);
        if (options.ForcedRate is not null)
            Assert.InRange(session.Submissions, 50, 10_000);
        session.Initialize(training.Graph);

        RandomStream random = new(5, RandomStreams.Synthesis);
        foreach (Value parameter in training.Graph.Parameters)
            session.Write(parameter, [.. Enumerable.Range(0, (int)parameter.Shape.Length).Select(i => (float)(0.3 * random.Normal(parameter.Start + i)))]);
        session.Write(training.Images!, [.. Enumerable.Range(0, Side * Side * 4).Select(i => (float)random.Normal(1_000_000 + i))]);
        session.Write(training.Labels!, [.. Enumerable.Range(0, Side * Side * 4).Select(i => (uint)random.Below(2_000_000 + i, 2))]);
        session.Write(training.Weights!, [.. Enumerable.Repeat(1f, Side * Side * 4)]);

        float[] reports = new float[Steps * session.ReportLength];
        uint[] words = new uint[training.StepWords];
        for (int step = 0; step < Steps; step++)
        {
            training.SetStep(words, step, learningRate: 0.05);
            List<SlotCopy> copies = [];
            for (int tile = 0; tile < TrainingExamples.Configuration.Batch; tile++)
            {
                training.SetTile(words, tile, Side, Side, originY: step, originX: tile, orientation: step);
                long image = (step + 2 * tile) % 4 * Side * Side;
                copies.Add(new(training.Images!, image, training.ImageSlot, tile * Side * Side, Side * Side));
                copies.Add(new(training.Labels!, image, training.LabelSlot, tile * Side * Side, Side * Side));
                copies.Add(new(training.Weights!, image, training.WeightSlot, tile * Side * Side, Side * Side));
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
