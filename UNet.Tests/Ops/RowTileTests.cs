using UNet.Shaders;
using UNet.Tests.Device;
using UNet.Vulkan.Checks;
using UNet.Vulkan.Device;
using UNet.Vulkan.Execution;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Model;
using UNet.Vulkan.Ops;
using UNet.Vulkan.Ops.Declaration;
using UNet.Vulkan.Planning;
using UNet.Vulkan.Training;
using Xunit;

namespace UNet.Tests.Ops;

/// <summary>Convolutions from packed rows: where they are planned, and what that takes. What they compute, the op checks compare.</summary>
public class RowTileTests
{
    /// <summary>Bytes that a training step of the paper's network may take.</summary>
    private const long MostMemory = 800_000_000;

    /// <summary>A GPU with matrix units.</summary>
    internal static readonly DeviceProperties Gpu = DeviceProperties.Minimum with
    {
        Type = DeviceType.Discrete,
        HasFloat16 = true,
        MatrixSize = 16,
        CanFixSubgroupSize = true,
        SubgroupSize = 32,
        MaxSharedMemory = 49_152,
        MaxWorkgroupInvocations = 1024,
        MaxStorageBufferRange = uint.MaxValue,
        ComputeUnits = 132,
    };

    [Fact]
    public void MatrixUnitsTakePackedRows()
    {
        Assert.SkipUnless(Conv2dForwardRowsMatrix.Info.IsEmbedded, "This build has no kernels for matrix units.");
        // All convolutions but the first, whose input has one channel, and the 1x1 head; and the up-convolutions, of whose passes only that
        // to the input is a convolution's.
        Assert.Equal(5 + 12, Count(Conv2dForwardRowsMatrix.Info, Conv2dForwardRowsStoredMatrix.Info));
        Assert.Equal(17, Count(Conv2dBackwardWeightRowsMatrix.Info));
        Assert.Equal(13 + 4, Count(Conv2dBackwardInputRowsMatrix.Info, Conv2dBackwardInputRowsStoredMatrix.Info));
        Assert.Equal(4, Count(CropConcatConv2dBackwardInputRowsMatrix.Info, CropConcatConv2dBackwardInputRowsStoredMatrix.Info));
        Assert.Equal(4, Count(ConvTranspose2dForwardRowsMatrix.Info, ConvTranspose2dForwardRowsStoredMatrix.Info));
        Assert.Equal(4, Count(ConvTranspose2dBackwardWeightRowsMatrix.Info));
        Assert.Equal(1, Count(Conv2dBackwardWeightFew.Info));
    }

    /// <summary>By that rule alone, and of every 3x3 convolution that is multiplied so; up-convolutions have no row of taps.</summary>
    [Fact]
    public void ARuleTakesWinogradsProductsForAllConvolutions()
    {
        Assert.SkipUnless(Conv2dForwardRowsMatrix.Info.IsEmbedded, "This build has no kernels for matrix units.");
        Graph step = FixedTileStep.GraphOf(new UNetConfiguration(), tile: 572);
        Assert.Equal(0, Winograd(NumericsRule.Mixed));
        Assert.Equal(17 + 17 + 17, Winograd(NumericsRule.MixedWinograd));

        int Winograd(NumericsRule rule) => Planner.Plan(step, Gpu, new PlanOptions { Numerics = rule }).Dispatches
            .Select(planned => planned.Dispatch)
            .Count(dispatch => dispatch.Kernel.Constants.Zip(dispatch.Constants)
                .Any(constant => constant.First.Name == "FLOAT16_WINOGRAD" && constant.Second == 1));
    }

    /// <summary>
    /// In 32 bits remain what is pooled beside a skip connection, and what the head reads; the gradients of skip connections and of pooled
    /// pixels; and that of the first layer, which is multiplied in 32 bits.
    /// </summary>
    [Fact]
    public void ResultsThatAreOnlyPackedAreStoredSo()
    {
        Assert.SkipUnless(Conv2dForwardRowsMatrix.Info.IsEmbedded, "This build has no kernels for matrix units.");
        Assert.Equal(5, Count(Conv2dForwardRowsMatrix.Info));
        Assert.Equal(0, Count(ConvTranspose2dForwardRowsMatrix.Info));
        Assert.Equal(1 + 4, Count(Conv2dForwardFewStored.Info, MaxPool2dForwardStored.Info));
        Assert.Equal(5, Count(Conv2dBackwardInputRowsMatrix.Info));
        Assert.Equal(0, Count(CropConcatConv2dBackwardInputRowsMatrix.Info));
        Assert.Equal(1 + 4, Count(Conv2dBackwardInputFewStored.Info, AccumulateMaxPoolGradientForwardStored.Info));
    }

