using UNet.Shaders;
using UNet.Vulkan.Device;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Ops.Declaration;

namespace UNet.Vulkan.Ops;

/// <content>Implementations for drivers that run on a processor.</content>
public sealed partial record Conv2d
{
    /// <summary>Output channels that a workgroup of the kernels for processors computes, one a lane.</summary>
    private static int LaneChannels => (int)Conv2dForwardLanes.Info.LocalSize.X;

    /// <summary>Output channels of which the kernels for 1x1 convolutions on processors keep all sums in registers.</summary>
    private const int MostPointChannels = 8;

    private partial Shape PackedShape(in Shapes shapes) => PackedFor(OutChannels, shapes.X.C, Kernel);

    private partial Shape PackedTransposedShape(in Shapes shapes) => PackedFor(shapes.X.C, OutChannels, Kernel);

    private partial Shape WinogradPackedShape(in Shapes shapes) => WinogradLanes.Packed(OutChannels, shapes.X.C);

    private partial Shape WinogradPackedTransposedShape(in Shapes shapes) => WinogradLanes.Packed(shapes.X.C, OutChannels);

    private partial Shape InputTilesShape(in Shapes shapes) => WinogradLanes.Tiles(shapes.X, shapes.Y);

    private partial Shape GradientTilesShape(in Shapes shapes) => WinogradLanes.Tiles(shapes.Y, shapes.X);

    private partial Shape F43PackedShape(in Shapes shapes) => WinogradF43Lanes.Packed(OutChannels, shapes.X.C);

    private partial Shape F43PackedTransposedShape(in Shapes shapes) => WinogradF43Lanes.Packed(shapes.X.C, OutChannels);

    private partial Shape F43InputTilesShape(in Shapes shapes) => WinogradF43Lanes.Tiles(shapes.X, shapes.Y);

    private partial Shape F43GradientTilesShape(in Shapes shapes) => WinogradF43Lanes.Tiles(shapes.Y, shapes.X);

    private partial Shape F43ProductsShape(in Shapes shapes) => WinogradF43Lanes.Products(shapes.X, shapes.Y);

    private partial Shape F43GradientProductsShape(in Shapes shapes) => WinogradF43Lanes.Products(shapes.Y, shapes.X);

    private partial Shape WeightTilesShape(in Shapes shapes)
        => WinogradWeightLanes.Tiles(WinogradWeightLanes.F22Elements, shapes.X.N, PartialShape(shapes).N / shapes.X.N, shapes.Weight);

    private partial Shape F43WeightTilesShape(in Shapes shapes)
        => WinogradWeightLanes.Tiles(WinogradWeightLanes.F43Elements, shapes.X.N, PartialShape(shapes).N / shapes.X.N, shapes.Weight);

    internal partial bool SupportsLanes(in Shapes shapes, DeviceProperties device) => RunsOnLanes(device);

    internal partial bool SupportsLanePairs(in Shapes shapes, DeviceProperties device) => RunsOnLanes(device) && HasEvenRows(shapes);

    internal partial bool SupportsInputLanes(in Shapes shapes, DeviceProperties device) => RunsOnLanes(device);

    internal partial bool SupportsInputLanePairs(in Shapes shapes, DeviceProperties device) => RunsOnLanes(device) && HasEvenRows(shapes);

    internal partial bool SupportsWeightLanes(in Shapes shapes, DeviceProperties device) => RunsOnLanes(device);

    internal partial bool SupportsWeightLanePairs(in Shapes shapes, DeviceProperties device) => RunsOnLanes(device) && HasEvenRows(shapes);

    internal partial bool SupportsUnrolled(in Shapes shapes, DeviceProperties device)
        => RunsOnLanes(device) && UnrolledConvolution.Fits(shapes.X, shapes.Y, device);

    internal partial void SuitsUnrolled(in Shapes shapes, DeviceProperties device, ref bool suits)
        => suits &= UnrolledConvolution.Pays(shapes.X, shapes.Y, device);

    internal partial bool SupportsInputUnrolled(in Shapes shapes, DeviceProperties device)
        => RunsOnLanes(device) && UnrolledConvolution.Fits(shapes.Y, shapes.X, device);

    internal partial void SuitsInputUnrolled(in Shapes shapes, DeviceProperties device, ref bool suits)
        => suits &= UnrolledConvolution.Pays(shapes.Y, shapes.X, device);

