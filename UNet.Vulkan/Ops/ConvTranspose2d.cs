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
[Backward<ConvTranspose2dBackwardInput>]
[Backward<ConvTranspose2dBackwardInputGemm>(Name = "Gemm", Suits = DeviceKind.Hardware, Tiles = GemmTile.Tiles)]
[Backward<ConvTranspose2dBackwardInputLanes>(Name = "InputLanes", Suits = DeviceKind.Software)]
[Backward<ConvTranspose2dBackwardInputRounded>(Name = "Rounded", Numerics = NumericsClass.Float16)]
[Backward<Conv2dPackPixelRows, ConvTranspose2dPackGradientRows, ConvTranspose2dPackBackwardWeightRows, Conv2dBackwardInputRowsMatrix>(
    Name = "Rows", Suits = DeviceKind.Hardware, Numerics = NumericsClass.Float16, Tiles = RowTile.Tiles)]
[Backward<ConvTranspose2dBackwardWeight, WeightGradientSum>]
[Backward<ConvTranspose2dBackwardWeightGemm, WeightGradientSumRuns>(Name = "Gemm", Suits = DeviceKind.Hardware, Tiles = GemmTile.Tiles)]
[Backward<ConvTranspose2dBackwardWeightLanes, WeightGradientSum>(Name = "WeightLanes", Suits = DeviceKind.Software)]
[Backward<ConvTranspose2dBackwardWeightRounded, WeightGradientSum>(Name = "Rounded", Numerics = NumericsClass.Float16)]
[Backward<
    Conv2dPackPixelRows, ConvTranspose2dPackGradientRows, ConvTranspose2dBackwardWeightRowsMatrix, ConvTranspose2dBackwardBiasRows,
    WeightGradientSumRuns>(Name = "Rows", Suits = DeviceKind.Hardware, Numerics = NumericsClass.Float16, Tiles = RowTile.WeightTiles)]
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
    [Scratch(PerImage = true)] public static partial Role Partial { get; }

    /// <summary>Bias gradients of runs of rows, before they are added.</summary>
    [Scratch(PerImage = true)] public static partial Role PartialBias { get; }

    /// <summary>Weight gradients of runs of pixels, before they are added.</summary>
    [Scratch(PerImage = true)] public static partial Role RunWeight { get; }

    /// <summary>Bias gradients of runs of pixels, before they are added.</summary>
    [Scratch(PerImage = true)] public static partial Role RunBias { get; }

    /// <summary>The input as rows of 16 bits, for matrix units.</summary>
    [Scratch(PerImage = true, Element = ElementType.Float16)] public static partial Role PixelRows { get; }

    /// <summary>The gradient of the output as rows of 16 bits: those of a pixel of the input hold the four that it has part in.</summary>
    [Scratch(PerImage = true, Element = ElementType.Float16)] public static partial Role GradientRows { get; }

    /// <summary>Weights as rows of 16 bits.</summary>
    [Scratch(Element = ElementType.Float16)] public static partial Role WeightRows { get; }

    /// <inheritdoc/>
    public override Role? RunsOf(Role scratch)
        => scratch == Partial || scratch == RunWeight ? Weight : scratch == PartialBias || scratch == RunBias ? Bias : null;

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

    /// <summary>What channels of a workgroup for processors are a multiple of, so that each gather of weights is of a whole subgroup.</summary>
    private const uint LaneStep = 8;

    private partial void InferShapes(ref Shapes shapes)
    {
        shapes.Weight = new Shape(shapes.X.C, OutChannels, 2, 2);
        shapes.Bias = new Shape(OutChannels);
        shapes.Y = new Shape(shapes.X.N, OutChannels, 2 * shapes.X.H, 2 * shapes.X.W);
    }

    /// <summary>The windows do not overlap, so an output has one input a channel.</summary>
    private partial int WeightFanIn(in Shapes shapes) => shapes.X.C;

    private partial Shape PartialShape(in Shapes shapes)
        => new(SplitRule.Splits(shapes.X.N, shapes.X.H, shapes.Weight), shapes.X.C, OutChannels, 4);

    private partial Shape PartialBiasShape(in Shapes shapes) => Shape.Of(PartialShape(shapes).N, OutChannels);

    private partial Shape RunWeightShape(in Shapes shapes)
        => new(SplitRule.Runs(shapes.X.N, (long)shapes.X.H * shapes.X.W, shapes.Weight), shapes.X.C, OutChannels, 4);

    private partial Shape RunBiasShape(in Shapes shapes) => Shape.Of(RunWeightShape(shapes).N, OutChannels);

    private partial Shape PixelRowsShape(in Shapes shapes) => RowTile.RowsOf(shapes.X.C, shapes.X, Kernel);

    private partial Shape GradientRowsShape(in Shapes shapes) => RowTile.RowsOf(4 * OutChannels, shapes.X, Kernel);

    private partial Shape WeightRowsShape(in Shapes shapes) => Shape.Of(Math.Max(
        RowTile.WeightLength(4 * OutChannels, shapes.X.C, Kernel), RowTile.WeightLength(shapes.X.C, 4 * OutChannels, Kernel)));

    private partial WorkgroupCount Grid(in Shapes shapes, in ConvTranspose2dForward.Spec spec)
        => Tiles(shapes.X, OutChannels, spec.TileH, spec.TileC, ConvTranspose2dForward.Info.LocalSize);

    private partial WorkgroupCount Grid(in Shapes shapes, in ConvTranspose2dBackwardInput.Spec spec)
        => Tiles(shapes.X, shapes.X.C, spec.TileH, spec.TileC, ConvTranspose2dBackwardInput.Info.LocalSize);

    private partial WorkgroupCount Grid(in Shapes shapes, in ConvTranspose2dBackwardWeight.Spec spec)
        => new(
            WorkgroupCount.Cover(OutChannels, ConvTranspose2dBackwardWeight.Info.LocalSize.X).X,
            WorkgroupCount.Cover(shapes.X.C, spec.TileC).X,
            (uint)PartialShape(shapes).N);

    private partial bool SupportsGemm(in Shapes shapes, DeviceProperties device)
        => GemmTile.Fits((long)shapes.X.H * shapes.X.W, device);

    private partial bool SupportsRounded(in Shapes shapes, DeviceProperties device) => true;

    private partial bool SupportsRows(in Shapes shapes, DeviceProperties device)
        => device.RunsMatrixKernels && WindowTile.Fits(shapes.X.H, shapes.X.W, device)
            && RowTile.Suits(PixelRowsShape(shapes), device) && RowTile.Suits(GradientRowsShape(shapes), device);

    private partial WorkgroupCount Grid(in Shapes shapes, in ConvTranspose2dForwardRounded.Spec spec)
        => WorkgroupCount.Linear(shapes.Y.Length, ConvTranspose2dForwardRounded.Info.LocalSize.X);

    private partial WorkgroupCount Grid(in Shapes shapes, in ConvTranspose2dBackwardInputRounded.Spec spec)
        => WorkgroupCount.Linear(shapes.X.Length, ConvTranspose2dBackwardInputRounded.Info.LocalSize.X);

    private partial WorkgroupCount Grid(in Shapes shapes, in ConvTranspose2dBackwardWeightRounded.Spec spec)
        => WorkgroupCount.Linear(PartialShape(shapes).Length, ConvTranspose2dBackwardWeightRounded.Info.LocalSize.X);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dPackPixelRows.Spec spec) => RowTile.Packing(PixelRowsShape(shapes));

    private partial WorkgroupCount Grid(in Shapes shapes, in ConvTranspose2dPackGradientRows.Spec spec)
        => RowTile.Packing(GradientRowsShape(shapes));

    private partial WorkgroupCount Grid(in Shapes shapes, in ConvTranspose2dPackWeightRows.Spec spec)
        => RowTile.Packing(4 * OutChannels, shapes.X.C, ConvTranspose2dPackWeightRows.Info);

    private partial WorkgroupCount Grid(in Shapes shapes, in ConvTranspose2dPackBackwardWeightRows.Spec spec)
        => RowTile.Packing(shapes.X.C, 4 * OutChannels, ConvTranspose2dPackBackwardWeightRows.Info);

    private partial WorkgroupCount Grid(in Shapes shapes, in ConvTranspose2dForwardRowsMatrix.Spec spec)
        => RowTile.Grid(RowsTarget(shapes), shapes.X.W, spec.TileRows, spec.TileColumns);

    private partial WorkgroupCount Grid(in Shapes shapes, in Conv2dBackwardInputRowsMatrix.Spec spec)
        => RowTile.Grid(shapes.X, shapes.X.W, spec.TileRows, spec.TileColumns);

    private partial WorkgroupCount Grid(in Shapes shapes, in ConvTranspose2dBackwardWeightRowsMatrix.Spec spec)
        => RowTile.WeightGrid(RowsRunWeight(shapes), Kernel, spec.TileRows, spec.TileColumns);

    private partial WorkgroupCount Grid(in Shapes shapes, in ConvTranspose2dBackwardBiasRows.Spec spec)
        => RowTile.Adding(GradientRowsShape(shapes), RunWeightShape(shapes).N);

    partial void Tile(in Shapes shapes, IBufferBinding buffers, ref ConvTranspose2dForwardRowsMatrix.Spec spec)
    {
        RowTile tile = RowTile.For(RowsTarget(shapes), shapes.X.W, shapes.X.C, buffers);
        spec = spec with
        {
            TileRows = tile.Rows, TileColumns = tile.Columns, TileDepth = tile.Depth,
            TileStages = tile.Stages, TileInvocations = tile.Invocations,
        };
    }

    partial void Tile(in Shapes shapes, IBufferBinding buffers, ref Conv2dBackwardInputRowsMatrix.Spec spec)
    {
        RowTile tile = RowTile.For(shapes.X, shapes.X.W, 4 * OutChannels, buffers);
        spec = spec with
        {
            TileRows = tile.Rows, TileColumns = tile.Columns, TileDepth = tile.Depth,
            TileStages = tile.Stages, TileInvocations = tile.Invocations,
        };
    }

    partial void Tile(in Shapes shapes, IBufferBinding buffers, ref ConvTranspose2dBackwardWeightRowsMatrix.Spec spec)
    {
        RowTile tile = RowTile.ForWeight(RowsRunWeight(shapes), Kernel, buffers);
        spec = spec with
        {
            TileRows = tile.Rows, TileColumns = tile.Columns, TileDepth = tile.Depth,
            TileStages = tile.Stages, TileInvocations = tile.Invocations,
        };
    }

    /// <summary>What the convolution of single pixels gives.</summary>
    private Shape RowsTarget(in Shapes shapes) => new(shapes.X.N, 4 * OutChannels, shapes.X.H, shapes.X.W);

    /// <summary>The weight gradients of all runs, by channels of the input and of the target.</summary>
    private Shape RowsRunWeight(in Shapes shapes) => new(RunWeightShape(shapes).N, shapes.X.C, 4 * OutChannels, 1);

    private partial bool SupportsLanes(in Shapes shapes, DeviceProperties device) => device.HasChannelLanes;

    private partial bool SupportsInputLanes(in Shapes shapes, DeviceProperties device) => device.HasChannelLanes;

    private partial bool SupportsWeightLanes(in Shapes shapes, DeviceProperties device) => device.HasChannelLanes;

    private partial WorkgroupCount Grid(in Shapes shapes, in ConvTranspose2dForwardLanes.Spec spec)
        => LaneProducts(OutChannels, spec.TileC, shapes.X, spec.TileVectors * ConvTranspose2dForwardLanes.Info.LocalSize.X);

    private partial WorkgroupCount Grid(in Shapes shapes, in ConvTranspose2dBackwardInputLanes.Spec spec)
        => LaneProducts(shapes.X.C, spec.TileC, shapes.X, spec.TileVectors * ConvTranspose2dBackwardInputLanes.Info.LocalSize.X);

    private partial WorkgroupCount Grid(in Shapes shapes, in ConvTranspose2dBackwardWeightLanes.Spec spec)
        => WorkgroupCount.Cover(
            OutChannels, spec.TileC, shapes.X.C, spec.TileVectors * ConvTranspose2dBackwardWeightLanes.Info.LocalSize.X, PartialShape(shapes).N);

    partial void Tile(in Shapes shapes, IBufferBinding buffers, ref ConvTranspose2dForwardLanes.Spec spec)
        => spec = spec with { TileC = WorkgroupCount.EqualTile(OutChannels, spec.TileC, LaneStep), TilePaired = HasPairs((long)shapes.X.H * shapes.X.W) };

    partial void Tile(in Shapes shapes, IBufferBinding buffers, ref ConvTranspose2dBackwardInputLanes.Spec spec)
        => spec = spec with { TileC = WorkgroupCount.EqualTile(shapes.X.C, spec.TileC, LaneStep), TilePaired = HasPairs((long)shapes.X.H * shapes.X.W) };

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

    private partial WorkgroupCount Grid(in Shapes shapes, in WeightGradientSum.Spec spec)
        => WorkgroupCount.Linear(shapes.Weight.Length + shapes.Bias.Length, WeightGradientSum.Info.LocalSize.X);

    private partial WorkgroupCount Grid(in Shapes shapes, in ConvTranspose2dForwardGemm.Spec spec)
        => WorkgroupCount.Cover(4L * OutChannels, spec.TileRows, (long)shapes.X.H * shapes.X.W, spec.TileColumns, shapes.X.N);

    private partial WorkgroupCount Grid(in Shapes shapes, in ConvTranspose2dBackwardInputGemm.Spec spec)
        => WorkgroupCount.Cover(shapes.X.C, spec.TileRows, (long)shapes.X.H * shapes.X.W, spec.TileColumns, shapes.X.N);

    private partial WorkgroupCount Grid(in Shapes shapes, in ConvTranspose2dBackwardWeightGemm.Spec spec)
        => WorkgroupCount.Cover(shapes.X.C, spec.TileRows, 4L * OutChannels, spec.TileColumns, RunWeightShape(shapes).N);

    private partial WorkgroupCount Grid(in Shapes shapes, in WeightGradientSumRuns.Spec spec)
        => WorkgroupCount.Linear(shapes.Weight.Length + shapes.Bias.Length, WeightGradientSumRuns.Info.LocalSize.X);

    partial void Tile(in Shapes shapes, IBufferBinding buffers, ref ConvTranspose2dForwardGemm.Spec spec)
    {
        GemmTile tile = GemmTile.For(4L * OutChannels, (long)shapes.X.H * shapes.X.W, shapes.X.N, buffers);
        bool isWhole = tile.IsWhole(4L * OutChannels, tile.Columns, buffers.Device) && shapes.X.C % spec.TileC == 0;
        spec = spec with
        {
            TileRows = tile.Rows, TileColumns = tile.Columns, TileRowsEach = tile.RowsEach, TileColumnsEach = tile.ColumnsEach,
            TileWhole = isWhole ? 1u : 0u,
        };
    }

    partial void Tile(in Shapes shapes, IBufferBinding buffers, ref ConvTranspose2dBackwardInputGemm.Spec spec)
    {
        GemmTile tile = GemmTile.For(shapes.X.C, (long)shapes.X.H * shapes.X.W, shapes.X.N, buffers);
        bool isWhole = tile.IsWhole(shapes.X.C, tile.Columns, buffers.Device) && OutChannels % spec.TileC == 0;
        spec = spec with
        {
            TileRows = tile.Rows, TileColumns = tile.Columns, TileRowsEach = tile.RowsEach, TileColumnsEach = tile.ColumnsEach,
            TileWhole = isWhole ? 1u : 0u,
        };
    }

    partial void Tile(in Shapes shapes, IBufferBinding buffers, ref ConvTranspose2dBackwardWeightGemm.Spec spec)
    {
        GemmTile tile = GemmTile.For(shapes.X.C, 4L * OutChannels, RunWeightShape(shapes).N, buffers);
        spec = spec with
        {
            TileRows = tile.Rows, TileColumns = tile.Columns, TileRowsEach = tile.RowsEach, TileColumnsEach = tile.ColumnsEach,
            TileWhole = tile.IsWhole(shapes.X.C, 4L * OutChannels, buffers.Device) ? 1u : 0u,
        };
    }

    /// <summary>Pixels of all images.</summary>
    private static long Pixels(Shape shape) => shape.Length / shape.C;

    /// <summary>Blocks of channels along x, of pixels of x along y, images along z.</summary>
    private static WorkgroupCount LaneProducts(int channels, uint tileC, Shape x, uint pixels)
        => WorkgroupCount.Cover(channels, tileC, (long)x.H * x.W, pixels, x.N);

    private static uint HasPairs(long pixels) => pixels % 2 == 0 ? 1u : 0u;

    /// <summary>Columns of x along x, tiles of its rows along y, images times tiles of channels along z.</summary>
    private static WorkgroupCount Tiles(Shape x, int channels, uint tileH, uint tileC, WorkgroupSize local)
        => WorkgroupCount.Cover(x.W, local.X, x.H, local.Y * tileH) with { Z = (uint)x.N * WorkgroupCount.Cover(channels, tileC).X };
}