    /// <summary>Once in a step: for the forward pass and both gradients.</summary>
    [Fact]
    public void SkipConnectionsAloneArePackedAndOnce()
    {
        Assert.SkipUnless(Conv2dForwardRowsMatrix.Info.IsEmbedded, "This build has no kernels for matrix units.");
        Assert.Equal(0, Count(Conv2dPackPixelRows.Info, Conv2dPackGradientRows.Info, ConvTranspose2dPackGradientRows.Info));
        Assert.Equal(4, Count(CropConcatConv2dPackPixelRows.Info, CropConcatConv2dPackSkipRows.Info));
    }

    /// <summary>Which reads the same tensor; that is gone then, long before its rows are read.</summary>
    [Fact]
    public void SkipConnectionsArePackedBesideThePool()
    {
        Assert.SkipUnless(Conv2dForwardRowsMatrix.Info.IsEmbedded, "This build has no kernels for matrix units.");
        KernelInfo[][] levels = [.. Plan(Gpu).Levels.Select(level => level.Select(dispatch => dispatch.Dispatch.Kernel).ToArray())];
        Assert.Equal(
            4, levels.Count(level => level.Contains(CropConcatConv2dPackSkipRows.Info) && level.Contains(MaxPool2dForwardStored.Info)));
    }

    /// <summary>However planning divides an invocation, its arithmetic is counted once.</summary>
    [Fact]
    public void PackingEarlyChangesNoOperations()
    {
        Assert.SkipUnless(Conv2dForwardRowsMatrix.Info.IsEmbedded, "This build has no kernels for matrix units.");
        Graph graph = new();
        Value image = graph.Input("image", new Shape(1, 1, 572, 572));
        graph.AppendNetwork(new UNetConfiguration(), image);
        PlanOptions options = new() { Numerics = NumericsRule.Mixed };
        Assert.Equal(
            Operations(options with { StoreRows = false, KeepPacked = false }), Operations(options), tolerance: 100); // of divisions

        double Operations(PlanOptions planned)
            => Planner.Plan(graph, Gpu, planned) is { } plan
                ? plan.Preparation.SelectMany(level => level).Concat(plan.Dispatches).Sum(dispatch => (double)dispatch.Operations) : 0;
    }

    /// <summary>Dispatches of these kernels in a step of the paper's network.</summary>
    private static int Count(params KernelInfo[] kernels)
        => Plan(Gpu).Dispatches.Count(dispatch => kernels.Contains(dispatch.Dispatch.Kernel));

    [Fact]
    public void PackedRowsLeaveTheMemoryOfAStepInBounds()
    {
        Assert.SkipUnless(Conv2dForwardRowsMatrix.Info.IsEmbedded, "This build has no kernels for matrix units.");
        Assert.InRange(Plan(Gpu).ArenaSizes.Sum(), 1, MostMemory);
    }

    [Theory]
    [InlineData(64, 568, 128, 256)]
    [InlineData(512, 64, 128, 256)] // two for each compute unit
    [InlineData(256, 136, 128, 256)]
    [InlineData(512, 54, 128, 256)]
    [InlineData(1024, 28, 128, 256)]
    [InlineData(512, 14, 64, 128)] // fewer than compute units
    public void TheBusiestComputeUnitHasTheLeastToDo(int channels, int size, int rows, int invocations)
        => Assert.Equal(
            new RowTile((uint)rows, 64, 64, (uint)invocations),
            RowTile.For(new Shape(1, channels, size, size), kernel: 3, lineWidth: size + 2, sourceChannels: 64, Gpu));

    [Theory]
    [InlineData(64, 568, 128)]
    [InlineData(512, 54, 64)] // two of the larger ones for each compute unit, of which many would wait
    [InlineData(1024, 28, 128)]
    [InlineData(512, 14, 64)] // fewer than compute units
    public void TheSameHoldsOfWinogradsTiles(int channels, int size, int rows)
        => Assert.Equal(
            new RowTile((uint)rows, 64, 32, 128),
            RowTile.For(
                new Shape(1, channels, size, size), kernel: 3, lineWidth: size + 2, sourceChannels: 64, Gpu, isWinograd: true));

    [Theory]
    [InlineData(1024, 512, 3, 64, 64)]
    [InlineData(64, 64, 3, 64, 64)]
    [InlineData(64, 128, 1, 64, 64)]
    [InlineData(64, 32, 3, 64, 32)]
    [InlineData(16, 16, 3, 64, 32)] // none is small enough
    public void TilesOfWeightGradientsAreNoLargerThanTheProduct(int leftChannels, int rightChannels, int kernel, int rows, int columns)
        => Assert.Equal(
            new RowTile((uint)rows, (uint)columns, 64),
            RowTile.ForWeight(PackedRows.TapWeight(4, leftChannels, rightChannels, kernel), kernel, Gpu));

