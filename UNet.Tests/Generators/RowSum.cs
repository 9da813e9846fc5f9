using System.Numerics;
using UNet.Shaders;
using UNet.Vulkan.Device;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Ops.Declaration;

namespace UNet.Tests.Generators;

/// <summary>
/// y[n,c,h] = scale · Σ_w x[n,c,h,w]: an op for tests, with an example of each thing that an op can declare. Its forward
/// pass has three implementations: one kernel, two kernels with scratch between them, and one kernel that uses addresses.
/// </summary>
/// <param name="Scale">Factor of every sum.</param>
/// <param name="Parts">Into how many sums the split implementation cuts a row.</param>
[Op]
[Forward<TestRowSumForward>]
[Forward<TestRowSumPartial, TestRowSumCombine>(Name = "Split")]
[Forward<TestRowSumAddress>(Name = "Address", Tiles = "TILE_ROWS: 1; 5")]
[Backward<TestRowSumBackward>]
[Sample("x: 2x3x5x7")]
[Sample("x: 1x2x33x129", "Scale: 0.5f, Parts: 3")]
public sealed partial record RowSum(float Scale = 1, int Parts = 4)
{
    [Input] public static partial Role X { get; }

    [Output] public static partial Role Y { get; }

    [Scratch(PerImage = true)] public static partial Role Partial { get; }

    private partial void InferShapes(ref Shapes shapes) => shapes.Y = new(shapes.X.N, shapes.X.C, shapes.X.H, 1);

    private partial Shape PartialShape(in Shapes shapes) => new(shapes.X.N, shapes.X.C, shapes.X.H, Parts);

    private partial bool SupportsSplit(in Shapes shapes, DeviceProperties device) => shapes.X.W >= Parts;

    private partial bool SupportsAddress(in Shapes shapes, DeviceProperties device) => device.HasBufferAddresses;

    private partial WorkgroupCount Grid(in Shapes shapes, in TestRowSumForward.Spec spec)
        => WorkgroupCount.Linear(shapes.Y.Length, TestRowSumForward.Info.LocalSize.X);

    private partial WorkgroupCount Grid(in Shapes shapes, in TestRowSumPartial.Spec spec)
        => WorkgroupCount.Linear(shapes.Partial.Length, TestRowSumPartial.Info.LocalSize.X);

    private partial WorkgroupCount Grid(in Shapes shapes, in TestRowSumCombine.Spec spec)
        => WorkgroupCount.Linear(shapes.Y.Length, TestRowSumCombine.Info.LocalSize.X);

    private partial WorkgroupCount Grid(in Shapes shapes, in TestRowSumAddress.Spec spec)
        => WorkgroupCount.Linear(shapes.Y.Length, TestRowSumAddress.Info.LocalSize.X * spec.TileRows);

    private partial WorkgroupCount Grid(in Shapes shapes, in TestRowSumBackward.Spec spec)
        => WorkgroupCount.Linear(shapes.X.Length, TestRowSumBackward.Info.LocalSize.X);

    private partial void ForwardReference<T>(in Tensors<T> tensors) where T : IFloatingPointIeee754<T>
    {
        T scale = T.CreateChecked(Scale);
        int width = tensors.X.Shape.W;
        for (int row = 0; row < tensors.Y.Shape.Length; row++)
        {
            T sum = T.Zero;
            for (int w = 0; w < width; w++)
                sum += tensors.X[row * width + w];
            tensors.Y[row] = scale * sum;
        }
    }

    private partial void BackwardReference<T>(in Tensors<T> tensors) where T : IFloatingPointIeee754<T>
    {
        if (!tensors.WantsDX)
            return;
        T scale = T.CreateChecked(Scale);
        int width = tensors.X.Shape.W;
        for (int i = 0; i < tensors.X.Shape.Length; i++)
            tensors.DX[i] = scale * tensors.DY[i / width];
    }
}
