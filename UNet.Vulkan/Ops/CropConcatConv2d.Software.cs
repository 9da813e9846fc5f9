using UNet.Shaders;
using UNet.Vulkan.Device;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Ops.Declaration;

namespace UNet.Vulkan.Ops;

/// <content>Implementations for drivers that run on a processor.</content>
public sealed partial record CropConcatConv2d
{
    partial void SupportsWinogradLanes(in Shapes shapes, DeviceProperties device, ref bool supports)
        => supports &= HasEvenCrop(shapes);

    partial void SupportsInputWinogradLanes(in Shapes shapes, DeviceProperties device, ref bool supports)
        => supports &= HasEvenCrop(shapes);

    partial void SupportsWinogradF43Lanes(in Shapes shapes, DeviceProperties device, ref bool supports)
        => supports &= HasEvenCrop(shapes);

    partial void SupportsInputWinogradF43Lanes(in Shapes shapes, DeviceProperties device, ref bool supports)
        => supports &= HasEvenCrop(shapes);

    partial void SupportsWeightWinogradLanes(in Shapes shapes, DeviceProperties device, ref bool supports)
        => supports &= HasEvenCrop(shapes);

    partial void SupportsWeightWinogradF43Lanes(in Shapes shapes, DeviceProperties device, ref bool supports)
        => supports &= HasEvenCrop(shapes);

    partial void SupportsLanePairs(in Shapes shapes, DeviceProperties device, ref bool supports)
        => supports &= HasEvenCrop(shapes);

    partial void SupportsInputLanePairs(in Shapes shapes, DeviceProperties device, ref bool supports)
        => supports &= HasEvenCrop(shapes);

    partial void SupportsWeightLanePairs(in Shapes shapes, DeviceProperties device, ref bool supports)
        => supports &= HasEvenCrop(shapes);

    private partial WorkgroupCount Grid(in Shapes shapes, in CropConcatConv2dForwardLanes.Spec spec)
        => Conv2d.LaneTiles(shapes.Y, spec.TileH, spec.TileW);

    private partial WorkgroupCount Grid(in Shapes shapes, in CropConcatConv2dForwardLanePairs.Spec spec)
        => Conv2d.LaneTiles(shapes.Y, spec.TileH, spec.TileW);

    private partial WorkgroupCount Grid(in Shapes shapes, in CropConcatConv2dBackwardInputLanePairs.Spec spec)
        => Conv2d.LaneTiles(Concatenated(shapes), spec.TileH, spec.TileW);

    private partial WorkgroupCount Grid(in Shapes shapes, in CropConcatConv2dBackwardInputLanes.Spec spec)
        => Conv2d.LaneTiles(Concatenated(shapes), spec.TileH, spec.TileW);

    private partial WorkgroupCount Grid(in Shapes shapes, in CropConcatConv2dForwardUnrolled.Spec spec)
        => UnrolledConvolution.Grid(shapes.Y, spec.TileChannels, spec.TileH, spec.TileInvocations);

    partial void Tile(in Shapes shapes, IBufferBinding buffers, ref CropConcatConv2dForwardUnrolled.Spec spec)
        => spec = spec with { TileInvocations = spec.SubgroupSize };

    private partial WorkgroupCount Grid(in Shapes shapes, in CropConcatConv2dBackwardInputUnrolled.Spec spec)
        => UnrolledConvolution.Grid(Concatenated(shapes), spec.TileChannels, spec.TileH, spec.TileInvocations);

    partial void Tile(in Shapes shapes, IBufferBinding buffers, ref CropConcatConv2dBackwardInputUnrolled.Spec spec)
        => spec = spec with { TileInvocations = spec.SubgroupSize };

    private partial WorkgroupCount Grid(in Shapes shapes, in CropConcatConv2dBackwardWeightLanes.Spec spec)
        => WorkgroupCount.Cover(
            OutChannels, CropConcatConv2dBackwardWeightLanes.Info.LocalSize.X, shapes.Weight.C, spec.TileC, PartialShape(shapes).N);

    private partial WorkgroupCount Grid(in Shapes shapes, in CropConcatConv2dBackwardWeightLanePairs.Spec spec)
        => WorkgroupCount.Cover(
            OutChannels, CropConcatConv2dBackwardWeightLanePairs.Info.LocalSize.X, shapes.Weight.C, spec.TileC, PartialShape(shapes).N);

    private partial WorkgroupCount Grid(in Shapes shapes, in CropConcatConv2dForwardWinogradLanes.Spec spec)
        => WinogradLanes.Grid(Concatenated(shapes), shapes.Y);

    private partial WorkgroupCount Grid(in Shapes shapes, in CropConcatConv2dBackwardInputWinogradLanes.Spec spec)
        => WinogradLanes.Grid(shapes.Y, Concatenated(shapes));

    private partial WorkgroupCount Grid(in Shapes shapes, in CropConcatConv2dTransformPixelsF43Lanes.Spec spec, int part)
        => WinogradF43Lanes.Transforming(F43InputTilesShape(shapes), CropConcatConv2dTransformPixelsF43Lanes.Info, spec.TilePairs);

    private partial WorkgroupCount Grid(in Shapes shapes, in CropConcatConv2dBackwardInputWinogradF43Lanes.Spec spec, int part)
        => WinogradF43Lanes.Storing(
            F43GradientProductsShape(shapes), OutChannels, part, CropConcatConv2dBackwardInputWinogradF43Lanes.Info, spec.TilePairs);

    private partial WorkgroupCount Grid(in Shapes shapes, in CropConcatConv2dBackwardWeightWinogradLanes.Spec spec)
        => WinogradWeightLanes.Grid(
            shapes.Skip.N, WeightTilesShape(shapes), CropConcatConv2dBackwardWeightWinogradLanes.Info, spec.SubgroupSize);

    partial void Tile(in Shapes shapes, IBufferBinding buffers, ref CropConcatConv2dBackwardWeightWinogradLanes.Spec spec)
        => spec = spec.With(WinogradWeightLanes.Constants(shapes.Weight, buffers.Device));

    private partial WorkgroupCount Grid(in Shapes shapes, in CropConcatConv2dBackwardWeightWinogradF43Lanes.Spec spec)
        => WinogradWeightLanes.Grid(
            shapes.Skip.N, F43WeightTilesShape(shapes), CropConcatConv2dBackwardWeightWinogradF43Lanes.Info, spec.SubgroupSize);

    partial void Tile(in Shapes shapes, IBufferBinding buffers, ref CropConcatConv2dBackwardWeightWinogradF43Lanes.Spec spec)
        => spec = spec.With(WinogradWeightLanes.Constants(shapes.Weight, buffers.Device));

    /// <summary>
    /// Rows of the skip connection of even length too, cropped by even numbers, so that every pair of pixels lies at a multiple of 8 bytes.
    /// </summary>
    private static bool HasEvenCrop(in Shapes shapes)
        => int.IsEvenInteger(shapes.Skip.W) && int.IsEvenInteger((shapes.Skip.W - shapes.Upsampled.W) / 2);
}