    /// <summary>A depth that the channels are no multiple of becomes the largest that they are a multiple of.</summary>
    [Theory]
    [InlineData(16, 16)]
    [InlineData(17, 32)]
    [InlineData(48, 16)]
    [InlineData(64, 64)]
    [InlineData(96, 32)]
    [InlineData(1024, 64)]
    public void ChannelsAreAMultipleOfTheDepth(int channels, int depth)
    {
        Shape target = new(1, 128, 100, 100);
        foreach (Tiling tiling in Tiling.Parse(RowTile.Tiles))
        {
            RowTile tile = RowTile.For(target, kernel: 3, lineWidth: 102, channels, Gpu, tiling);
            Assert.Equal(Of(tiling) with { Depth = Math.Min((uint)depth, tiling.Values["TILE_DEPTH"]) }, tile);
        }
    }

    /// <summary>
    /// What the kernels count on, for matrices of 16 x 16 and subgroups of 32: subgroups have whole matrices that cover the tile once, in
    /// registers that leave room for factors.
    /// </summary>
    [Theory]
    [InlineData(RowTile.Tiles, false, 3)]
    [InlineData(RowTile.Tiles, false, 1)]
    [InlineData(RowTile.WeightTiles, true, 3)]
    [InlineData(RowTile.WeightTiles, true, 1)]
    [InlineData(RowTile.WinogradTiles, false, 3, true)]
    [InlineData(RowTile.WinogradWeightTiles, true, 3, true)]
    public void TilesAreDividedEvenly(string tiles, bool isWeight, int kernel, bool isWinograd = false)
    {
        const uint Matrix = 16, Subgroup = 32, MostSums = 128;
        RowTile[] all = [.. Tiling.Parse(tiles).Select(Of)];
        Assert.Distinct(all);
        foreach (RowTile tile in all.Where(
            tile => isWeight ? tile.FitsWeight(kernel, Gpu, isWinograd) : tile.Fits(kernel, Gpu, isWinograd)))
        {
            uint subgroups = tile.Invocations / Subgroup;
            uint width = isWeight && !isWinograd ? (uint)kernel * tile.Columns : tile.Columns;
            uint across = !isWeight || width % (4 * Matrix) != 0 || (isWinograd && subgroups < 8) ? 2u : 4u;
            uint elements = isWinograd ? 4u : 1u, pair = isWinograd ? 2u : 1u;
            uint places = isWeight ? 1u : pair; // of a row of a matrix
            (uint rows, uint columns) = (tile.Rows / places / (subgroups / across), width / across);
            Assert.Equal(tile.Rows * width, subgroups * places * (rows / Matrix * Matrix) * (columns / Matrix * Matrix));
            Assert.InRange(elements * rows * columns / Subgroup, 1u, MostSums);
            Assert.Equal(0u, tile.Depth % (isWeight ? pair * Matrix : Matrix));
            Assert.True(isWeight || tile.Depth <= tile.Columns);
            // Runs of a weight gradient are multiples of 64 places.
            Assert.True(!isWeight || 64 % tile.Depth == 0);
        }
    }

    [Fact]
    public void TilesFitALargeGpu()
    {
        Assert.All(Tiling.Parse(RowTile.Tiles).Select(Of), tile => Assert.True(tile.Fits(3, Gpu) && tile.Fits(1, Gpu), $"{tile}"));
        Assert.All(Tiling.Parse(RowTile.WinogradTiles).Select(Of), tile => Assert.True(tile.Fits(3, Gpu, isWinograd: true), $"{tile}"));
        Assert.All(
            Tiling.Parse(RowTile.WinogradWeightTiles).Select(Of),
            tile => Assert.True(tile.FitsWeight(3, Gpu, isWinograd: true), $"{tile}"));
        Assert.All(
            Tiling.Parse(RowTile.WeightTiles).Select(Of),
            tile => Assert.True(tile.FitsWeight(3, Gpu) && tile.FitsWeight(1, Gpu), $"{tile}"));
    }

