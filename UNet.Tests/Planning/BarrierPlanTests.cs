using System.Collections.Immutable;
using CsCheck;
using UNet.Shaders;
using UNet.Vulkan.Planning;
using Xunit;

namespace UNet.Tests.Planning;

public class BarrierPlanTests
{
    /// <summary>A kernel that reads its first buffer and writes its second.</summary>
    private static readonly KernelInfo Copy = new("copy",
        [new KernelBuffer("x", BufferAccess.Read, BufferForm.Storage, "float", 0, -1),
            new KernelBuffer("y", BufferAccess.Write, BufferForm.Storage, "float", 1, -1)],
        [], 0, [], new WorkgroupSize(1));

    private static readonly Gen<PlannedDispatch[]> Dispatches = Gen
        .Select(Gen.Int[0, 1], Gen.Int[0, 20], Gen.Int[1, 6], Gen.Int[0, 20], Gen.Int[1, 6])
        .Select(item => Dispatch(new BufferRange(item.Item1, item.Item2, item.Item3), new BufferRange(0, item.Item4, item.Item5)))
        .Array[0, 40];

    [Fact]
    public void NothingWithinALevelDependsOnAnotherAndTheOrderIsKept() => Dispatches.Sample(dispatches =>
    {
        ImmutableArray<ImmutableArray<PlannedDispatch>> levels = BarrierPlan.Create(dispatches);
        Assert.Equal(dispatches, levels.SelectMany(level => level));
        foreach (ImmutableArray<PlannedDispatch> level in levels)
        {
            Assert.NotEmpty(level);
            for (int i = 0; i < level.Length; i++)
            {
                for (int j = i + 1; j < level.Length; j++)
                    Assert.False(Depend(level[i], level[j]));
            }
        }
    });

    /// <summary>What depends on something else runs in a later level, wherever dispatches have gone.</summary>
    [Fact]
    public void DispatchesMoveUpOnlyPastWhatTheyDoNotDependOn() => Gen.Select(Dispatches, Gen.Int[0, 4]).Sample((dispatches, levelsUp) =>
    {
        ImmutableArray<ImmutableArray<PlannedDispatch>> levels = BarrierPlan.Create(dispatches, levelsUp);
        Assert.Equal(dispatches.Length, levels.Sum(level => level.Length));
        Assert.True(levels.Length <= BarrierPlan.Create(dispatches).Length);
        int[] places = [.. dispatches.Select(
            dispatch => Enumerable.Range(0, levels.Length).Single(level => levels[level].Any(other => ReferenceEquals(other, dispatch))))];
        for (int i = 0; i < dispatches.Length; i++)
        {
            for (int j = i + 1; j < dispatches.Length; j++)
                Assert.True(!Depend(dispatches[i], dispatches[j]) || places[i] < places[j]);
        }
    });

    [Fact]
    public void EveryBarrierIsNeeded() => Dispatches.Sample(dispatches =>
    {
        ImmutableArray<ImmutableArray<PlannedDispatch>> levels = BarrierPlan.Create(dispatches);
        for (int i = 1; i < levels.Length; i++)
            Assert.Contains(levels[i - 1], earlier => Depend(earlier, levels[i][0]));
    });

    private static PlannedDispatch Dispatch(BufferRange read, BufferRange write)
        => new(new KernelDispatch(Copy, [read, write], [], [], new WorkgroupCount(1)), "copy", 1);

    private static bool Depend(PlannedDispatch one, PlannedDispatch other)
    {
        ImmutableArray<BufferRange> a = one.Dispatch.Buffers, b = other.Dispatch.Buffers;
        return a[1].Overlaps(b[0]) || a[1].Overlaps(b[1]) || a[0].Overlaps(b[1]);
    }
}
