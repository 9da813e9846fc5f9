using UNet.Shaders;
using UNet.Vulkan.Device;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Ops.Declaration;

namespace UNet.Vulkan.Ops;

/// <summary>
/// Convolution with stride 1 and a square kernel:
/// y[n,k,p,q] = bias[k] + Σ_crs weight[k,c,r,s] · x[n,c,p+r-padding,q+s-padding], x being 0 outside.
/// </summary>
/// <remarks>
/// Letters: n image, c input channel, k output channel, (p,q) output pixel, (r,s) tap.
/// The adjoints, for a loss L with d_y = ∂L/∂y:
/// d_x[n,c,h,w] = Σ_krs weight[k,c,r,s] · d_y[n,k,h+padding-r,w+padding-s];
/// d_weight[k,c,r,s] = Σ_npq d_y[n,k,p,q] · x[n,c,p+r-padding,q+s-padding];
/// d_bias[k] = Σ_npq d_y[n,k,p,q].
/// </remarks>
/// <param name="OutChannels">Number of output channels.</param>
/// <param name="Kernel">Height and width of the kernel.</param>
/// <param name="Padding">Rows and columns of zeros on each side; 0 is a valid convolution.</param>
/// <param name="Rectify">Whether max(x, 0) is meant by x: a <see cref="Relu"/> before this op.</param>
/// <param name="RectifyOutput">Whether max(y, 0) is stored: a <see cref="Relu"/> after this op.</param>
[Op]
[Forward<Conv2dForward>]
[Forward<Conv2dForwardGemm>(Name = "Gemm", Suits = DeviceKind.Hardware, Tiles = GemmTile.Tiles)]
[Forward<Conv2dPackForwardWindow, Conv2dForwardWindow>(Name = "Window", Suits = DeviceKind.Hardware, Tiles = WindowTile.Tiles)]
[Forward<Conv2dForwardFew>(Name = "Few", Suits = DeviceKind.Hardware)]
[Forward<Conv2dForwardFewStored>(Name = "FewStored", Like = "Few")]
[Forward<Conv2dPackForwardWinograd, Conv2dForwardWinograd>(
    Name = "Winograd", Suits = DeviceKind.Hardware, Numerics = NumericsClass.Winograd, Tiles = WinogradTile.Tiles)]
[Forward<Conv2dPackForward, Conv2dForwardLanes>(Name = "Lanes", Suits = DeviceKind.Software)]
[Forward<Conv2dPackForward, Conv2dForwardLanePairs>(Name = "LanePairs", Suits = DeviceKind.Software)]
[Forward<Conv2dForwardUnrolled>(Name = "Unrolled", Suits = DeviceKind.Software)]
[Forward<Conv2dForwardPixelPairs>(Name = "PixelPairs", Suits = DeviceKind.Software)]
[Forward<Conv2dPackForwardWinogradLanes, Conv2dForwardWinogradLanes>(
    Name = "WinogradLanes", Suits = DeviceKind.Software, Numerics = NumericsClass.Winograd)]
[Forward<Conv2dPackForwardWinogradF43Lanes, Conv2dTransformPixelsF43Lanes, Conv2dMultiplyForwardF43Lanes, Conv2dForwardWinogradF43Lanes>(
    Name = "WinogradF43Lanes", Suits = DeviceKind.Software, Numerics = NumericsClass.WinogradF43)]
[Forward<Conv2dForwardRounded>(Name = "Rounded", Numerics = NumericsClass.Float16)]
[Forward<Conv2dPackPixelRows, Conv2dPackWeightRows, Conv2dForwardRowsMatrix>(
    Name = "Rows", Suits = DeviceKind.Hardware, Numerics = NumericsClass.Float16, Tiles = RowTile.Tiles)]
[Forward<Conv2dPackPixelRows, Conv2dPackWeightRows, Conv2dForwardRowsStoredMatrix>(Name = "RowsStored", Like = "Rows")]
[Forward<Conv2dPackPixelRows, Conv2dPackWeightRows, Conv2dForwardRowsMatrix>(
    Name = "RowsWinograd", Suits = DeviceKind.Hardware, Numerics = NumericsClass.Float16Winograd, Tiles = RowTile.WinogradTiles)]
