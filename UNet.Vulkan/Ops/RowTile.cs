using System.Collections.Immutable;
using UNet.Shaders;
using UNet.Vulkan.Device;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Ops.Declaration;

namespace UNet.Vulkan.Ops;

/// <summary>
/// A workgroup's part of the product of matrices that a convolution or a gradient of one is on matrix units where it starts from packed
/// rows: <c>shaders/common/rows_convolution.glsl</c>, <c>shaders/common/rows_weight.glsl</c>. Its choice changes no bit.
/// </summary>
/// <param name="Rows">Places of the line; of a gradient to the weight, channels of the left rows.</param>
/// <param name="Columns">
/// Channels of the target; of a gradient to the weight, those of the right rows, each with all taps of a row.
/// </param>
/// <param name="Depth">Most channels of the source that are multiplied at a time; of a gradient to the weight, places.</param>
/// <param name="Invocations">
/// Invocations of a workgroup. Fewer of them have larger shares of the tile, of which they multiply each number that they load from shared
/// memory more often, in more registers.
/// </param>
internal readonly record struct RowTile(uint Rows, uint Columns, uint Depth, uint Invocations = 256)
{
    /// <summary>
    /// Tiles of convolutions that measured time may choose, as implementations declare them: the most promising first, those of the rule
    /// last.
    /// </summary>
    public const string Tiles = Names
        + ": 128, 64, 32, 128; 64, 64, 64, 128; 128, 128, 32, 256; 128, 64, 64, 256; 128, 64, 32, 256; 64, 64, 32, 256";

    /// <summary>The same by Winograd's F(2,3), where sums take twice the registers.</summary>
    public const string WinogradTiles = Names + ": 128, 32, 32, 128; 128, 64, 32, 256; 128, 64, 32, 128; 64, 64, 32, 128";

    /// <summary>The same of gradients to the weight.</summary>
    public const string WeightTiles = Names
        + ": 128, 64, 64, 256; 64, 64, 64, 128; 64, 32, 64, 128; 64, 64, 64, 256; 64, 64, 32, 256; 64, 32, 64, 256";

    /// <summary>The same by Winograd's F(2,3).</summary>
    public const string WinogradWeightTiles = Names
        + ": 64, 64, 64, 128; 64, 32, 64, 128; 64, 64, 64, 256; 64, 64, 32, 256; 64, 32, 64, 256";

    private const string Names = "TILE_ROWS, TILE_COLUMNS, TILE_DEPTH, TILE_INVOCATIONS";

    /// <summary>With fewer, of 64 lanes, AMD's RDNA 3 has not enough registers for their shares.</summary>
    private const int FewestSubgroups = 4;

    /// <summary>Rows and columns of the kernel of which Winograd's F(2,3) computes a row.</summary>
    private const int WinogradKernel = 3;

    /// <summary>Products of Winograd's F(2,3): <c>shaders/common/rows_winograd.glsl</c>.</summary>
    private const uint WinogradElements = Conv2dForwardRowsMatrix.Fixed.WinogradElements;

    /// <summary>Subgroups with which each has a quarter of the columns there, instead of half.</summary>
    private const uint WinogradQuarters = Conv2dBackwardWeightRowsMatrix.Fixed.WinogradQuarters;

    /// <summary>Sums that an invocation has registers for.</summary>
    private const int MostSums = 128;

    private static readonly RowTile[] OfConvolutions = [.. Tiling.Parse(Tiles).Select(Of)];
    private static readonly RowTile[] OfWinograd = [.. Tiling.Parse(WinogradTiles).Select(Of)];
    private static readonly RowTile[] OfWeights = [.. Tiling.Parse(WeightTiles).Select(Of)];
    private static readonly RowTile[] OfWinogradWeights = [.. Tiling.Parse(WinogradWeightTiles).Select(Of)];

    /// <summary>
    /// Tiles of convolutions among which the rule chooses, and what each result costs by them: on an NVIDIA H200, of layers that fill it
    /// with workgroups, relative to the best of them.
    /// </summary>
    private static readonly (RowTile Tile, double Cost)[] ConvolutionsByRule =
        [(new(128, 64, 64), 1), (new(128, 64, 32), 1.15), (new(64, 64, 64, 128), 1.4), (new(64, 64, 32), 1.45)];

    /// <summary>
    /// The same by Winograd's F(2,3). What a result costs was not measured: it is what the tile takes of shared memory and of matrix units
    /// for each of its places.
    /// </summary>
    private static readonly (RowTile Tile, double Cost)[] WinogradByRule =
        [(new(128, 64, 32, 128), 1), (new(128, 64, 32), 1.2), (new(64, 64, 32, 128), 1.3)];

    /// <summary>Tiles of gradients to the weight among which the rule chooses, in the order in which it prefers them.</summary>
    private static readonly RowTile[] WeightsByRule = [new(64, 64, 64), new(64, 64, 32), new(64, 32, 64)];

    /// <summary>The tile as constants of the kernels.</summary>
    public ImmutableDictionary<string, uint> Constants => Tiling.Of(Names, Rows, Columns, Depth, Invocations).Values;

    /// <summary>Tiles of channels along x, so that those that share pixels run together; tiles of places along y, images along z.</summary>
    /// <param name="target">Shape of the target of the convolution.</param>
    /// <param name="lineWidth">Places of a row of the line.</param>
    /// <param name="rows">Places of a tile.</param>
    /// <param name="columns">Channels of a tile.</param>
    public static WorkgroupCount Grid(Shape target, int lineWidth, uint rows, uint columns)
        => WorkgroupCount.Cover(target.C, columns, (long)target.H * lineWidth, rows, target.N);

    /// <summary>
    /// For each row of taps, tiles of channels of the right rows, along x; tiles of those of the left rows along y, runs along z.
    /// </summary>
    /// <param name="tapWeight">Shape of the weight gradients of all runs, tap by tap.</param>
    /// <param name="kernel">Rows and columns of the kernel.</param>
    /// <param name="rows">Channels of a tile, of the left rows.</param>
    /// <param name="columns">Channels of a tile, of the right rows.</param>
    public static WorkgroupCount WeightGrid(Shape tapWeight, int kernel, uint rows, uint columns)
    {
        WorkgroupCount each = WorkgroupCount.Cover(tapWeight.W, columns, tapWeight.H, rows, tapWeight.N);
        return each with { X = each.X * (uint)kernel };
    }

    /// <summary>Whether a device multiplies packed rows: it can bind them, and the rule has a tile for each pass.</summary>
    /// <param name="source">Packed rows.</param>
    /// <param name="kernel">Rows and columns of the kernel.</param>
    /// <param name="device">The device.</param>
    public static bool CanRun(Shape source, int kernel, DeviceProperties device)
        => PackedRows.IsBindable(source, device) && WeightGradientSumTapRuns.Info.LocalSize.X <= device.MaxWorkgroupInvocations
            && ConvolutionsByRule.Any(rule => rule.Tile.Fits(kernel, device))
            && WeightsByRule.Any(tile => tile.FitsWeight(kernel, device));

    /// <summary>Whether it does so by Winograd's F(2,3) too.</summary>
    /// <param name="kernel">Rows and columns of the kernel.</param>
    /// <param name="device">The device.</param>
    public static bool CanRunWinograd(int kernel, DeviceProperties device)
        => kernel == WinogradKernel && WinogradByRule.Any(rule => rule.Tile.Fits(kernel, device, isWinograd: true))
            && WeightsByRule.Any(tile => tile.FitsWeight(kernel, device, isWinograd: true));

    /// <summary>
    /// The tile of a convolution that was chosen by measured time; else, by rule, the one by which the compute units with the most
    /// workgroups have the least to do.
    /// </summary>
    /// <param name="target">Shape of the target of the convolution.</param>
    /// <param name="kernel">Rows and columns of the kernel.</param>
    /// <param name="lineWidth">Places of a row of the line.</param>
    /// <param name="sourceChannels">Channels of the source: of them the depth of a tile is a divisor.</param>
    /// <param name="buffers">Says what was chosen, of which class of rounding, and for which device.</param>
    public static RowTile For(Shape target, int kernel, int lineWidth, int sourceChannels, IBufferBinding buffers)
        => For(
            target, kernel, lineWidth, sourceChannels, buffers.Device, buffers.Tiling,
            isWinograd: buffers.Numerics == NumericsClass.Float16Winograd);

    /// <summary>The same of a gradient to the weight; by rule, the first that is nowhere larger than the product.</summary>
    /// <param name="tapWeight">Shape of the weight gradients of all runs, tap by tap.</param>
    /// <param name="kernel">Rows and columns of the kernel.</param>
    /// <param name="buffers">Says what was chosen, of which class of rounding, and for which device.</param>
    public static RowTile ForWeight(Shape tapWeight, int kernel, IBufferBinding buffers)
        => ForWeight(tapWeight, kernel, buffers.Device, buffers.Tiling, buffers.Numerics == NumericsClass.Float16Winograd);

    internal static RowTile For(
        Shape target, int kernel, int lineWidth, int sourceChannels, DeviceProperties device, Tiling? chosen = null,
        bool isWinograd = false)
    {
        bool isTaken = chosen is not null && (isWinograd ? OfWinograd : OfConvolutions).Contains(Of(chosen))
            && Of(chosen).Fits(kernel, device, isWinograd) && PackedRows.Targets(target.C) % Of(chosen).Columns == 0;
        RowTile tile = isTaken
            ? Of(chosen!)
            : (isWinograd ? WinogradByRule : ConvolutionsByRule).Where(rule => rule.Tile.Fits(kernel, device, isWinograd))
                .MinBy(rule => Work(rule.Tile) * rule.Cost).Tile;
        uint channels = (uint)PackedRows.Sources(sourceChannels);
        return tile with { Depth = Math.Min(tile.Depth, channels & ~(channels - 1)) }; // the largest power of 2 that divides them

        // Results that the busiest compute unit has to compute.
        double Work(RowTile candidate)
        {
            ulong workgroups = Grid(target, lineWidth, candidate.Rows, candidate.Columns).Total;
            ulong units = (ulong)Math.Max(1, device.ComputeUnits);
            return (double)((workgroups + units - 1) / units) * candidate.Rows * candidate.Columns;
        }
    }

    internal static RowTile ForWeight(
        Shape tapWeight, int kernel, DeviceProperties device, Tiling? chosen = null, bool isWinograd = false)
    {
        if (chosen is not null && (isWinograd ? OfWinogradWeights : OfWeights).Contains(Of(chosen))
            && Of(chosen).FitsWeight(kernel, device, isWinograd))
            return Of(chosen);
        RowTile[] fitting = [.. WeightsByRule.Where(tile => tile.FitsWeight(kernel, device, isWinograd))];
        return fitting.FirstOrDefault(
            tile => tile.Rows <= tapWeight.H && tile.Columns <= tapWeight.W, fitting.MinBy(tile => tile.Rows * tile.Columns));
    }

    /// <summary>
    /// Whether the device has such workgroups for a convolution, each subgroup whole matrices, in half the columns and its share of the
    /// rows, and shared memory room for both factors, with 16 bytes behind each row, or for the results that pass through it, four channels
    /// for each invocation at least, and for a table of the places. By Winograd's F(2,3), rows of matrices are pairs of places, and
    /// there are weights of four elements, and sums for which there have to be registers. Where weights are packed for the other direction,
    /// they take less, as no tile is deeper than it has columns.
    /// </summary>
    internal bool Fits(int kernel, DeviceProperties device, bool isWinograd = false)
    {
        if (!HasSubgroups(device, out uint subgroups, out uint size))
            return false;
        uint placesEach = isWinograd ? 2u : 1u;
        (uint partsM, uint left) = Math.DivRem(Rows, subgroups / 2 * size * placesEach);
        uint factors = (Rows + (uint)kernel - 1 + (isWinograd ? WinogradElements : (uint)kernel) * Columns) * (Depth + 8) * 2;
        uint storedRows = (isWinograd || partsM % 2 == 0 ? 2u : 1u) * size;
        uint results = subgroups * storedRows * (size + 4) * sizeof(float);
        uint sums = Rows / placesEach * Columns * (isWinograd ? WinogradElements : 1u) / Invocations;
        return left == 0 && sums <= MostSums && Columns % (2 * size) == 0 && storedRows * size / 4 % (uint)device.SubgroupSize == 0
            && Math.Max(factors, results) + Rows * sizeof(uint) <= device.MaxSharedMemory;
    }

    /// <summary>
    /// The same for a gradient to the weight, whose results go to memory as they are: each subgroup has a quarter of the columns, or half.
    /// By Winograd's F(2,3) these are the columns of one of four sums, and matrices are pairs of places deep.
    /// </summary>
    internal bool FitsWeight(int kernel, DeviceProperties device, bool isWinograd = false)
    {
        if (!HasSubgroups(device, out uint subgroups, out uint size))
            return false;
        uint shared = isWinograd ? Columns : (uint)kernel * Columns;
        uint columns = shared % (4 * size) == 0 && !(isWinograd && subgroups < WinogradQuarters) ? 4u : 2u;
        uint partsN = shared / (columns * size);
        (uint partsM, uint left) = Math.DivRem(Rows, subgroups / columns * size);
        uint factors = (Depth * (Rows + 8) + (Depth + (uint)kernel - 1) * (Columns + 8)) * 2;
        uint sums = partsM * partsN * (isWinograd ? WinogradElements : 1u) * size * size / (uint)device.SubgroupSize;
        return left == 0 && shared % (columns * size) == 0 && factors <= device.MaxSharedMemory && sums <= MostSums
            && Depth % (isWinograd ? 2 * size : size) == 0;
    }

    private bool HasSubgroups(DeviceProperties device, out uint subgroups, out uint size)
    {
        size = (uint)device.MatrixSize;
        subgroups = Invocations / (uint)device.SubgroupSize;
        return size > 0 && subgroups >= FewestSubgroups && Invocations <= device.MaxWorkgroupInvocations;
    }

    private static RowTile Of(Tiling tiling) => new(
        tiling.Values["TILE_ROWS"], tiling.Values["TILE_COLUMNS"], tiling.Values["TILE_DEPTH"], tiling.Values["TILE_INVOCATIONS"]);
}
