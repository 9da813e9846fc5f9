using System.Collections.Immutable;
using UNet.Shaders;
using UNet.Vulkan.Device;
using UNet.Vulkan.Ops.Declaration;

namespace UNet.Vulkan.Ops;

/// <summary>
/// A workgroup's part of the matrix products of <c>shaders/common/gemm.glsl</c>. Its choice changes no bit: each element of the
/// result is one sum in ascending depth, whatever the tile.
/// </summary>
/// <param name="Rows">Rows of the tile.</param>
/// <param name="Columns">Columns of the tile.</param>
/// <param name="RowsEach">Rows that one of its 128 invocations computes.</param>
/// <param name="ColumnsEach">Columns that an invocation computes.</param>
internal readonly record struct GemmTile(uint Rows, uint Columns, uint RowsEach, uint ColumnsEach)
{
    /// <summary>All tiles, as implementations declare them, the largest first; none takes more than 16 KiB of shared memory.</summary>
    public const string Tiles = Names + ": "
        + "128, 64, 8, 8; "
        + "64, 128, 8, 8; "
        + "64, 64, 8, 4; "
        + "32, 128, 4, 8; "
        + "32, 64, 4, 4; "
        + "16, 128, 4, 4";

    private const string Names = "TILE_ROWS, TILE_COLUMNS, TILE_ROWS_EACH, TILE_COLUMNS_EACH";

    /// <summary>All tiles, the largest first.</summary>
    public static readonly GemmTile[] All = [.. Tiling.Parse(Tiles).Select(Of)];

    /// <summary>Workgroups that a compute unit should have, so that one computes while another waits.</summary>
    private const int WorkgroupsPerUnit = 2;

    /// <summary>The tile that was chosen by measured time, else the one by rule.</summary>
    /// <param name="rows">Rows of the product.</param>
    /// <param name="columns">Columns of the product.</param>
    /// <param name="products">Products of this size: images, or runs of pixels.</param>
    /// <param name="buffers">Says what was chosen, and for which device.</param>
    public static GemmTile For(long rows, long columns, long products, IBufferBinding buffers)
        => buffers.Tiling is { } chosen ? Of(chosen) : For(rows, columns, products, buffers.Device);

    /// <summary>
    /// The tile that costs least among those that give every compute unit its workgroups; where none does, the tile with the most
    /// workgroups. On software drivers these products are run by checks alone, and always in tiles that compile fast.
    /// </summary>
    /// <param name="rows">Rows of the product.</param>
    /// <param name="columns">Columns of the product.</param>
    /// <param name="products">Products of this size: images, or runs of pixels.</param>
    /// <param name="device">The device.</param>
    public static GemmTile For(long rows, long columns, long products, DeviceProperties device)
    {
        if (device.IsSoftware)
            return All.MinBy(tile => tile.Rows * tile.Columns);
        ulong wanted = (ulong)(WorkgroupsPerUnit * device.ComputeUnits);
        GemmTile[] filling = [.. All.Where(tile => tile.Grid(rows, columns, products).Total >= wanted)];
        return filling.Length > 0
            ? filling.MinBy(tile => tile.Cost(rows, columns))
            : All.MaxBy(tile => tile.Grid(rows, columns, products).Total);
    }

    /// <summary>The tile as constants of the kernels.</summary>
    public ImmutableDictionary<string, uint> Constants => Tiling.Of(Names, Rows, Columns, RowsEach, ColumnsEach).Values;

    /// <summary>Whether a device has places for so many tiles of columns in a dispatch, whatever the tile.</summary>
    public static bool CanRun(long columns, DeviceProperties device)
        => WorkgroupCount.Cover(columns, All.Min(tile => tile.Columns)).X <= device.MaxWorkgroupCountY;

    /// <summary>Tiles of rows along x, so that those that share pixels run together; tiles of columns along y, products along z.</summary>
    public WorkgroupCount Grid(long rows, long columns, long products) => WorkgroupCount.Cover(rows, Rows, columns, Columns, products);

    /// <summary>
    /// Whether kernels may do without the checks at a tile's ends: neither rows nor columns end within one. On software drivers they
    /// keep them, so that less is compiled.
    /// </summary>
    public bool IsWhole(long rows, long columns, DeviceProperties device)
        => !device.IsSoftware && rows % Rows == 0 && columns % Columns == 0;

    /// <summary>
    /// For each step of the depth: a multiply-add for every element of every tile, and with each its share of what is loaded from
    /// shared memory.
    /// </summary>
    private double Cost(long rows, long columns)
    {
        WorkgroupCount tiles = Grid(rows, columns, products: 1);
        return (double)tiles.Total * Rows * Columns * (1 + 1.0 / RowsEach + 1.0 / ColumnsEach);
    }

    private static GemmTile Of(Tiling tiling) => new(
        tiling.Values["TILE_ROWS"], tiling.Values["TILE_COLUMNS"], tiling.Values["TILE_ROWS_EACH"], tiling.Values["TILE_COLUMNS_EACH"]);
}