[Forward<Conv2dPackPixelRows, Conv2dPackWeightRows, Conv2dForwardRowsStoredMatrix>(Name = "RowsWinogradStored", Like = "RowsWinograd")]
[Backward<Conv2dBackwardInput>]
[Backward<Conv2dBackwardInputGemm>(Name = "Gemm", Suits = DeviceKind.Hardware, Tiles = GemmTile.Tiles)]
[Backward<Conv2dPackBackwardWindow, Conv2dBackwardInputWindow>(Name = "Window", Suits = DeviceKind.Hardware, Tiles = WindowTile.Tiles)]
[Backward<Conv2dBackwardInputFew>(Name = "FewOutputs", Suits = DeviceKind.Hardware)]
[Backward<Conv2dBackwardInputFewStored>(Name = "FewOutputsStored", Like = "FewOutputs")]
[Backward<Conv2dPackBackwardWinograd, Conv2dBackwardInputWinograd>(
    Name = "Winograd", Suits = DeviceKind.Hardware, Numerics = NumericsClass.Winograd, Tiles = WinogradTile.Tiles)]
[Backward<Conv2dPackBackward, Conv2dBackwardInputLanes>(Name = "InputLanes", Suits = DeviceKind.Software)]
[Backward<Conv2dPackBackward, Conv2dBackwardInputLanePairs>(Name = "InputLanePairs", Suits = DeviceKind.Software)]
[Backward<Conv2dBackwardInputUnrolled>(Name = "InputUnrolled", Suits = DeviceKind.Software)]
[Backward<Conv2dBackwardInputPixelPairs>(Name = "PixelPairs", Suits = DeviceKind.Software)]
[Backward<Conv2dPackBackwardWinogradLanes, Conv2dBackwardInputWinogradLanes>(
    Name = "InputWinogradLanes", Suits = DeviceKind.Software, Numerics = NumericsClass.Winograd)]
[Backward<Conv2dPackBackwardWinogradF43Lanes, Conv2dTransformGradientF43Lanes, Conv2dMultiplyBackwardF43Lanes,
    Conv2dBackwardInputWinogradF43Lanes>(
    Name = "InputWinogradF43Lanes", Suits = DeviceKind.Software, Numerics = NumericsClass.WinogradF43)]
[Backward<Conv2dBackwardInputRounded>(Name = "Rounded", Numerics = NumericsClass.Float16)]
[Backward<Conv2dPackPixelRows, Conv2dPackGradientRows, Conv2dPackWeightRows, Conv2dBackwardInputRowsMatrix>(
    Name = "Rows", Suits = DeviceKind.Hardware, Numerics = NumericsClass.Float16, Tiles = RowTile.Tiles)]
[Backward<Conv2dPackPixelRows, Conv2dPackGradientRows, Conv2dPackWeightRows, Conv2dBackwardInputRowsStoredMatrix>(
    Name = "RowsStored", Like = "Rows")]
[Backward<Conv2dPackPixelRows, Conv2dPackGradientRows, Conv2dPackWeightRows, Conv2dBackwardInputRowsMatrix>(
    Name = "RowsWinograd", Suits = DeviceKind.Hardware, Numerics = NumericsClass.Float16Winograd, Tiles = RowTile.WinogradTiles)]
[Backward<Conv2dPackPixelRows, Conv2dPackGradientRows, Conv2dPackWeightRows, Conv2dBackwardInputRowsStoredMatrix>(
    Name = "RowsWinogradStored", Like = "RowsWinograd")]
