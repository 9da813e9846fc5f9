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
/// <param name="LeaveBorder">
/// Whether d_skip is left as it is outside the crop, because who reads it takes it for 0 there (<see cref="AccumulateMaxPoolGradient"/>).
/// </param>
[Op]
[VariantOf<Conv2d>]
[Forward<CropConcatConv2dForward>]
[Forward<CropConcatConv2dForwardGemm>(Name = "Gemm", Suits = DeviceKind.Hardware, Tiles = GemmTile.Tiles)]
[Forward<Conv2dPackForwardWindow, CropConcatConv2dForwardWindow>(Name = "Window", Suits = DeviceKind.Hardware, Tiles = WindowTile.Tiles)]
[Forward<Conv2dPackForwardWinograd, CropConcatConv2dForwardWinograd>(
    Name = "Winograd", Suits = DeviceKind.Hardware, Numerics = NumericsClass.Winograd, Tiles = WinogradTile.Tiles)]
[Forward<Conv2dPackForward, CropConcatConv2dForwardLanes>(Name = "Lanes", Suits = DeviceKind.Software)]
[Forward<Conv2dPackForward, CropConcatConv2dForwardLanePairs>(Name = "LanePairs", Suits = DeviceKind.Software)]
[Forward<CropConcatConv2dForwardUnrolled>(Name = "Unrolled", Suits = DeviceKind.Software)]
[Forward<Conv2dPackForwardWinogradLanes, CropConcatConv2dForwardWinogradLanes>(
    Name = "WinogradLanes", Suits = DeviceKind.Software, Numerics = NumericsClass.Winograd)]
[Forward<Conv2dPackForwardWinogradF43Lanes, CropConcatConv2dTransformPixelsF43Lanes, Conv2dMultiplyForwardF43Lanes,
    Conv2dForwardWinogradF43Lanes>(
    Name = "WinogradF43Lanes", Suits = DeviceKind.Software, Numerics = NumericsClass.WinogradF43)]
[Forward<CropConcatConv2dPackPixelRows, Conv2dPackWeightRows, Conv2dForwardRowsMatrix>(
    Name = "Rows", Suits = DeviceKind.Hardware, Numerics = NumericsClass.Float16, Tiles = RowTile.Tiles)]
[Forward<CropConcatConv2dPackPixelRows, Conv2dPackWeightRows, Conv2dForwardRowsStoredMatrix>(Name = "RowsStored", Like = "Rows")]
[Forward<CropConcatConv2dPackSkipRows, Conv2dPackWeightRows, Conv2dForwardRowsMatrix>(Name = "RowsGiven", Like = "Rows")]
[Forward<CropConcatConv2dPackSkipRows, Conv2dPackWeightRows, Conv2dForwardRowsStoredMatrix>(Name = "RowsGivenStored", Like = "Rows")]
[Forward<CropConcatConv2dPackPixelRows, Conv2dPackWeightRows, Conv2dForwardRowsMatrix>(
    Name = "RowsWinograd", Suits = DeviceKind.Hardware, Numerics = NumericsClass.Float16Winograd, Tiles = RowTile.WinogradTiles)]
[Forward<CropConcatConv2dPackPixelRows, Conv2dPackWeightRows, Conv2dForwardRowsStoredMatrix>(
    Name = "RowsWinogradStored", Like = "RowsWinograd")]
[Forward<CropConcatConv2dPackSkipRows, Conv2dPackWeightRows, Conv2dForwardRowsMatrix>(Name = "RowsWinogradGiven", Like = "RowsWinograd")]
[Forward<CropConcatConv2dPackSkipRows, Conv2dPackWeightRows, Conv2dForwardRowsStoredMatrix>(
    Name = "RowsWinogradGivenStored", Like = "RowsWinograd")]
[Backward<CropConcatConv2dClearBorder, CropConcatConv2dBackwardInput>]
[Backward<CropConcatConv2dClearBorder, CropConcatConv2dBackwardInputGemm>(
    Name = "Gemm", Suits = DeviceKind.Hardware, Tiles = GemmTile.Tiles)]
[Backward<CropConcatConv2dClearBorder, Conv2dPackBackwardWindow, CropConcatConv2dBackwardInputWindow>(
    Name = "Window", Suits = DeviceKind.Hardware, Tiles = WindowTile.Tiles)]
[Backward<CropConcatConv2dClearBorder, Conv2dPackBackwardWinograd, CropConcatConv2dBackwardInputWinograd>(
    Name = "Winograd", Suits = DeviceKind.Hardware, Numerics = NumericsClass.Winograd, Tiles = WinogradTile.Tiles)]
[Backward<CropConcatConv2dClearBorder, Conv2dPackBackward, CropConcatConv2dBackwardInputLanes>(
    Name = "InputLanes", Suits = DeviceKind.Software)]
[Backward<CropConcatConv2dClearBorder, Conv2dPackBackward, CropConcatConv2dBackwardInputLanePairs>(
    Name = "InputLanePairs", Suits = DeviceKind.Software)]
[Backward<CropConcatConv2dClearBorder, CropConcatConv2dBackwardInputUnrolled>(Name = "InputUnrolled", Suits = DeviceKind.Software)]
[Backward<CropConcatConv2dClearBorder, Conv2dPackBackwardWinogradLanes, CropConcatConv2dBackwardInputWinogradLanes>(
    Name = "InputWinogradLanes", Suits = DeviceKind.Software, Numerics = NumericsClass.Winograd)]
