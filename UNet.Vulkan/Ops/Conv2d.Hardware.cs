using UNet.Shaders;
using UNet.Vulkan.Device;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Ops.Declaration;

namespace UNet.Vulkan.Ops;

/// <content>Implementations for GPUs, with factors of 32 bits: matrix products, windows and Winograd's F(2x2,3x3).</content>
public sealed partial record Conv2d
{
    private partial Shape RunWeightShape(in Shapes shapes)
        => new(
            SplitRule.Runs(shapes.X.N, (long)shapes.Y.H * shapes.Y.W, shapes.Weight, OutChannels),
            OutChannels, shapes.X.C, Kernel * Kernel);

    private partial Shape RunBiasShape(in Shapes shapes) => Shape.Of(RunWeightShape(shapes).N, OutChannels);

    private partial Shape WindowWeightShape(in Shapes shapes) => Shape.Of(Math.Max(
        WindowTile.WeightLength(OutChannels, shapes.X.C, Kernel), WindowTile.WeightLength(shapes.X.C, OutChannels, Kernel)));

    private partial Shape TransformedWeightShape(in Shapes shapes) => WinogradTile.WeightShape(OutChannels, shapes.X.C);

    /// <summary>The tiles of channels and all their taps have to fit 16 KiB of shared memory, which any device has.</summary>
    internal partial bool SupportsGemm(in Shapes shapes, DeviceProperties device)
        => Kernel is 1 or 3 && GemmTile.CanRun(Math.Max((long)shapes.X.H * shapes.X.W, (long)shapes.Y.H * shapes.Y.W), device);

    /// <summary>
    /// Not where most of a workgroup would have no channel, nor on software drivers, which take minutes to compile what the op checks
    /// would ask of it (a few samples of the tests are planned for GPUs and run there).
    /// </summary>
    internal partial bool SupportsWindow(in Shapes shapes, DeviceProperties device)
        => !device.IsSoftware && Kernel == 3 && Padding < Kernel && Math.Min(shapes.X.C, OutChannels) >= WindowTile.FewestChannels
            && WindowTile.CanRun(Math.Max(shapes.X.H, shapes.Y.H), Math.Max(shapes.X.W, shapes.Y.W), device);

    private partial bool SupportsFew(in Shapes shapes, DeviceProperties device)
        => PixelsOf(shapes.X.C) is > 0 and var pixels && FewGrid(shapes.Y, Conv2dForwardFew.Info, pixels).X <= device.MaxWorkgroupCountX;

    private partial bool SupportsFewOutputs(in Shapes shapes, DeviceProperties device)
        => Padding < Kernel && PixelsOf(OutChannels) is > 0 and var pixels
            && FewGrid(shapes.X, Conv2dBackwardInputFew.Info, pixels).X <= device.MaxWorkgroupCountX;

