using UNet.Shaders;
using UNet.Vulkan.Device;
using UNet.Vulkan.Graph;

namespace UNet.Vulkan.Ops;

/// <summary>
/// How convolutions for processors by Winograd's algorithm are cut: into blocks of tiles, for which a workgroup keeps transformed
/// tiles in memory of its own. See <c>shaders/common/winograd_lanes.glsl</c> and <c>winograd_f43_lanes.glsl</c>.
/// </summary>
/// <param name="Results">Rows and columns of a tile's results.</param>
/// <param name="BlockTiles">Tiles that a workgroup transforms at a time, at most.</param>
/// <param name="ProductChannels">Channels written whose products lie in memory beside the tiles; 0 where they are registers.</param>
/// <param name="GroupChannels">Channels written that a group of workgroups should have at least.</param>
internal sealed record WinogradLanes(int Results, int BlockTiles, int ProductChannels, int GroupChannels)
{
    /// <summary>F(2x2,3x3).</summary>
    public static WinogradLanes F23 { get; } = new(Results: 2, BlockTiles: 128, ProductChannels: 0, GroupChannels: 128);

    /// <summary>F(4x4,3x3).</summary>
    public static WinogradLanes F43 { get; } = new(Results: 4, BlockTiles: 64, ProductChannels: 64, GroupChannels: 64);

    /// <summary>Channels written that a subgroup computes at a time, <c>TILE_K</c> of the kernels.</summary>
    private const int TileChannels = 32;

    /// <summary>Channels in a tile of packed weights.</summary>
    private const int PackedChannels = 16;

    /// <summary>Elements that the transformed tiles of one image should have at most (32 MiB); one workgroup may need more.</summary>
    private const long LargestTiles = 8_388_608;

    /// <summary>
    /// Elements that transformed weights should have at most (40 MiB) where the channels written can be cut into parts. From 1024 to 1024
    /// channels, 80 MiB are 7 % faster, for each part transforms all tiles of its own.
    /// </summary>
    private const long LargestWeights = 10_485_760;

    /// <summary>Tiles of F(4x4,3x3) that a subgroup multiplies at a time.</summary>
    private const int TilesTogether = 32;

    /// <summary>Elements of a transformed tile where a weight gradient is summed, which F(2x2,3x3) does.</summary>
    private const int GradientElements = 16;

    /// <summary>Pairs of tiles that a subgroup transforms at a time where it sums a weight gradient.</summary>
    private const int GradientPairs = 32;

    /// <summary>Channels that such a subgroup takes at most, of those read and those written.</summary>
    private const int GradientChannels = 128;

    /// <summary>Elements of a transformed tile or kernel.</summary>
    private int Elements => (Results + 2) * (Results + 2);

    /// <summary>Whether the device can bind the transformed weights.</summary>
    /// <param name="weight">Shape of the weight.</param>
    /// <param name="device">The device.</param>
    public bool Fits(Shape weight, DeviceProperties device)
        => Math.Max(Packed(weight.N, weight.C).Length, Packed(weight.C, weight.N).Length) * sizeof(float) <= device.MaxStorageBufferRange;

    /// <summary>Into how many parts the channels written are cut, for the transformed weights of one to be bounded.</summary>
    /// <param name="written">Channels that are written.</param>
    /// <param name="read">Channels that are read.</param>
    public int PartCount(int written, int read) => (int)WorkgroupCount.Cover(written, PartChannels(written, read)).X;

    /// <summary>Channels written of a part, equal parts of those that are computed together; all where these are all.</summary>
    private int PartChannels(int written, int read)
    {
        if (ProductChannels == 0)
            return written;
        long most = Math.Max(LargestWeights / (Elements * 2L * Pairs(read)) / ProductChannels, 1) * ProductChannels;
        uint parts = WorkgroupCount.Cover(written, most).X;
        return parts == 1 ? written : (int)WorkgroupCount.Cover(written, parts * ProductChannels).X * ProductChannels;
    }

    /// <summary>
    /// Whether a convolution or its gradient to the input is worth the transforms. Measured on a processor with AVX-512, as shares of what
    /// multiplications and additions alone reach. With subgroups of 8, F(2x2,3x3): 28 % for 16 channels, 48 % for 32 and 65 % for 64, where
    /// direct kernels stay at 37 to 43 %. With subgroups of 16: 63 % for 64 channels, 73 % for 96 and 86 % for 128, where direct kernels
    /// reach 66 to 68 %; to the input 54, 63 and 74 % against 64 to 69 %. F(4x4,3x3) takes 0.7 to 0.95 of the time from 64 channels on,
    /// but no less than direct kernels between 64 and 64 channels with subgroups of 16. Where of few tiles more than a quarter of the lanes
    /// are left idle it takes more: with 1024 channels 1.6 times that of F(2x2,3x3) for 36 tiles, as long for 25, 0.95 for 49.
    /// </summary>
    /// <param name="source">Shape of what is read.</param>
    /// <param name="result">Shape of what is written.</param>
    /// <param name="device">The device.</param>
    public bool Pays(Shape source, Shape result, DeviceProperties device)
    {
        int channels = Math.Min(source.C, result.C);
        if (this == F23)
            return channels >= (device.SubgroupSize == 8 ? 32 : 96);
        return channels >= 64 && source.C + result.C >= (device.SubgroupSize == 8 ? 128 : 192) && LeavesFewLanesIdle(TileCount(result));
    }

    /// <summary>
    /// Whether the gradient to the weight is: with subgroups of 16, 44 % against 38 % for 32 channels, but 25 % against 30 % for 16; with
    /// subgroups of 8 no difference for 16.
    /// </summary>
    /// <param name="weight">Shape of the weight.</param>
    public static bool WeightPays(Shape weight) => Math.Min(weight.N, weight.C) >= 2 * PackedChannels;

