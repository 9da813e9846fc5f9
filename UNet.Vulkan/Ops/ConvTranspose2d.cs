using UNet.Shaders;
using UNet.Vulkan.Device;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Ops.Declaration;

namespace UNet.Vulkan.Ops;

/// <summary>
/// The U-Net's up-convolution: a 2x2 transposed convolution with stride 2, whose windows do not overlap:
/// y[n,k,2p+r,2q+s] = bias[k] + Σ_c weight[c,k,r,s] · x[n,c,p,q].
/// </summary>
/// <remarks>
/// The adjoints: d_x[n,c,p,q] = Σ_krs weight[c,k,r,s] · d_y[n,k,2p+r,2q+s];
/// d_weight[c,k,r,s] = Σ_npq x[n,c,p,q] · d_y[n,k,2p+r,2q+s]; d_bias[k] = Σ d_y[n,k,·,·].
/// </remarks>
/// <param name="OutChannels">Number of output channels.</param>
/// <param name="Rectify">Whether max(x, 0) is meant by x: a <see cref="Relu"/> before this op.</param>
/// <param name="RectifyOutput">Whether max(y, 0) is stored: a <see cref="Relu"/> after this op.</param>
[Op]
[Forward<ConvTranspose2dForward>]
[Forward<ConvTranspose2dForwardGemm>(Name = "Gemm", Suits = DeviceKind.Hardware, Tiles = GemmTile.Tiles)]
[Forward<ConvTranspose2dForwardLanes>(Name = "Lanes", Suits = DeviceKind.Software)]
[Forward<ConvTranspose2dForwardRounded>(Name = "Rounded", Numerics = NumericsClass.Float16)]
[Forward<Conv2dPackPixelRows, ConvTranspose2dPackWeightRows, ConvTranspose2dForwardRowsMatrix>(
    Name = "Rows", Suits = DeviceKind.Hardware, Numerics = NumericsClass.Float16, Tiles = RowTile.Tiles)]
[Forward<Conv2dPackPixelRows, ConvTranspose2dPackWeightRows, ConvTranspose2dForwardRowsStoredMatrix>(Name = "RowsStored", Like = "Rows")]
[Backward<ConvTranspose2dBackwardInput>]
[Backward<ConvTranspose2dBackwardInputGemm>(Name = "Gemm", Suits = DeviceKind.Hardware, Tiles = GemmTile.Tiles)]
[Backward<ConvTranspose2dBackwardInputLanes>(Name = "InputLanes", Suits = DeviceKind.Software)]
[Backward<ConvTranspose2dBackwardInputRounded>(Name = "Rounded", Numerics = NumericsClass.Float16)]
[Backward<Conv2dPackPixelRows, ConvTranspose2dPackGradientRows, ConvTranspose2dPackWeightRows, Conv2dBackwardInputRowsMatrix>(
    Name = "Rows", Suits = DeviceKind.Hardware, Numerics = NumericsClass.Float16, Tiles = RowTile.Tiles)]
[Backward<
    Conv2dPackPixelRows, ConvTranspose2dPackGradientRows, ConvTranspose2dPackWeightRows,
    Conv2dBackwardInputRowsStoredMatrix>(Name = "RowsStored", Like = "Rows")]
[Backward<ConvTranspose2dBackwardWeight, WeightGradientSum>]
[Backward<ConvTranspose2dBackwardWeightGemm, WeightGradientSumRuns>(Name = "Gemm", Suits = DeviceKind.Hardware, Tiles = GemmTile.Tiles)]
[Backward<ConvTranspose2dBackwardWeightLanes, WeightGradientSum>(Name = "WeightLanes", Suits = DeviceKind.Software)]
[Backward<ConvTranspose2dBackwardWeightRounded, WeightGradientSum>(Name = "Rounded", Numerics = NumericsClass.Float16)]
[Backward<
    Conv2dPackPixelRows, ConvTranspose2dPackGradientRows, ConvTranspose2dBackwardWeightRowsMatrix, ConvTranspose2dBackwardBiasRows,
    WeightGradientSumTapRuns>(Name = "Rows", Suits = DeviceKind.Hardware, Numerics = NumericsClass.Float16, Tiles = RowTile.WeightTiles)]
[Sample("x: 1x1x3x5", "OutChannels: 1")]
[Sample("x: 2x3x5x4", "OutChannels: 2")]
[Sample("x: 1x9x9x33", "OutChannels: 5")]
[Sample("x: 1x7x8x3", "OutChannels: 33")]
[Sample("x: 1x32x5x13", "OutChannels: 16")]
[Sample("x: 2x130x3x5", "OutChannels: 5")]
[Sample("x: 2x3x5x4", "OutChannels: 2, Rectify: Rectification.OnLoad")]
[Sample("x: 2x18x5x17", "OutChannels: 17, Rectify: Rectification.OnLoad")]
[Sample("x: 2x40x7x6", "OutChannels: 20, Rectify: Rectification.OnLoad")]
[Sample("x: 2x18x5x17", "OutChannels: 17, Rectify: Rectification.Stored, RectifyOutput: true")]
[Sample("x: 2x65x9x8", "OutChannels: 33")]
public sealed partial record ConvTranspose2d(int OutChannels, Rectification Rectify = Rectification.None, bool RectifyOutput = false)
{
    /// <summary>Input [N,C,H,W].</summary>
    [Input] public static partial Role X { get; }

