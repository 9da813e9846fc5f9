using UNet.Shaders;
using UNet.Vulkan.Device;
using UNet.Vulkan.Graph;

namespace UNet.Vulkan.Ops;

/// <summary>
/// How convolutions for processors by Winograd's F(2x2,3x3) are cut: into blocks of tiles, for which a workgroup keeps transformed tiles in
/// memory of its own. See <c>shaders/common/winograd_lanes.glsl</c>.
/// </summary>
internal static class WinogradLanes
{
    /// <summary>Rows and columns of a tile's results.</summary>
    private const int Results = (int)Conv2dForwardWinogradLanes.Fixed.Results;

    /// <summary>Elements of a transformed tile or kernel.</summary>
    private const int Elements = (int)Conv2dForwardWinogradLanes.Fixed.Elements;

    /// <summary>Tiles that a workgroup transforms at a time, at most: a block for each of its subgroups, of which there may be two.</summary>
    private const int MostTiles = 2 * (int)Conv2dForwardWinogradLanes.Fixed.BlockTiles;

    /// <summary>Channels written that a group of workgroups should have at least.</summary>
    private const int GroupChannels = 128;

    /// <summary>Channels written that a subgroup computes at a time.</summary>
    private const int TileChannels = (int)Conv2dForwardWinogradLanes.Fixed.TileK;

    /// <summary>Channels in a tile of packed weights.</summary>
    private const int PackedChannels = (int)Conv2dForwardWinogradLanes.Fixed.PackedChannels;

    /// <summary>Elements that the transformed tiles of one image should have at most (32 MiB); one workgroup may need more.</summary>
    private const long LargestTiles = 8_388_608;

    /// <summary>Whether the device can bind the transformed weights.</summary>
    /// <param name="weight">Shape of the weight.</param>
    /// <param name="device">The device.</param>
    public static bool Fits(Shape weight, DeviceProperties device)
        => Math.Max(Packed(weight.N, weight.C).Length, Packed(weight.C, weight.N).Length) * sizeof(float) <= device.MaxStorageBufferRange;

    /// <summary>
    /// Whether a convolution or its gradient to the input is worth the transforms. Measured on a processor with AVX-512, as shares of what
    /// multiplications and additions alone reach. With subgroups of 8: 28 % for 16 channels, 48 % for 32 and 65 % for 64, where direct
    /// kernels stay at 37 to 43 %. With subgroups of 16: 63 % for 64 channels, 73 % for 96 and 86 % for 128, where direct kernels reach 66
    /// to 68 %; to the input 54, 63 and 74 % against 64 to 69 %.
    /// </summary>
    /// <param name="source">Shape of what is read.</param>
    /// <param name="result">Shape of what is written.</param>
    /// <param name="device">The device.</param>
    public static bool Pays(Shape source, Shape result, DeviceProperties device)
        => Math.Min(source.C, result.C) >= (device.SubgroupSize == 8 ? 32 : 96)
            && !UnrolledConvolution.Pays(source, result, device);

    /// <summary>
    /// Transformed tiles of all workgroups: [N·workgroups,groups of channels written,pairs of channels read,2·elements·tiles]; the number
    /// for one image does not depend on the batch.
    /// </summary>
    /// <param name="source">Shape of what is read.</param>
    /// <param name="result">Shape of what is written.</param>
    public static Shape Tiles(Shape source, Shape result)
        => new(source.N * Workgroups(source, result), Groups(source, result), Pairs(source.C), 2 * Elements * MostTiles);

    /// <summary>
    /// Transformed weights [tiles of channels written,elements,pairs of channels read,2·channels of a tile], with zeros up to the
    /// last channel that a subgroup reads.
    /// </summary>
    /// <param name="written">Channels that are written.</param>
    /// <param name="read">Channels that are read.</param>
    public static Shape Packed(int written, int read)
        => new(
            (int)WorkgroupCount.Cover(written, TileChannels).X * TileChannels / PackedChannels, Elements, Pairs(read), 2 * PackedChannels);

    /// <summary>An invocation for each channel written and each pair of channels read.</summary>
    /// <param name="packed">Shape of the transformed weights.</param>
    /// <param name="info">The kernel.</param>
    public static WorkgroupCount Packing(Shape packed, KernelInfo info)
        => WorkgroupCount.Linear((long)packed.N * packed.W / 2 * packed.H, info.LocalSize.X);

    /// <summary>Groups of channels written, workgroups, images.</summary>
    /// <param name="source">Shape of what is read.</param>
    /// <param name="result">Shape of what is written.</param>
    public static WorkgroupCount Grid(Shape source, Shape result)
        => new((uint)Groups(source, result), (uint)Workgroups(source, result), (uint)source.N);

    /// <summary>
    /// Into how many groups the channels written are cut: deep levels have few tiles and many channels. An even number where there
    /// are several, as that of workgroups.
    /// </summary>
    /// <param name="source">Shape of what is read.</param>
    /// <param name="result">Shape of what is written.</param>
    private static int Groups(Shape source, Shape result)
        => EvenOrOne(Math.Clamp(MostWorkgroups(source) / Workgroups(source, result), 1, Math.Max(1, result.C / GroupChannels)));

    /// <summary>
    /// Workgroups that share the tiles of an image: an even number where there are several, for two processors to have as many.
    /// </summary>
    private static int Workgroups(Shape source, Shape result)
        => EvenOrOne(Math.Min(MostWorkgroups(source), (TileCount(result) + MostTiles - 1) / MostTiles));

    private static long TileCount(Shape result)
        => WorkgroupCount.Cover(result.H, Results).X * (long)WorkgroupCount.Cover(result.W, Results).X;

    private static int EvenOrOne(long count) => (int)(count > 1 ? count & ~1L : count);

    private static long MostWorkgroups(Shape source) => Math.Max(1, LargestTiles / ((long)Pairs(source.C) * 2 * Elements * MostTiles));

    private static int Pairs(int channels) => (channels + 1) / 2;
}
