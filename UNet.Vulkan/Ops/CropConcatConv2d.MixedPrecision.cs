using UNet.Shaders;
using UNet.Vulkan.Device;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Ops.Declaration;

namespace UNet.Vulkan.Ops;

/// <content>Implementations with factors of 16 bits, on matrix units or without.</content>
public sealed partial record CropConcatConv2d
{
    /// <inheritdoc/>
    public override RowLayout? LayoutOf(Role scratch, Role packed, ReadOnlySpan<Shape> shapes)
    {
        if (scratch == GradientRows)
            return PackedRows.LayoutOfGradient(Kernel);
        int skip = shapes[Skip.Index].C;
        return scratch == PixelRows && packed == Upsampled && RectifyUpsampled != Rectification.OnLoad
            && PackedRows.ArePackedApart(skip, shapes[Upsampled.Index].C)
            ? new RowLayout(Gap: 2 * Padding, Margin: Padding, FirstChannel: UpsampledFirst ? 0 : skip)
            : null;
    }

    /// <summary>Four neighbouring channels have to belong to one part.</summary>
    partial void SupportsRowsStoredApart(in Shapes shapes, DeviceProperties device, ref bool supports)
        => supports &= PackedRows.ArePackedApart(shapes.Skip.C, shapes.Upsampled.C);

    partial void SupportsRowsWinogradStoredApart(in Shapes shapes, DeviceProperties device, ref bool supports)
        => SupportsRowsStoredApart(shapes, device, ref supports);

    private int Taps => Kernel * Kernel;

    private bool TapsWithinRows => false;

    private partial WorkgroupCount Grid(in Shapes shapes, in CropConcatConv2dPackPixelRows.Spec spec)
        => PackedRows.Packing(PixelRowsShape(shapes));

    private partial WorkgroupCount Grid(in Shapes shapes, in CropConcatConv2dPackSkipRows.Spec spec)
        => PackedRows.Packing(PackedRows.Of(shapes.Skip.C, shapes.Y, Kernel));

    private partial WorkgroupCount Grid(in Shapes shapes, in CropConcatConv2dBackwardInputRowsMatrix.Spec spec)
        => RowTile.Grid(Concatenated(shapes), PackedRows.LineWidth(shapes.Y, Kernel), spec.TileRows, spec.TileColumns);

    private partial WorkgroupCount Grid(in Shapes shapes, in CropConcatConv2dBackwardInputRowsStoredMatrix.Spec spec)
        => RowTile.Grid(Concatenated(shapes), PackedRows.LineWidth(shapes.Y, Kernel), spec.TileRows, spec.TileColumns);

    partial void Tile(in Shapes shapes, IBufferBinding buffers, ref CropConcatConv2dBackwardInputRowsMatrix.Spec spec)
        => spec = spec.With(
            RowTile.For(Concatenated(shapes), Kernel, PackedRows.LineWidth(shapes.Y, Kernel), OutChannels, buffers).Constants);

    partial void Tile(in Shapes shapes, IBufferBinding buffers, ref CropConcatConv2dBackwardInputRowsStoredMatrix.Spec spec)
        => spec = spec.With(
            RowTile.For(Concatenated(shapes), Kernel, PackedRows.LineWidth(shapes.Y, Kernel), OutChannels, buffers).Constants);
}
