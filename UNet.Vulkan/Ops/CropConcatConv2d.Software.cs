using UNet.Shaders;
using UNet.Vulkan.Device;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Ops.Declaration;

namespace UNet.Vulkan.Ops;

/// <content>Implementations for drivers that run on a processor.</content>
public sealed partial record CropConcatConv2d
{
    private partial bool SupportsWinogradLanes(in Shapes shapes, DeviceProperties device)
        => Convolution.RunsOnLanes(device) && HasEvenRows(shapes) && WinogradLanes.Fits(shapes.Weight, device);

    partial void SuitsWinogradLanes(in Shapes shapes, DeviceProperties device, ref bool suits)
        => suits &= WinogradLanes.Pays(Concatenated(shapes), shapes.Y, device);

    private partial bool SupportsInputWinogradLanes(in Shapes shapes, DeviceProperties device) => SupportsWinogradLanes(shapes, device);

    partial void SuitsInputWinogradLanes(in Shapes shapes, DeviceProperties device, ref bool suits)
        => suits &= WinogradLanes.Pays(shapes.Y, Concatenated(shapes), device);

    private partial bool SupportsWinogradF43Lanes(in Shapes shapes, DeviceProperties device)
        => Convolution.RunsOnLanes(device) && HasEvenRows(shapes) && WinogradF43Lanes.Fits(Concatenated(shapes), shapes.Y, device);

    partial void SuitsWinogradF43Lanes(in Shapes shapes, DeviceProperties device, ref bool suits)
        => suits &= WinogradF43Lanes.Pays(Concatenated(shapes), shapes.Y);

    partial void PartCountWinogradF43Lanes(in Shapes shapes, ref int parts)
        => parts = WinogradF43Lanes.PartCount(Concatenated(shapes), shapes.Y);

    private partial bool SupportsInputWinogradF43Lanes(in Shapes shapes, DeviceProperties device)
        => Convolution.RunsOnLanes(device) && HasEvenRows(shapes) && WinogradF43Lanes.Fits(shapes.Y, Concatenated(shapes), device);

    partial void SuitsInputWinogradF43Lanes(in Shapes shapes, DeviceProperties device, ref bool suits)
        => suits &= WinogradF43Lanes.Pays(shapes.Y, Concatenated(shapes));

    partial void PartCountInputWinogradF43Lanes(in Shapes shapes, ref int parts)
        => parts = WinogradF43Lanes.PartCount(shapes.Y, Concatenated(shapes));

    private partial bool SupportsWeightWinogradLanes(in Shapes shapes, DeviceProperties device)
        => Convolution.RunsOnLanes(device) && HasEvenRows(shapes);

    partial void SuitsWeightWinogradLanes(in Shapes shapes, DeviceProperties device, ref bool suits)
        => suits &= WinogradWeightLanes.Pays(shapes.Weight);

    private partial bool SupportsWeightWinogradF43Lanes(in Shapes shapes, DeviceProperties device)
        => Convolution.RunsOnLanes(device) && HasEvenRows(shapes);

    partial void SuitsWeightWinogradF43Lanes(in Shapes shapes, DeviceProperties device, ref bool suits)
        => suits &= WinogradWeightLanes.F43Pays(shapes.Weight, shapes.Y, device);

    private partial bool SupportsLanes(in Shapes shapes, DeviceProperties device) => Convolution.RunsOnLanes(device);

    private partial bool SupportsLanePairs(in Shapes shapes, DeviceProperties device)
        => Convolution.RunsOnLanes(device) && HasEvenRows(shapes);

    private partial bool SupportsInputLanes(in Shapes shapes, DeviceProperties device) => Convolution.RunsOnLanes(device);

    private partial bool SupportsInputLanePairs(in Shapes shapes, DeviceProperties device)
        => Convolution.RunsOnLanes(device) && HasEvenRows(shapes);

    private partial bool SupportsWeightLanes(in Shapes shapes, DeviceProperties device) => Convolution.RunsOnLanes(device);

