using UNet.Shaders;
using UNet.Vulkan.Device;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Ops.Declaration;

namespace UNet.Vulkan.Ops;

/// <content>Implementations for GPUs, with factors of 32 bits: matrix products, windows and Winograd's F(2x2,3x3).</content>
public sealed partial record CropConcatConv2d
{
    private partial WorkgroupCount Grid(in Shapes shapes, in CropConcatConv2dForwardWindow.Spec spec)
        => WindowTile.Grid(OutChannels, spec.TileRows, WindowTile.Line(shapes.Y, Kernel), spec.TileColumns, shapes.Skip.N);

    private partial WorkgroupCount Grid(in Shapes shapes, in CropConcatConv2dBackwardInputWindow.Spec spec)
        => WindowTile.Grid(shapes.Weight.C, spec.TileRows, WindowTile.Line(shapes.Upsampled, Kernel), spec.TileColumns, shapes.Skip.N);

    private partial WorkgroupCount Grid(in Shapes shapes, in CropConcatConv2dForwardWinograd.Spec spec)
        => WinogradTile.Grid(OutChannels, spec.TileRows, WinogradTile.Count(shapes.Y), spec.TileColumns, shapes.Skip.N);

    private partial WorkgroupCount Grid(in Shapes shapes, in CropConcatConv2dBackwardInputWinograd.Spec spec)
        => WinogradTile.Grid(shapes.Weight.C, spec.TileRows, WinogradTile.Count(shapes.Upsampled), spec.TileColumns, shapes.Skip.N);

    private partial WorkgroupCount Grid(in Shapes shapes, in CropConcatConv2dBackwardWeightWinograd.Spec spec)
        => WinogradTile.Grid(OutChannels, spec.TileRows, shapes.Weight.C, spec.TileColumns, RunWeightShape(shapes).N);

    private partial WorkgroupCount Grid(in Shapes shapes, in CropConcatConv2dForwardGemm.Spec spec)
        => WorkgroupCount.Cover(OutChannels, spec.TileRows, (long)shapes.Y.H * shapes.Y.W, spec.TileColumns, shapes.Skip.N);

    private partial WorkgroupCount Grid(in Shapes shapes, in CropConcatConv2dBackwardInputGemm.Spec spec)
        => WorkgroupCount.Cover(
            shapes.Weight.C, spec.TileRows, (long)shapes.Upsampled.H * shapes.Upsampled.W, spec.TileColumns, shapes.Skip.N);

    private partial WorkgroupCount Grid(in Shapes shapes, in CropConcatConv2dBackwardWeightGemm.Spec spec)
        => WorkgroupCount.Cover(OutChannels, spec.TileRows, WeightFanIn(shapes), spec.TileColumns, RunWeightShape(shapes).N);

    partial void Tile(in Shapes shapes, IBufferBinding buffers, ref CropConcatConv2dForwardWindow.Spec spec)
        => spec = spec.With(WindowTile.For(OutChannels, WindowTile.Line(shapes.Y, Kernel), shapes.Skip.N, buffers).Constants);

    partial void Tile(in Shapes shapes, IBufferBinding buffers, ref CropConcatConv2dBackwardInputWindow.Spec spec)
        => spec = spec.With(WindowTile.For(shapes.Weight.C, WindowTile.Line(shapes.Upsampled, Kernel), shapes.Skip.N, buffers).Constants);

    partial void Tile(in Shapes shapes, IBufferBinding buffers, ref CropConcatConv2dForwardWinograd.Spec spec)
        => spec = spec.With(WinogradTile.For(OutChannels, WinogradTile.Count(shapes.Y), shapes.Skip.N, gathers: true, buffers).Constants);

    partial void Tile(in Shapes shapes, IBufferBinding buffers, ref CropConcatConv2dBackwardInputWinograd.Spec spec)
        => spec = spec.With(
            WinogradTile.For(shapes.Weight.C, WinogradTile.Count(shapes.Upsampled), shapes.Skip.N, gathers: false, buffers).Constants);

    partial void Tile(in Shapes shapes, IBufferBinding buffers, ref CropConcatConv2dBackwardWeightWinograd.Spec spec)
        => spec = spec.With(WinogradTile.For(OutChannels, shapes.Weight.C, RunWeightShape(shapes).N, gathers: true, buffers).Constants);

    partial void Tile(in Shapes shapes, IBufferBinding buffers, ref CropConcatConv2dForwardGemm.Spec spec)
    {
        GemmTile tile = GemmTile.For(OutChannels, (long)shapes.Y.H * shapes.Y.W, shapes.Skip.N, buffers);
        uint channels = Convolution.GemmChannels;
        bool isWhole = tile.IsWhole(OutChannels, tile.Columns, buffers.Device) && shapes.Weight.C % channels == 0;
        spec = spec.With(tile.Constants) with { TileC = channels, TileWhole = isWhole ? 1u : 0u };
    }

    partial void Tile(in Shapes shapes, IBufferBinding buffers, ref CropConcatConv2dBackwardInputGemm.Spec spec)
    {
        GemmTile tile = GemmTile.For(shapes.Weight.C, (long)shapes.Upsampled.H * shapes.Upsampled.W, shapes.Skip.N, buffers);
        uint channels = Convolution.GemmChannels;
        bool isWhole = tile.IsWhole(shapes.Weight.C, tile.Columns, buffers.Device) && OutChannels % channels == 0;
        spec = spec.With(tile.Constants) with { TileC = channels, TileWhole = isWhole ? 1u : 0u };
    }

    partial void Tile(in Shapes shapes, IBufferBinding buffers, ref CropConcatConv2dBackwardWeightGemm.Spec spec)
    {
        GemmTile tile = GemmTile.For(OutChannels, WeightFanIn(shapes), RunWeightShape(shapes).N, buffers);
        spec = spec.With(tile.Constants) with { TileWhole = tile.IsWhole(OutChannels, WeightFanIn(shapes), buffers.Device) ? 1u : 0u };
    }
}
