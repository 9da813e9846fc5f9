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
[Forward<Conv2dPackForwardWinograd, Conv2dForwardWinograd>(
    Name = "Winograd", Suits = DeviceKind.Hardware, Numerics = NumericsClass.Winograd, Tiles = WinogradTile.Tiles)]
[Forward<Conv2dPackForward, Conv2dForwardLanes>(Name = "Lanes", Suits = DeviceKind.Software)]
[Forward<Conv2dPackForward, Conv2dForwardLanePairs>(Name = "LanePairs", Suits = DeviceKind.Software)]
[Forward<Conv2dForwardPixelPairs>(Name = "PixelPairs", Suits = DeviceKind.Software)]
[Forward<Conv2dPackForwardWinogradLanes, Conv2dForwardWinogradLanes>(
    Name = "WinogradLanes", Suits = DeviceKind.Software, Numerics = NumericsClass.Winograd)]
[Forward<Conv2dPackForwardWinogradF43Lanes, Conv2dTransformPixelsF43Lanes, Conv2dMultiplyForwardF43Lanes, Conv2dForwardWinogradF43Lanes>(
    Name = "WinogradF43Lanes", Suits = DeviceKind.Software, Numerics = NumericsClass.WinogradF43)]
[Forward<Conv2dForwardRounded>(Name = "Rounded", Numerics = NumericsClass.Float16)]
[Forward<Conv2dPackPixelRows, Conv2dPackWeightRows, Conv2dForwardRowsMatrix>(
    Name = "Rows", Suits = DeviceKind.Hardware, Numerics = NumericsClass.Float16, Tiles = RowTile.Tiles)]
[Backward<Conv2dBackwardInput>]
[Backward<Conv2dBackwardInputGemm>(Name = "Gemm", Suits = DeviceKind.Hardware, Tiles = GemmTile.Tiles)]
[Backward<Conv2dPackBackwardWindow, Conv2dBackwardInputWindow>(Name = "Window", Suits = DeviceKind.Hardware, Tiles = WindowTile.Tiles)]
[Backward<Conv2dPackBackwardWinograd, Conv2dBackwardInputWinograd>(
    Name = "Winograd", Suits = DeviceKind.Hardware, Numerics = NumericsClass.Winograd, Tiles = WinogradTile.Tiles)]
[Backward<Conv2dPackBackward, Conv2dBackwardInputLanes>(Name = "InputLanes", Suits = DeviceKind.Software)]
[Backward<Conv2dPackBackward, Conv2dBackwardInputLanePairs>(Name = "InputLanePairs", Suits = DeviceKind.Software)]
[Backward<Conv2dBackwardInputPixelPairs>(Name = "PixelPairs", Suits = DeviceKind.Software)]
[Backward<Conv2dPackBackwardWinogradLanes, Conv2dBackwardInputWinogradLanes>(
    Name = "InputWinogradLanes", Suits = DeviceKind.Software, Numerics = NumericsClass.Winograd)]
[Backward<Conv2dPackBackwardWinogradF43Lanes, Conv2dTransformGradientF43Lanes, Conv2dMultiplyBackwardF43Lanes, Conv2dBackwardInputWinogradF43Lanes>(
    Name = "InputWinogradF43Lanes", Suits = DeviceKind.Software, Numerics = NumericsClass.WinogradF43)]
[Backward<Conv2dBackwardInputRounded>(Name = "Rounded", Numerics = NumericsClass.Float16)]
[Backward<Conv2dPackPixelRows, Conv2dPackGradientRows, Conv2dPackTurnedWeightRows, Conv2dBackwardInputRowsMatrix>(
    Name = "Rows", Suits = DeviceKind.Hardware, Numerics = NumericsClass.Float16, Tiles = RowTile.Tiles)]
