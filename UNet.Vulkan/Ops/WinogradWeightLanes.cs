using System.Collections.Immutable;
using UNet.Shaders;
using UNet.Vulkan.Device;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Ops.Declaration;

namespace UNet.Vulkan.Ops;

/// <summary>
/// How weight gradients for processors by Winograd's algorithms are cut: into channels of which a subgroup keeps transformed tiles and sums
/// in memory of its own. See <c>shaders/common/winograd_weight_lanes.glsl</c>.
/// </summary>
internal static class WinogradWeightLanes
{
    private const int F22Along = (int)Conv2dBackwardWeightWinogradLanes.Fixed.Results + 2;
    private const int F43Along = (int)Conv2dBackwardWeightWinogradF43Lanes.Fixed.Results + 2;

    /// <summary>Elements of a transformed tile of F(2x2,3x3).</summary>
    public const int F22Elements = F22Along * F22Along;

    /// <summary>Elements of a transformed tile of F(4x4,3x3).</summary>
    public const int F43Elements = F43Along * F43Along;

    /// <summary>Elements that the memory of all subgroups of one image should have at most (32 MiB); two subgroups may need more.</summary>
    private const long LargestTiles = 8_388_608;

    /// <summary>What the number of channels is a multiple of: the lanes of a workgroup.</summary>
    private static int ChannelStep => (int)Conv2dBackwardWeightWinogradLanes.Info.LocalSize.X;

    /// <summary>Pairs of tiles that a subgroup transforms at a time.</summary>
    private static int TilePairs => (int)Conv2dBackwardWeightWinogradLanes.Spec.Default.TileUnits;

    /// <summary>Channels that a subgroup takes at most, of those read and those written.</summary>
    private static uint MostChannels => Conv2dBackwardWeightWinogradLanes.Spec.Default.TileInputs;

    /// <summary>
    /// Whether F(2x2,3x3) pays: with subgroups of 16, 44 % of what multiplications and additions alone reach against 38 % for 32 channels,
    /// but 25 % against 30 % for 16; with subgroups of 8 no difference for 16.
    /// </summary>
    /// <param name="weight">Shape of the weight.</param>
    public static bool Pays(Shape weight) => Math.Min(weight.N, weight.C) >= 2 * ChannelStep;

    /// <summary>
    /// Whether F(4x4,3x3) does: it takes 0.6 to 0.85 of the time of F(2x2,3x3) from 32 channels on, and with subgroups of 8 0.65 of that of
    /// direct sums for 16 channels, but with subgroups of 16 1.15. With 49 tiles of 256 channels 0.7 to 1, but with 16 tiles of 128
    /// channels 1.1 to 1.2.
    /// </summary>
    /// <param name="weight">Shape of the weight.</param>
    /// <param name="result">Shape of what the convolution writes.</param>
    /// <param name="device">The device.</param>
    public static bool F43Pays(Shape weight, Shape result, DeviceProperties device)
        => Math.Min(weight.N, weight.C) >= (device.SubgroupSize == 8 ? 1 : 2) * ChannelStep && WinogradF43Lanes.HasEnoughTiles(result);

    /// <summary>
    /// Memory of all subgroups [subgroups,1,1,elements]; their number for one image is even and does not depend on the batch.
    /// </summary>
    /// <param name="elements">Elements of a transformed tile.</param>
    /// <param name="images">Images in the batch.</param>
    /// <param name="runs">Runs of rows of one image.</param>
    /// <param name="weight">Shape of the weight.</param>
    public static Shape Tiles(int elements, int images, int runs, Shape weight)
    {
        (int inputs, int outputs) = (ChannelsTogether(weight.C), ChannelsTogether(weight.N));
        var one = Shape.Of(1, (2 * TilePairs * ((elements * inputs) + ((elements + 1) * outputs))) + (elements * inputs * outputs));
        long parts = runs * WorkgroupCount.Cover(weight.C, inputs).X * WorkgroupCount.Cover(weight.N, outputs).X;
        long most = 2 * Math.Max(LargestTiles / one.Length / 2, 1);
        return one.WithImages(images * (int)WorkgroupCount.EqualTile(parts, (uint)most, 2));
    }

    /// <summary>Subgroups with memory of their own, images.</summary>
    /// <param name="images">Images in the batch.</param>
    /// <param name="tiles">Shape of the memory.</param>
    /// <param name="info">The kernel.</param>
    /// <param name="subgroupSize">Invocations in a subgroup.</param>
    public static WorkgroupCount Grid(int images, Shape tiles, KernelInfo info, uint subgroupSize)
        => new((uint)(tiles.N / images) / (info.LocalSize.X / subgroupSize), 1, (uint)images);

    /// <summary>
    /// What a subgroup takes at a time, as constants of the kernels: input and output channels, and the parts of them whose sums it keeps
    /// at hand. Most sums lie on the stack whatever their number; where registers are few, eight times as many are no faster, but take LLVM
    /// three to four times as long to compile. The choice changes no bit.
    /// </summary>
    /// <param name="weight">Shape of the weight.</param>
    /// <param name="device">The device.</param>
    public static ImmutableDictionary<string, uint> Constants(Shape weight, DeviceProperties device)
    {
        (int inputs, int outputs) = (ChannelsTogether(weight.C), ChannelsTogether(weight.N));
        (uint mostInputs, uint mostOutputs) = device.VectorRegisters < 32 ? (16u, 32u) : (MostChannels, MostChannels);
        return Tiling.Of(
            "TILE_INPUTS, TILE_OUTPUTS, TILE_C, TILE_K",
            (uint)inputs, (uint)outputs, Math.Min(Block(inputs), mostInputs), Math.Min(Block(outputs), mostOutputs)).Values;
    }

    private static int ChannelsTogether(int channels) => (int)WorkgroupCount.EqualTile(channels, MostChannels, (uint)ChannelStep);

    /// <summary>The largest power of two that divides <paramref name="channels"/>.</summary>
    private static uint Block(int channels) => (uint)(channels & -channels);
}
