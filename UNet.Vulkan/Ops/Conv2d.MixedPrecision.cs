using UNet.Shaders;
using UNet.Vulkan.Device;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Ops.Declaration;

namespace UNet.Vulkan.Ops;

/// <content>Implementations with factors of 16 bits, on matrix units or without.</content>
public sealed partial record Conv2d
{
    private partial Shape PixelRowsShape(in Shapes shapes) => PackedRows.Of(shapes.X.C, shapes.Y, Kernel);

    private partial Shape GradientRowsShape(in Shapes shapes) => PackedRows.OfGradient(shapes.X, shapes.Y, Kernel, Padding);

    /// <inheritdoc/>
    public override RowLayout? LayoutOf(Role scratch, Role packed, ReadOnlySpan<Shape> shapes)
        => scratch == PixelRows && Rectify != Rectification.OnLoad ? new RowLayout(Gap: 2 * Padding, Margin: Padding)
            : scratch == GradientRows ? PackedRows.LayoutOfGradient(Kernel) : null;

    private int Taps => Kernel * Kernel;

    private bool TapsWithinRows => false;

    private partial Shape TapWeightShape(in Shapes shapes)
        => PackedRows.TapWeight(
            SplitRule.RowRuns(shapes.Y.N, (long)shapes.Y.H * shapes.Y.W, OutChannels, shapes.X.C, Kernel, OutChannels),
            OutChannels, shapes.X.C, Kernel);

    private partial Shape TapBiasShape(in Shapes shapes) => Shape.Of(TapWeightShape(shapes).N, OutChannels);

    private partial Shape WeightRowsShape(in Shapes shapes) => Shape.Of(PackedRows.WeightLength(OutChannels, shapes.X.C, Kernel));

    /// <summary>Not where there is next to nothing to multiply: an image's one channel.</summary>
    private partial bool SupportsRounded(in Shapes shapes, DeviceProperties device) => Kernel > 1 && shapes.X.C > 1;

    internal partial bool SupportsRows(in Shapes shapes, DeviceProperties device)
        => Kernel == 3 && SupportsRounded(shapes, device) && Padding < Kernel && device.RunsMatrixKernels
            && WindowTile.CanRun(Math.Max(shapes.X.H, shapes.Y.H), Math.Max(shapes.X.W, shapes.Y.W), device)
            && RowTile.CanRun(PixelRowsShape(shapes), Kernel, device) && RowTile.CanRun(GradientRowsShape(shapes), Kernel, device);

    internal partial bool SupportsRowsWinograd(in Shapes shapes, DeviceProperties device)
        => SupportsRows(shapes, device) && RowTile.CanRunWinograd(Kernel, device);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dPackPixelRows.Spec spec) => PackedRows.Packing(PixelRowsShape(shapes));

    internal partial WorkgroupCount Grid(in Shapes shapes, in Conv2dPackGradientRows.Spec spec)
        => PackedRows.Packing(GradientRowsShape(shapes));

    internal partial WorkgroupCount Grid(in Shapes shapes, in Conv2dPackWeightRows.Spec spec)
        => PackedRows.Packing(OutChannels, shapes.X.C, Kernel);

    internal partial WorkgroupCount Grid(in Shapes shapes, in Conv2dForwardRowsMatrix.Spec spec)
        => RowTile.Grid(shapes.Y, PackedRows.LineWidth(shapes.Y, Kernel), spec.TileRows, spec.TileColumns);

    internal partial WorkgroupCount Grid(in Shapes shapes, in Conv2dForwardRowsStoredMatrix.Spec spec)
        => RowTile.Grid(shapes.Y, PackedRows.LineWidth(shapes.Y, Kernel), spec.TileRows, spec.TileColumns);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dBackwardInputRowsMatrix.Spec spec)
        => RowTile.Grid(shapes.X, PackedRows.LineWidth(shapes.Y, Kernel), spec.TileRows, spec.TileColumns);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dBackwardInputRowsStoredMatrix.Spec spec)
        => RowTile.Grid(shapes.X, PackedRows.LineWidth(shapes.Y, Kernel), spec.TileRows, spec.TileColumns);

    internal partial WorkgroupCount Grid(in Shapes shapes, in Conv2dBackwardWeightRowsMatrix.Spec spec)
        => RowTile.WeightGrid(TapWeightShape(shapes), Kernel, spec.TileRows, spec.TileColumns);

    internal partial WorkgroupCount Grid(in Shapes shapes, in WeightGradientSumTapRuns.Spec spec)
        => PackedRows.AddingTaps(Taps, OutChannels, shapes.X.C, OutChannels, spec.TileLeft);

    internal partial WorkgroupCount Grid(in Shapes shapes, in Conv2dBackwardBiasRows.Spec spec)
        => PackedRows.Adding(GradientRowsShape(shapes), TapWeightShape(shapes).N);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dForwardRounded.Spec spec)
        => WorkgroupCount.Linear(shapes.Y.Length, Conv2dForwardRounded.Info.LocalSize.X);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dBackwardInputRounded.Spec spec)
        => WorkgroupCount.Linear(shapes.X.Length, Conv2dBackwardInputRounded.Info.LocalSize.X);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dBackwardWeightRounded.Spec spec)
        => WorkgroupCount.Linear(PartialShape(shapes).Length, Conv2dBackwardWeightRounded.Info.LocalSize.X);

    internal partial void Tile(in Shapes shapes, IBufferBinding buffers, ref Conv2dForwardRowsMatrix.Spec spec)
        => spec = spec.With(RowTile.For(shapes.Y, Kernel, PackedRows.LineWidth(shapes.Y, Kernel), shapes.X.C, buffers).Constants);

    partial void Tile(in Shapes shapes, IBufferBinding buffers, ref Conv2dBackwardInputRowsMatrix.Spec spec)
        => spec = spec.With(RowTile.For(shapes.X, Kernel, PackedRows.LineWidth(shapes.Y, Kernel), OutChannels, buffers).Constants);

    internal partial void Tile(in Shapes shapes, IBufferBinding buffers, ref Conv2dForwardRowsStoredMatrix.Spec spec)
        => spec = spec.With(RowTile.For(shapes.Y, Kernel, PackedRows.LineWidth(shapes.Y, Kernel), shapes.X.C, buffers).Constants);

    partial void Tile(in Shapes shapes, IBufferBinding buffers, ref Conv2dBackwardInputRowsStoredMatrix.Spec spec)
        => spec = spec.With(RowTile.For(shapes.X, Kernel, PackedRows.LineWidth(shapes.Y, Kernel), OutChannels, buffers).Constants);

    internal partial void Tile(in Shapes shapes, IBufferBinding buffers, ref Conv2dBackwardWeightRowsMatrix.Spec spec)
        => spec = spec.With(RowTile.ForWeight(TapWeightShape(shapes), Kernel, buffers).Constants);

    internal partial void Tile(in Shapes shapes, IBufferBinding buffers, ref WeightGradientSumTapRuns.Spec spec)
        => spec = spec with { TileLeft = PackedRows.LeftChannels(TapWeightShape(shapes).N / shapes.Y.N) };
}