    internal partial bool SupportsWinogradLanes(in Shapes shapes, DeviceProperties device)
        => RunsOnLanes(device) && HasEvenRows(shapes) && WinogradLanes.Fits(shapes.Weight, device);

    internal partial void SuitsWinogradLanes(in Shapes shapes, DeviceProperties device, ref bool suits)
        => suits &= WinogradLanes.Pays(shapes.X, shapes.Y, device);

    internal partial bool SupportsInputWinogradLanes(in Shapes shapes, DeviceProperties device) => SupportsWinogradLanes(shapes, device);

    internal partial void SuitsInputWinogradLanes(in Shapes shapes, DeviceProperties device, ref bool suits)
        => suits &= WinogradLanes.Pays(shapes.Y, shapes.X, device);

    internal partial bool SupportsWinogradF43Lanes(in Shapes shapes, DeviceProperties device)
        => RunsOnLanes(device) && HasEvenRows(shapes) && WinogradF43Lanes.Fits(shapes.X, shapes.Y, device);

    internal partial void SuitsWinogradF43Lanes(in Shapes shapes, DeviceProperties device, ref bool suits)
        => suits &= WinogradF43Lanes.Pays(shapes.X, shapes.Y, device);

    internal partial void PartCountWinogradF43Lanes(in Shapes shapes, ref int parts)
        => parts = WinogradF43Lanes.PartCount(shapes.X, shapes.Y);

    internal partial bool SupportsInputWinogradF43Lanes(in Shapes shapes, DeviceProperties device)
        => RunsOnLanes(device) && HasEvenRows(shapes) && WinogradF43Lanes.Fits(shapes.Y, shapes.X, device);

    internal partial void SuitsInputWinogradF43Lanes(in Shapes shapes, DeviceProperties device, ref bool suits)
        => suits &= WinogradF43Lanes.Pays(shapes.Y, shapes.X, device);

    internal partial void PartCountInputWinogradF43Lanes(in Shapes shapes, ref int parts)
        => parts = WinogradF43Lanes.PartCount(shapes.Y, shapes.X);

    internal partial bool SupportsWeightWinogradLanes(in Shapes shapes, DeviceProperties device)
        => RunsOnLanes(device) && HasEvenRows(shapes);

    internal partial void SuitsWeightWinogradLanes(in Shapes shapes, DeviceProperties device, ref bool suits)
        => suits &= WinogradWeightLanes.Pays(shapes.Weight);

    internal partial bool SupportsWeightWinogradF43Lanes(in Shapes shapes, DeviceProperties device)
        => RunsOnLanes(device) && HasEvenRows(shapes);

    internal partial void SuitsWeightWinogradF43Lanes(in Shapes shapes, DeviceProperties device, ref bool suits)
        => suits &= WinogradWeightLanes.F43Pays(shapes.Weight, shapes.Y, device);

    private partial bool SupportsPixelPairs(in Shapes shapes, DeviceProperties device)
        => Kernel == 1 && Padding == 0 && OutChannels <= MostPointChannels && device.HasChannelLanes && HasEvenRows(shapes);

    internal partial WorkgroupCount Grid(in Shapes shapes, in Conv2dPackForwardWinogradLanes.Spec spec)
        => WinogradLanes.Packing(WinogradPackedShape(shapes), Conv2dPackForwardWinogradLanes.Info);

