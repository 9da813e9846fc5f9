using System.Collections.Immutable;
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

/// <summary>The tiles of convolutions as matrix products: which one is taken, and that the choice changes no bit.</summary>
public class GemmTileTests
{
    private static readonly DeviceProperties Gpu = TestDevice.Shared.Properties with { Type = DeviceType.Discrete };

    [Theory]
    [InlineData(64, 322_624, 132, 64, 128)] // 568 x 568 pixels on a large GPU
    [InlineData(128, 78_400, 132, 128, 64)]
    [InlineData(1024, 784, 132, 32, 64)] // the bottleneck: fewer large tiles than would fill the GPU
    [InlineData(1024, 784, 20, 128, 64)]
    [InlineData(16, 322_624, 20, 16, 128)]
    [InlineData(2, 150_544, 20, 16, 128)]
    [InlineData(1024, 4, 1000, 16, 128)] // no tile fills it
    public void TheLargestTileThatFillsTheDeviceIsTaken(long rows, long columns, int computeUnits, int tileRows, int tileColumns)
    {
        GemmTile tile = GemmTile.For(rows, columns, products: 1, Gpu with { ComputeUnits = computeUnits });
        Assert.Equal((tileRows, tileColumns), ((int)tile.Rows, (int)tile.Columns));
    }

    [Fact]
    public void TilesAreMadeUpOf128Invocations()
        => Assert.All(GemmTile.All, tile => Assert.Equal(128u, tile.Rows / tile.RowsEach * (tile.Columns / tile.ColumnsEach)));

    [Fact]
    public void ConstantsAreTakenByName()
    {
        Conv2dForwardGemm.Spec spec = Conv2dForwardGemm.Spec.Default with { TileC = 16 };
        ImmutableDictionary<string, uint> tile = GemmTile.All[^1].Constants;
        Assert.Equal(spec with { TileRows = 16, TileColumns = 128, TileRowsEach = 4, TileColumnsEach = 4 }, spec.With(tile));
        Assert.Equal(spec, spec.With(Tiling.Of("TILE_NOT_THERE", 1).Values));
    }

    /// <summary>Whatever the tuner chooses reaches the kernels of all passes, with what follows from it.</summary>
    [Fact]
    public void AChosenTileReplacesThatOfTheRule()
    {
        SampleGraph subject = new(new OpSample(new Conv2d(128), [Shape.Parse("1x64x12x12")]));
        ImmutableArray<Tiling> tilings = Gemm(Conv2d.StaticInfo.Forward).Tilings;
        Assert.Equal(GemmTile.All.Length, tilings.Length);
        foreach ((Tiling tiling, GemmTile tile) in tilings.Zip(GemmTile.All))
        {
            ExecutionPlan plan = Planner.Plan(subject.Graph, Gpu, new()
            {
                Choose = (_, candidates) => candidates.Single(candidate => candidate.Name == "Gemm"),
                Tile = (_, _) => tiling,
            });
            KernelDispatch forward = plan.Dispatches.Single(planned => planned.Dispatch.Kernel == Conv2dForwardGemm.Info).Dispatch;
            Assert.Equal(tile.Rows, Constant(forward, "TILE_ROWS"));
            Assert.Equal(tile.ColumnsEach, Constant(forward, "TILE_COLUMNS_EACH"));
            Assert.Equal(1u, Constant(forward, "TILE_WHOLE"));
            Assert.Equal(tile.Grid(128, 100, products: 1), forward.Groups);
            KernelDispatch weight = plan.Dispatches.Single(planned => planned.Dispatch.Kernel == Conv2dBackwardWeightGemm.Info).Dispatch;
            Assert.Equal(tile.Columns, Constant(weight, "TILE_COLUMNS"));
            Assert.Equal(576 % tile.Columns == 0 ? 1u : 0u, Constant(weight, "TILE_WHOLE"));
        }

        static uint Constant(KernelDispatch dispatch, string name)
            => dispatch.Constants[dispatch.Kernel.Constants.ToList().FindIndex(constant => constant.Name == name)];
    }

    /// <summary>The sums of weight gradients depend on how pixels are cut into runs; no tiling has a say in that.</summary>
    [Fact]
    public void NoTilingChangesTheRunsOfAWeightGradient()
    {
        Op[] ops = [new Conv2d(2), new ConvTranspose2d(2), new CropConcatConv2d(2)];
        Assert.All(
            ops.SelectMany(op => op.Info.Passes).Select(Gemm).SelectMany(implementation => implementation.Tilings),
            tiling => Assert.Equal(
                ["TILE_COLUMNS", "TILE_COLUMNS_EACH", "TILE_ROWS", "TILE_ROWS_EACH"], tiling.Values.Keys.Order(StringComparer.Ordinal)));
    }

    private static Implementation Gemm(Pass pass) => pass.Implementations.Single(implementation => implementation.Name == "Gemm");

    public static TheoryData<string> Samples =>
    [
        "Conv2d 1x64x12x12 128 3 0", "ConvTranspose2d 1x64x9x15 32",
    ];

    [Theory]
    [MemberData(nameof(Samples))]
    public void TilesOfEverySizeGiveTheSameBits(string text)
    {
        string[] words = text.Split(' ');
        int[] numbers = [.. words.Skip(2).Select(int.Parse)];
        Op op = words[0] == nameof(Conv2d) ? new Conv2d(numbers[0], numbers[1], numbers[2]) : new ConvTranspose2d(numbers[0]);
        SampleGraph subject = new(new OpSample(op, [Shape.Parse(words[1])]));
        HashSet<string> tiles = [];
        Dictionary<Value, float[]>? expected = null;
        foreach (int computeUnits in (int[])[1, 1000])
        {
            ExecutionPlan plan = Planner.Plan(subject.Graph, Gpu with { ComputeUnits = computeUnits }, new()
            {
                Choose = (_, candidates) => candidates.Single(candidate => candidate.Name == "Gemm"),
            });
            if (!tiles.Add(string.Join(';', plan.Dispatches.Select(planned => string.Join(',', planned.Dispatch.Constants)))))
                continue;
            using VulkanSession session = new(TestDevice.Shared, plan, options: new() { Poison = true });
            subject.WriteData(session);
            session.Run();
            Dictionary<Value, float[]> actual
                = subject.Written.ToDictionary(written => written.Value, written => session.ReadAll(written.Value));
            expected ??= actual;
            Assert.All(actual, pair => Assert.Equal(expected[pair.Key], pair.Value));
        }
        Assert.True(tiles.Count > 1, "all plans had the same tiles");
    }

    [Fact]
    public void RunsDoNotDependOnTheBatchAndKeepToTheirMemory()
    {
        Shape weight = new(64, 64, 3, 3);
        Assert.Equal(3 * SplitRule.Runs(1, 320_000, weight, weight.N), SplitRule.Runs(3, 320_000, weight, weight.N));
        Assert.InRange(SplitRule.Runs(1, 320_000, weight, weight.N) * weight.Length, 1, 8_388_608);
        Assert.Equal(0, SplitRule.Runs(1, 320_000, new Shape(24, 16, 3, 3), 24) * 24 % 64);
        Assert.Equal(1, SplitRule.Runs(1, 784, new Shape(1024, 1024, 3, 3), 1024));
        Assert.Equal(1, SplitRule.Runs(1, 10, new Shape(1, 1, 3, 3), 1));
    }
}
