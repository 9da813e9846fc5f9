using UNet.Shaders;
using UNet.Vulkan.Device;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Ops.Declaration;

namespace UNet.Vulkan.Ops;

/// <summary>
/// <see cref="CropConcat"/> and the <see cref="Conv2d"/> that reads it in one: with x = [crop(skip), upsampled], which is nowhere
/// stored, y[n,k,p,q] = bias[k] + Σ_crs weight[k,c,r,s] · x[n,c,p+r-padding,q+s-padding]. Planning puts it in the place of both.
/// </summary>
/// <remarks>
/// The letters and the adjoints are those of <see cref="Conv2d"/>; d_x falls apart into d_upsampled and the crop of d_skip, which
/// is 0 outside it.
/// </remarks>
/// <param name="OutChannels">Number of output channels.</param>
/// <param name="Kernel">Height and width of the kernel.</param>
/// <param name="Padding">Rows and columns of zeros on each side of x.</param>
/// <param name="UpsampledFirst">Whether the upsampled tensor's channels come before those of the skip connection.</param>
/// <param name="RectifySkip">Whether max(skip, 0) is meant by skip: a <see cref="Relu"/> before this op.</param>
/// <param name="RectifyUpsampled">The same for the upsampled tensor.</param>
/// <param name="RectifyOutput">Whether max(y, 0) is stored: a <see cref="Relu"/> after this op.</param>
[Op]
[Forward<CropConcatConv2dForward>]
[Forward<CropConcatConv2dForwardGemm>(Name = "Gemm", Suits = DeviceKind.Hardware, Tiles = GemmTile.Tiles)]
[Forward<Conv2dPackForwardWindow, CropConcatConv2dForwardWindow>(Name = "Window", Suits = DeviceKind.Hardware, Tiles = WindowTile.Tiles)]
[Forward<Conv2dPackForwardWinograd, CropConcatConv2dForwardWinograd>(
    Name = "Winograd", Suits = DeviceKind.Hardware, Numerics = NumericsClass.Winograd, Tiles = WinogradTile.Tiles)]
[Forward<Conv2dPackForward, CropConcatConv2dForwardLanes>(Name = "Lanes", Suits = DeviceKind.Software)]
[Forward<Conv2dPackForward, CropConcatConv2dForwardLanePairs>(Name = "LanePairs", Suits = DeviceKind.Software)]
[Forward<Conv2dPackForwardWinogradLanes, CropConcatConv2dForwardWinogradLanes>(
    Name = "WinogradLanes", Suits = DeviceKind.Software, Numerics = NumericsClass.Winograd)]
[Forward<Conv2dPackForwardWinogradF43Lanes, CropConcatConv2dTransformPixelsF43Lanes, Conv2dMultiplyForwardF43Lanes, Conv2dForwardWinogradF43Lanes>(
    Name = "WinogradF43Lanes", Suits = DeviceKind.Software, Numerics = NumericsClass.WinogradF43)]
[Forward<CropConcatConv2dPackPixelRows, Conv2dPackWeightRows, Conv2dForwardRowsMatrix>(
    Name = "Rows", Suits = DeviceKind.Hardware, Numerics = NumericsClass.Float16, Tiles = RowTile.Tiles)]
[Backward<CropConcatConv2dClearBorder, CropConcatConv2dBackwardInput>]
[Backward<CropConcatConv2dClearBorder, CropConcatConv2dBackwardInputGemm>(Name = "Gemm", Suits = DeviceKind.Hardware, Tiles = GemmTile.Tiles)]
[Backward<CropConcatConv2dClearBorder, Conv2dPackBackwardWindow, CropConcatConv2dBackwardInputWindow>(
    Name = "Window", Suits = DeviceKind.Hardware, Tiles = WindowTile.Tiles)]
[Backward<CropConcatConv2dClearBorder, Conv2dPackBackwardWinograd, CropConcatConv2dBackwardInputWinograd>(
    Name = "Winograd", Suits = DeviceKind.Hardware, Numerics = NumericsClass.Winograd, Tiles = WinogradTile.Tiles)]
[Backward<CropConcatConv2dClearBorder, Conv2dPackBackward, CropConcatConv2dBackwardInputLanes>(
    Name = "InputLanes", Suits = DeviceKind.Software)]
[Backward<CropConcatConv2dClearBorder, Conv2dPackBackward, CropConcatConv2dBackwardInputLanePairs>(
    Name = "InputLanePairs", Suits = DeviceKind.Software)]
[Backward<CropConcatConv2dClearBorder, Conv2dPackBackwardWinogradLanes, CropConcatConv2dBackwardInputWinogradLanes>(
    Name = "InputWinogradLanes", Suits = DeviceKind.Software, Numerics = NumericsClass.Winograd)]