    private partial bool SupportsWeightLanePairs(in Shapes shapes, DeviceProperties device)
        => Convolution.RunsOnLanes(device) && HasEvenRows(shapes);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dPackForward.Spec spec)
        => WorkgroupCount.Linear(Conv2d.Kernels(PackedShape(shapes)), Conv2dPackForward.Info.LocalSize.X);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dPackBackward.Spec spec)
        => WorkgroupCount.Linear(Conv2d.Kernels(PackedTransposedShape(shapes)), Conv2dPackBackward.Info.LocalSize.X);

    private partial WorkgroupCount Grid(in Shapes shapes, in CropConcatConv2dForwardLanes.Spec spec)
        => Conv2d.LaneTiles(shapes.Y, spec.TileH, spec.TileW);

    private partial WorkgroupCount Grid(in Shapes shapes, in CropConcatConv2dForwardLanePairs.Spec spec)
        => Conv2d.LaneTiles(shapes.Y, spec.TileH, spec.TileW);

    private partial WorkgroupCount Grid(in Shapes shapes, in CropConcatConv2dBackwardInputLanePairs.Spec spec)
        => Conv2d.LaneTiles(Concatenated(shapes), spec.TileH, spec.TileW);

    private partial WorkgroupCount Grid(in Shapes shapes, in CropConcatConv2dBackwardInputLanes.Spec spec)
        => Conv2d.LaneTiles(Concatenated(shapes), spec.TileH, spec.TileW);

    private partial WorkgroupCount Grid(in Shapes shapes, in CropConcatConv2dBackwardWeightLanes.Spec spec)
        => new(
            WorkgroupCount.Cover(OutChannels, CropConcatConv2dBackwardWeightLanes.Info.LocalSize.X).X,
            WorkgroupCount.Cover(shapes.Weight.C, spec.TileC).X,
            (uint)PartialShape(shapes).N);

    private partial WorkgroupCount Grid(in Shapes shapes, in CropConcatConv2dBackwardWeightLanePairs.Spec spec)
        => new(
            WorkgroupCount.Cover(OutChannels, CropConcatConv2dBackwardWeightLanePairs.Info.LocalSize.X).X,
            WorkgroupCount.Cover(shapes.Weight.C, spec.TileC).X,
            (uint)PartialShape(shapes).N);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dPackForwardWinogradLanes.Spec spec)
        => WinogradLanes.Packing(WinogradPackedShape(shapes), Conv2dPackForwardWinogradLanes.Info);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dPackBackwardWinogradLanes.Spec spec)
        => WinogradLanes.Packing(WinogradPackedTransposedShape(shapes), Conv2dPackBackwardWinogradLanes.Info);

    private partial WorkgroupCount Grid(in Shapes shapes, in CropConcatConv2dForwardWinogradLanes.Spec spec)
        => WinogradLanes.Grid(Concatenated(shapes), shapes.Y);

    private partial WorkgroupCount Grid(in Shapes shapes, in CropConcatConv2dBackwardInputWinogradLanes.Spec spec)
        => WinogradLanes.Grid(shapes.Y, Concatenated(shapes));

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dPackForwardWinogradF43Lanes.Spec spec, int part)
        => WinogradF43Lanes.Packing(F43PackedShape(shapes), shapes.Weight.C, part, Conv2dPackForwardWinogradF43Lanes.Info);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dPackBackwardWinogradF43Lanes.Spec spec, int part)
        => WinogradF43Lanes.Packing(F43PackedTransposedShape(shapes), OutChannels, part, Conv2dPackBackwardWinogradF43Lanes.Info);

    private partial WorkgroupCount Grid(in Shapes shapes, in CropConcatConv2dTransformPixelsF43Lanes.Spec spec, int part)
        => WinogradF43Lanes.Transforming(F43InputTilesShape(shapes), CropConcatConv2dTransformPixelsF43Lanes.Info, spec.TilePairs);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dTransformGradientF43Lanes.Spec spec, int part)
        => WinogradF43Lanes.Transforming(F43GradientTilesShape(shapes), Conv2dTransformGradientF43Lanes.Info, spec.TilePairs);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dMultiplyForwardF43Lanes.Spec spec, int part)
        => WinogradF43Lanes.Multiplying(F43InputTilesShape(shapes), F43PackedShape(shapes), Conv2dMultiplyForwardF43Lanes.Info);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dMultiplyBackwardF43Lanes.Spec spec, int part)
        => WinogradF43Lanes.Multiplying(
            F43GradientTilesShape(shapes), F43PackedTransposedShape(shapes), Conv2dMultiplyBackwardF43Lanes.Info);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dForwardWinogradF43Lanes.Spec spec, int part)
        => WinogradF43Lanes.Storing(F43ProductsShape(shapes), shapes.Weight.C, part, Conv2dForwardWinogradF43Lanes.Info, spec.TilePairs);

    private partial WorkgroupCount Grid(in Shapes shapes, in CropConcatConv2dBackwardInputWinogradF43Lanes.Spec spec, int part)
        => WinogradF43Lanes.Storing(
            F43GradientProductsShape(shapes), OutChannels, part, CropConcatConv2dBackwardInputWinogradF43Lanes.Info, spec.TilePairs);

    private partial WorkgroupCount Grid(in Shapes shapes, in CropConcatConv2dBackwardWeightWinogradLanes.Spec spec)
        => WinogradWeightLanes.Grid(
            shapes.Skip.N, WeightTilesShape(shapes), CropConcatConv2dBackwardWeightWinogradLanes.Info, spec.SubgroupSize);

    partial void Tile(in Shapes shapes, IBufferBinding buffers, ref CropConcatConv2dBackwardWeightWinogradLanes.Spec spec)
        => spec = spec.With(WinogradWeightLanes.Constants(shapes.Weight));

    private partial WorkgroupCount Grid(in Shapes shapes, in CropConcatConv2dBackwardWeightWinogradF43Lanes.Spec spec)
        => WinogradWeightLanes.Grid(
            shapes.Skip.N, F43WeightTilesShape(shapes), CropConcatConv2dBackwardWeightWinogradF43Lanes.Info, spec.SubgroupSize);

    partial void Tile(in Shapes shapes, IBufferBinding buffers, ref CropConcatConv2dBackwardWeightWinogradF43Lanes.Spec spec)
        => spec = spec.With(WinogradWeightLanes.Constants(shapes.Weight));

    /// <summary>Rows of even length, cropped by even numbers, so that every pair of pixels lies at a multiple of 8 bytes.</summary>
    private static bool HasEvenRows(in Shapes shapes)
        => int.IsEvenInteger(shapes.Skip.W) && int.IsEvenInteger(shapes.Upsampled.W) && int.IsEvenInteger(shapes.Y.W)
            && int.IsEvenInteger((shapes.Skip.W - shapes.Upsampled.W) / 2);
}