    internal partial WorkgroupCount Grid(in Shapes shapes, in Conv2dPackBackwardWinogradLanes.Spec spec)
        => WinogradLanes.Packing(WinogradPackedTransposedShape(shapes), Conv2dPackBackwardWinogradLanes.Info);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dForwardWinogradLanes.Spec spec)
        => WinogradLanes.Grid(shapes.X, shapes.Y);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dBackwardInputWinogradLanes.Spec spec)
        => WinogradLanes.Grid(shapes.Y, shapes.X);

    internal partial WorkgroupCount Grid(in Shapes shapes, in Conv2dPackForwardWinogradF43Lanes.Spec spec, int part)
        => WinogradF43Lanes.Packing(F43PackedShape(shapes), shapes.X.C, part, Conv2dPackForwardWinogradF43Lanes.Info);

    internal partial WorkgroupCount Grid(in Shapes shapes, in Conv2dPackBackwardWinogradF43Lanes.Spec spec, int part)
        => WinogradF43Lanes.Packing(F43PackedTransposedShape(shapes), OutChannels, part, Conv2dPackBackwardWinogradF43Lanes.Info);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dTransformPixelsF43Lanes.Spec spec, int part)
        => WinogradF43Lanes.Transforming(F43InputTilesShape(shapes), Conv2dTransformPixelsF43Lanes.Info, spec.TilePairs);

    internal partial WorkgroupCount Grid(in Shapes shapes, in Conv2dTransformGradientF43Lanes.Spec spec, int part)
        => WinogradF43Lanes.Transforming(F43GradientTilesShape(shapes), Conv2dTransformGradientF43Lanes.Info, spec.TilePairs);

    internal partial WorkgroupCount Grid(in Shapes shapes, in Conv2dMultiplyForwardF43Lanes.Spec spec, int part)
        => WinogradF43Lanes.Multiplying(
            F43InputTilesShape(shapes), F43PackedShape(shapes), spec.TileInvocations * spec.TileVectors, spec.TileChannels);

    internal partial void Tile(in Shapes shapes, IBufferBinding buffers, ref Conv2dMultiplyForwardF43Lanes.Spec spec)
        => spec = spec.With(WinogradF43Lanes.Constants(buffers.Device));

    internal partial WorkgroupCount Grid(in Shapes shapes, in Conv2dMultiplyBackwardF43Lanes.Spec spec, int part)
        => WinogradF43Lanes.Multiplying(
            F43GradientTilesShape(shapes), F43PackedTransposedShape(shapes), spec.TileInvocations * spec.TileVectors, spec.TileChannels);

    internal partial void Tile(in Shapes shapes, IBufferBinding buffers, ref Conv2dMultiplyBackwardF43Lanes.Spec spec)
        => spec = spec.With(WinogradF43Lanes.Constants(buffers.Device));

    internal partial WorkgroupCount Grid(in Shapes shapes, in Conv2dForwardWinogradF43Lanes.Spec spec, int part)
        => WinogradF43Lanes.Storing(F43ProductsShape(shapes), shapes.X.C, part, Conv2dForwardWinogradF43Lanes.Info, spec.TilePairs);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dBackwardInputWinogradF43Lanes.Spec spec, int part)
        => WinogradF43Lanes.Storing(
            F43GradientProductsShape(shapes), OutChannels, part, Conv2dBackwardInputWinogradF43Lanes.Info, spec.TilePairs);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dBackwardWeightWinogradLanes.Spec spec)
        => WinogradWeightLanes.Grid(shapes.X.N, WeightTilesShape(shapes), Conv2dBackwardWeightWinogradLanes.Info, spec.SubgroupSize);

    partial void Tile(in Shapes shapes, IBufferBinding buffers, ref Conv2dBackwardWeightWinogradLanes.Spec spec)
        => spec = spec.With(WinogradWeightLanes.Constants(shapes.Weight, buffers.Device));

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dBackwardWeightWinogradF43Lanes.Spec spec)
        => WinogradWeightLanes.Grid(shapes.X.N, F43WeightTilesShape(shapes), Conv2dBackwardWeightWinogradF43Lanes.Info, spec.SubgroupSize);

    partial void Tile(in Shapes shapes, IBufferBinding buffers, ref Conv2dBackwardWeightWinogradF43Lanes.Spec spec)
        => spec = spec.With(WinogradWeightLanes.Constants(shapes.Weight, buffers.Device));

    internal partial WorkgroupCount Grid(in Shapes shapes, in Conv2dPackForward.Spec spec)
        => WorkgroupCount.Linear(Kernels(PackedShape(shapes)), Conv2dPackForward.Info.LocalSize.X);

    internal partial WorkgroupCount Grid(in Shapes shapes, in Conv2dPackBackward.Spec spec)
        => WorkgroupCount.Linear(Kernels(PackedTransposedShape(shapes)), Conv2dPackBackward.Info.LocalSize.X);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dForwardLanes.Spec spec) => LaneTiles(shapes.Y, spec.TileH, spec.TileW);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dForwardLanePairs.Spec spec)
        => LaneTiles(shapes.Y, spec.TileH, spec.TileW);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dBackwardInputLanePairs.Spec spec)
        => LaneTiles(shapes.X, spec.TileH, spec.TileW);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dBackwardInputLanes.Spec spec)
        => LaneTiles(shapes.X, spec.TileH, spec.TileW);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dForwardUnrolled.Spec spec)
        => UnrolledConvolution.Grid(shapes.Y, spec.TileChannels, spec.TileH, spec.TileInvocations);

    partial void Tile(in Shapes shapes, IBufferBinding buffers, ref Conv2dForwardUnrolled.Spec spec)
        => spec = spec with { TileInvocations = spec.SubgroupSize };

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dBackwardInputUnrolled.Spec spec)
        => UnrolledConvolution.Grid(shapes.X, spec.TileChannels, spec.TileH, spec.TileInvocations);

    partial void Tile(in Shapes shapes, IBufferBinding buffers, ref Conv2dBackwardInputUnrolled.Spec spec)
        => spec = spec with { TileInvocations = spec.SubgroupSize };

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dBackwardWeightLanes.Spec spec)
        => WorkgroupCount.Cover(
            OutChannels, Conv2dBackwardWeightLanes.Info.LocalSize.X, shapes.X.C, spec.TileC, PartialShape(shapes).N);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dBackwardWeightLanePairs.Spec spec)
        => WorkgroupCount.Cover(
            OutChannels, Conv2dBackwardWeightLanePairs.Info.LocalSize.X, shapes.X.C, spec.TileC, PartialShape(shapes).N);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dForwardPixelPairs.Spec spec)
        => WorkgroupCount.Cover(Pixels(shapes.X) / shapes.X.N / 2, Conv2dForwardPixelPairs.Info.LocalSize.X) with { Y = (uint)shapes.X.N };

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dBackwardInputPixelPairs.Spec spec)
        => WorkgroupCount.Cover(Pixels(shapes.X) / shapes.X.N / 2, Conv2dBackwardInputPixelPairs.Info.LocalSize.X)
            with { Y = (uint)shapes.X.N };

    /// <summary>Enough for subgroups that are as large as a workgroup; of smaller ones, some have nothing to do.</summary>
    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dBackwardWeightPixelPairs.Spec spec)
        => WorkgroupCount.Cover(shapes.X.C, spec.TileC) with { Z = (uint)PartialShape(shapes).N };

    /// <summary>No more input channels than there are: the first layer often has one.</summary>
    partial void Tile(in Shapes shapes, IBufferBinding buffers, ref Conv2dBackwardWeightLanes.Spec spec)
        => spec = spec with { TileC = Math.Min(spec.TileC, (uint)shapes.X.C) };

    /// <summary>No more input channels than there are: the first layer often has one.</summary>
    partial void Tile(in Shapes shapes, IBufferBinding buffers, ref Conv2dBackwardWeightLanePairs.Spec spec)
        => spec = spec with { TileC = Math.Min(spec.TileC, (uint)shapes.X.C) };

    /// <summary>Tiles of channels along x, of columns along y, images times tiles of rows along z.</summary>
    internal static WorkgroupCount LaneTiles(Shape shape, uint tileH, uint tileW)
        => new(
            WorkgroupCount.Cover(shape.C, LaneChannels).X,
            WorkgroupCount.Cover(shape.W, tileW).X,
            (uint)shape.N * WorkgroupCount.Cover(shape.H, tileH).X);

    /// <summary>Pixels of all images.</summary>
    private static long Pixels(Shape shape) => shape.Length / shape.C;

    /// <summary>Kernels of packed weights.</summary>
    private static long Kernels(Shape packed) => (long)packed.N * packed.C * packed.W;

    /// <summary>The taps come in pairs, the last one with a zero; see <c>shaders/common/conv2d_packing.glsl</c>.</summary>
    private static Shape PackedFor(int outChannels, int inChannels, int kernel)
        => new((int)WorkgroupCount.Cover(outChannels, LaneChannels).X, inChannels, (kernel * kernel + 1) / 2 * 2, LaneChannels);

    /// <summary>Whether the kernels for processors can run.</summary>
    private bool RunsOnLanes(DeviceProperties device) => Kernel == 3 && Padding <= 2 && device.HasChannelLanes;

    /// <summary>Rows of even length, so that every pair of pixels lies at a multiple of 8 bytes.</summary>
    private static bool HasEvenRows(in Shapes shapes) => int.IsEvenInteger(shapes.X.W) && int.IsEvenInteger(shapes.Y.W);
}
