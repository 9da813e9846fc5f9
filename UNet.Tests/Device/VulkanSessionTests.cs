using UNet.Vulkan;
using UNet.Vulkan.Device;
using UNet.Vulkan.Execution;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Planning;
using Xunit;

namespace UNet.Tests.Device;

public sealed class VulkanSessionTests
{
    private static float[] Signed(int count) => [.. Enumerable.Range(0, count).Select(i => (i % 2 == 0 ? 1 : -1) * (i + 0.25f))];

    private static float[] Positive(float[] x) => [.. x.Select(value => Math.Max(value, 0))];

    [Fact]
    public void WritesComeBackByReadsWholeAndInPart()
    {
        var plan = new ReluPlan();
        Value floats = plan.Add("floats", 1000);
        Value words = plan.Add("words", 77, element: ElementType.UInt32);
        using var session = new VulkanSession(TestDevice.Shared, plan.Build());

        Assert.All(session.ReadAll(floats), value => Assert.Equal(0, value));
        session.Write(floats, Signed(1000));
        Assert.Equal(Signed(1000), session.ReadAll(floats));
        session.Write(floats, [7f, 8f, 9f], start: 500);
        float[] part = new float[5];
        session.Read(floats, part, start: 499);
        Assert.Equal([Signed(1000)[499], 7f, 8f, 9f, Signed(1000)[503]], part);

        uint[] bits = [.. Enumerable.Range(0, 77).Select(i => uint.MaxValue - (uint)i)];
        session.Write(words, bits);
        uint[] back = new uint[77];
        session.Read(words, back);
        Assert.Equal(bits, back);
    }

    /// <summary>Memory that the processor sees and memory that it does not.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ATransferLargerThanTheStagingBufferGoesInChunks(bool asHardware)
    {
        const int Length = (40 << 20) / sizeof(float) + 3;
        var plan = new ReluPlan();
        Value value = plan.Add("large", Length);
        using var session = new VulkanSession(TestDevice.Shared, plan.Build(), options: new() { AsHardware = asHardware });
        session.Write(value, Signed(Length));
        Assert.Equal(Signed(Length), session.ReadAll(value));
    }

    /// <summary>Elements that somebody fills in arrive piece by piece, in the session's making and later, whatever memory it has.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void PiecesComeToTheirPlaces(bool asHardware)
    {
        const int Length = (40 << 20) / sizeof(float) + 3;
        var plan = new ReluPlan();
        Value before = plan.Add("before", 5);
        Value value = plan.Add("large", Length);
        Value after = plan.Add("after", 5);
        using var session = new VulkanSession(TestDevice.Shared, plan.Build(), options: new()
        {
            AsHardware = asHardware,
            Start = made => made.Write(value, (elements, start) => Fill(elements, start, 1)),
        });
        AssertFilled(1);
        session.Write(value, (elements, start) => Fill(elements, start, 2));
        AssertFilled(2);

        static void Fill(Span<float> elements, long start, float step)
        {
            for (int i = 0; i < elements.Length; i++)
                elements[i] = (start + i) * step;
        }

        void AssertFilled(float step)
        {
            float[] expected = new float[Length];
            Fill(expected, 0, step);
            Assert.Equal(expected, session.ReadAll(value));
            Assert.All(session.ReadAll(before).Concat(session.ReadAll(after)), element => Assert.Equal(0, element));
        }
    }

    [Fact]
    public void WhatTheFirstWriteThrowsArrivesAndTheDeviceGoesOn()
    {
        var plan = new ReluPlan();
        Value x = plan.Add("x", 100);
        plan.Level().Relu(x, plan.Add("y", 100));
        Assert.Throws<InputException>(() => new VulkanSession(TestDevice.Shared, plan.Build(), options: new()
        {
            Start = made => made.Write(x, (elements, start) => throw new InputException("The file is damaged.")),
        }));
        using var session = new VulkanSession(TestDevice.Shared, plan.Build());
        session.Run();
    }