[Backward<Conv2dBackwardWeight, WeightGradientSum>]
[Backward<Conv2dBackwardWeightGemm, WeightGradientSumRuns>(Name = "Gemm", Suits = DeviceKind.Hardware, Tiles = GemmTile.Tiles)]
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
[Backward<Conv2dPackPixelRows, Conv2dPackGradientRows, Conv2dBackwardWeightRowsMatrix, Conv2dBackwardBiasRows, WeightGradientSumRuns>(
    Name = "Rows", Suits = DeviceKind.Hardware, Numerics = NumericsClass.Float16, Tiles = RowTile.WeightTiles)]
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
public sealed partial record Conv2d(int OutChannels, int Kernel = 3, int Padding = 0, Rectification Rectify = Rectification.None, bool RectifyOutput = false)
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
    [Scratch(PerImage = true)] public static partial Role Partial { get; }

    /// <summary>Bias gradients of runs of rows, before they are added.</summary>
    [Scratch(PerImage = true)] public static partial Role PartialBias { get; }

    /// <summary>Weight gradients of runs of pixels, before they are added.</summary>
    [Scratch(PerImage = true)] public static partial Role RunWeight { get; }

    /// <summary>Bias gradients of runs of pixels, before they are added.</summary>
    [Scratch(PerImage = true)] public static partial Role RunBias { get; }

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

    /// <summary>Weights as rows of 16 bits.</summary>
    [Scratch(Element = ElementType.Float16)] public static partial Role WeightRows { get; }

    /// <inheritdoc/>
    public override Role? RunsOf(Role scratch)
        => scratch == Partial || scratch == RunWeight ? Weight : scratch == PartialBias || scratch == RunBias ? Bias : null;

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

    /// <summary>Output channels that a workgroup of the kernels for processors computes, one a lane.</summary>
    private static int LaneChannels => (int)Conv2dForwardLanes.Info.LocalSize.X;

    /// <summary>Output channels of which the kernels for 1x1 convolutions on processors keep all sums in registers.</summary>
    private const int MostPointChannels = 8;

    private partial void InferShapes(ref Shapes shapes)
    {
        int height = shapes.X.H + 2 * Padding - Kernel + 1;
        int width = shapes.X.W + 2 * Padding - Kernel + 1;
        if (height < 1 || width < 1)
            throw new ArgumentException($"an input of {shapes.X.H} x {shapes.X.W} pixels is too small for a {Kernel} x {Kernel} convolution.");
        shapes.Weight = new Shape(OutChannels, shapes.X.C, Kernel, Kernel);
        shapes.Bias = new Shape(OutChannels);
        shapes.Y = new Shape(shapes.X.N, OutChannels, height, width);
    }

    private partial int WeightFanIn(in Shapes shapes) => shapes.X.C * Kernel * Kernel;

    private partial Shape PartialShape(in Shapes shapes)
        => new(SplitRule.Splits(shapes.X.N, shapes.Y.H, shapes.Weight), OutChannels, shapes.X.C, Kernel * Kernel);

    private partial Shape PartialBiasShape(in Shapes shapes) => Shape.Of(PartialShape(shapes).N, OutChannels);

    private partial Shape RunWeightShape(in Shapes shapes)
        => new(SplitRule.Runs(shapes.X.N, (long)shapes.Y.H * shapes.Y.W, shapes.Weight), OutChannels, shapes.X.C, Kernel * Kernel);

    private partial Shape RunBiasShape(in Shapes shapes) => Shape.Of(RunWeightShape(shapes).N, OutChannels);

    private partial Shape PackedShape(in Shapes shapes) => PackedFor(OutChannels, shapes.X.C, Kernel);

    private partial Shape PackedTransposedShape(in Shapes shapes) => PackedFor(shapes.X.C, OutChannels, Kernel);

    private partial Shape WinogradPackedShape(in Shapes shapes) => WinogradLanes.Packed(OutChannels, shapes.X.C);

    private partial Shape WinogradPackedTransposedShape(in Shapes shapes) => WinogradLanes.Packed(shapes.X.C, OutChannels);

    private partial Shape InputTilesShape(in Shapes shapes) => WinogradLanes.Tiles(shapes.X, shapes.Y);

    private partial Shape GradientTilesShape(in Shapes shapes) => WinogradLanes.Tiles(shapes.Y, shapes.X);

    private partial Shape F43PackedShape(in Shapes shapes) => WinogradF43Lanes.Packed(OutChannels, shapes.X.C);

    private partial Shape F43PackedTransposedShape(in Shapes shapes) => WinogradF43Lanes.Packed(shapes.X.C, OutChannels);

    private partial Shape F43InputTilesShape(in Shapes shapes) => WinogradF43Lanes.Tiles(shapes.X, shapes.Y);

    private partial Shape F43GradientTilesShape(in Shapes shapes) => WinogradF43Lanes.Tiles(shapes.Y, shapes.X);

    private partial Shape F43ProductsShape(in Shapes shapes) => WinogradF43Lanes.Products(shapes.X, shapes.Y);

    private partial Shape F43GradientProductsShape(in Shapes shapes) => WinogradF43Lanes.Products(shapes.Y, shapes.X);

    private partial Shape WeightTilesShape(in Shapes shapes)
        => WinogradWeightLanes.Tiles(WinogradWeightLanes.F22Elements, shapes.X.N, PartialShape(shapes).N / shapes.X.N, shapes.Weight);

    private partial Shape F43WeightTilesShape(in Shapes shapes)
        => WinogradWeightLanes.Tiles(WinogradWeightLanes.F43Elements, shapes.X.N, PartialShape(shapes).N / shapes.X.N, shapes.Weight);

    private partial Shape WindowWeightShape(in Shapes shapes) => Shape.Of(Math.Max(
        WindowTile.WeightLength(OutChannels, shapes.X.C, Kernel), WindowTile.WeightLength(shapes.X.C, OutChannels, Kernel)));

    private partial Shape TransformedWeightShape(in Shapes shapes) => WinogradTile.WeightShape(OutChannels, shapes.X.C);

    private partial Shape PixelRowsShape(in Shapes shapes) => RowTile.RowsOf(shapes.X.C, shapes.Y, Kernel);

    private partial Shape GradientRowsShape(in Shapes shapes) => RowTile.GradientRowsOf(shapes.X, shapes.Y, Kernel, Padding);

    private partial Shape WeightRowsShape(in Shapes shapes) => Shape.Of(Math.Max(
        RowTile.WeightLength(OutChannels, shapes.X.C, Kernel), RowTile.WeightLength(shapes.X.C, OutChannels, Kernel)));

    /// <summary>The tiles of channels and all their taps have to fit 16 KiB of shared memory, which any device has.</summary>
    private partial bool SupportsGemm(in Shapes shapes, DeviceProperties device)
        => Kernel is 1 or 3 && GemmTile.Fits(Math.Max((long)shapes.X.H * shapes.X.W, (long)shapes.Y.H * shapes.Y.W), device);

    private partial bool SupportsLanes(in Shapes shapes, DeviceProperties device) => RunsOnLanes(device);

    private partial bool SupportsLanePairs(in Shapes shapes, DeviceProperties device) => RunsOnLanes(device) && HasEvenRows(shapes);

    private partial bool SupportsInputLanes(in Shapes shapes, DeviceProperties device) => RunsOnLanes(device);

    private partial bool SupportsInputLanePairs(in Shapes shapes, DeviceProperties device) => RunsOnLanes(device) && HasEvenRows(shapes);

    private partial bool SupportsWeightLanes(in Shapes shapes, DeviceProperties device) => RunsOnLanes(device);

    private partial bool SupportsWeightLanePairs(in Shapes shapes, DeviceProperties device) => RunsOnLanes(device) && HasEvenRows(shapes);

    private partial bool SupportsWinogradLanes(in Shapes shapes, DeviceProperties device)
        => RunsOnLanes(device) && HasEvenRows(shapes) && WinogradLanes.Fits(shapes.Weight, device);

    partial void SuitsWinogradLanes(in Shapes shapes, DeviceProperties device, ref bool suits)
        => suits &= WinogradLanes.Pays(shapes.X, shapes.Y, device);

    private partial bool SupportsInputWinogradLanes(in Shapes shapes, DeviceProperties device) => SupportsWinogradLanes(shapes, device);

    partial void SuitsInputWinogradLanes(in Shapes shapes, DeviceProperties device, ref bool suits)
        => suits &= WinogradLanes.Pays(shapes.Y, shapes.X, device);

    private partial bool SupportsWinogradF43Lanes(in Shapes shapes, DeviceProperties device)
        => RunsOnLanes(device) && HasEvenRows(shapes) && WinogradF43Lanes.Fits(shapes.X, shapes.Y, device);

    partial void SuitsWinogradF43Lanes(in Shapes shapes, DeviceProperties device, ref bool suits)
        => suits &= WinogradF43Lanes.Pays(shapes.X, shapes.Y);

    partial void PartCountWinogradF43Lanes(in Shapes shapes, ref int parts) => parts = WinogradF43Lanes.PartCount(shapes.X, shapes.Y);

    private partial bool SupportsInputWinogradF43Lanes(in Shapes shapes, DeviceProperties device)
        => RunsOnLanes(device) && HasEvenRows(shapes) && WinogradF43Lanes.Fits(shapes.Y, shapes.X, device);

    partial void SuitsInputWinogradF43Lanes(in Shapes shapes, DeviceProperties device, ref bool suits)
        => suits &= WinogradF43Lanes.Pays(shapes.Y, shapes.X);

    partial void PartCountInputWinogradF43Lanes(in Shapes shapes, ref int parts) => parts = WinogradF43Lanes.PartCount(shapes.Y, shapes.X);

    private partial bool SupportsWeightWinogradLanes(in Shapes shapes, DeviceProperties device) => RunsOnLanes(device) && HasEvenRows(shapes);

    partial void SuitsWeightWinogradLanes(in Shapes shapes, DeviceProperties device, ref bool suits) => suits &= WinogradWeightLanes.Pays(shapes.Weight);

    private partial bool SupportsWeightWinogradF43Lanes(in Shapes shapes, DeviceProperties device) => RunsOnLanes(device) && HasEvenRows(shapes);

    partial void SuitsWeightWinogradF43Lanes(in Shapes shapes, DeviceProperties device, ref bool suits)
        => suits &= WinogradWeightLanes.F43Pays(shapes.Weight, shapes.Y, device);

    private partial bool SupportsPixelPairs(in Shapes shapes, DeviceProperties device)
        => Kernel == 1 && Padding == 0 && OutChannels <= MostPointChannels && device.HasChannelLanes && HasEvenRows(shapes);

    /// <summary>
    /// Not where most of a workgroup would have no channel, nor on software drivers, which take minutes to compile what the op checks
    /// would ask of it (a few samples of the tests are planned for GPUs and run there).
    /// </summary>
    private partial bool SupportsWindow(in Shapes shapes, DeviceProperties device)
        => !device.IsSoftware && Kernel == 3 && Padding < Kernel && Math.Min(shapes.X.C, OutChannels) >= WindowTile.FewestChannels
            && WindowTile.Fits(Math.Max(shapes.X.H, shapes.Y.H), Math.Max(shapes.X.W, shapes.Y.W), device);

    private partial bool SupportsWinograd(in Shapes shapes, DeviceProperties device)
        => WinogradTile.Supports(Kernel, Padding, shapes.X.C, shapes.X, shapes.Y, device);

    /// <summary>Not where there is next to nothing to multiply: an image's one channel.</summary>
    private partial bool SupportsRounded(in Shapes shapes, DeviceProperties device) => Kernel > 1 && shapes.X.C > 1;

    private partial bool SupportsRows(in Shapes shapes, DeviceProperties device)
        => Kernel == 3 && SupportsRounded(shapes, device) && Padding < Kernel && device.RunsMatrixKernels
            && WindowTile.Fits(Math.Max(shapes.X.H, shapes.Y.H), Math.Max(shapes.X.W, shapes.Y.W), device)
            && RowTile.Suits(PixelRowsShape(shapes), device) && RowTile.Suits(GradientRowsShape(shapes), device);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dPackForwardWinogradLanes.Spec spec)
        => WinogradLanes.Packing(WinogradPackedShape(shapes), Conv2dPackForwardWinogradLanes.Info);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dPackBackwardWinogradLanes.Spec spec)
        => WinogradLanes.Packing(WinogradPackedTransposedShape(shapes), Conv2dPackBackwardWinogradLanes.Info);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dForwardWinogradLanes.Spec spec) => WinogradLanes.Grid(shapes.X, shapes.Y);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dBackwardInputWinogradLanes.Spec spec)
        => WinogradLanes.Grid(shapes.Y, shapes.X);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dPackForwardWinogradF43Lanes.Spec spec)
        => WinogradF43Lanes.Packing(F43PackedShape(shapes), Conv2dPackForwardWinogradF43Lanes.Info);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dPackBackwardWinogradF43Lanes.Spec spec)
        => WinogradF43Lanes.Packing(F43PackedTransposedShape(shapes), Conv2dPackBackwardWinogradF43Lanes.Info);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dTransformPixelsF43Lanes.Spec spec)
        => WinogradF43Lanes.Transforming(F43InputTilesShape(shapes), Conv2dTransformPixelsF43Lanes.Info, spec.TilePairs);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dTransformGradientF43Lanes.Spec spec)
        => WinogradF43Lanes.Transforming(F43GradientTilesShape(shapes), Conv2dTransformGradientF43Lanes.Info, spec.TilePairs);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dMultiplyForwardF43Lanes.Spec spec)
        => WinogradF43Lanes.Multiplying(F43InputTilesShape(shapes), F43PackedShape(shapes), Conv2dMultiplyForwardF43Lanes.Info);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dMultiplyBackwardF43Lanes.Spec spec)
        => WinogradF43Lanes.Multiplying(F43GradientTilesShape(shapes), F43PackedTransposedShape(shapes), Conv2dMultiplyBackwardF43Lanes.Info);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dForwardWinogradF43Lanes.Spec spec)
        => WinogradF43Lanes.Storing(F43ProductsShape(shapes), Conv2dForwardWinogradF43Lanes.Info, spec.TilePairs);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dBackwardInputWinogradF43Lanes.Spec spec)
        => WinogradF43Lanes.Storing(F43GradientProductsShape(shapes), Conv2dBackwardInputWinogradF43Lanes.Info, spec.TilePairs);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dBackwardWeightWinogradLanes.Spec spec)
        => WinogradWeightLanes.Grid(shapes.X.N, WeightTilesShape(shapes), Conv2dBackwardWeightWinogradLanes.Info, spec.SubgroupSize);

    partial void Tile(in Shapes shapes, IBufferBinding buffers, ref Conv2dBackwardWeightWinogradLanes.Spec spec)
    {
        (uint inputs, uint outputs, uint c, uint k) = WinogradWeightLanes.Tile(shapes.Weight);
        spec = spec with { TileInputs = inputs, TileOutputs = outputs, TileC = c, TileK = k };
    }

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dBackwardWeightWinogradF43Lanes.Spec spec)
        => WinogradWeightLanes.Grid(shapes.X.N, F43WeightTilesShape(shapes), Conv2dBackwardWeightWinogradF43Lanes.Info, spec.SubgroupSize);

    partial void Tile(in Shapes shapes, IBufferBinding buffers, ref Conv2dBackwardWeightWinogradF43Lanes.Spec spec)
    {
        (uint inputs, uint outputs, uint c, uint k) = WinogradWeightLanes.Tile(shapes.Weight);
        spec = spec with { TileInputs = inputs, TileOutputs = outputs, TileC = c, TileK = k };
    }

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dPackPixelRows.Spec spec) => RowTile.Packing(PixelRowsShape(shapes));

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dPackGradientRows.Spec spec) => RowTile.Packing(GradientRowsShape(shapes));

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dPackWeightRows.Spec spec)
        => RowTile.Packing(OutChannels, shapes.X.C, Conv2dPackWeightRows.Info);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dPackTurnedWeightRows.Spec spec)
        => RowTile.Packing(shapes.X.C, OutChannels, Conv2dPackTurnedWeightRows.Info);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dForwardRowsMatrix.Spec spec)
        => RowTile.Grid(shapes.Y, RowTile.LineWidth(shapes.Y, Kernel), spec.TileRows, spec.TileColumns);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dBackwardInputRowsMatrix.Spec spec)
        => RowTile.Grid(shapes.X, RowTile.LineWidth(shapes.Y, Kernel), spec.TileRows, spec.TileColumns);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dBackwardWeightRowsMatrix.Spec spec)
        => RowTile.WeightGrid(RunWeightShape(shapes), Kernel, spec.TileRows, spec.TileColumns);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dBackwardBiasRows.Spec spec)
        => RowTile.Adding(GradientRowsShape(shapes), RunWeightShape(shapes).N);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dForwardRounded.Spec spec)
        => WorkgroupCount.Linear(shapes.Y.Length, Conv2dForwardRounded.Info.LocalSize.X);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dBackwardInputRounded.Spec spec)
        => WorkgroupCount.Linear(shapes.X.Length, Conv2dBackwardInputRounded.Info.LocalSize.X);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dBackwardWeightRounded.Spec spec)
        => WorkgroupCount.Linear(PartialShape(shapes).Length, Conv2dBackwardWeightRounded.Info.LocalSize.X);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dPackForwardWindow.Spec spec)
        => WindowTile.Packing(OutChannels, shapes.X.C, Conv2dPackForwardWindow.Info);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dPackBackwardWindow.Spec spec)
        => WindowTile.Packing(shapes.X.C, OutChannels, Conv2dPackBackwardWindow.Info);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dForwardWindow.Spec spec)
        => WindowTile.Grid(OutChannels, spec.TileRows, WindowTile.Line(shapes.Y, Kernel), spec.TileColumns, shapes.X.N);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dBackwardInputWindow.Spec spec)
        => WindowTile.Grid(shapes.X.C, spec.TileRows, WindowTile.Line(shapes.X, Kernel), spec.TileColumns, shapes.X.N);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dPackForwardWinograd.Spec spec)
        => WinogradTile.Packing(OutChannels, shapes.X.C, Conv2dPackForwardWinograd.Info);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dPackBackwardWinograd.Spec spec)
        => WinogradTile.Packing(shapes.X.C, OutChannels, Conv2dPackBackwardWinograd.Info);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dForwardWinograd.Spec spec)
        => WinogradTile.Grid(OutChannels, spec.TileRows, WinogradTile.Count(shapes.Y), spec.TileColumns, shapes.X.N);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dBackwardInputWinograd.Spec spec)
        => WinogradTile.Grid(shapes.X.C, spec.TileRows, WinogradTile.Count(shapes.X), spec.TileColumns, shapes.X.N);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dBackwardWeightWinograd.Spec spec)
        => WinogradTile.Grid(OutChannels, spec.TileRows, shapes.X.C, spec.TileColumns, RunWeightShape(shapes).N);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dForward.Spec spec)
        => Tiles(shapes.Y, spec.TileH, spec.TileC, Conv2dForward.Info.LocalSize);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dBackwardInput.Spec spec)
        => Tiles(shapes.X, spec.TileH, spec.TileC, Conv2dBackwardInput.Info.LocalSize);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dBackwardWeight.Spec spec)
        => new(
            WorkgroupCount.Cover(OutChannels, Conv2dBackwardWeight.Info.LocalSize.X).X,
            WorkgroupCount.Cover(shapes.X.C, spec.TileC).X,
            (uint)PartialShape(shapes).N);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dPackForward.Spec spec)
        => WorkgroupCount.Linear(Kernels(PackedShape(shapes)), Conv2dPackForward.Info.LocalSize.X);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dPackBackward.Spec spec)
        => WorkgroupCount.Linear(Kernels(PackedTransposedShape(shapes)), Conv2dPackBackward.Info.LocalSize.X);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dForwardLanes.Spec spec) => LaneTiles(shapes.Y, spec.TileH, spec.TileW);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dForwardLanePairs.Spec spec) => LaneTiles(shapes.Y, spec.TileH, spec.TileW);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dBackwardInputLanePairs.Spec spec) => LaneTiles(shapes.X, spec.TileH, spec.TileW);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dBackwardInputLanes.Spec spec) => LaneTiles(shapes.X, spec.TileH, spec.TileW);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dBackwardWeightLanes.Spec spec)
        => new(
            WorkgroupCount.Cover(OutChannels, Conv2dBackwardWeightLanes.Info.LocalSize.X).X,
            WorkgroupCount.Cover(shapes.X.C, spec.TileC).X,
            (uint)PartialShape(shapes).N);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dBackwardWeightLanePairs.Spec spec)
        => new(
            WorkgroupCount.Cover(OutChannels, Conv2dBackwardWeightLanePairs.Info.LocalSize.X).X,
            WorkgroupCount.Cover(shapes.X.C, spec.TileC).X,
            (uint)PartialShape(shapes).N);

    private partial WorkgroupCount Grid(in Shapes shapes, in WeightGradientSum.Spec spec)
        => WorkgroupCount.Linear(shapes.Weight.Length + shapes.Bias.Length, WeightGradientSum.Info.LocalSize.X);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dForwardPixelPairs.Spec spec)
        => WorkgroupCount.Cover(Pixels(shapes.X) / shapes.X.N / 2, Conv2dForwardPixelPairs.Info.LocalSize.X) with { Y = (uint)shapes.X.N };

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dBackwardInputPixelPairs.Spec spec)
        => WorkgroupCount.Cover(Pixels(shapes.X) / shapes.X.N / 2, Conv2dBackwardInputPixelPairs.Info.LocalSize.X) with { Y = (uint)shapes.X.N };

    /// <summary>Enough for subgroups that are as large as a workgroup; of smaller ones, some have nothing to do.</summary>
    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dBackwardWeightPixelPairs.Spec spec)
        => WorkgroupCount.Cover(shapes.X.C, spec.TileC) with { Z = (uint)PartialShape(shapes).N };

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dForwardGemm.Spec spec)
        => WorkgroupCount.Cover(OutChannels, spec.TileRows, (long)shapes.Y.H * shapes.Y.W, spec.TileColumns, shapes.X.N);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dBackwardInputGemm.Spec spec)
        => WorkgroupCount.Cover(shapes.X.C, spec.TileRows, (long)shapes.X.H * shapes.X.W, spec.TileColumns, shapes.X.N);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dBackwardWeightGemm.Spec spec)
        => WorkgroupCount.Cover(OutChannels, spec.TileRows, WeightFanIn(shapes), spec.TileColumns, RunWeightShape(shapes).N);

    private partial WorkgroupCount Grid(in Shapes shapes, in WeightGradientSumRuns.Spec spec)
        => WorkgroupCount.Linear(shapes.Weight.Length + shapes.Bias.Length, WeightGradientSumRuns.Info.LocalSize.X);

    partial void Tile(in Shapes shapes, IBufferBinding buffers, ref Conv2dForwardWindow.Spec spec)
    {
        WindowTile tile = WindowTile.For(OutChannels, WindowTile.Line(shapes.Y, Kernel), shapes.X.N, buffers);
        spec = spec with { TileRows = tile.Rows, TileColumns = tile.Columns };
    }

    partial void Tile(in Shapes shapes, IBufferBinding buffers, ref Conv2dBackwardInputWindow.Spec spec)
    {
        WindowTile tile = WindowTile.For(shapes.X.C, WindowTile.Line(shapes.X, Kernel), shapes.X.N, buffers);
        spec = spec with { TileRows = tile.Rows, TileColumns = tile.Columns };
    }

    partial void Tile(in Shapes shapes, IBufferBinding buffers, ref Conv2dForwardWinograd.Spec spec)
    {
        WinogradTile tile = WinogradTile.For(OutChannels, WinogradTile.Count(shapes.Y), shapes.X.N, gathers: false, buffers);
        spec = spec with { TileRows = tile.Rows, TileColumns = tile.Columns, TileDepth = tile.Depth };
    }

    partial void Tile(in Shapes shapes, IBufferBinding buffers, ref Conv2dBackwardInputWinograd.Spec spec)
    {
        WinogradTile tile = WinogradTile.For(shapes.X.C, WinogradTile.Count(shapes.X), shapes.X.N, gathers: false, buffers);
        spec = spec with { TileRows = tile.Rows, TileColumns = tile.Columns, TileDepth = tile.Depth };
    }

    partial void Tile(in Shapes shapes, IBufferBinding buffers, ref Conv2dBackwardWeightWinograd.Spec spec)
    {
        WinogradTile tile = WinogradTile.For(OutChannels, shapes.X.C, RunWeightShape(shapes).N, gathers: true, buffers);
        spec = spec with { TileRows = tile.Rows, TileColumns = tile.Columns, TileDepth = tile.Depth };
    }

    partial void Tile(in Shapes shapes, IBufferBinding buffers, ref Conv2dForwardRowsMatrix.Spec spec)
    {
        RowTile tile = RowTile.For(shapes.Y, RowTile.LineWidth(shapes.Y, Kernel), shapes.X.C, buffers);
        spec = spec with
        {
            TileRows = tile.Rows, TileColumns = tile.Columns, TileDepth = tile.Depth,
            TileStages = tile.Stages, TileInvocations = tile.Invocations,
        };
    }

    partial void Tile(in Shapes shapes, IBufferBinding buffers, ref Conv2dBackwardInputRowsMatrix.Spec spec)
    {
        RowTile tile = RowTile.For(shapes.X, RowTile.LineWidth(shapes.Y, Kernel), OutChannels, buffers);
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

    partial void Tile(in Shapes shapes, IBufferBinding buffers, ref Conv2dForwardGemm.Spec spec)
    {
        GemmTile tile = GemmTile.For(OutChannels, (long)shapes.Y.H * shapes.Y.W, shapes.X.N, buffers);
        bool isWhole = tile.IsWhole(OutChannels, tile.Columns, buffers.Device) && shapes.X.C % GemmChannels == 0;
        spec = spec with
        {
            TileRows = tile.Rows, TileColumns = tile.Columns, TileRowsEach = tile.RowsEach, TileColumnsEach = tile.ColumnsEach,
            TileC = GemmChannels, TileWhole = isWhole ? 1u : 0u,
        };
    }

    partial void Tile(in Shapes shapes, IBufferBinding buffers, ref Conv2dBackwardInputGemm.Spec spec)
    {
        GemmTile tile = GemmTile.For(shapes.X.C, (long)shapes.X.H * shapes.X.W, shapes.X.N, buffers);
        bool isWhole = tile.IsWhole(shapes.X.C, tile.Columns, buffers.Device) && OutChannels % GemmChannels == 0;
        spec = spec with
        {
            TileRows = tile.Rows, TileColumns = tile.Columns, TileRowsEach = tile.RowsEach, TileColumnsEach = tile.ColumnsEach,
            TileC = GemmChannels, TileWhole = isWhole ? 1u : 0u,
        };
    }

    partial void Tile(in Shapes shapes, IBufferBinding buffers, ref Conv2dBackwardWeightGemm.Spec spec)
    {
        GemmTile tile = GemmTile.For(OutChannels, WeightFanIn(shapes), RunWeightShape(shapes).N, buffers);
        bool isWhole = tile.IsWhole(OutChannels, WeightFanIn(shapes), buffers.Device);
        spec = spec with
        {
            TileRows = tile.Rows, TileColumns = tile.Columns, TileRowsEach = tile.RowsEach, TileColumnsEach = tile.ColumnsEach,
            TileWhole = isWhole ? 1u : 0u,
        };
    }

    /// <summary>No more input channels than there are: the first layer often has one.</summary>
    partial void Tile(in Shapes shapes, IBufferBinding buffers, ref Conv2dBackwardWeightLanes.Spec spec)
        => spec = spec with { TileC = Math.Min(spec.TileC, (uint)shapes.X.C) };

    /// <summary>No more input channels than there are: the first layer often has one.</summary>
    partial void Tile(in Shapes shapes, IBufferBinding buffers, ref Conv2dBackwardWeightLanePairs.Spec spec)
        => spec = spec with { TileC = Math.Min(spec.TileC, (uint)shapes.X.C) };

    /// <summary>Channels that the matrix products stage at a time, so that with all their taps they are 16 or 18 deep.</summary>
    internal uint GemmChannels => Kernel == 1 ? 16u : 2u;

    /// <summary>Tiles of channels along x, of columns along y, images times tiles of rows along z.</summary>
    internal static WorkgroupCount LaneTiles(Shape shape, uint tileH, uint tileW)
        => new(
            WorkgroupCount.Cover(shape.C, LaneChannels).X,
            WorkgroupCount.Cover(shape.W, tileW).X,
            (uint)shape.N * WorkgroupCount.Cover(shape.H, tileH).X);

    /// <summary>Pixels of all images.</summary>
    private static long Pixels(Shape shape) => shape.Length / shape.C;

    /// <summary>Kernels of packed weights.</summary>
    internal static long Kernels(Shape packed) => (long)packed.N * packed.C * packed.W;

    /// <summary>The taps come in pairs, the last one with a zero; see <c>shaders/common/conv2d_packing.glsl</c>.</summary>
    internal static Shape PackedFor(int outChannels, int inChannels, int kernel)
        => new((int)WorkgroupCount.Cover(outChannels, LaneChannels).X, inChannels, (kernel * kernel + 1) / 2 * 2, LaneChannels);

    /// <summary>Whether the kernels for processors can run.</summary>
    internal bool RunsOnLanes(DeviceProperties device) => Kernel == 3 && Padding <= 2 && device.HasChannelLanes;

    /// <summary>Rows of even length, so that every pair of pixels lies at a multiple of 8 bytes.</summary>
    private static bool HasEvenRows(in Shapes shapes) => int.IsEvenInteger(shapes.X.W) && int.IsEvenInteger(shapes.Y.W);

    /// <summary>Columns along x, tiles of rows along y, images times tiles of channels along z.</summary>
    internal static WorkgroupCount Tiles(Shape shape, uint tileH, uint tileC, WorkgroupSize local)
        => WorkgroupCount.Cover(shape.W, local.X, shape.H, local.Y * tileH) with { Z = (uint)shape.N * WorkgroupCount.Cover(shape.C, tileC).X };
}