[Backward<CropConcatConv2dClearBorder, Conv2dPackBackwardWinogradF43Lanes, Conv2dTransformGradientF43Lanes, Conv2dMultiplyBackwardF43Lanes,
    CropConcatConv2dBackwardInputWinogradF43Lanes>(
    Name = "InputWinogradF43Lanes", Suits = DeviceKind.Software, Numerics = NumericsClass.WinogradF43)]
[Backward<
    CropConcatConv2dClearBorder, CropConcatConv2dPackPixelRows, Conv2dPackGradientRows, Conv2dPackTurnedWeightRows,
    CropConcatConv2dBackwardInputRowsMatrix>(
    Name = "Rows", Suits = DeviceKind.Hardware, Numerics = NumericsClass.Float16, Tiles = RowTile.Tiles)]
[Backward<CropConcatConv2dBackwardWeight, WeightGradientSum>]
[Backward<CropConcatConv2dBackwardWeightGemm, WeightGradientSumRuns>(Name = "Gemm", Suits = DeviceKind.Hardware, Tiles = GemmTile.Tiles)]
[Backward<CropConcatConv2dBackwardWeightWinograd, WeightGradientSumRuns>(
    Name = "Winograd", Suits = DeviceKind.Hardware, Numerics = NumericsClass.Winograd, Tiles = WinogradTile.Tiles)]
[Backward<CropConcatConv2dBackwardWeightLanes, WeightGradientSum>(Name = "WeightLanes", Suits = DeviceKind.Software)]
[Backward<CropConcatConv2dBackwardWeightLanePairs, WeightGradientSum>(Name = "WeightLanePairs", Suits = DeviceKind.Software)]
[Backward<CropConcatConv2dBackwardWeightWinogradLanes, WeightGradientSum>(
    Name = "WeightWinogradLanes", Suits = DeviceKind.Software, Numerics = NumericsClass.Winograd)]
[Backward<CropConcatConv2dBackwardWeightWinogradF43Lanes, WeightGradientSum>(
    Name = "WeightWinogradF43Lanes", Suits = DeviceKind.Software, Numerics = NumericsClass.WinogradF43)]
[Backward<CropConcatConv2dPackPixelRows, Conv2dPackGradientRows, Conv2dBackwardWeightRowsMatrix, Conv2dBackwardBiasRows, WeightGradientSumRuns>(
    Name = "Rows", Suits = DeviceKind.Hardware, Numerics = NumericsClass.Float16, Tiles = RowTile.WeightTiles)]
[Sample("skip: 1x1x6x8; upsampled: 1x1x5x4", "OutChannels: 1")]
[Sample("skip: 2x3x9x10; upsampled: 2x2x4x5", "OutChannels: 4, UpsampledFirst: true")]
[Sample("skip: 1x2x13x38; upsampled: 1x3x11x35", "OutChannels: 3")]
[Sample("skip: 1x9x15x20; upsampled: 1x8x11x17", "OutChannels: 17, UpsampledFirst: true")]
[Sample("skip: 1x3x9x35; upsampled: 1x5x9x35", "OutChannels: 9, Padding: 1")]
[Sample("skip: 2x1x8x9; upsampled: 2x4x8x8", "OutChannels: 2, Kernel: 1")]
[Sample(
    "skip: 2x17x9x10; upsampled: 2x2x7x7",
    "OutChannels: 3, RectifySkip: Rectification.OnLoad, RectifyUpsampled: Rectification.OnLoad")]
[Sample(
    "skip: 2x5x9x10; upsampled: 2x3x7x7",
    "OutChannels: 3, RectifySkip: Rectification.Stored, RectifyUpsampled: Rectification.Stored, RectifyOutput: true")]
[Sample(
    "skip: 2x3x9x36; upsampled: 2x18x8x32",
    "OutChannels: 17, Padding: 1, UpsampledFirst: true, RectifySkip: Rectification.OnLoad, RectifyOutput: true")]
[Sample("skip: 1x17x12x20; upsampled: 1x3x9x16", "OutChannels: 18, RectifyUpsampled: Rectification.OnLoad")]
[Sample(
    "skip: 2x58x9x14; upsampled: 2x39x5x10",
    "OutChannels: 98, Padding: 1, UpsampledFirst: true, RectifySkip: Rectification.OnLoad, RectifyOutput: true")]
