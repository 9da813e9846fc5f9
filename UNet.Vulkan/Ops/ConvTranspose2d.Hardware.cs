using UNet.Shaders;
using UNet.Vulkan.Device;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Ops.Declaration;

namespace UNet.Vulkan.Ops;

/// <content>Implementations for GPUs, with factors of 32 bits: matrix products.</content>
public sealed partial record ConvTranspose2d
{
    private partial Shape RunWeightShape(in Shapes shapes)
        => new(SplitRule.Runs(shapes.X.N, (long)shapes.X.H * shapes.X.W, shapes.Weight, OutChannels), shapes.X.C, OutChannels, 4);

    private partial Shape RunBiasShape(in Shapes shapes) => Shape.Of(RunWeightShape(shapes).N, OutChannels);

    private partial bool SupportsGemm(in Shapes shapes, DeviceProperties device)
        => GemmTile.CanRun((long)shapes.X.H * shapes.X.W, device);

    private partial WorkgroupCount Grid(in Shapes shapes, in ConvTranspose2dForwardGemm.Spec spec)
        => WorkgroupCount.Cover(4L * OutChannels, spec.TileRows, (long)shapes.X.H * shapes.X.W, spec.TileColumns, shapes.X.N);

    private partial WorkgroupCount Grid(in Shapes shapes, in ConvTranspose2dBackwardInputGemm.Spec spec)
        => WorkgroupCount.Cover(shapes.X.C, spec.TileRows, (long)shapes.X.H * shapes.X.W, spec.TileColumns, shapes.X.N);

    private partial WorkgroupCount Grid(in Shapes shapes, in ConvTranspose2dBackwardWeightGemm.Spec spec)
        => WorkgroupCount.Cover(shapes.X.C, spec.TileRows, 4L * OutChannels, spec.TileColumns, RunWeightShape(shapes).N);

    private partial WorkgroupCount Grid(in Shapes shapes, in WeightGradientSumRuns.Spec spec)
        => WorkgroupCount.Linear(
            shapes.Weight.Length + shapes.Bias.Length, WeightGradientSumRuns.Info.LocalSize.X / spec.TileLanes);

    partial void Tile(in Shapes shapes, IBufferBinding buffers, ref ConvTranspose2dForwardGemm.Spec spec)
    {
        GemmTile tile = GemmTile.For(4L * OutChannels, (long)shapes.X.H * shapes.X.W, shapes.X.N, buffers);
        bool isWhole = tile.IsWhole(4L * OutChannels, tile.Columns, buffers.Device) && shapes.X.C % spec.TileC == 0;
        spec = spec.With(tile.Constants) with { TileWhole = isWhole ? 1u : 0u };
    }

    partial void Tile(in Shapes shapes, IBufferBinding buffers, ref ConvTranspose2dBackwardInputGemm.Spec spec)
    {
        GemmTile tile = GemmTile.For(shapes.X.C, (long)shapes.X.H * shapes.X.W, shapes.X.N, buffers);
        bool isWhole = tile.IsWhole(shapes.X.C, tile.Columns, buffers.Device) && OutChannels % spec.TileC == 0;
        spec = spec.With(tile.Constants) with { TileWhole = isWhole ? 1u : 0u };
    }

    partial void Tile(in Shapes shapes, IBufferBinding buffers, ref ConvTranspose2dBackwardWeightGemm.Spec spec)
    {
        GemmTile tile = GemmTile.For(shapes.X.C, 4L * OutChannels, RunWeightShape(shapes).N, buffers);
        spec = spec.With(tile.Constants) with { TileWhole = tile.IsWhole(shapes.X.C, 4L * OutChannels, buffers.Device) ? 1u : 0u };
    }

    partial void Tile(in Shapes shapes, IBufferBinding buffers, ref WeightGradientSumRuns.Spec spec)
        => spec = spec with { TileLanes = SplitRule.LanesOf(RunWeightShape(shapes).N / shapes.Y.N, shapes.Weight.Length) };
}