    [Fact]
    public void AWriteWaitsForTheRunsBeforeIt()
    {
        const int Length = 1 << 20;
        var plan = new ReluPlan();
        Value x = plan.Add("x", Length);
        Value y = plan.Add("y", Length, ValueKind.Activation, keep: true);
        plan.Level().Relu(x, y);
        using var session = new VulkanSession(TestDevice.Shared, plan.Build());
        for (int run = 1; run < 20; run++)
        {
            session.Write(x, Enumerable.Repeat((float)run, Length).ToArray());
            session.Submit([], []);
            session.Write(x, Enumerable.Repeat(-1f, Length).ToArray());
            session.Write(x, [-1f]);
            session.Complete([]);
            Assert.All(session.ReadAll(y), value => Assert.Equal(run, value));
        }
    }

    [Fact]
    public void AChainRunsLevelByLevel()
    {
        var plan = new ReluPlan();
        Value[] values = [.. Enumerable.Range(0, 20).Select(i => plan.Add($"v{i}", 5000))];
        for (int i = 1; i < values.Length; i++)
            plan.Level().Relu(values[i - 1], values[i]);
        using var session = new VulkanSession(TestDevice.Shared, plan.Build());
        session.Write(values[0], Signed(5000));
        session.Run();
        Assert.Equal(Positive(Signed(5000)), session.ReadAll(values[^1]));
    }

    [Fact]
    public void TheStepSlotAndTheCopiesChangeFromRunToRunWhileRunsOverlap()
    {
        const int Image = 1000;
        var plan = new ReluPlan();
        Value images = plan.Add("images", 8 * Image);
        Value slot = plan.Add("slot", 2 * Image);
        Value step = plan.Add("step", 4);
        Value y = plan.Add("y", 2 * Image, ValueKind.Activation, keep: true);
        Value stepRelu = plan.Add("step relu", 4, ValueKind.Activation, keep: true);
        plan.Level().Relu(slot, y).Relu(step, stepRelu);
        using var session = new VulkanSession(TestDevice.Shared, plan.Build(), step, [stepRelu, y]);
        Assert.Equal(4 + 2 * Image, session.ReportLength);
        float[] data = Signed(8 * Image);
        session.Write(images, data);

        float[] report = new float[session.ReportLength];
        int done = 0;
        for (int run = 0; run < 10; run++)
        {
            float[] words = [run, run + 100];
            session.Submit(
                [BitConverter.SingleToUInt32Bits(words[0]), BitConverter.SingleToUInt32Bits(words[1])],
                [new(images, First(run) * Image, slot, 0, Image), new(images, Second(run) * Image, slot, Image, Image)]);
            if (run > 0)
                Check(done++);
        }
        Check(done);

        static int First(int run) => run % 8;
        static int Second(int run) => (run * 3 + 1) % 8;

        void Check(int run)
        {
            session.Complete(report);
            Assert.Equal([run, run + 100, 0, 0], report[..4]);
            Assert.Equal(Positive(data[(First(run) * Image)..((First(run) + 1) * Image)]), report[4..(4 + Image)]);
            Assert.Equal(Positive(data[(Second(run) * Image)..((Second(run) + 1) * Image)]), report[(4 + Image)..]);
        }
    }

