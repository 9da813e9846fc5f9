using System.Numerics;
using UNet.Shaders;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Ops.Declaration;

namespace UNet.Bench;

/// <summary>
/// y[i] = Σ_chain f(f(… f(x[i] + chain))) with f(v) = v · factor + addend, applied rounds · steps times: multiplications and
/// additions in registers and nothing else. Its rate is the ceiling that other kernels are measured against.
/// </summary>
/// <param name="Rounds">Turns of the loop.</param>
/// <param name="Chains">Values of an invocation that do not depend on each other.</param>
/// <param name="Steps">Applications of f to each value in one turn.</param>
/// <param name="Factor">Below 1, so that values stay finite.</param>
/// <param name="Addend">Above 0, so that they do not die away.</param>
[Op]
[NoGradient]
[Forward<BenchMultiplyAddForward>]
[Sample("x: 129", "Rounds: 3")]
internal sealed partial record MultiplyAdd(int Rounds, int Chains = 8, int Steps = 16, float Factor = 0.5f, float Addend = 0.75f)
{
    /// <summary>Where the chains start.</summary>
    [Input] public static partial Role X { get; }

    /// <summary>What they come to.</summary>
    [Output] public static partial Role Y { get; }

    /// <inheritdoc/>
    public override long Operations(Pass pass, ReadOnlySpan<Shape> shapes) => 2L * shapes[Y.Index].Length * Rounds * Steps * Chains;

    private partial void InferShapes(ref Shapes shapes) => shapes.Y = shapes.X;

    private partial WorkgroupCount Grid(in Shapes shapes, in BenchMultiplyAddForward.Spec spec)
        => WorkgroupCount.Linear(shapes.Y.Length, BenchMultiplyAddForward.Info.LocalSize.X);

    private partial void ForwardReference<T>(in Tensors<T> tensors) where T : IFloatingPointIeee754<T>
    {
        (T factor, T addend) = (T.CreateChecked(Factor), T.CreateChecked(Addend));
        for (int i = 0; i < tensors.Y.Shape.Length; i++)
        {
            T sum = T.Zero;
            for (int chain = 0; chain < Chains; chain++)
            {
                T value = tensors.X[i] + T.CreateChecked(chain);
                for (int step = 0; step < Rounds * Steps; step++)
                    value = value * factor + addend;
                sum += value;
            }
            tensors.Y[i] = sum;
        }
    }
}
