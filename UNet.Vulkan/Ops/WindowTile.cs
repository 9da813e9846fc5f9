using System.Collections.Immutable;
using UNet.Shaders;
using UNet.Vulkan.Device;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Ops.Declaration;

namespace UNet.Vulkan.Ops;

/// <summary>
/// A workgroup's part of a 3x3 convolution along the line of an image: <c>shaders/common/window_convolution.glsl</c>. Its choice
/// changes no bit.
/// </summary>
/// <param name="Rows">Channels of the target; an eighth of them is an invocation's.</param>
/// <param name="Columns">Pixels of the line; a sixteenth of them is an invocation's.</param>
internal readonly record struct WindowTile(uint Rows, uint Columns)
{
    /// <summary>All tiles, as implementations declare them, the largest first.</summary>
    public const string Tiles = Names + ": 64, 128; 64, 64; 32, 128; 32, 64";

    private const string Names = "TILE_ROWS, TILE_COLUMNS";

    private static readonly WindowTile[] All = [.. Tiling.Parse(Tiles).Select(Of)];

    /// <summary>Workgroups at a time without which a compute unit waits for memory more than it computes.</summary>
    private const ulong BusyWorkgroups = 3;

    /// <summary>To this multiple packed weights are filled up with zeros, along the channels of the target.</summary>
    private const int PackedTargets = (int)Conv2dPackForwardWindow.Fixed.PackedTargets;

    /// <summary>The same along the channels of the source.</summary>
    private const int PackedSources = (int)Conv2dPackForwardWindow.Fixed.PackedSources;

    /// <summary>With fewer channels most of what is multiplied would be zeros.</summary>
    public const int FewestChannels = 4;

    /// <summary>The tile that was chosen by measured time, else the one by rule.</summary>
    /// <param name="channels">Channels of the target.</param>
    /// <param name="line">Pixels of the line of an image.</param>
    /// <param name="images">Images.</param>
    /// <param name="buffers">Says what was chosen, and for which device.</param>
    public static WindowTile For(long channels, long line, long images, IBufferBinding buffers)
        => buffers.Tiling is { } chosen ? Of(chosen) : For(channels, line, images, buffers.Device);

    /// <summary>
    /// The tile that should be done first: what the compute unit with the most workgroups has to multiply and, with each
    /// multiply-add, its share of what is loaded from shared memory.
    /// </summary>
    /// <param name="channels">Channels of the target.</param>
    /// <param name="line">Pixels of the line of an image.</param>
    /// <param name="images">Images.</param>
    /// <param name="device">The device.</param>
    public static WindowTile For(long channels, long line, long images, DeviceProperties device)
        => All.MinBy(tile => tile.Cost(channels, line, images, device.ComputeUnits));

    /// <summary>The tile as constants of the kernels.</summary>
    public ImmutableDictionary<string, uint> Constants => Tiling.Of(Names, Rows, Columns).Values;

    /// <summary>Whether a device has places for so many pixels in a dispatch, whatever the tile, and kernels can tell them apart.</summary>
    /// <param name="height">Rows of the larger of source and target.</param>
    /// <param name="width">Its columns.</param>
    /// <param name="device">The device.</param>
    public static bool CanRun(int height, int width, DeviceProperties device)
        => Math.Max(height, width) < ushort.MaxValue
            && WorkgroupCount.Cover((long)height * (width + 4), All.Min(tile => tile.Columns)).X <= device.MaxWorkgroupCountY;

    /// <summary>Pixels of the line of an image: those of the target, and at the end of each row the taps' reach.</summary>
    public static long Line(Shape target, int kernel) => (long)target.H * (target.W + kernel - 1);

    /// <summary>Tiles of channels along x, so that those that share pixels run together; tiles of pixels along y, images along z.</summary>
    public static WorkgroupCount Grid(long channels, uint rows, long line, uint columns, long images)
        => WorkgroupCount.Cover(channels, rows, line, columns, images);

    /// <summary>Floats that packed weights take.</summary>
    public static int WeightLength(int targetChannels, int sourceChannels, int kernel)
        => checked((int)(Pairs(targetChannels, sourceChannels) * kernel * kernel));

    /// <summary>Workgroups that pack weights: an invocation for each pair of channels.</summary>
    public static WorkgroupCount Packing(int targetChannels, int sourceChannels, KernelInfo kernel)
        => WorkgroupCount.Linear(Pairs(targetChannels, sourceChannels), kernel.LocalSize.X);

    private static WindowTile Of(Tiling tiling) => new(tiling.Values["TILE_ROWS"], tiling.Values["TILE_COLUMNS"]);

    private static long Pairs(int targetChannels, int sourceChannels)
        => (long)WorkgroupCount.Cover(targetChannels, PackedTargets).X * PackedTargets
            * WorkgroupCount.Cover(sourceChannels, PackedSources).X * PackedSources;

    private double Cost(long channels, long line, long images, int units)
    {
        ulong most = (Grid(channels, Rows, line, Columns, images).Total + (ulong)units - 1) / (ulong)units;
        return (double)Math.Max(most, BusyWorkgroups) * Rows * Columns * (1 + 8.0 / Rows + 16.0 / Columns);
    }
}