    /// <summary>It runs before the first run, and again once something was written, or copied, on which it depends.</summary>
    [Fact]
    public void WhatIsPreparedStaysUntilItsSourceIsWritten()
    {
        const int Length = 1000;
        var plan = new ReluPlan();
        Value source = plan.Add("source", Length);
        Value prepared = plan.Add("prepared", Length);
        Value y = plan.Add("y", Length, ValueKind.Activation, keep: true);
        Value other = plan.Add("other", Length);
        ExecutionPlan all = plan.Level().Relu(source, prepared).Level().Relu(prepared, y).Build();
        using var session = new VulkanSession(
            TestDevice.Shared, all with { Preparation = all.Levels[..1], Levels = all.Levels[1..], Prepared = [source] }, reported: [y]);
        float[] first = Signed(Length), second = [.. first.Reverse()], third = [.. first.Select(element => element + 3)];

        session.Write(source, first);
        session.Run();
        Assert.Equal(Positive(first), session.ReadAll(y));
        session.Write(prepared, second);
        session.Run();
        Assert.Equal(Positive(second), session.ReadAll(y));
        session.Write(source, third);
        session.Run();
        Assert.Equal(Positive(third), session.ReadAll(y));

        // The runs before, which are under way, keep what was prepared for them.
        session.Write(other, second);
        session.Submit([], []);
        session.Submit([], [new(other, 0, source, 0, Length)]);
        float[] report = new float[Length];
        session.Complete(report);
        Assert.Equal(Positive(third), report);
        session.Complete(report);
        Assert.Equal(Positive(second), report);
    }

    [Fact]
    public void CopiesThatDependOnEachOtherAreMadeInTheirOrder()
    {
        var plan = new ReluPlan();
        Value a = plan.Add("a", 3000);
        Value b = plan.Add("b", 3000);
        Value c = plan.Add("c", 3000);
        using var session = new VulkanSession(TestDevice.Shared, plan.Build());
        session.Write(a, Signed(3000));
        session.Run(copies: [new(a, 0, b, 0, 3000), new(b, 0, c, 0, 3000), new(c, 0, b, 1, 10)]);
        Assert.Equal(Signed(3000), session.ReadAll(c));
        Assert.Equal(Signed(3000)[9], session.ReadAll(b)[10]);
    }

    [Fact]
    public void APartOfAValueIsFoundThroughItsWhole()
    {
        var plan = new ReluPlan();
        Value whole = plan.Add("all", 100, ValueKind.Parameter);
        var part = new Value(99, "part", new Shape(10), ElementType.Float32, ValueKind.Parameter, whole, start: 40);
        using var session = new VulkanSession(TestDevice.Shared, plan.Build());
        session.Write(part, [1f, 2f, 3f], start: 2);
        Assert.Equal([0f, 1f, 2f, 3f, 0f], session.ReadAll(whole)[41..46]);
    }

    [Fact]
    public void ASteadyRunAllocatesNothingOnTheManagedHeap()
    {
        var plan = new ReluPlan();
        Value images = plan.Add("images", 4096);
        Value slot = plan.Add("slot", 1024);
        Value step = plan.Add("step", 16, element: ElementType.UInt32);
        Value y = plan.Add("y", 1024, ValueKind.Activation, keep: true);
        plan.Level().Relu(slot, y);
        // A device of its own: to wait for a lock that another test holds takes memory the first time.
        using VulkanDevice device = TestDevice.Open(validation: false);
        using var session = new VulkanSession(device, plan.Build(), step, [y]);
        float[] report = new float[session.ReportLength];
        SlotCopy[] copies = [new(images, 1024, slot, 0, 512), new(images, 0, slot, 512, 512)];
        uint[] words = new uint[16];

        for (int i = 0; i < 5; i++)
            session.Run(words, copies, report);
        long before = AllocatedBytes.Start();
        session.Submit(words, copies);
        for (int i = 0; i < 20; i++)
        {
            session.Submit(words, copies);
            session.Complete(report);
        }
        session.Complete(report);
        Assert.Equal(0, AllocatedBytes.SoFar - before);
    }

