using UNet.Shaders;
using UNet.Vulkan.Device;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Ops.Declaration;

namespace UNet.Vulkan.Ops;

/// <summary>
/// A workgroup's part of a 3x3 convolution on matrix units from packed rows: <c>shaders/common/rows_convolution.glsl</c>. Its choice
/// changes no bit.
/// </summary>
/// <param name="Pixels">Places of the line.</param>
/// <param name="Channels">Channels of the target.</param>
internal readonly record struct RowTile(uint Pixels, uint Channels)
{
    /// <summary>All tiles, as implementations declare them, the largest first.</summary>
    public const string Tiles = "TILE_PIXELS, TILE_CHANNELS: 256, 128; 128, 128; 256, 64; 128, 64; 64, 128; 64, 64";

    private static readonly RowTile[] All = [.. Tiling.Parse(Tiles).Select(Of)];

    /// <summary>Places that an image's rows are filled up to a multiple of, so that no tile reaches beyond them.</summary>
    private const int PackedPlaces = 256;

    /// <summary>To this multiple packed weights are filled up with zeros, along the channels of the target.</summary>
    private const int PackedTargets = 128;

    /// <summary>To this multiple the channels of rows are filled up with zeros: those that matrix units multiply at a time.</summary>
    private const int PackedSources = 16;

    /// <summary>Channels of a workgroup that packs rows, and places.</summary>
    private const int PackedTile = 64;

    /// <summary>Most of the depth that is multiplied at a time.</summary>
    private const uint LargestDepth = 64;

    /// <summary>Rows of a source: the line that its taps reach, and what the last tile reads behind it.</summary>
    /// <param name="images">Images.</param>
    /// <param name="channels">Channels of the source.</param>
    /// <param name="height">Rows of the target, with the zeros that surround it.</param>
    /// <param name="lineWidth">Pixels of the line for each row.</param>
    /// <param name="kernel">Rows and columns of the kernel.</param>
    public static Shape Rows(int images, int channels, int height, int lineWidth, int kernel)
        => new(images, 1, checked(Filled(height * lineWidth, PackedPlaces) + (kernel - 1) * (lineWidth + 1)), Filled(channels, PackedSources));

    /// <summary>Numbers of packed weights: a row for each channel of the target.</summary>
    public static int WeightLength(int targetChannels, int sourceChannels, int kernel)
        => checked(Filled(targetChannels, PackedTargets) * kernel * kernel * Filled(sourceChannels, PackedSources));

    /// <summary>Workgroups that pack rows.</summary>
    public static WorkgroupCount Packing(Shape rows) => WorkgroupCount.Cover(rows.W, PackedTile, rows.H, PackedTile, rows.N);

    /// <summary>Workgroups that pack weights: an invocation for each 8 channels of the source of each channel of the target.</summary>
    public static WorkgroupCount Packing(int targetChannels, int sourceChannels, KernelInfo kernel)
        => WorkgroupCount.Linear((long)Filled(targetChannels, PackedTargets) * Filled(sourceChannels, PackedSources) / 8, kernel.LocalSize.X);

    /// <summary>Tiles of channels along x, so that those that share pixels run together; tiles of places along y, images along z.</summary>
    public static WorkgroupCount Grid(long channels, uint tileChannels, long line, uint tilePixels, long images)
        => WorkgroupCount.Cover(channels, tileChannels, line, tilePixels, images);

    /// <summary>Depth that is multiplied at a time, a part of a row's channels.</summary>
    public static uint Depth(int sourceChannels)
    {
        uint channels = (uint)Filled(sourceChannels, PackedSources);
        return Math.Min(LargestDepth, channels & ~(channels - 1));
    }

    /// <summary>
    /// Whether a device's workgroups multiply matrices of the extents that these kernels have, in packed rows that it can bind.
    /// </summary>
    /// <param name="source">Packed rows.</param>
    /// <param name="device">The device.</param>
    public static bool SuitsWorkgroups(Shape source, DeviceProperties device)
        => Allowed(device).Any() && Depth(source.W) % device.WorkgroupMatrix.Depth == 0 && source.Length * 2 <= device.MaxStorageBufferRange
            && device.MaxWorkgroupInvocations >= 256;

    /// <summary>The tile that was chosen by measured time, else the one by rule.</summary>
    /// <param name="channels">Channels of the target.</param>
    /// <param name="line">Pixels of the line of an image.</param>
    /// <param name="images">Images.</param>
    /// <param name="buffers">Says what was chosen, and for which device.</param>
    public static RowTile For(long channels, long line, long images, IBufferBinding buffers)
    {
        RowTile[] allowed = [.. Allowed(buffers.Device)];
        return buffers.Tiling is { } chosen && allowed.Contains(Of(chosen))
            ? Of(chosen)
            : allowed.MinBy(tile => tile.Cost(channels, line, images, buffers.Device.ComputeUnits));
    }

    private static IEnumerable<RowTile> Allowed(DeviceProperties device)
        => All.Where(tile => device.WorkgroupMatrix.Divides(tile.Pixels, tile.Channels, LargestDepth));

    private static RowTile Of(Tiling tiling) => new(tiling.Values["TILE_PIXELS"], tiling.Values["TILE_CHANNELS"]);

    private static int Filled(int count, int multiple) => checked((int)(WorkgroupCount.Cover(count, multiple).X * multiple));

    /// <summary>What the compute unit with the most workgroups has to multiply and, with each multiply-add, its share of what is loaded.</summary>
    private double Cost(long channels, long line, long images, int units)
    {
        ulong most = (Grid(channels, Channels, line, Pixels, images).Total + (ulong)units - 1) / (ulong)units;
        return (double)most * Pixels * Channels * (1 + 48.0 / Pixels + 48.0 / Channels);
    }
}