public sealed partial record CropConcatConv2d(
    int OutChannels, int Kernel = 3, int Padding = 0, bool UpsampledFirst = false,
    Rectification RectifySkip = Rectification.None, Rectification RectifyUpsampled = Rectification.None, bool RectifyOutput = false)
{
    /// <summary>Skip connection [N,Cs,Hs,Ws].</summary>
    [Input] public static partial Role Skip { get; }

    /// <summary>Upsampled tensor [N,Cu,H,W], not larger than the skip connection.</summary>
    [Input] public static partial Role Upsampled { get; }

    /// <summary>Weight [out,Cs+Cu,kernel,kernel].</summary>
    [Param(Init.He)] public static partial Role Weight { get; }

    /// <summary>Bias [out].</summary>
    [Param(Init.Zero)] public static partial Role Bias { get; }

    /// <summary>Output [N,out,H+2·padding-kernel+1,W+2·padding-kernel+1].</summary>
    [Output] public static partial Role Y { get; }

    /// <summary>Weight gradients of runs of rows, before they are added.</summary>
    [Scratch(PerImage = true)] public static partial Role Partial { get; }

    /// <summary>Bias gradients of runs of rows, before they are added.</summary>
    [Scratch(PerImage = true)] public static partial Role PartialBias { get; }

    /// <summary>Weight gradients of runs of pixels, before they are added.</summary>
    [Scratch(PerImage = true)] public static partial Role RunWeight { get; }

    /// <summary>Bias gradients of runs of pixels, before they are added.</summary>
    [Scratch(PerImage = true)] public static partial Role RunBias { get; }

    /// <summary>Weights in the order in which the implementation for processors reads them.</summary>
    [Scratch] public static partial Role Packed { get; }

    /// <summary>The same for the gradients to the two parts.</summary>
    [Scratch] public static partial Role PackedTransposed { get; }

    /// <summary>Weights as Winograd's convolution for processors reads them.</summary>
    [Scratch] public static partial Role WinogradPacked { get; }

    /// <summary>The same for the gradients to the two parts.</summary>
    [Scratch] public static partial Role WinogradPackedTransposed { get; }

    /// <summary>Tiles of x that workgroups of Winograd's convolution for processors have transformed.</summary>
    [Scratch(PerImage = true)] public static partial Role InputTiles { get; }

    /// <summary>The same of the gradient of y.</summary>
    [Scratch(PerImage = true)] public static partial Role GradientTiles { get; }

    /// <summary>Weights as Winograd's F(4x4,3x3) for processors reads them.</summary>
    [Scratch] public static partial Role F43Packed { get; }

    /// <summary>The same for the gradient to the input.</summary>
    [Scratch] public static partial Role F43PackedTransposed { get; }

    /// <summary>Tiles of the concatenation that F(4x4,3x3) has transformed, a part of them.</summary>
    [Scratch(PerImage = true)] public static partial Role F43InputTiles { get; }

    /// <summary>The same of the gradient of y.</summary>
    [Scratch(PerImage = true)] public static partial Role F43GradientTiles { get; }

    /// <summary>Products of such tiles of the concatenation with transformed weights.</summary>
    [Scratch(PerImage = true)] public static partial Role F43Products { get; }

    /// <summary>The same of the gradient of y.</summary>
    [Scratch(PerImage = true)] public static partial Role F43GradientProducts { get; }

    /// <summary>Tiles of both, and sums of their products, of subgroups that sum the weight gradient.</summary>
    [Scratch(PerImage = true)] public static partial Role WeightTiles { get; }

    /// <summary>The same by F(4x4,3x3).</summary>
    [Scratch(PerImage = true)] public static partial Role F43WeightTiles { get; }

    /// <summary>Weights in the order in which GPUs read them.</summary>
    [Scratch] public static partial Role WindowWeight { get; }

    /// <summary>Weights transformed by Winograd's algorithm, in the order in which GPUs read them.</summary>
    [Scratch] public static partial Role TransformedWeight { get; }

    /// <summary>The concatenation and its padding as rows of 16 bits, for matrix units.</summary>
    [Scratch(PerImage = true, Element = ElementType.Float16)] public static partial Role PixelRows { get; }

    /// <summary>The same of the gradient of the output.</summary>
    [Scratch(PerImage = true, Element = ElementType.Float16)] public static partial Role GradientRows { get; }

    /// <summary>Weights as rows of 16 bits.</summary>
    [Scratch(Element = ElementType.Float16)] public static partial Role WeightRows { get; }

    /// <summary>The two ops in whose place this one stands.</summary>
    /// <param name="concatenation">Makes what the convolution reads.</param>
    /// <param name="convolution">Reads it as it is.</param>
    public static CropConcatConv2d Of(CropConcat concatenation, Conv2d convolution)
        => new(
            convolution.OutChannels, convolution.Kernel, convolution.Padding, concatenation.UpsampledFirst,
            concatenation.RectifySkip, concatenation.RectifyUpsampled, convolution.RectifyOutput);

    /// <inheritdoc/>
    public override Role? RunsOf(Role scratch)
        => scratch == Partial || scratch == RunWeight ? Weight : scratch == PartialBias || scratch == RunBias ? Bias : null;

    /// <inheritdoc/>
    public override long Operations(Pass pass, ReadOnlySpan<Shape> shapes)
        => 2 * shapes[Y.Index].Length * shapes[Weight.Index].C * Kernel * Kernel;

    /// <inheritdoc/>
    public override bool IsDifferentiatedWhole
        => RectifySkip != Rectification.Stored && RectifyUpsampled != Rectification.Stored && !RectifyOutput;

    /// <inheritdoc/>
    public override float SampleElement(Role role, float normal)
        => role == Skip ? RectifySkip.SampleElement(normal) : role == Upsampled ? RectifyUpsampled.SampleElement(normal) : normal;

    private CropConcat Concatenation => new(UpsampledFirst, RectifySkip, RectifyUpsampled);

    private Conv2d Convolution => new(OutChannels, Kernel, Padding, RectifyOutput: RectifyOutput);

    private partial void InferShapes(ref Shapes shapes)
    {
        Shape concatenated = Concatenation.InferShapes([shapes.Skip, shapes.Upsampled])[CropConcat.Y.Index];
        Shape[] convolved = Convolution.InferShapes([concatenated]);
        (shapes.Weight, shapes.Bias, shapes.Y) = (convolved[Conv2d.Weight.Index], convolved[Conv2d.Bias.Index], convolved[Conv2d.Y.Index]);
    }

    private partial int WeightFanIn(in Shapes shapes) => shapes.Weight.C * Kernel * Kernel;

    private partial Shape PartialShape(in Shapes shapes)
        => new(SplitRule.Splits(shapes.Skip.N, shapes.Y.H, shapes.Weight), OutChannels, shapes.Weight.C, Kernel * Kernel);

    private partial Shape PartialBiasShape(in Shapes shapes) => Shape.Of(PartialShape(shapes).N, OutChannels);

    private partial Shape RunWeightShape(in Shapes shapes)
        => new(SplitRule.Runs(shapes.Skip.N, (long)shapes.Y.H * shapes.Y.W, shapes.Weight), OutChannels, shapes.Weight.C, Kernel * Kernel);

    private partial Shape RunBiasShape(in Shapes shapes) => Shape.Of(RunWeightShape(shapes).N, OutChannels);

    private partial Shape PackedShape(in Shapes shapes) => Conv2d.PackedFor(OutChannels, shapes.Weight.C, Kernel);

    private partial Shape PackedTransposedShape(in Shapes shapes) => Conv2d.PackedFor(shapes.Weight.C, OutChannels, Kernel);

    private partial Shape WinogradPackedShape(in Shapes shapes) => WinogradLanes.Packed(OutChannels, shapes.Weight.C);

    private partial Shape WinogradPackedTransposedShape(in Shapes shapes) => WinogradLanes.Packed(shapes.Weight.C, OutChannels);

    private partial Shape InputTilesShape(in Shapes shapes) => WinogradLanes.Tiles(Concatenated(shapes), shapes.Y);

    private partial Shape GradientTilesShape(in Shapes shapes) => WinogradLanes.Tiles(shapes.Y, Concatenated(shapes));

    private partial Shape F43PackedShape(in Shapes shapes) => WinogradF43Lanes.Packed(OutChannels, shapes.Weight.C);

    private partial Shape F43PackedTransposedShape(in Shapes shapes) => WinogradF43Lanes.Packed(shapes.Weight.C, OutChannels);

    private partial Shape F43InputTilesShape(in Shapes shapes) => WinogradF43Lanes.Tiles(Concatenated(shapes), shapes.Y);

    private partial Shape F43GradientTilesShape(in Shapes shapes) => WinogradF43Lanes.Tiles(shapes.Y, Concatenated(shapes));

    private partial Shape F43ProductsShape(in Shapes shapes) => WinogradF43Lanes.Products(Concatenated(shapes), shapes.Y);

    private partial Shape F43GradientProductsShape(in Shapes shapes) => WinogradF43Lanes.Products(shapes.Y, Concatenated(shapes));

    private partial Shape WeightTilesShape(in Shapes shapes)
        => WinogradWeightLanes.Tiles(WinogradWeightLanes.F22Elements, shapes.Skip.N, PartialShape(shapes).N / shapes.Skip.N, shapes.Weight);

    private partial Shape F43WeightTilesShape(in Shapes shapes)
        => WinogradWeightLanes.Tiles(WinogradWeightLanes.F43Elements, shapes.Skip.N, PartialShape(shapes).N / shapes.Skip.N, shapes.Weight);

    private partial Shape PixelRowsShape(in Shapes shapes) => RowTile.RowsOf(shapes.Weight.C, shapes.Y, Kernel);

    private partial Shape GradientRowsShape(in Shapes shapes) => RowTile.GradientRowsOf(Concatenated(shapes), shapes.Y, Kernel, Padding);

    private partial Shape WeightRowsShape(in Shapes shapes) => Shape.Of(Math.Max(
        RowTile.WeightLength(OutChannels, shapes.Weight.C, Kernel), RowTile.WeightLength(shapes.Weight.C, OutChannels, Kernel)));

    private partial bool SupportsRows(in Shapes shapes, DeviceProperties device)
        => Kernel == 3 && Padding < Kernel && device.RunsMatrixKernels
            && WindowTile.Fits(Math.Max(shapes.Upsampled.H, shapes.Y.H), Math.Max(shapes.Upsampled.W, shapes.Y.W), device)
            && RowTile.Suits(PixelRowsShape(shapes), device) && RowTile.Suits(GradientRowsShape(shapes), device);

    private partial WorkgroupCount Grid(in Shapes shapes, in CropConcatConv2dPackPixelRows.Spec spec) => RowTile.Packing(PixelRowsShape(shapes));

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dPackGradientRows.Spec spec) => RowTile.Packing(GradientRowsShape(shapes));

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dPackWeightRows.Spec spec)
        => RowTile.Packing(OutChannels, shapes.Weight.C, Conv2dPackWeightRows.Info);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dPackTurnedWeightRows.Spec spec)
        => RowTile.Packing(shapes.Weight.C, OutChannels, Conv2dPackTurnedWeightRows.Info);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dForwardRowsMatrix.Spec spec)
        => RowTile.Grid(shapes.Y, RowTile.LineWidth(shapes.Y, Kernel), spec.TileRows, spec.TileColumns);

    private partial WorkgroupCount Grid(in Shapes shapes, in CropConcatConv2dBackwardInputRowsMatrix.Spec spec)
        => RowTile.Grid(Concatenated(shapes), RowTile.LineWidth(shapes.Y, Kernel), spec.TileRows, spec.TileColumns);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dBackwardWeightRowsMatrix.Spec spec)
        => RowTile.WeightGrid(RunWeightShape(shapes), Kernel, spec.TileRows, spec.TileColumns);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dBackwardBiasRows.Spec spec)
        => RowTile.Adding(GradientRowsShape(shapes), RunWeightShape(shapes).N);

    partial void Tile(in Shapes shapes, IBufferBinding buffers, ref Conv2dForwardRowsMatrix.Spec spec)
    {
        RowTile tile = RowTile.For(shapes.Y, RowTile.LineWidth(shapes.Y, Kernel), shapes.Weight.C, buffers);
        spec = spec with
        {
            TileRows = tile.Rows, TileColumns = tile.Columns, TileDepth = tile.Depth,
            TileStages = tile.Stages, TileInvocations = tile.Invocations,
        };
    }

    partial void Tile(in Shapes shapes, IBufferBinding buffers, ref CropConcatConv2dBackwardInputRowsMatrix.Spec spec)
    {
        RowTile tile = RowTile.For(Concatenated(shapes), RowTile.LineWidth(shapes.Y, Kernel), OutChannels, buffers);
        spec = spec with
        {
            TileRows = tile.Rows, TileColumns = tile.Columns, TileDepth = tile.Depth,
            TileStages = tile.Stages, TileInvocations = tile.Invocations,
        };
    }

    partial void Tile(in Shapes shapes, IBufferBinding buffers, ref Conv2dBackwardWeightRowsMatrix.Spec spec)
    {
        RowTile tile = RowTile.ForWeight(RunWeightShape(shapes), Kernel, buffers);
        spec = spec with
        {
            TileRows = tile.Rows, TileColumns = tile.Columns, TileDepth = tile.Depth,
            TileStages = tile.Stages, TileInvocations = tile.Invocations,
        };
    }

    private partial bool SupportsGemm(in Shapes shapes, DeviceProperties device)
        => Kernel is 1 or 3 && GemmTile.Fits(Math.Max((long)shapes.Upsampled.H * shapes.Upsampled.W, (long)shapes.Y.H * shapes.Y.W), device);

    /// <summary>As for <see cref="Conv2d"/>.</summary>
    private partial bool SupportsWindow(in Shapes shapes, DeviceProperties device)
        => !device.IsSoftware && Kernel == 3 && Padding < Kernel && Math.Min(shapes.Weight.C, OutChannels) >= WindowTile.FewestChannels
            && WindowTile.Fits(Math.Max(shapes.Upsampled.H, shapes.Y.H), Math.Max(shapes.Upsampled.W, shapes.Y.W), device);

    /// <summary>As for <see cref="Conv2d"/>.</summary>
    private partial bool SupportsWinograd(in Shapes shapes, DeviceProperties device)
        => WinogradTile.Supports(Kernel, Padding, shapes.Weight.C, shapes.Upsampled, shapes.Y, device);

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

    partial void PartCountWinogradF43Lanes(in Shapes shapes, ref int parts) => parts = WinogradF43Lanes.PartCount(Concatenated(shapes), shapes.Y);

    private partial bool SupportsInputWinogradF43Lanes(in Shapes shapes, DeviceProperties device)
        => Convolution.RunsOnLanes(device) && HasEvenRows(shapes) && WinogradF43Lanes.Fits(shapes.Y, Concatenated(shapes), device);

    partial void SuitsInputWinogradF43Lanes(in Shapes shapes, DeviceProperties device, ref bool suits)
        => suits &= WinogradF43Lanes.Pays(shapes.Y, Concatenated(shapes));

    partial void PartCountInputWinogradF43Lanes(in Shapes shapes, ref int parts) => parts = WinogradF43Lanes.PartCount(shapes.Y, Concatenated(shapes));

    private partial bool SupportsWeightWinogradLanes(in Shapes shapes, DeviceProperties device) => Convolution.RunsOnLanes(device) && HasEvenRows(shapes);

    partial void SuitsWeightWinogradLanes(in Shapes shapes, DeviceProperties device, ref bool suits) => suits &= WinogradWeightLanes.Pays(shapes.Weight);

    private partial bool SupportsWeightWinogradF43Lanes(in Shapes shapes, DeviceProperties device) => Convolution.RunsOnLanes(device) && HasEvenRows(shapes);

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

    private partial WorkgroupCount Grid(in Shapes shapes, in CropConcatConv2dForward.Spec spec)
        => Conv2d.Tiles(shapes.Y, spec.TileH, spec.TileC, CropConcatConv2dForward.Info.LocalSize);

    /// <summary>None where nothing is cropped.</summary>
    private partial WorkgroupCount Grid(in Shapes shapes, in CropConcatConv2dClearBorder.Spec spec)
        => (shapes.Skip.H, shapes.Skip.W) == (shapes.Upsampled.H, shapes.Upsampled.W)
            ? new WorkgroupCount(0, 0, 0)
            : WorkgroupCount.Cover(
                shapes.Skip.W, CropConcatConv2dClearBorder.Info.LocalSize.X, shapes.Skip.H, spec.TileH, (long)shapes.Skip.N * shapes.Skip.C);

    private partial WorkgroupCount Grid(in Shapes shapes, in CropConcatConv2dBackwardInput.Spec spec)
        => Conv2d.Tiles(Concatenated(shapes), spec.TileH, spec.TileC, CropConcatConv2dBackwardInput.Info.LocalSize);

    private partial WorkgroupCount Grid(in Shapes shapes, in CropConcatConv2dBackwardWeight.Spec spec)
        => new(
            WorkgroupCount.Cover(OutChannels, CropConcatConv2dBackwardWeight.Info.LocalSize.X).X,
            WorkgroupCount.Cover(shapes.Weight.C, spec.TileC).X,
            (uint)PartialShape(shapes).N);

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

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dPackForwardWinogradF43Lanes.Spec spec)
        => WinogradF43Lanes.Packing(F43PackedShape(shapes), Conv2dPackForwardWinogradF43Lanes.Info);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dPackBackwardWinogradF43Lanes.Spec spec)
        => WinogradF43Lanes.Packing(F43PackedTransposedShape(shapes), Conv2dPackBackwardWinogradF43Lanes.Info);

    private partial WorkgroupCount Grid(in Shapes shapes, in CropConcatConv2dTransformPixelsF43Lanes.Spec spec)
        => WinogradF43Lanes.Transforming(F43InputTilesShape(shapes), CropConcatConv2dTransformPixelsF43Lanes.Info, spec.TilePairs);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dTransformGradientF43Lanes.Spec spec)
        => WinogradF43Lanes.Transforming(F43GradientTilesShape(shapes), Conv2dTransformGradientF43Lanes.Info, spec.TilePairs);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dMultiplyForwardF43Lanes.Spec spec)
        => WinogradF43Lanes.Multiplying(F43InputTilesShape(shapes), F43PackedShape(shapes), Conv2dMultiplyForwardF43Lanes.Info);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dMultiplyBackwardF43Lanes.Spec spec)
        => WinogradF43Lanes.Multiplying(F43GradientTilesShape(shapes), F43PackedTransposedShape(shapes), Conv2dMultiplyBackwardF43Lanes.Info);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dForwardWinogradF43Lanes.Spec spec)
        => WinogradF43Lanes.Storing(F43ProductsShape(shapes), Conv2dForwardWinogradF43Lanes.Info, spec.TilePairs);

    private partial WorkgroupCount Grid(in Shapes shapes, in CropConcatConv2dBackwardInputWinogradF43Lanes.Spec spec)
        => WinogradF43Lanes.Storing(F43GradientProductsShape(shapes), CropConcatConv2dBackwardInputWinogradF43Lanes.Info, spec.TilePairs);

    private partial WorkgroupCount Grid(in Shapes shapes, in CropConcatConv2dBackwardWeightWinogradLanes.Spec spec)
        => WinogradWeightLanes.Grid(
            shapes.Skip.N, WeightTilesShape(shapes), CropConcatConv2dBackwardWeightWinogradLanes.Info, spec.SubgroupSize);

    partial void Tile(in Shapes shapes, IBufferBinding buffers, ref CropConcatConv2dBackwardWeightWinogradLanes.Spec spec)
    {
        (uint inputs, uint outputs, uint c, uint k) = WinogradWeightLanes.Tile(shapes.Weight);
        spec = spec with { TileInputs = inputs, TileOutputs = outputs, TileC = c, TileK = k };
    }

    private partial WorkgroupCount Grid(in Shapes shapes, in CropConcatConv2dBackwardWeightWinogradF43Lanes.Spec spec)
        => WinogradWeightLanes.Grid(
            shapes.Skip.N, F43WeightTilesShape(shapes), CropConcatConv2dBackwardWeightWinogradF43Lanes.Info, spec.SubgroupSize);

    partial void Tile(in Shapes shapes, IBufferBinding buffers, ref CropConcatConv2dBackwardWeightWinogradF43Lanes.Spec spec)
    {
        (uint inputs, uint outputs, uint c, uint k) = WinogradWeightLanes.Tile(shapes.Weight);
        spec = spec with { TileInputs = inputs, TileOutputs = outputs, TileC = c, TileK = k };
    }

    private partial WorkgroupCount Grid(in Shapes shapes, in WeightGradientSum.Spec spec)
        => WorkgroupCount.Linear(shapes.Weight.Length + shapes.Bias.Length, WeightGradientSum.Info.LocalSize.X);

    private partial Shape WindowWeightShape(in Shapes shapes) => Shape.Of(Math.Max(
        WindowTile.WeightLength(OutChannels, shapes.Weight.C, Kernel), WindowTile.WeightLength(shapes.Weight.C, OutChannels, Kernel)));

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dPackForwardWindow.Spec spec)
        => WindowTile.Packing(OutChannels, shapes.Weight.C, Conv2dPackForwardWindow.Info);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dPackBackwardWindow.Spec spec)
        => WindowTile.Packing(shapes.Weight.C, OutChannels, Conv2dPackBackwardWindow.Info);

    private partial WorkgroupCount Grid(in Shapes shapes, in CropConcatConv2dForwardWindow.Spec spec)
        => WindowTile.Grid(OutChannels, spec.TileRows, WindowTile.Line(shapes.Y, Kernel), spec.TileColumns, shapes.Skip.N);

    private partial WorkgroupCount Grid(in Shapes shapes, in CropConcatConv2dBackwardInputWindow.Spec spec)
        => WindowTile.Grid(shapes.Weight.C, spec.TileRows, WindowTile.Line(shapes.Upsampled, Kernel), spec.TileColumns, shapes.Skip.N);

    private partial Shape TransformedWeightShape(in Shapes shapes) => WinogradTile.WeightShape(OutChannels, shapes.Weight.C);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dPackForwardWinograd.Spec spec)
        => WinogradTile.Packing(OutChannels, shapes.Weight.C, Conv2dPackForwardWinograd.Info);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dPackBackwardWinograd.Spec spec)
        => WinogradTile.Packing(shapes.Weight.C, OutChannels, Conv2dPackBackwardWinograd.Info);

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

    private partial WorkgroupCount Grid(in Shapes shapes, in WeightGradientSumRuns.Spec spec)
        => WorkgroupCount.Linear(shapes.Weight.Length + shapes.Bias.Length, WeightGradientSumRuns.Info.LocalSize.X);

    partial void Tile(in Shapes shapes, IBufferBinding buffers, ref CropConcatConv2dForwardWindow.Spec spec)
    {
        WindowTile tile = WindowTile.For(OutChannels, WindowTile.Line(shapes.Y, Kernel), shapes.Skip.N, buffers);
        spec = spec with { TileRows = tile.Rows, TileColumns = tile.Columns };
    }

    partial void Tile(in Shapes shapes, IBufferBinding buffers, ref CropConcatConv2dBackwardInputWindow.Spec spec)
    {
        WindowTile tile = WindowTile.For(shapes.Weight.C, WindowTile.Line(shapes.Upsampled, Kernel), shapes.Skip.N, buffers);
        spec = spec with { TileRows = tile.Rows, TileColumns = tile.Columns };
    }

    partial void Tile(in Shapes shapes, IBufferBinding buffers, ref CropConcatConv2dForwardWinograd.Spec spec)
    {
        WinogradTile tile = WinogradTile.For(OutChannels, WinogradTile.Count(shapes.Y), shapes.Skip.N, gathers: true, buffers);
        spec = spec with { TileRows = tile.Rows, TileColumns = tile.Columns, TileDepth = tile.Depth };
    }

    partial void Tile(in Shapes shapes, IBufferBinding buffers, ref CropConcatConv2dBackwardInputWinograd.Spec spec)
    {
        WinogradTile tile = WinogradTile.For(shapes.Weight.C, WinogradTile.Count(shapes.Upsampled), shapes.Skip.N, gathers: false, buffers);
        spec = spec with { TileRows = tile.Rows, TileColumns = tile.Columns, TileDepth = tile.Depth };
    }

    partial void Tile(in Shapes shapes, IBufferBinding buffers, ref CropConcatConv2dBackwardWeightWinograd.Spec spec)
    {
        WinogradTile tile = WinogradTile.For(OutChannels, shapes.Weight.C, RunWeightShape(shapes).N, gathers: true, buffers);
        spec = spec with { TileRows = tile.Rows, TileColumns = tile.Columns, TileDepth = tile.Depth };
    }

    partial void Tile(in Shapes shapes, IBufferBinding buffers, ref CropConcatConv2dForwardGemm.Spec spec)
    {
        GemmTile tile = GemmTile.For(OutChannels, (long)shapes.Y.H * shapes.Y.W, shapes.Skip.N, buffers);
        uint channels = Convolution.GemmChannels;
        bool isWhole = tile.IsWhole(OutChannels, tile.Columns, buffers.Device) && shapes.Weight.C % channels == 0;
        spec = spec with
        {
            TileRows = tile.Rows, TileColumns = tile.Columns, TileRowsEach = tile.RowsEach, TileColumnsEach = tile.ColumnsEach,
            TileC = channels, TileWhole = isWhole ? 1u : 0u,
        };
    }

    partial void Tile(in Shapes shapes, IBufferBinding buffers, ref CropConcatConv2dBackwardInputGemm.Spec spec)
    {
        GemmTile tile = GemmTile.For(shapes.Weight.C, (long)shapes.Upsampled.H * shapes.Upsampled.W, shapes.Skip.N, buffers);
        uint channels = Convolution.GemmChannels;
        bool isWhole = tile.IsWhole(shapes.Weight.C, tile.Columns, buffers.Device) && OutChannels % channels == 0;
        spec = spec with
        {
            TileRows = tile.Rows, TileColumns = tile.Columns, TileRowsEach = tile.RowsEach, TileColumnsEach = tile.ColumnsEach,
            TileC = channels, TileWhole = isWhole ? 1u : 0u,
        };
    }

    partial void Tile(in Shapes shapes, IBufferBinding buffers, ref CropConcatConv2dBackwardWeightGemm.Spec spec)
    {
        GemmTile tile = GemmTile.For(OutChannels, WeightFanIn(shapes), RunWeightShape(shapes).N, buffers);
        spec = spec with
        {
            TileRows = tile.Rows, TileColumns = tile.Columns, TileRowsEach = tile.RowsEach, TileColumnsEach = tile.ColumnsEach,
            TileWhole = tile.IsWhole(OutChannels, WeightFanIn(shapes), buffers.Device) ? 1u : 0u,
        };
    }

    /// <summary>Rows of even length, cropped by even numbers, so that every pair of pixels lies at a multiple of 8 bytes.</summary>
    private static bool HasEvenRows(in Shapes shapes)
        => int.IsEvenInteger(shapes.Skip.W) && int.IsEvenInteger(shapes.Upsampled.W) && int.IsEvenInteger(shapes.Y.W)
            && int.IsEvenInteger((shapes.Skip.W - shapes.Upsampled.W) / 2);

    private static Shape Concatenated(in Shapes shapes)
        => new(shapes.Upsampled.N, shapes.Weight.C, shapes.Upsampled.H, shapes.Upsampled.W);
}
