using System.Collections.Immutable;
using UNet.Shaders;
using UNet.Vulkan.Device;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Ops.Declaration;

namespace UNet.Vulkan.Ops;

/// <summary>
/// A workgroup's part of a 3x3 convolution by Winograd's F(2x2,3x3) on GPUs: <c>shaders/common/winograd_products.glsl</c>. Its choice
/// changes no bit.
/// </summary>
/// <param name="Rows">Channels of the target, or output channels of a weight gradient.</param>
/// <param name="Columns">Tiles of 2x2 pixels of the target, or input channels of a weight gradient.</param>
/// <param name="Depth">Input channels, or tiles of a weight gradient, that are multiplied between two barriers.</param>
internal readonly record struct WinogradTile(uint Rows, uint Columns, uint Depth)
{
    /// <summary>All tiles, as implementations declare them, the largest first.</summary>
    public const string Tiles = Names + ": 64, 32, 4; 32, 64, 4; 32, 32, 8; 32, 16, 4";

    private const string Names = "TILE_ROWS, TILE_COLUMNS, TILE_DEPTH";

    private static readonly WinogradTile[] All = [.. Tiling.Parse(Tiles).Select(Of)];

    /// <summary>Elements for each of the 16 products that keep a compute unit busy, in one workgroup or in several.</summary>
    private const ulong BusyElements = 2048;

    /// <summary>To this multiple transformed weights are filled up with zeros, along the channels of the target.</summary>
    private const int PackedTargets = (int)Conv2dPackForwardWinograd.Fixed.PackedTargets;

    /// <summary>The same along the channels of the source.</summary>
    private const int PackedSources = (int)Conv2dPackForwardWinograd.Fixed.PackedSources;

    /// <summary>With fewer channels the transforms take longer than the products that they save.</summary>
    private const int FewestChannels = 8;

    /// <summary>
    /// Whether kernels by Winograd's algorithm can compute a 3x3 convolution, and its gradients, on a device: workgroups of 256
    /// invocations with up to 34 KiB of shared memory, of which tiles for software drivers take less than half.
    /// </summary>
    /// <param name="kernel">Height and width of the convolution's kernel.</param>
    /// <param name="padding">Zeros on each side.</param>
    /// <param name="channels">Input channels.</param>
    /// <param name="input">Input, or one part of it.</param>
    /// <param name="output">Output.</param>
    /// <param name="device">The device.</param>
    public static bool CanRun(int kernel, int padding, int channels, Shape input, Shape output, DeviceProperties device)
        => kernel == 3 && padding < kernel && Math.Min(channels, output.C) >= FewestChannels
            && device.MaxWorkgroupInvocations >= 256 && device.MaxSharedMemory >= (device.IsSoftware ? 32 : 36) * 1024
            && WorkgroupCount.Cover(Math.Max(Count(input), Count(output)), All.Min(tile => tile.Columns)).X <= device.MaxWorkgroupCountY;

    /// <summary>The tile that was chosen by measured time, else the one by rule.</summary>
    /// <param name="rows">Rows of the products.</param>
    /// <param name="columns">Columns of the products.</param>
    /// <param name="products">Products of this size: images, or runs of tiles.</param>
    /// <param name="gathers">Whether finding the factors takes long: places in two tensors, or in a run of tiles.</param>
    /// <param name="buffers">Says what was chosen, and for which device.</param>
    public static WinogradTile For(long rows, long columns, long products, bool gathers, IBufferBinding buffers)
        => buffers.Tiling is { } chosen ? Of(chosen) : For(rows, columns, products, gathers, buffers.Device);

    /// <summary>
    /// The tile that should be done first: what the compute unit with the most workgroups has to multiply, with each multiply-add's
    /// share of what is loaded from shared memory, of the transforms and of staging, weighted as an NVIDIA H200 takes them. On software
    /// drivers these kernels are run by checks alone, in tiles that compile fast.
    /// </summary>
    /// <param name="rows">Rows of the products.</param>
    /// <param name="columns">Columns of the products.</param>
    /// <param name="products">Products of this size: images, or runs of tiles.</param>
    /// <param name="gathers">Whether finding the factors takes long.</param>
    /// <param name="device">The device.</param>
    public static WinogradTile For(long rows, long columns, long products, bool gathers, DeviceProperties device)
        => device.IsSoftware ? All[^1] : All.MinBy(tile => tile.Cost(rows, columns, products, gathers, device.ComputeUnits));

    /// <summary>The tile as constants of the kernels.</summary>
    public ImmutableDictionary<string, uint> Constants => Tiling.Of(Names, Rows, Columns, Depth).Values;

    /// <summary>Tiles of 2x2 pixels of an image.</summary>
    public static long Count(Shape target) => (target.H + 1L) / 2 * ((target.W + 1L) / 2);

    /// <summary>Rows along x, so that workgroups that share pixels run together; columns along y, images or runs along z.</summary>
    public static WorkgroupCount Grid(long rows, uint tileRows, long columns, uint tileColumns, long products)
        => WorkgroupCount.Cover(rows, tileRows, columns, tileColumns, products);

    /// <summary>Shape of transformed weights, for the convolution and for its gradient to the input.</summary>
    public static Shape WeightShape(int targetChannels, int sourceChannels)
        => Shape.Of(checked((int)(16 * Math.Max(Pairs(targetChannels, sourceChannels), Pairs(sourceChannels, targetChannels)))));

    /// <summary>Workgroups that transform weights: an invocation for each pair of channels.</summary>
    public static WorkgroupCount Packing(int targetChannels, int sourceChannels, KernelInfo kernel)
        => WorkgroupCount.Linear(Pairs(targetChannels, sourceChannels), kernel.LocalSize.X);

    private static WinogradTile Of(Tiling tiling)
        => new(tiling.Values["TILE_ROWS"], tiling.Values["TILE_COLUMNS"], tiling.Values["TILE_DEPTH"]);

    private static long Pairs(int targetChannels, int sourceChannels)
        => (long)WorkgroupCount.Cover(targetChannels, PackedTargets).X * PackedTargets
            * WorkgroupCount.Cover(sourceChannels, PackedSources).X * PackedSources;

    private double Cost(long rows, long columns, long products, bool gathers, int units)
    {
        ulong most = (Grid(rows, Rows, columns, Columns, products).Total + (ulong)units - 1) / (ulong)units;
        double staging = gathers ? 1.5 / Depth : 0;
        return Math.Max(most * Rows * Columns, BusyElements) * (1 + 11.0 / Rows + 4.0 / Columns + staging);
    }
}