    internal partial bool SupportsWinograd(in Shapes shapes, DeviceProperties device)
        => WinogradTile.CanRun(Kernel, Padding, shapes.X.C, shapes.X, shapes.Y, device);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dForwardFew.Spec spec)
        => FewGrid(shapes.Y, Conv2dForwardFew.Info, spec.TilePixels);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dBackwardInputFew.Spec spec)
        => FewGrid(shapes.X, Conv2dBackwardInputFew.Info, spec.TilePixels);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dForwardFewStored.Spec spec)
        => FewGrid(shapes.Y, Conv2dForwardFewStored.Info, spec.TilePixels);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dBackwardInputFewStored.Spec spec)
        => FewGrid(shapes.X, Conv2dBackwardInputFewStored.Info, spec.TilePixels);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dBackwardWeightFew.Spec spec)
        => WorkgroupCount.Cover(RunWeightShape(shapes).N, 1, OutChannels, spec.TileChannels);

    internal partial WorkgroupCount Grid(in Shapes shapes, in Conv2dPackForwardWindow.Spec spec)
        => WindowTile.Packing(OutChannels, shapes.X.C, Conv2dPackForwardWindow.Info);

    internal partial WorkgroupCount Grid(in Shapes shapes, in Conv2dPackBackwardWindow.Spec spec)
        => WindowTile.Packing(shapes.X.C, OutChannels, Conv2dPackBackwardWindow.Info);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dForwardWindow.Spec spec)
        => WindowTile.Grid(OutChannels, spec.TileRows, WindowTile.Line(shapes.Y, Kernel), spec.TileColumns, shapes.X.N);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dBackwardInputWindow.Spec spec)
        => WindowTile.Grid(shapes.X.C, spec.TileRows, WindowTile.Line(shapes.X, Kernel), spec.TileColumns, shapes.X.N);

    internal partial WorkgroupCount Grid(in Shapes shapes, in Conv2dPackForwardWinograd.Spec spec)
        => WinogradTile.Packing(OutChannels, shapes.X.C, Conv2dPackForwardWinograd.Info);

    internal partial WorkgroupCount Grid(in Shapes shapes, in Conv2dPackBackwardWinograd.Spec spec)
        => WinogradTile.Packing(shapes.X.C, OutChannels, Conv2dPackBackwardWinograd.Info);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dForwardWinograd.Spec spec)
        => WinogradTile.Grid(OutChannels, spec.TileRows, WinogradTile.Count(shapes.Y), spec.TileColumns, shapes.X.N);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dBackwardInputWinograd.Spec spec)
        => WinogradTile.Grid(shapes.X.C, spec.TileRows, WinogradTile.Count(shapes.X), spec.TileColumns, shapes.X.N);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dBackwardWeightWinograd.Spec spec)
        => WinogradTile.Grid(OutChannels, spec.TileRows, shapes.X.C, spec.TileColumns, RunWeightShape(shapes).N);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dForwardGemm.Spec spec)
        => WorkgroupCount.Cover(OutChannels, spec.TileRows, (long)shapes.Y.H * shapes.Y.W, spec.TileColumns, shapes.X.N);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dBackwardInputGemm.Spec spec)
        => WorkgroupCount.Cover(shapes.X.C, spec.TileRows, (long)shapes.X.H * shapes.X.W, spec.TileColumns, shapes.X.N);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dBackwardWeightGemm.Spec spec)
        => WorkgroupCount.Cover(OutChannels, spec.TileRows, WeightFanIn(shapes), spec.TileColumns, RunWeightShape(shapes).N);

    internal partial WorkgroupCount Grid(in Shapes shapes, in WeightGradientSumRuns.Spec spec)
        => WorkgroupCount.Linear(
            shapes.Weight.Length + shapes.Bias.Length, WeightGradientSumRuns.Info.LocalSize.X / spec.TileLanes);

    partial void Tile(in Shapes shapes, IBufferBinding buffers, ref Conv2dForwardWindow.Spec spec)
        => spec = spec.With(WindowTile.For(OutChannels, WindowTile.Line(shapes.Y, Kernel), shapes.X.N, buffers).Constants);

    partial void Tile(in Shapes shapes, IBufferBinding buffers, ref Conv2dBackwardInputWindow.Spec spec)
        => spec = spec.With(WindowTile.For(shapes.X.C, WindowTile.Line(shapes.X, Kernel), shapes.X.N, buffers).Constants);

    partial void Tile(in Shapes shapes, IBufferBinding buffers, ref Conv2dForwardWinograd.Spec spec)
        => spec = spec.With(WinogradTile.For(OutChannels, WinogradTile.Count(shapes.Y), shapes.X.N, gathers: false, buffers).Constants);

    partial void Tile(in Shapes shapes, IBufferBinding buffers, ref Conv2dBackwardInputWinograd.Spec spec)
        => spec = spec.With(WinogradTile.For(shapes.X.C, WinogradTile.Count(shapes.X), shapes.X.N, gathers: false, buffers).Constants);

    partial void Tile(in Shapes shapes, IBufferBinding buffers, ref Conv2dBackwardWeightWinograd.Spec spec)
        => spec = spec.With(WinogradTile.For(OutChannels, shapes.X.C, RunWeightShape(shapes).N, gathers: true, buffers).Constants);

    partial void Tile(in Shapes shapes, IBufferBinding buffers, ref Conv2dForwardGemm.Spec spec)
    {
        GemmTile tile = GemmTile.For(OutChannels, (long)shapes.Y.H * shapes.Y.W, shapes.X.N, buffers);
        bool isWhole = tile.IsWhole(OutChannels, tile.Columns, buffers.Device) && shapes.X.C % GemmChannels == 0;
        spec = spec.With(tile.Constants) with { TileC = GemmChannels, TileWhole = isWhole ? 1u : 0u };
    }

    partial void Tile(in Shapes shapes, IBufferBinding buffers, ref Conv2dBackwardInputGemm.Spec spec)
    {
        GemmTile tile = GemmTile.For(shapes.X.C, (long)shapes.X.H * shapes.X.W, shapes.X.N, buffers);
        bool isWhole = tile.IsWhole(shapes.X.C, tile.Columns, buffers.Device) && OutChannels % GemmChannels == 0;
        spec = spec.With(tile.Constants) with { TileC = GemmChannels, TileWhole = isWhole ? 1u : 0u };
    }

    partial void Tile(in Shapes shapes, IBufferBinding buffers, ref Conv2dBackwardWeightGemm.Spec spec)
    {
        GemmTile tile = GemmTile.For(OutChannels, WeightFanIn(shapes), RunWeightShape(shapes).N, buffers);
        bool isWhole = tile.IsWhole(OutChannels, WeightFanIn(shapes), buffers.Device);
        spec = spec.With(tile.Constants) with { TileWhole = isWhole ? 1u : 0u };
    }

    /// <summary>Channels that the matrix products stage at a time, so that with all their taps they are 16 or 18 deep.</summary>
    internal uint GemmChannels => Kernel == 1 ? 16u : 2u;

    internal partial void Tile(in Shapes shapes, IBufferBinding buffers, ref WeightGradientSumRuns.Spec spec)
        => spec = spec with { TileLanes = SplitRule.LanesOf(RunWeightShape(shapes).N / shapes.Y.N, shapes.Weight.Length) };

    partial void Tile(in Shapes shapes, IBufferBinding buffers, ref Conv2dForwardFew.Spec spec)
        => spec = spec with { TilePixels = PixelsOf(shapes.X.C) };

    partial void Tile(in Shapes shapes, IBufferBinding buffers, ref Conv2dForwardFewStored.Spec spec)
        => spec = spec with { TilePixels = PixelsOf(shapes.X.C) };

    partial void Tile(in Shapes shapes, IBufferBinding buffers, ref Conv2dBackwardInputFewStored.Spec spec)
        => spec = spec with { TilePixels = PixelsOf(OutChannels) };

    partial void Tile(in Shapes shapes, IBufferBinding buffers, ref Conv2dBackwardInputFew.Spec spec)
        => spec = spec with { TilePixels = PixelsOf(OutChannels) };

    /// <summary>Output channels of whose weight gradients an invocation has registers for the sums, as many as have few weights.</summary>
    partial void Tile(in Shapes shapes, IBufferBinding buffers, ref Conv2dBackwardWeightFew.Spec spec)
        => spec = spec with { TileChannels = PixelsOf(shapes.X.C) == 4u ? 8u : 2u };

    /// <summary>
    /// Pixels whose windows an invocation has registers for, where a convolution has so few channels of its source; 0 where it has more.
    /// </summary>
    private uint PixelsOf(int sourceChannels) => (sourceChannels * Kernel * Kernel) switch
    {
        <= 12 => 4u,
        <= SplitRule.FewWeights => 2u,
        _ => 0u,
    };

    /// <summary>Pixels along x, channels of the target along y, images along z.</summary>
    private static WorkgroupCount FewGrid(Shape target, KernelInfo kernel, uint pixels)
        => WorkgroupCount.Cover(
            (long)target.H * target.W, kernel.LocalSize.X * pixels, target.C, Conv2dForwardFew.Fixed.Targets, target.N);
}