    /// <summary>Weight [in,out,2,2].</summary>
    [Param(Init.He)] public static partial Role Weight { get; }

    /// <summary>Bias [out].</summary>
    [Param(Init.Zero)] public static partial Role Bias { get; }

    /// <summary>Output [N,out,2H,2W].</summary>
    [Output] public static partial Role Y { get; }

    /// <summary>Weight gradients of runs of rows, before they are added.</summary>
    [Scratch(PerImage = true, RunsOf = nameof(Weight))] public static partial Role Partial { get; }

    /// <summary>Bias gradients of runs of rows, before they are added.</summary>
    [Scratch(PerImage = true, RunsOf = nameof(Bias))] public static partial Role PartialBias { get; }

    /// <summary>Weight gradients of runs of pixels, before they are added.</summary>
    [Scratch(PerImage = true, RunsOf = nameof(Weight))] public static partial Role RunWeight { get; }

    /// <summary>Bias gradients of runs of pixels, before they are added.</summary>
    [Scratch(PerImage = true, RunsOf = nameof(Bias))] public static partial Role RunBias { get; }

    /// <summary>The input as rows of 16 bits, for matrix units.</summary>
    [Scratch(PerImage = true, Element = ElementType.Float16)] public static partial Role PixelRows { get; }

    /// <summary>The gradient of the output as rows of 16 bits: those of a pixel of the input hold the four that it has part in.</summary>
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
    public override long Operations(Pass pass, ReadOnlySpan<Shape> shapes) => 2 * shapes[Y.Index].Length * shapes[X.Index].C;

    /// <inheritdoc/>
    public override Op? Rectified(Role role, Rectification how)
        => role == X && Rectify == Rectification.None ? this with { Rectify = how } : null;

    /// <inheritdoc/>
    public override Op? WithRectifiedOutput => this with { RectifyOutput = true };

    /// <inheritdoc/>
    public override bool IsDifferentiatedWhole => Rectify != Rectification.Stored && !RectifyOutput;

    /// <inheritdoc/>
    public override float SampleElement(Role role, float normal) => role == X ? Rectify.SampleElement(normal) : normal;

    /// <summary>As packed rows have it: a convolution of single pixels, with four channels of the target for each output channel.</summary>
    private int Kernel => 1;

    private int Padding => 0;

    private partial void InferShapes(ref Shapes shapes)
    {
        shapes.Weight = new Shape(shapes.X.C, OutChannels, 2, 2);
        shapes.Bias = new Shape(OutChannels);
        shapes.Y = new Shape(shapes.X.N, OutChannels, 2 * shapes.X.H, 2 * shapes.X.W);
    }

    /// <summary>The windows do not overlap, so an output has one input a channel.</summary>
    private partial int WeightFanIn(in Shapes shapes) => shapes.X.C;

    private partial Shape PartialShape(in Shapes shapes)
        => new(SplitRule.Splits(shapes.X.N, shapes.X.H, shapes.Weight, OutChannels), shapes.X.C, OutChannels, 4);

    private partial Shape PartialBiasShape(in Shapes shapes) => Shape.Of(PartialShape(shapes).N, OutChannels);

    private partial WorkgroupCount Grid(in Shapes shapes, in ConvTranspose2dForward.Spec spec)
        => Tiles(shapes.X, OutChannels, spec.TileH, spec.TileC, ConvTranspose2dForward.Info.LocalSize);

    private partial WorkgroupCount Grid(in Shapes shapes, in ConvTranspose2dBackwardInput.Spec spec)
        => Tiles(shapes.X, shapes.X.C, spec.TileH, spec.TileC, ConvTranspose2dBackwardInput.Info.LocalSize);

    private partial WorkgroupCount Grid(in Shapes shapes, in ConvTranspose2dBackwardWeight.Spec spec)
        => WorkgroupCount.Cover(
            OutChannels, ConvTranspose2dBackwardWeight.Info.LocalSize.X, shapes.X.C, spec.TileC, PartialShape(shapes).N);

    private partial WorkgroupCount Grid(in Shapes shapes, in WeightGradientSum.Spec spec)
        => WorkgroupCount.Linear(shapes.Weight.Length + shapes.Bias.Length, WeightGradientSum.Info.LocalSize.X);

    /// <summary>Columns of x along x, tiles of its rows along y, images times tiles of channels along z.</summary>
    private static WorkgroupCount Tiles(Shape x, int channels, uint tileH, uint tileC, WorkgroupSize local)
        => WorkgroupCount.Cover(x.W, local.X, x.H, local.Y * tileH) with { Z = (uint)x.N * WorkgroupCount.Cover(channels, tileC).X };
}