    [Fact]
    public void WorkCutIntoManySubmissionsGivesTheSameResult()
    {
        const int Length = 100_003;
        var plan = new ReluPlan();
        Value x = plan.Add("x", Length);
        Value y = plan.Add("y", Length, ValueKind.Activation, keep: true);
        Value z = plan.Add("z", Length, ValueKind.Activation, keep: true);
        plan.Level().Relu(x, y, operations: 1_000_000).Level().Relu(y, z, operations: 3_000_000);
        using var session = new VulkanSession(TestDevice.Shared, plan.Build(), options: new() { ForcedRate = 300_000, Poison = true });
        Assert.InRange(session.Submissions, 50, 60);
        session.Write(x, Signed(Length));
        session.Submit([], []);
        session.Submit([], []);
        session.Complete([]);
        session.Complete([]);
        Assert.Equal(Positive(Signed(Length)), session.ReadAll(z));
    }

    [Fact]
    public void TheFirstRunMeasuresTheRateByWhichTheNextAreCut()
    {
        const int Length = 100_003;
        var plan = new ReluPlan();
        Value x = plan.Add("x", Length);
        Value y = plan.Add("y", Length, ValueKind.Activation, keep: true);
        plan.Level().Relu(x, y, operations: 100_000_000_000);
        using var session = new VulkanSession(TestDevice.Shared, plan.Build(), reported: [y], options: new() { AsHardware = true });
        Assert.InRange(session.Submissions, 8, 9);
        session.Write(x, Signed(Length));
        float[] first = new float[Length];
        float[] second = new float[Length];
        session.Submit([], []);
        session.Submit([], []);
        Assert.Equal(1, session.Submissions);
        session.Complete(first);
        session.Complete(second);
        Assert.Equal(Positive(Signed(Length)), first);
        Assert.Equal(first, second);
    }

    [Fact]
    public void SessionsOfOneDeviceRunOnSeveralThreads()
    {
        Parallel.For(0, 4, new ParallelOptions { MaxDegreeOfParallelism = 4 }, thread =>
        {
            var plan = new ReluPlan();
            Value x = plan.Add("x", 1000 + thread);
            Value y = plan.Add("y", 1000 + thread, ValueKind.Activation, keep: true);
            plan.Level().Relu(x, y);
            using var session = new VulkanSession(TestDevice.Shared, plan.Build(), reported: [y]);
            float[] report = new float[1000 + thread];
            for (int run = 0; run < 20; run++)
            {
                float[] data = [.. Signed(1000 + thread).Select(value => value + run)];
                session.Write(x, data);
                session.Run(report: report);
                Assert.Equal(Positive(data), report);
            }
        });
    }

    [Fact]
    public void ShuffledDispatchesOfALevelGiveTheSameResult()
    {
        var plan = new ReluPlan();
        Value[] x = [.. Enumerable.Range(0, 9).Select(i => plan.Add($"x{i}", 300 + i))];
        Value[] y = [.. Enumerable.Range(0, 9).Select(i => plan.Add($"y{i}", 300 + i, ValueKind.Activation, keep: true))];
        Value[] z = [.. Enumerable.Range(0, 9).Select(i => plan.Add($"z{i}", 300 + i, ValueKind.Activation, keep: true))];
        plan.Level();
        for (int i = 0; i < 9; i++)
            plan.Relu(x[i], y[i]);
        plan.Level();
        for (int i = 0; i < 9; i++)
            plan.Relu(y[i], z[i]);
        using var session = new VulkanSession(TestDevice.Shared, plan.Build(), options: new() { ShuffleSeed = 3 });
        for (int i = 0; i < 9; i++)
            session.Write(x[i], Signed(300 + i));
        session.Run();
        for (int i = 0; i < 9; i++)
            Assert.Equal(Positive(Signed(300 + i)), session.ReadAll(z[i]));
        Assert.NotEqual(y.Zip(x, (b, a) => $"{a.Name} to {b.Name}"), session.RunTimed().Take(9).Select(timing => timing.Label));
    }