    /// <summary>Measured time may choose what a device has room for; else the rule does.</summary>
    [Fact]
    public void DevicesTakeTilesThatTheyHaveRoomFor()
    {
        Tiling large = Tiling.Parse(RowTile.Tiles).Single(tiling => Of(tiling) == new RowTile(128, 64, 64));
        Shape target = new(1, 512, 54, 54);
        Assert.Equal(Of(large), For(Gpu, large));
        Assert.Equal(new RowTile(64, 64, 32), For(Gpu with { MaxSharedMemory = 32_768 }, large));
        Tiling halved = Tiling.Parse(RowTile.Tiles)[0];
        Assert.Equal(Of(halved), For(Gpu, halved));
        Assert.Equal(256u, For(Gpu with { SubgroupSize = 64 }, halved).Invocations); // of two subgroups
        Tiling wide = Tiling.Parse(RowTile.Tiles).Single(tiling => Of(tiling).Columns == 128);
        Assert.Equal(Of(wide), For(Gpu, wide));
        Assert.Equal(64u, RowTile.For(new Shape(1, 192, 54, 54), 3, 56, 512, Gpu, wide).Columns); // weights are packed for 192
        Tiling weights = Tiling.Parse(RowTile.WeightTiles)[0];
        Assert.Equal(Of(weights), RowTile.ForWeight(new Shape(4, 9, 512, 512), kernel: 3, Gpu, weights));
        Assert.False(RowTile.CanRun(new Shape(1, 1, 4096, 64), kernel: 3, Gpu with { MaxWorkgroupInvocations = 128 }));

        RowTile For(DeviceProperties device, Tiling tiling)
            => RowTile.For(target, kernel: 3, lineWidth: 56, sourceChannels: 512, device, tiling);
    }

    /// <summary>
    /// Several tiles along both sides of each product, several parts of the depth or only one, and channels that are a multiple of the
    /// depth or not.
    /// </summary>
    public static TheoryData<Op, string[], string> Divided => new()
    {
        { new Conv2d(OutChannels: 136, Padding: 1), ["2x64x13x19"], "Rows" },
        { new CropConcatConv2d(OutChannels: 64), ["1x24x16x18", "1x40x14x12"], "Rows" },
        { new ConvTranspose2d(OutChannels: 48), ["2x64x9x17"], "Rows" },
        { new Conv2d(OutChannels: 136, Padding: 1), ["2x64x13x19"], "RowsWinograd" },
        { new CropConcatConv2d(OutChannels: 64), ["1x24x16x18", "1x40x14x12"], "RowsWinograd" },
    };

    [Theory(DisableDiscoveryEnumeration = true)]
    [MemberData(nameof(Divided))]
    public void EveryTileGivesTheSameBits(Op op, string[] shapes, string name)
    {
        DeviceProperties device = TestDevice.Shared.Properties;
        Assert.SkipUnless(Conv2dForwardRowsMatrix.Info.IsEmbedded && device.RunsMatrixKernels, "No kernels for matrix units run here.");
        if (device.IsSoftware)
            device = device with { MaxSharedMemory = 65_536 }; // it takes as much as a kernel asks for
        OpSample sample = new(op, [.. shapes.Select(Shape.Parse)]);
        HashSet<(string Kernel, string Constants)> compared = [];
        Dictionary<string, float[]> expected = Run(null);
        foreach (Tiling tiling in op.Info.Passes.SelectMany(pass => pass.Implementations)
            .Where(implementation => implementation.Name == name).SelectMany(rows => rows.Tilings).Distinct())
        {
            foreach ((string tensor, float[] elements) in Run(tiling))
                Assert.True(elements.SequenceEqual(expected[tensor]), $"{op}: {tensor} has other bits with {tiling}");
        }
        Assert.All(compared.GroupBy(one => one.Kernel), constants => Assert.True(constants.Count() > 1, $"one tile of {constants.Key}"));

        Dictionary<string, float[]> Run(Tiling? tiling)
        {
            SampleGraph subject = new(sample);
            ExecutionPlan plan = Planner.Plan(subject.Graph, device, new()
            {
                GuardBytes = 1024,
                Choose = (_, candidates) => candidates.FirstOrDefault(candidate => candidate.Name == name) ?? candidates[0],
                Tile = (_, implementation) => tiling is not null && implementation.Tilings.Contains(tiling) ? tiling : null,
            });
            compared.UnionWith(plan.Dispatches.Select(planned => planned.Dispatch)
                .Where(dispatch => dispatch.Kernel.Constants.Any(constant => constant.Name == "TILE_COLUMNS"))
                .Select(dispatch => (dispatch.Kernel.Name, string.Join(' ', dispatch.Constants))));
            using VulkanSession session = new(TestDevice.Shared, plan, options: new() { Poison = true });
            subject.WriteData(session);
            session.Run();
            Assert.Null(session.FindStrayWrite());
            return subject.Written.ToDictionary(written => written.Value.Name, written => session.ReadAll(written.Value));
        }
    }

    private static RowTile Of(Tiling tiling) => new(
        tiling.Values["TILE_ROWS"], tiling.Values["TILE_COLUMNS"], tiling.Values["TILE_DEPTH"], tiling.Values["TILE_INVOCATIONS"]);

    private static ExecutionPlan Plan(DeviceProperties device)
        => Trainer.Plan(new TrainingConfiguration { Network = new UNetConfiguration(), Tile = 572, Precision = Precision.Mixed }, device);
}
