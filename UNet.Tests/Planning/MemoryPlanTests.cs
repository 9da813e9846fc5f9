using CsCheck;
using UNet.Shaders;
using UNet.Vulkan.Device;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Planning;
using Xunit;

namespace UNet.Tests.Planning;

public class MemoryPlanTests
{
    private static readonly DeviceProperties Device = DeviceProperties.Minimum with { MaxAllocationSize = 1 << 16 };

    private static readonly Gen<Lifetime[]> Lifetimes = Gen.Select(Gen.Int[1, 3000], Gen.Int[0, 20], Gen.Int[0, 8], Gen.Bool)
        .Array[1, 40].Select(items => items.Select((item, id) =>
        {
            (int length, int first, int duration, bool kept) = item;
            Value value = new(id, $"value{id}", new Shape(length), ElementType.Float32, kept ? ValueKind.State : ValueKind.Activation);
            return new Lifetime(value, first, first + duration);
        }).ToArray());

    [Fact]
    public void ValuesThatAreNeededAtOnceNeverShareBytes() => Lifetimes.Sample(lifetimes =>
    {
        MemoryPlan plan = MemoryPlan.Create(lifetimes, [], Device, new PlanOptions());
        foreach (Lifetime one in lifetimes)
        {
            BufferRange range = plan.Ranges[one.Value];
            Assert.Equal(one.Value.SizeInBytes, range.Length);
            Assert.Equal(0, range.Offset % Device.MinStorageBufferOffsetAlignment);
            Assert.True(range.End <= plan.ArenaSizes[range.Arena]);
            foreach (Lifetime other in lifetimes.Where(
                other => other.Value != one.Value && (one.Value.IsKept || other.Value.IsKept || other.Meets(one))))
            {
                Assert.False(range.Overlaps(plan.Ranges[other.Value]), $"{one} and {other} share bytes.");
            }
        }
        Assert.All(plan.ArenaSizes, size => Assert.InRange(size, 0, Device.MaxAllocationSize));
    });

    [Fact]
    public void KeepingNeighboursApartTakesNoMemory() => Lifetimes.Sample(lifetimes => Assert.Equal(
        MemoryPlan.Create(lifetimes, [], Device, new PlanOptions { Overlap = false }).ArenaSizes,
        MemoryPlan.Create(lifetimes, [], Device, new PlanOptions()).ArenaSizes));

    /// <summary>Values of one invocation each have room for four of them, for the last one is as large.</summary>
    [Theory]
    [InlineData(DeviceType.Discrete)]
    [InlineData(DeviceType.Software)]
    public void NeighboursAreKeptApartWhereThereIsRoom(DeviceType type)
    {
        const int last = 19, far = 12;
        Value[] chain = [.. Enumerable.Range(0, last + 1).Select(
            i => new Value(i, $"value{i}", new Shape(i == last ? 4096 : 1024), ElementType.Float32, ValueKind.Scratch))];
        MemoryPlan plan = MemoryPlan.Create(
            [.. chain.Select((value, i) => new Lifetime(value, i, i))], [], Device with { Type = type }, new PlanOptions());
        Assert.Equal(4 * 4096, plan.BytesAfter);
        for (int i = 0; i < far; i++)
        {
            for (int distance = 1; distance <= 2; distance++)
                Assert.Equal(type == DeviceType.Software, plan.Ranges[chain[i]].Overlaps(plan.Ranges[chain[i + distance]]));
        }
    }

    [Fact]
    public void GuardsKeepEveryValueApart() => Lifetimes.Sample(lifetimes =>
    {
        MemoryPlan plan = MemoryPlan.Create(lifetimes, [], Device, new PlanOptions { Alias = false, GuardBytes = 256 });
        BufferRange[] ranges = [.. plan.Ranges.Values];
        foreach (BufferRange range in ranges)
        {
            BufferRange guarded = new(range.Arena, range.Offset - 256, range.Length + 512);
            Assert.Single(ranges, guarded.Overlaps);
        }
    });

    [Fact]
    public void ShortLivesShareMemory()
    {
        Lifetime[] chain = [.. Enumerable.Range(0, 10).Select(i => new Lifetime(
            new Value(i, $"value{i}", new Shape(1024), ElementType.Float32, ValueKind.Activation), i, i + 1))];
        MemoryPlan plan = MemoryPlan.Create(chain, [], Device, new PlanOptions());
        Assert.Equal(10 * 4096, plan.BytesBefore);
        Assert.Equal(2 * 4096, plan.BytesAfter);
    }

    /// <summary>A value computed in place lies where the other did, and both keep clear of whatever lives beside either.</summary>
    [Fact]
    public void ValuesComputedInPlaceTakeThePlaceOfOthers()
    {
        Lifetime[] chain = [.. Enumerable.Range(0, 4).Select(i => new Lifetime(
            new Value(i, $"value{i}", new Shape(1024), ElementType.Float32, ValueKind.Activation), i, i + 1))];
        Lifetime beside = new(new Value(4, "beside", new Shape(512), ElementType.Float32, ValueKind.Activation), 2, 2);
        Dictionary<Value, Value> overwritten = new() { [chain[1].Value] = chain[0].Value, [chain[2].Value] = chain[1].Value };
        MemoryPlan plan = MemoryPlan.Create([.. chain, beside], [], Device, new PlanOptions(), overwritten);
        Assert.Equal(plan.Ranges[chain[0].Value], plan.Ranges[chain[1].Value]);
        Assert.Equal(plan.Ranges[chain[0].Value], plan.Ranges[chain[2].Value]);
        Assert.False(plan.Ranges[chain[2].Value].Overlaps(plan.Ranges[chain[3].Value]));
        Assert.False(plan.Ranges[chain[2].Value].Overlaps(plan.Ranges[beside.Value]));
        Assert.Equal(2 * 4096, plan.BytesAfter);

        MemoryPlan apart = MemoryPlan.Create([.. chain, beside], [], Device, new PlanOptions { Alias = false }, overwritten);
        Assert.False(apart.Ranges[chain[0].Value].Overlaps(apart.Ranges[chain[1].Value]));
    }

    [Fact]
    public void AValueLargerThanAnAllocationIsRefusedByName()
    {
        Lifetime[] large = [new(new Value(0, "encoder.0.conv1.y", new Shape(20_000), ElementType.Float32, ValueKind.Activation), 0, 1)];
        PlanException problem = Assert.Throws<PlanException>(() => MemoryPlan.Create(large, [], Device, new PlanOptions()));
        Assert.Contains("encoder.0.conv1.y", problem.Message);
        Assert.Contains("--tile", problem.Message);
    }
}
