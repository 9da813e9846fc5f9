using UNet.Shaders;
using UNet.Vulkan.Device;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Ops.Declaration;

namespace UNet.Vulkan.Ops;

/// <summary>
/// 2x2 max-pool with stride 2: y[n,c,p,q] = max over r,s of x[n,c,2p+r,2q+s]. An odd last row or column is left out.
/// Its gradient goes to the first maximum of each window in row-major order. A window with NaN has NaN for its maximum.
/// </summary>
/// <param name="Rectify">Whether max(x, 0) is meant by x: a <see cref="Relu"/> before this op.</param>
[Op]
[Forward<MaxPool2dForward>]
[Forward<MaxPool2dForwardPairs>(Name = "Pairs", Suits = DeviceKind.Software)]
[Forward<MaxPool2dForwardStored>(Name = "Stored", Like = "")]
[Backward<MaxPool2dBackward>]
[Sample("x: 1x1x4x6")]
[Sample("x: 2x3x8x10")]
[Sample("x: 2x3x7x9")]
[Sample("x: 1x2x6x131")]
[Sample("x: 2x2x35x5")]
[Sample("x: 2x3x7x9", "Rectify: Rectification.OnLoad")]
[Sample("x: 2x3x39x68", "Rectify: Rectification.OnLoad")]
[Sample("x: 2x3x7x9", "Rectify: Rectification.Stored")]
public sealed partial record MaxPool2d(Rectification Rectify = Rectification.None)
{
    /// <summary>Input [N,C,H,W], at least 2 x 2 pixels.</summary>
    [Input] public static partial Role X { get; }

    /// <summary>Output [N,C,H/2,W/2], rounded down.</summary>
    [Output] public static partial Role Y { get; }

    /// <summary>
    /// Where the maximum of each window lies [N,C,⌈H/2/8⌉,W/2], so that the backward pass does without x: 0 to 3, the window's corners in
    /// row-major order, or 4 where a fused ReLU's derivative is 0. Eight windows, one below the other, share a word, 4 bits each, the
    /// uppermost in the lowest.
    /// </summary>
    [Saved(Element = ElementType.UInt32)] public static partial Role Place { get; }

    /// <summary>The output as rows of 16 bits, for an op that reads it so.</summary>
    [Scratch(PerImage = true, Element = ElementType.Float16, IsResult = true)] public static partial Role ResultRows { get; }

    /// <summary>Windows whose places share a word.</summary>
    private const int PlacesInWord = (int)MaxPool2dForward.Fixed.Windows;

    /// <inheritdoc/>
    public override Op? Rectified(Role role, Rectification how)
        => role == X && Rectify == Rectification.None ? this with { Rectify = how } : null;

    /// <inheritdoc/>
    public override bool IsDifferentiatedWhole => Rectify != Rectification.Stored;

    /// <inheritdoc/>
    public override float SampleElement(Role role, float normal) => role == X ? Rectify.SampleElement(normal) : normal;

    private partial void InferShapes(ref Shapes shapes)
    {
        if (shapes.X.H < 2 || shapes.X.W < 2)
            throw new ArgumentException($"an input of {shapes.X.H} x {shapes.X.W} pixels is too small for a 2 x 2 max-pool.");
        shapes.Y = new Shape(shapes.X.N, shapes.X.C, shapes.X.H / 2, shapes.X.W / 2);
        shapes.Place = PlaceShape(shapes.Y);
    }

    /// <summary>Shape of the places of pooled pixels [N,C,H,W].</summary>
    internal static Shape PlaceShape(Shape pooled)
        => new(pooled.N, pooled.C, WordsOf(pooled.H), pooled.W);

    /// <summary>Words for the places of so many windows, one below the other.</summary>
    internal static int WordsOf(int windows) => (windows + PlacesInWord - 1) / PlacesInWord;

    private partial bool SupportsPairs(in Shapes shapes, DeviceProperties device)
        => int.IsEvenInteger(shapes.X.W) && device.HasBufferAddresses && device.HasInt64;

    private partial WorkgroupCount Grid(in Shapes shapes, in MaxPool2dForward.Spec spec)
        => WorkgroupCount.Cover(shapes.Y.W, MaxPool2dForward.Info.LocalSize.X, shapes.Y.H, spec.TileH, (long)shapes.Y.N * shapes.Y.C);

    private partial WorkgroupCount Grid(in Shapes shapes, in MaxPool2dForwardPairs.Spec spec)
        => WorkgroupCount.Cover(shapes.Y.W, MaxPool2dForwardPairs.Info.LocalSize.X, shapes.Y.H, spec.TileH, (long)shapes.Y.N * shapes.Y.C);

    private partial WorkgroupCount Grid(in Shapes shapes, in MaxPool2dForwardStored.Spec spec)
        => PackedRows.Turning(shapes.Y, MaxPool2dForwardStored.Info, shapes.Place.H);

    private partial WorkgroupCount Grid(in Shapes shapes, in MaxPool2dBackward.Spec spec)
        => WorkgroupCount.Cover(
            (shapes.X.W + 1) / 2, MaxPool2dBackward.Info.LocalSize.X, (shapes.X.H + 1) / 2, spec.TileH, (long)shapes.X.N * shapes.X.C);
}