[Backward<CropConcatConv2dClearBorder, Conv2dPackBackwardWinogradF43Lanes, Conv2dTransformGradientF43Lanes, Conv2dMultiplyBackwardF43Lanes,
    CropConcatConv2dBackwardInputWinogradF43Lanes>(
    Name = "InputWinogradF43Lanes", Suits = DeviceKind.Software, Numerics = NumericsClass.WinogradF43)]
[Backward<
    CropConcatConv2dClearBorder, CropConcatConv2dPackPixelRows, Conv2dPackGradientRows, Conv2dPackWeightRows,
    CropConcatConv2dBackwardInputRowsMatrix>(
    Name = "Rows", Suits = DeviceKind.Hardware, Numerics = NumericsClass.Float16, Tiles = RowTile.Tiles)]
[Backward<
    CropConcatConv2dClearBorder, CropConcatConv2dPackPixelRows, Conv2dPackGradientRows, Conv2dPackWeightRows,
    CropConcatConv2dBackwardInputRowsStoredMatrix>(Name = "RowsStoredApart", Like = "Rows")]
[Backward<
    CropConcatConv2dClearBorder, CropConcatConv2dPackPixelRows, Conv2dPackGradientRows, Conv2dPackWeightRows,
    CropConcatConv2dBackwardInputRowsMatrix>(
    Name = "RowsWinograd", Suits = DeviceKind.Hardware, Numerics = NumericsClass.Float16Winograd, Tiles = RowTile.WinogradTiles)]
[Backward<
    CropConcatConv2dClearBorder, CropConcatConv2dPackPixelRows, Conv2dPackGradientRows, Conv2dPackWeightRows,
    CropConcatConv2dBackwardInputRowsStoredMatrix>(Name = "RowsWinogradStoredApart", Like = "RowsWinograd")]
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
[Backward<CropConcatConv2dPackPixelRows, Conv2dPackGradientRows, Conv2dBackwardWeightRowsMatrix, Conv2dBackwardBiasRows,
    WeightGradientSumTapRuns>(
    Name = "Rows", Suits = DeviceKind.Hardware, Numerics = NumericsClass.Float16, Tiles = RowTile.WeightTiles)]
[Backward<CropConcatConv2dPackPixelRows, Conv2dPackGradientRows, Conv2dBackwardWeightRowsMatrix, Conv2dBackwardBiasRows,
    WeightGradientSumTapRuns>(
    Name = "RowsWinograd", Suits = DeviceKind.Hardware, Numerics = NumericsClass.Float16Winograd, Tiles = RowTile.WinogradWeightTiles)]
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
    Rectification RectifySkip = Rectification.None, Rectification RectifyUpsampled = Rectification.None, bool RectifyOutput = false,
    bool LeaveBorder = false)
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

    /// <summary>The two ops in whose place this one stands.</summary>
    /// <param name="concatenation">Makes what the convolution reads.</param>
    /// <param name="convolution">Reads it as it is.</param>
    public static CropConcatConv2d Of(CropConcat concatenation, Conv2d convolution)
        => new(
            convolution.OutChannels, convolution.Kernel, convolution.Padding, concatenation.UpsampledFirst,
            concatenation.RectifySkip, concatenation.RectifyUpsampled, convolution.RectifyOutput);

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

    private partial (Conv2d Op, Conv2d.Shapes Shapes) VariantOf(in Shapes shapes)
        => (Convolution, new() { X = Concatenated(shapes), Weight = shapes.Weight, Bias = shapes.Bias, Y = shapes.Y });

    private partial WorkgroupCount Grid(in Shapes shapes, in CropConcatConv2dForward.Spec spec)
        => Conv2d.Tiles(shapes.Y, spec.TileH, spec.TileC, CropConcatConv2dForward.Info.LocalSize);

    /// <summary>None where nothing is cropped, or what is cropped is left.</summary>
    private partial WorkgroupCount Grid(in Shapes shapes, in CropConcatConv2dClearBorder.Spec spec)
        => LeaveBorder || (shapes.Skip.H, shapes.Skip.W) == (shapes.Upsampled.H, shapes.Upsampled.W)
            ? WorkgroupCount.None
            : WorkgroupCount.Cover(
                shapes.Skip.W, CropConcatConv2dClearBorder.Info.LocalSize.X, shapes.Skip.H, spec.TileH,
                (long)shapes.Skip.N * shapes.Skip.C);

    private partial WorkgroupCount Grid(in Shapes shapes, in CropConcatConv2dBackwardInput.Spec spec)
        => Conv2d.Tiles(Concatenated(shapes), spec.TileH, spec.TileC, CropConcatConv2dBackwardInput.Info.LocalSize);

    private partial WorkgroupCount Grid(in Shapes shapes, in CropConcatConv2dBackwardWeight.Spec spec)
        => WorkgroupCount.Cover(
            OutChannels, CropConcatConv2dBackwardWeight.Info.LocalSize.X, shapes.Weight.C, spec.TileC, PartialShape(shapes).N);

    private static Shape Concatenated(in Shapes shapes)
        => new(shapes.Upsampled.N, shapes.Weight.C, shapes.Upsampled.H, shapes.Upsampled.W);
}