[Backward<Conv2dBackwardWeight, WeightGradientSum>]
[Backward<Conv2dBackwardWeightGemm, WeightGradientSumRuns>(Name = "Gemm", Suits = DeviceKind.Hardware, Tiles = GemmTile.Tiles)]
[Backward<Conv2dBackwardWeightFew, WeightGradientSumRuns>(Name = "Few", Suits = DeviceKind.Hardware)]
[Backward<Conv2dBackwardWeightWinograd, WeightGradientSumRuns>(
    Name = "Winograd", Suits = DeviceKind.Hardware, Numerics = NumericsClass.Winograd, Tiles = WinogradTile.Tiles)]
[Backward<Conv2dBackwardWeightLanes, WeightGradientSum>(Name = "WeightLanes", Suits = DeviceKind.Software)]
[Backward<Conv2dBackwardWeightLanePairs, WeightGradientSum>(Name = "WeightLanePairs", Suits = DeviceKind.Software)]
[Backward<Conv2dBackwardWeightPixelPairs, WeightGradientSum>(Name = "PixelPairs", Suits = DeviceKind.Software)]
[Backward<Conv2dBackwardWeightWinogradLanes, WeightGradientSum>(
    Name = "WeightWinogradLanes", Suits = DeviceKind.Software, Numerics = NumericsClass.Winograd)]
[Backward<Conv2dBackwardWeightWinogradF43Lanes, WeightGradientSum>(
    Name = "WeightWinogradF43Lanes", Suits = DeviceKind.Software, Numerics = NumericsClass.WinogradF43)]
[Backward<Conv2dBackwardWeightRounded, WeightGradientSum>(Name = "Rounded", Numerics = NumericsClass.Float16)]
[Backward<Conv2dPackPixelRows, Conv2dPackGradientRows, Conv2dBackwardWeightRowsMatrix, Conv2dBackwardBiasRows, WeightGradientSumTapRuns>(
    Name = "Rows", Suits = DeviceKind.Hardware, Numerics = NumericsClass.Float16, Tiles = RowTile.WeightTiles)]
[Backward<Conv2dPackPixelRows, Conv2dPackGradientRows, Conv2dBackwardWeightRowsMatrix, Conv2dBackwardBiasRows, WeightGradientSumTapRuns>(
    Name = "RowsWinograd", Suits = DeviceKind.Hardware, Numerics = NumericsClass.Float16Winograd, Tiles = RowTile.WinogradWeightTiles)]
