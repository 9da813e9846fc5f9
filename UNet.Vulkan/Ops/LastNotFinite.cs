using System.Numerics;
using UNet.Shaders;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Ops.Declaration;

namespace UNet.Vulkan.Ops;

/// <summary>
/// Where a vector stops being finite, seen from its end: last = 1 + the index of the last element that is infinite or no number,
/// 0 where all are finite. In a vector of gradients laid out like the network that is the element that the backward pass, which
/// goes from the end to the start, came to first.
/// </summary>
[Op]
[NoGradient]
[Forward<LastNotFinitePartial, LastNotFiniteMaximum>]
[Sample("x: 3")]
[Sample("x: 4097")]
[Sample("x: 10000")]
public sealed partial record LastNotFinite
{
    /// <summary>Elements whose indices a Float32 holds without rounding.</summary>
    public const int MostElements = 1 << 24;

    /// <summary>Any vector of at most <see cref="MostElements"/>.</summary>
    [Input] public static partial Role X { get; }

    /// <summary>1 + the index of the last element that is not finite, or 0 [1].</summary>
    [Output] public static partial Role Last { get; }

    /// <summary>The same for each invocation of the first kernel.</summary>
    [Scratch] public static partial Role Partial { get; }

    /// <inheritdoc/>
    /// <remarks>A few are not finite.</remarks>
    public override float SampleElement(Role role, float normal) => normal > 3 ? float.PositiveInfinity : normal < -3 ? float.NaN : normal;

    private partial void InferShapes(ref Shapes shapes)
    {
        if (shapes.X.Length > MostElements)
            throw new ArgumentException($"a vector of {shapes.X.Length} elements is too long to find one in: {MostElements} are the most.");
        shapes.Last = new Shape(1);
    }

    private partial Shape PartialShape(in Shapes shapes)
        => new(checked((int)(Grid(shapes, LastNotFinitePartial.Spec.Default).Total * LastNotFinitePartial.Info.LocalSize.X)));

    private partial WorkgroupCount Grid(in Shapes shapes, in LastNotFinitePartial.Spec spec)
        => WorkgroupCount.Linear(shapes.X.Length, spec.TileElements * LastNotFinitePartial.Info.LocalSize.X);

    private partial WorkgroupCount Grid(in Shapes shapes, in LastNotFiniteMaximum.Spec spec) => new(1);

    private partial void ForwardReference<T>(in Tensors<T> tensors) where T : IFloatingPointIeee754<T>
    {
        Span<T> x = tensors.X.Span;
        int last = x.Length;
        while (last > 0 && T.IsFinite(x[last - 1]))
            last--;
        tensors.Last[0] = T.CreateChecked(last);
    }
}