    /// <summary>
    /// Transformed tiles of all workgroups, and their products where these lie in memory: [N·workgroups,groups of channels written,pairs
    /// of channels read and of products,2·elements·tiles]; the number for one image does not depend on the batch.
    /// </summary>
    /// <param name="source">Shape of what is read.</param>
    /// <param name="result">Shape of what is written.</param>
    public Shape Tiles(Shape source, Shape result)
        => new(source.N * Workgroups(source, result), Groups(source, result), OwnPairs(source), 2 * Elements * BlockTiles);

    /// <summary>
    /// Transformed weights of a part [tiles of channels written,elements,pairs of channels read,2·channels of a tile], with zeros up to the
    /// last channel that a subgroup reads.
    /// </summary>
    /// <param name="written">Channels that are written.</param>
    /// <param name="read">Channels that are read.</param>
    public Shape Packed(int written, int read)
        => new(
            (int)WorkgroupCount.Cover(PartChannels(written, read), TileChannels).X * TileChannels / PackedChannels, Elements, Pairs(read),
            2 * PackedChannels);

    /// <summary>An invocation for each channel written and each pair of channels read.</summary>
    /// <param name="packed">Shape of the transformed weights.</param>
    /// <param name="info">The kernel.</param>
    public static WorkgroupCount Packing(Shape packed, KernelInfo info)
        => WorkgroupCount.Linear((long)packed.N * packed.W / 2 * packed.H, info.LocalSize.X);

    /// <summary>Groups of channels written, workgroups, images.</summary>
    /// <param name="source">Shape of what is read.</param>
    /// <param name="result">Shape of what is written.</param>
    public WorkgroupCount Grid(Shape source, Shape result)
        => new((uint)Groups(source, result), (uint)Workgroups(source, result), (uint)source.N);

    /// <summary>
    /// Into how many groups the channels written, of a part, are cut: deep levels have few tiles and many channels. An even number where there
    /// are several, as that of workgroups.
    /// </summary>
    /// <param name="source">Shape of what is read.</param>
    /// <param name="result">Shape of what is written.</param>
    private int Groups(Shape source, Shape result)
        => EvenOrOne(Math.Clamp(MostWorkgroups(source) / Workgroups(source, result), 1, Math.Max(1, PartChannels(result.C, source.C) / GroupChannels)));

    /// <summary>Memory of all subgroups that sum a weight gradient; their number for one image is even and does not depend on the batch.</summary>
    /// <param name="images">Images in the batch.</param>
    /// <param name="runs">Runs of rows of one image.</param>
    /// <param name="weight">Shape of the weight.</param>
    public static Shape WeightTiles(int images, int runs, Shape weight)
    {
        (int inputs, int outputs) = (GradientTile(weight.C), GradientTile(weight.N));
        var one = new Shape(1, 2, GradientElements / 2, 2 * GradientPairs * (inputs + outputs) + inputs * outputs);
        long parts = runs * WorkgroupCount.Cover(weight.C, inputs).X * WorkgroupCount.Cover(weight.N, outputs).X;
        return one.WithImages(images * 2 * (int)Math.Clamp(LargestTiles / one.Length / 2, 1, (parts + 1) / 2));
    }

    /// <summary>Subgroups with memory of their own, images.</summary>
    /// <param name="images">Images in the batch.</param>
    /// <param name="weightTiles">Shape of the memory.</param>
    /// <param name="info">The kernel.</param>
    /// <param name="subgroupSize">Invocations in a subgroup.</param>
    public static WorkgroupCount WeightGrid(int images, Shape weightTiles, KernelInfo info, uint subgroupSize)
        => new((uint)(weightTiles.N / images) / (info.LocalSize.X / subgroupSize), 1, (uint)images);

    /// <summary>Channels, of all there are, that a subgroup takes where it sums a weight gradient: equal parts of tiles of 16.</summary>
    /// <param name="channels">All channels.</param>
    public static int GradientTile(int channels)
    {
        uint parts = WorkgroupCount.Cover(channels, GradientChannels).X;
        return (int)WorkgroupCount.Cover(channels, parts * PackedChannels).X * PackedChannels;
    }

    /// <summary>The part of <paramref name="channels"/> whose sums it keeps at hand, a power of two.</summary>
    /// <param name="channels">What it takes, a multiple of 16.</param>
    /// <param name="most">The largest part.</param>
    public static uint GradientBlock(int channels, int most) => (uint)Math.Min(most, channels & -channels);

    /// <summary>
    /// Workgroups that share the tiles of an image: an even number where there are several, for two processors to have as many.
    /// </summary>
    private int Workgroups(Shape source, Shape result)
        => EvenOrOne(Math.Min(MostWorkgroups(source), (TileCount(result) + BlockTiles - 1) / BlockTiles));

    private static bool LeavesFewLanesIdle(long tiles) => tiles * 4 >= WorkgroupCount.Cover(tiles, TilesTogether).X * TilesTogether * 3L;

    private long TileCount(Shape result)
        => WorkgroupCount.Cover(result.H, Results).X * (long)WorkgroupCount.Cover(result.W, Results).X;

    private static int EvenOrOne(long count) => (int)(count > 1 ? count & ~1L : count);

    private long MostWorkgroups(Shape source) => Math.Max(1, LargestTiles / ((long)OwnPairs(source) * 2 * Elements * BlockTiles));

    private int OwnPairs(Shape source) => Pairs(source.C) + ProductChannels / 2;

    private static int Pairs(int channels) => (channels + 1) / 2;
}
