using UNet.Shaders;
using UNet.Vulkan.Device;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Ops.Declaration;

namespace UNet.Vulkan.Ops;

/// <content>Implementations with factors of 16 bits, on matrix units or without.</content>
public sealed partial record ConvTranspose2d
{
    private partial Shape PixelRowsShape(in Shapes shapes) => PackedRows.Of(shapes.X.C, shapes.X, Kernel);

    private partial Shape GradientRowsShape(in Shapes shapes) => PackedRows.Of(RowChannels, shapes.X, Kernel);

    /// <inheritdoc/>
    public override RowLayout? LayoutOf(Role scratch, Role packed, ReadOnlySpan<Shape> shapes)
        => scratch == PixelRows && Rectify != Rectification.OnLoad ? new RowLayout(Gap: 0, Margin: 0)
            : scratch == GradientRows ? new RowLayout(Gap: 0, Margin: 0, Window: 2) : null;

    private int Taps => 4;

    private bool TapsWithinRows => true;

    private partial Shape TapWeightShape(in Shapes shapes)
        => PackedRows.TapWeight(
            SplitRule.RowRuns(shapes.Y.N, (long)shapes.X.H * shapes.X.W, shapes.X.C, RowChannels, Kernel, OutChannels),
            shapes.X.C, RowChannels, Kernel);

    private partial Shape TapBiasShape(in Shapes shapes) => Shape.Of(TapWeightShape(shapes).N, OutChannels);

    private partial Shape WeightRowsShape(in Shapes shapes) => Shape.Of(PackedRows.WeightLength(RowChannels, shapes.X.C, Kernel));

    private partial bool SupportsRounded(in Shapes shapes, DeviceProperties device) => true;

    private partial bool SupportsRows(in Shapes shapes, DeviceProperties device)
        => device.RunsMatrixKernels && WindowTile.CanRun(shapes.X.H, shapes.X.W, device)
            && RowTile.CanRun(PixelRowsShape(shapes), Kernel, device) && RowTile.CanRun(GradientRowsShape(shapes), Kernel, device);

    private partial WorkgroupCount Grid(in Shapes shapes, in ConvTranspose2dForwardRounded.Spec spec)
        => WorkgroupCount.Linear(shapes.Y.Length, ConvTranspose2dForwardRounded.Info.LocalSize.X);

    private partial WorkgroupCount Grid(in Shapes shapes, in ConvTranspose2dBackwardInputRounded.Spec spec)
        => WorkgroupCount.Linear(shapes.X.Length, ConvTranspose2dBackwardInputRounded.Info.LocalSize.X);

    private partial WorkgroupCount Grid(in Shapes shapes, in ConvTranspose2dBackwardWeightRounded.Spec spec)
        => WorkgroupCount.Linear(PartialShape(shapes).Length, ConvTranspose2dBackwardWeightRounded.Info.LocalSize.X);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dPackPixelRows.Spec spec) => PackedRows.Packing(PixelRowsShape(shapes));

    private partial WorkgroupCount Grid(in Shapes shapes, in ConvTranspose2dPackGradientRows.Spec spec)
        => PackedRows.Packing(GradientRowsShape(shapes));

    private partial WorkgroupCount Grid(in Shapes shapes, in ConvTranspose2dPackWeightRows.Spec spec)
        => PackedRows.Packing(RowChannels, shapes.X.C, Kernel);

    private partial WorkgroupCount Grid(in Shapes shapes, in ConvTranspose2dForwardRowsMatrix.Spec spec)
        => RowTile.Grid(RowsTarget(shapes), shapes.X.W, spec.TileRows, spec.TileColumns);

    private partial WorkgroupCount Grid(in Shapes shapes, in ConvTranspose2dForwardRowsStoredMatrix.Spec spec)
        => RowTile.Grid(RowsTarget(shapes), shapes.X.W, spec.TileRows, spec.TileColumns);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dBackwardInputRowsMatrix.Spec spec)
        => RowTile.Grid(shapes.X, shapes.X.W, spec.TileRows, spec.TileColumns);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dBackwardInputRowsStoredMatrix.Spec spec)
        => RowTile.Grid(shapes.X, shapes.X.W, spec.TileRows, spec.TileColumns);

    private partial WorkgroupCount Grid(in Shapes shapes, in ConvTranspose2dBackwardWeightRowsMatrix.Spec spec)
        => RowTile.WeightGrid(TapWeightShape(shapes), Kernel, spec.TileRows, spec.TileColumns);

    private partial WorkgroupCount Grid(in Shapes shapes, in WeightGradientSumTapRuns.Spec spec)
        => PackedRows.AddingTaps(Taps, shapes.X.C, OutChannels, OutChannels, spec.TileLeft);

    private partial WorkgroupCount Grid(in Shapes shapes, in ConvTranspose2dBackwardBiasRows.Spec spec)
        => PackedRows.Adding(GradientRowsShape(shapes), TapWeightShape(shapes).N);

    partial void Tile(in Shapes shapes, IBufferBinding buffers, ref ConvTranspose2dForwardRowsMatrix.Spec spec)
        => spec = spec.With(RowTile.For(RowsTarget(shapes), Kernel, shapes.X.W, shapes.X.C, buffers).Constants);

    partial void Tile(in Shapes shapes, IBufferBinding buffers, ref ConvTranspose2dForwardRowsStoredMatrix.Spec spec)
        => spec = spec.With(RowTile.For(RowsTarget(shapes), Kernel, shapes.X.W, shapes.X.C, buffers).Constants);

    partial void Tile(in Shapes shapes, IBufferBinding buffers, ref Conv2dBackwardInputRowsMatrix.Spec spec)
        => spec = spec.With(RowTile.For(shapes.X, Kernel, shapes.X.W, RowChannels, buffers).Constants);

    partial void Tile(in Shapes shapes, IBufferBinding buffers, ref Conv2dBackwardInputRowsStoredMatrix.Spec spec)
        => spec = spec.With(RowTile.For(shapes.X, Kernel, shapes.X.W, RowChannels, buffers).Constants);

    partial void Tile(in Shapes shapes, IBufferBinding buffers, ref ConvTranspose2dBackwardWeightRowsMatrix.Spec spec)
        => spec = spec.With(RowTile.ForWeight(TapWeightShape(shapes), Kernel, buffers).Constants);

    partial void Tile(in Shapes shapes, IBufferBinding buffers, ref WeightGradientSumTapRuns.Spec spec)
        => spec = spec with { TileLeft = PackedRows.LeftChannels(TapWeightShape(shapes).N / shapes.Y.N) };

    /// <summary>Channels of a window's four pixels.</summary>
    private int RowChannels => PackedRows.WindowChannels(OutChannels);

    /// <summary>What the convolution of single pixels gives.</summary>
    private Shape RowsTarget(in Shapes shapes) => new(shapes.X.N, RowChannels, shapes.X.H, shapes.X.W);
}
