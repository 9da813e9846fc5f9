using System.Collections.Immutable;
using CsCheck;
using UNet.Shaders;
using UNet.Vulkan.Planning;
using Xunit;

namespace UNet.Tests.Device;

public sealed class SubmissionPlanTests
{
    private static readonly Gen<PlannedDispatch> GenDispatch = Gen.Select(
        Gen.UInt[1, 9], Gen.UInt[1, 9], Gen.UInt[1, 9], Gen.Long[0, 1000],
        (x, y, z, operations) => Dispatch(new(x, y, z), operations));

    private static readonly Gen<ImmutableArray<ImmutableArray<PlannedDispatch>>> GenLevels =
        GenDispatch.Array[0, 4].Array[0, 6].Select(levels => levels.Select(level => level.ToImmutableArray()).ToImmutableArray());

    private static PlannedDispatch Dispatch(WorkgroupCount groups, long operations)
        => new(new KernelDispatch(ReluForward.Info, [], [], [], groups), "test", operations);

    [Fact]
    public void EveryWorkgroupIsSubmittedOnceInOrderAndWithinTheBudget()
        => Gen.Select(GenLevels, Gen.Double[1, 2000]).Sample((levels, room) =>
        {
            ImmutableArray<ImmutableArray<DispatchPiece>> plan = SubmissionPlan.Cut(levels, rate: room * 4, budget: 0.25);

            // Workgroups in the order in which x counts fastest: a cut takes whole rows, planes or runs of that order.
            var expected = levels.SelectMany(
                (level, l) => level.SelectMany((dispatch, i) => Groups(l, i, 0, 0, 0, dispatch.Dispatch.Groups)));
            DispatchPiece[] pieces = [.. plan.SelectMany(submission => submission)];
            Assert.Equal(
                expected,
                pieces.SelectMany(piece => Groups(piece.Level, piece.Index, piece.BaseX, piece.BaseY, piece.BaseZ, piece.Groups)));

            foreach (ImmutableArray<DispatchPiece> submission in plan)
            {
                Assert.NotEmpty(submission);
                Assert.True(submission.Sum(piece => piece.Cost) <= room * (1 + 1e-9)
                    || (submission.Length == 1 && submission[0].Groups.Total == 1));
            }

            Assert.Equal(levels.SelectMany(level => level).Sum(SubmissionPlan.Cost), pieces.Sum(piece => piece.Cost), tolerance: 1e-6);
            Assert.Equal(
                Enumerable.Range(0, levels.Length).Where(level => levels[level].Length > 0),
                pieces.Where(piece => piece.BeginsLevel).Select(piece => piece.Level));
            Assert.All(
                pieces.Where(piece => piece.BeginsLevel),
                piece => Assert.Equal((0, 0u, 0u, 0u), (piece.Index, piece.BaseX, piece.BaseY, piece.BaseZ)));
        });

    [Fact]
    public void AWholePlanIsOneSubmissionOfUncutDispatches() => GenLevels.Sample(levels =>
    {
        ImmutableArray<ImmutableArray<DispatchPiece>> plan = SubmissionPlan.Whole(levels);
        int dispatches = levels.Sum(level => level.Length);
        Assert.Equal(dispatches > 0 ? 1 : 0, plan.Length);
        Assert.Equal(dispatches, plan.Sum(submission => submission.Length));
    });

    [Fact]
    public void ALongDispatchIsCutAlongItsOutermostDimension()
    {
        ImmutableArray<ImmutableArray<DispatchPiece>> plan = SubmissionPlan.Cut(
            [[Dispatch(new(4, 10, 1), 1000)]], rate: 1200, budget: 0.25);
        Assert.Equal(
            [(0u, new WorkgroupCount(4, 3)), (3u, new(4, 3)), (6u, new(4, 3)), (9u, new(4, 1))],
            plan.Select(submission => (submission.Single().BaseY, submission.Single().Groups)));
    }

    [Fact]
    public void WorkThatOnlyMovesMemoryCountsItsBytes()
    {
        var dispatch = new KernelDispatch(ReluForward.Info, [new(0, 0, 3000), new(0, 4096, 5000)], [], [], new(1));
        Assert.Equal(8000, SubmissionPlan.Cost(new(dispatch, "test", 10)));
        Assert.Equal(9000, SubmissionPlan.Cost(new(dispatch, "test", 9000)));
    }

    [Fact]
    public void TheRateIsThatOfTheSlowestSubmissionThatIsNotVeryShort()
    {
        Assert.Equal(1e9, SubmissionPlan.Rate([1e9, 2e9, 1e3], [0.5, 2, 0.001]));
        Assert.Equal(3e12, SubmissionPlan.Rate([1e9, 2e9], [0.0005, 0.0005]), tolerance: 1e3);
        Assert.Equal(SubmissionPlan.StartingRate, SubmissionPlan.Rate([], []));
    }

    private static IEnumerable<(int Level, int Index, uint X, uint Y, uint Z)> Groups(
        int level, int index, uint baseX, uint baseY, uint baseZ, WorkgroupCount groups)
    {
        for (uint z = 0; z < groups.Z; z++)
        {
            for (uint y = 0; y < groups.Y; y++)
            {
                for (uint x = 0; x < groups.X; x++)
                    yield return (level, index, baseX + x, baseY + y, baseZ + z);
            }
        }
    }
}