[Sample("x: 1x1x5x7", "OutChannels: 1")]
[Sample("x: 2x3x5x7", "OutChannels: 4")]
[Sample("x: 1x3x9x35", "OutChannels: 9, Padding: 1")]
[Sample("x: 1x9x18x6", "OutChannels: 7")]
[Sample("x: 2x1x8x8", "OutChannels: 2, Kernel: 1")]
[Sample("x: 1x5x6x33", "OutChannels: 2, Kernel: 1")]
[Sample("x: 1x2x17x4", "OutChannels: 33, Padding: 1")]
[Sample("x: 1x18x5x19", "OutChannels: 129")]
[Sample("x: 1x16x9x9", "OutChannels: 64, Padding: 2")]
[Sample("x: 2x130x6x5", "OutChannels: 17, Padding: 1")]
[Sample("x: 2x32x3x43", "OutChannels: 18, Kernel: 1, Padding: 1")]
[Sample("x: 2x3x9x17", "OutChannels: 9, Padding: 1, Rectify: Rectification.OnLoad")]
[Sample("x: 1x9x7x16", "OutChannels: 3, Rectify: Rectification.OnLoad")]
[Sample("x: 1x5x6x33", "OutChannels: 2, Kernel: 1, Rectify: Rectification.OnLoad")]
[Sample("x: 2x3x9x17", "OutChannels: 9, Padding: 1, Rectify: Rectification.Stored, RectifyOutput: true")]
[Sample("x: 1x9x7x16", "OutChannels: 3, RectifyOutput: true")]
[Sample("x: 2x15x12x14", "OutChannels: 65, Padding: 1, Rectify: Rectification.OnLoad")]
[Sample("x: 2x3x9x30", "OutChannels: 17, Padding: 1, Rectify: Rectification.OnLoad, RectifyOutput: true")]
[Sample("x: 1x20x7x9", "OutChannels: 30")]
[Sample("x: 2x50x6x9", "OutChannels: 18, Padding: 1, Rectify: Rectification.OnLoad, RectifyOutput: true")]
[Sample("x: 2x17x5x34", "OutChannels: 2, Kernel: 1, Rectify: Rectification.OnLoad")]
[Sample("x: 1x9x6x66", "OutChannels: 5, Kernel: 1, RectifyOutput: true")]
[Sample("x: 2x96x5x10", "OutChannels: 98, Padding: 1, Rectify: Rectification.OnLoad, RectifyOutput: true")]
[Sample("x: 1x97x16x22", "OutChannels: 130, Rectify: Rectification.Stored")]
[Sample("x: 1x9x33x38", "OutChannels: 67, Padding: 1, RectifyOutput: true")]
[Sample("x: 2x1x12x300", "OutChannels: 10, Padding: 1")]
public sealed partial record Conv2d(
    int OutChannels, int Kernel = 3, int Padding = 0, Rectification Rectify = Rectification.None, bool RectifyOutput = false)
{
    /// <summary>Input [N,C,H,W].</summary>
    [Input] public static partial Role X { get; }

    /// <summary>Weight [out,in,kernel,kernel].</summary>
    [Param(Init.He)] public static partial Role Weight { get; }

    /// <summary>Bias [out].</summary>
    [Param(Init.Zero)] public static partial Role Bias { get; }

    /// <summary>Output [N,out,H+2·padding-kernel+1,W+2·padding-kernel+1].</summary>
    [Output] public static partial Role Y { get; }

    /// <summary>Weight gradients of runs of rows, before they are added.</summary>
    [Scratch(PerImage = true, RunsOf = nameof(Weight))] public static partial Role Partial { get; }

    /// <summary>Bias gradients of runs of rows, before they are added.</summary>
    [Scratch(PerImage = true, RunsOf = nameof(Bias))] public static partial Role PartialBias { get; }

    /// <summary>Weight gradients of runs of pixels, before they are added.</summary>
    [Scratch(PerImage = true, RunsOf = nameof(Weight))] public static partial Role RunWeight { get; }

    /// <summary>Bias gradients of runs of pixels, before they are added.</summary>
    [Scratch(PerImage = true, RunsOf = nameof(Bias))] public static partial Role RunBias { get; }

    /// <summary>Weights in the order in which the implementation for processors reads them.</summary>
    [Scratch] public static partial Role Packed { get; }

    /// <summary>The same for the gradient to the input.</summary>
    [Scratch] public static partial Role PackedTransposed { get; }

    /// <summary>Weights as Winograd's convolution for processors reads them.</summary>
    [Scratch] public static partial Role WinogradPacked { get; }

    /// <summary>The same for the gradient to the input.</summary>
    [Scratch] public static partial Role WinogradPackedTransposed { get; }

    /// <summary>Tiles of x that workgroups of Winograd's convolution for processors have transformed.</summary>
    [Scratch(PerImage = true)] public static partial Role InputTiles { get; }

    /// <summary>The same of the gradient of y.</summary>
    [Scratch(PerImage = true)] public static partial Role GradientTiles { get; }

    /// <summary>Weights as Winograd's F(4x4,3x3) for processors reads them.</summary>
    [Scratch] public static partial Role F43Packed { get; }

    /// <summary>The same for the gradient to the input.</summary>
    [Scratch] public static partial Role F43PackedTransposed { get; }

    /// <summary>Tiles of x that F(4x4,3x3) has transformed, a part of them.</summary>
    [Scratch(PerImage = true)] public static partial Role F43InputTiles { get; }

    /// <summary>The same of the gradient of y.</summary>
    [Scratch(PerImage = true)] public static partial Role F43GradientTiles { get; }

    /// <summary>Products of such tiles of x with transformed weights.</summary>
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

    /// <summary>The input and its padding as rows of 16 bits, for matrix units.</summary>
    [Scratch(PerImage = true, Element = ElementType.Float16)] public static partial Role PixelRows { get; }

    /// <summary>The same of the gradient of the output.</summary>
    [Scratch(PerImage = true, Element = ElementType.Float16)] public static partial Role GradientRows { get; }

    /// <summary>Weight gradients of runs of packed rows, tap by tap, before they are added.</summary>
    [Scratch(PerImage = true)] public static partial Role TapWeight { get; }

    /// <summary>Bias gradients of the same runs.</summary>
    [Scratch(PerImage = true)] public static partial Role TapBias { get; }

    /// <summary>Weights as rows of 16 bits.</summary>
    [Scratch(Element = ElementType.Float16)] public static partial Role WeightRows { get; }

    /// <summary>What a pass gives, as rows of 16 bits, for an op that reads it so.</summary>
    [Scratch(PerImage = true, Element = ElementType.Float16, IsResult = true)] public static partial Role ResultRows { get; }

    /// <inheritdoc/>
    public override long Operations(Pass pass, ReadOnlySpan<Shape> shapes)
        => 2 * shapes[Y.Index].Length * shapes[X.Index].C * Kernel * Kernel;

    /// <inheritdoc/>
    public override Op? Rectified(Role role, Rectification how)
        => role == X && Rectify == Rectification.None ? this with { Rectify = how } : null;

    /// <inheritdoc/>
    public override Op? WithRectifiedOutput => this with { RectifyOutput = true };

    /// <inheritdoc/>
    public override bool IsDifferentiatedWhole => Rectify != Rectification.Stored && !RectifyOutput;

    /// <inheritdoc/>
    public override float SampleElement(Role role, float normal) => role == X ? Rectify.SampleElement(normal) : normal;

    private partial void InferShapes(ref Shapes shapes)
    {
        int height = shapes.X.H + 2 * Padding - Kernel + 1;
        int width = shapes.X.W + 2 * Padding - Kernel + 1;
        if (height < 1 || width < 1)
            throw new ArgumentException(
                $"an input of {shapes.X.H} x {shapes.X.W} pixels is too small for a {Kernel} x {Kernel} convolution.");
        shapes.Weight = new Shape(OutChannels, shapes.X.C, Kernel, Kernel);
        shapes.Bias = new Shape(OutChannels);
        shapes.Y = new Shape(shapes.X.N, OutChannels, height, width);
    }

    private partial int WeightFanIn(in Shapes shapes) => shapes.X.C * Kernel * Kernel;

    private partial Shape PartialShape(in Shapes shapes)
        => new(SplitRule.Splits(shapes.X.N, shapes.Y.H, shapes.Weight, OutChannels), OutChannels, shapes.X.C, Kernel * Kernel);

    private partial Shape PartialBiasShape(in Shapes shapes) => Shape.Of(PartialShape(shapes).N, OutChannels);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dForward.Spec spec)
        => Tiles(shapes.Y, spec.TileH, spec.TileC, Conv2dForward.Info.LocalSize);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dBackwardInput.Spec spec)
        => Tiles(shapes.X, spec.TileH, spec.TileC, Conv2dBackwardInput.Info.LocalSize);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dBackwardWeight.Spec spec)
        => WorkgroupCount.Cover(
            OutChannels, Conv2dBackwardWeight.Info.LocalSize.X, shapes.X.C, spec.TileC, PartialShape(shapes).N);

    internal partial WorkgroupCount Grid(in Shapes shapes, in WeightGradientSum.Spec spec)
        => WorkgroupCount.Linear(shapes.Weight.Length + shapes.Bias.Length, WeightGradientSum.Info.LocalSize.X);

    /// <summary>Columns along x, tiles of rows along y, images times tiles of channels along z.</summary>
    internal static WorkgroupCount Tiles(Shape shape, uint tileH, uint tileC, WorkgroupSize local)
        => WorkgroupCount.Cover(shape.W, local.X, shape.H, local.Y * tileH)
            with { Z = (uint)shape.N * WorkgroupCount.Cover(shape.C, tileC).X };
}
