using UNet.Shaders;
using UNet.Vulkan.Device;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Ops.Declaration;

namespace UNet.Vulkan.Ops;

/// <content>Implementations for drivers that run on a processor.</content>
public sealed partial record ConvTranspose2d
{
    /// <summary>
    /// What channels of a workgroup for processors are a multiple of, so that each gather of weights is of a whole subgroup.
    /// </summary>
    private const uint LaneStep = 8;

    private partial bool SupportsLanes(in Shapes shapes, DeviceProperties device) => device.HasChannelLanes;

    private partial bool SupportsInputLanes(in Shapes shapes, DeviceProperties device) => device.HasChannelLanes;

    private partial bool SupportsWeightLanes(in Shapes shapes, DeviceProperties device) => device.HasChannelLanes;

    private partial WorkgroupCount Grid(in Shapes shapes, in ConvTranspose2dForwardLanes.Spec spec)
        => LaneProducts(OutChannels, spec.TileC, shapes.X, spec.TileVectors * ConvTranspose2dForwardLanes.Info.LocalSize.X);

    private partial WorkgroupCount Grid(in Shapes shapes, in ConvTranspose2dBackwardInputLanes.Spec spec)
        => LaneProducts(shapes.X.C, spec.TileC, shapes.X, spec.TileVectors * ConvTranspose2dBackwardInputLanes.Info.LocalSize.X);

    private partial WorkgroupCount Grid(in Shapes shapes, in ConvTranspose2dBackwardWeightLanes.Spec spec)
        => WorkgroupCount.Cover(
            OutChannels, spec.TileC, shapes.X.C, spec.TileVectors * ConvTranspose2dBackwardWeightLanes.Info.LocalSize.X,
            PartialShape(shapes).N);

    partial void Tile(in Shapes shapes, IBufferBinding buffers, ref ConvTranspose2dForwardLanes.Spec spec)
        => spec = spec with
        {
            TileC = WorkgroupCount.EqualTile(OutChannels, spec.TileC, LaneStep),
            TilePaired = HasPairs((long)shapes.X.H * shapes.X.W),
        };

    partial void Tile(in Shapes shapes, IBufferBinding buffers, ref ConvTranspose2dBackwardInputLanes.Spec spec)
        => spec = spec with
        {
            TileC = WorkgroupCount.EqualTile(shapes.X.C, spec.TileC, LaneStep),
            TilePaired = HasPairs((long)shapes.X.H * shapes.X.W),
        };

    partial void Tile(in Shapes shapes, IBufferBinding buffers, ref ConvTranspose2dBackwardWeightLanes.Spec spec)
    {
        uint lanes = ConvTranspose2dBackwardWeightLanes.Info.LocalSize.X;
        spec = spec with
        {
            TileC = WorkgroupCount.EqualTile(OutChannels, spec.TileC, LaneStep),
            TileVectors = WorkgroupCount.EqualTile(shapes.X.C, spec.TileVectors * lanes, lanes) / lanes,
            TilePaired = HasPairs(shapes.X.W),
        };
    }

    /// <summary>Blocks of channels along x, of pixels of x along y, images along z.</summary>
    private static WorkgroupCount LaneProducts(int channels, uint tileC, Shape x, uint pixels)
        => WorkgroupCount.Cover(channels, tileC, (long)x.H * x.W, pixels, x.N);

    private static uint HasPairs(long pixels) => pixels % 2 == 0 ? 1u : 0u;
}
