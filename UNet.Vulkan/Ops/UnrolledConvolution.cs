using UNet.Shaders;
using UNet.Vulkan.Device;
using UNet.Vulkan.Graph;

namespace UNet.Vulkan.Ops;

/// <summary>
/// How convolutions of few channels are cut for processors whose vector registers are few. See
/// <c>shaders/common/conv2d_unrolled.glsl</c>.
/// </summary>
internal static class UnrolledConvolution
{
    /// <summary>Channels that are read at most: a driver works through the code, which grows with them, in every process.</summary>
    private const int MostRead = 32;

    /// <summary>Channels that are read at least where it pays, for what a workgroup does before and after them.</summary>
    private const int LeastRead = 8;

    /// <summary>Tiles of a plane's columns at most: kernels read their number in digits of 4 bits.</summary>
    private const int MostColumnTiles = 1 << 4 * (int)Conv2dForwardUnrolled.Fixed.ColumnTileDigits;

    /// <summary>Tiles of channels at most.</summary>
    private const int MostChannelTiles = 1 << 4 * (int)Conv2dForwardUnrolled.Fixed.ChannelTileDigits;

    /// <summary>Tiles of rows of all images at most.</summary>
    private const int MostRowTiles = 65535;

    /// <summary>Columns of pixels that a tile reads beyond those that it writes.</summary>
    private const int Halo = 2;

    private static int TileChannels => (int)Conv2dForwardUnrolled.Spec.Default.TileChannels;

    private static int TileRows => (int)Conv2dForwardUnrolled.Spec.Default.TileH;

    /// <summary>
    /// Whether there are so few channels, and planes of more than a tile: the last tile of rows, which ends with them, may not begin in
    /// the first one's padding.
    /// </summary>
    /// <param name="source">Shape of what is read.</param>
    /// <param name="result">Shape of what is written.</param>
    /// <param name="device">The device.</param>
    public static bool Fits(Shape source, Shape result, DeviceProperties device)
        => source.C <= MostRead && result.C >= TileChannels && result.H >= 2 * TileRows
            && source.W >= device.SubgroupSize + Halo && result.W >= device.SubgroupSize
            && Grid(result, (uint)TileChannels, (uint)TileRows, (uint)device.SubgroupSize)
                is { X: <= MostChannelTiles, Y: <= MostColumnTiles, Z: <= MostRowTiles };

    /// <summary>
    /// Whether a convolution or its gradient to the input is faster so. Measured on a processor with AVX2, as shares of the time of other
    /// direct kernels: 0.75 with 16 channels, 0.7 with 32, and to the input 0.8 to 0.95 and 0.8; with a single channel read 1.15.
    /// Winograd's F(2x2,3x3) takes 1.4 times as long between 32 channels, and F(4x4,3x3) from 32 to 64 as long or 1.4 times.
    /// </summary>
    /// <param name="source">Shape of what is read.</param>
    /// <param name="result">Shape of what is written.</param>
    /// <param name="device">The device.</param>
    public static bool Pays(Shape source, Shape result, DeviceProperties device)
        => device.VectorRegisters < 32 && source.C >= LeastRead && Fits(source, result, device);

    /// <summary>Tiles of channels, of columns, and of rows of all images.</summary>
    /// <param name="result">Shape of what is written.</param>
    /// <param name="tileChannels">Channels of a tile.</param>
    /// <param name="tileRows">Rows of a tile.</param>
    /// <param name="tileColumns">Columns of a tile.</param>
    public static WorkgroupCount Grid(Shape result, uint tileChannels, uint tileRows, uint tileColumns)
        => new(
            WorkgroupCount.Cover(result.C, tileChannels).X,
            WorkgroupCount.Cover(result.W, tileColumns).X,
            (uint)result.N * WorkgroupCount.Cover(result.H, tileRows).X);
}