    [Fact]
    public void PoisonedMemoryIsNaNWhereNothingWrote()
    {
        var plan = new ReluPlan();
        Value value = plan.Add("value", 100);
        using var session = new VulkanSession(TestDevice.Shared, plan.Build(), options: new() { Poison = true });
        Assert.All(session.ReadAll(value), element => Assert.Equal(0x7fc0deadu, BitConverter.SingleToUInt32Bits(element)));
    }

    [Fact]
    public void ATimedRunMeasuresEveryDispatch()
    {
        var plan = new ReluPlan();
        Value x = plan.Add("x", 1 << 20);
        Value y = plan.Add("y", 1 << 20, ValueKind.Activation, keep: true);
        Value z = plan.Add("z", 1 << 20, ValueKind.Activation, keep: true);
        plan.Level().Relu(x, y, operations: 1000).Level().Relu(y, z, operations: 1000);
        using var session = new VulkanSession(TestDevice.Shared, plan.Build(), options: new() { ForcedRate = 10_000_000 });
        Assert.InRange(session.Submissions, 6, 8);
        session.Write(x, Signed(1 << 20));
        IReadOnlyList<DispatchTiming> timings = session.RunTimed();
        Assert.Equal(["x to y", "y to z"], timings.Select(timing => timing.Label));
        Assert.All(timings, timing => Assert.InRange(timing.Nanoseconds, 1e3, 1e10));
        Assert.Equal(Positive(Signed(1 << 20)), session.ReadAll(z));
        session.Run();
    }

    [Fact]
    public void WrongUsesAreRefused()
    {
        var plan = new ReluPlan();
        Value x = plan.Add("x", 100);
        Value y = plan.Add("y", 100, ValueKind.Activation);
        Value words = plan.Add("words", 4, element: ElementType.UInt32);
        var stranger = new Value(7, "stranger", new Shape(4), ElementType.Float32, ValueKind.Input);
        plan.Level().Relu(x, y);
        using var session = new VulkanSession(TestDevice.Shared, plan.Build(), words);

        Refused<ArgumentException>("not kept", () => session.ReadAll(y));
        Refused<ArgumentException>("not in the session's schedule", () => session.ReadAll(stranger));
        Refused<ArgumentException>("lie outside", () => session.Write(x, new float[3], start: 98));
        Refused<ArgumentException>("UInt32", () => session.Write(words, new float[4]));
        Refused<ArgumentException>("would change the type", () => session.Submit([], [new(x, 0, words, 0, 4)]));
        Refused<ArgumentException>("overlaps itself", () => session.Submit([], [new(x, 0, x, 1, 4)]));
        Refused<ArgumentException>("step slot has 4 words", () => session.Submit(new uint[5], []));
        Refused<InvalidOperationException>("No run is in flight", () => session.Complete([]));
        Refused<ArgumentException>("cannot be reported", () => new VulkanSession(TestDevice.Shared, plan.Build(), null, [y]).Dispose());
        Refused<ArgumentException>("cannot be reported", () => new VulkanSession(TestDevice.Shared, plan.Build(), null, [words]).Dispose());

        session.Submit([], []);
        session.Submit([], []);
        Refused<InvalidOperationException>("in flight already", () => session.Submit([], []));
        Refused<InvalidOperationException>("in flight", () => session.RunTimed());
        session.Complete([]);
        session.Complete([]);

        static void Refused<T>(string part, Action action) where T : Exception => Assert.Contains(part, Assert.Throws<T>(action).Message);
    }

    [Fact]
    public void MemoryThatTheDeviceDoesNotHaveIsRefusedWithTheNumberOfBytes()
    {
        long size = TestDevice.Shared.Properties.MaxAllocationSize / 16 * 16 + 16;
        var plan = new ReluPlan().Build() with { ArenaSizes = [size] };
        DeviceException exception = Assert.Throws<DeviceException>(() => new VulkanSession(TestDevice.Shared, plan));
        Assert.Contains(size.ToString("N0", null), exception.Message);
        Assert.Contains("smaller tile", exception.Message);
    }
}
