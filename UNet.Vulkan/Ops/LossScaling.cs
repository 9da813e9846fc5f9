using System.Numerics;
using UNet.Shaders;
using UNet.Vulkan.Ops.Declaration;

namespace UNet.Vulkan.Ops;

/// <summary>
/// Dynamic loss scaling (Micikevicius et al. 2018, arXiv:1710.03740, §3.2): the loss is multiplied by a scale before its
/// gradient is taken, so that small gradients do not vanish in 16 bits. A step whose gradient is not finite, which <see cref="ClipScale"/>
/// marks with scale 0, multiplies it by <see cref="Backoff"/>; <see cref="GrowthInterval"/> other steps in a row, by
/// <see cref="Growth"/>. Powers of two, by which numbers are multiplied without rounding.
/// </summary>
/// <remarks>The defaults are those of PyTorch's <c>torch.amp.GradScaler</c>, which has no bounds.</remarks>
/// <param name="Growth">Factor after enough good steps.</param>
/// <param name="Backoff">Factor after a bad step.</param>
/// <param name="GrowthInterval">Good steps in a row that count as enough.</param>
/// <param name="Smallest">
/// The scale does not fall below: a gradient that is not finite without any scale will not become so with less.
/// </param>
/// <param name="Largest">It does not rise above: by then no gradient vanishes.</param>
[Op]
[NoGradient]
[Forward<LossScalingForward>]
[Sample("loss_scale: 1; good_steps: 1; scale: 1")]
[Sample("loss_scale: 1; good_steps: 1; scale: 1", "GrowthInterval: 1")]
public sealed partial record LossScaling(
    float Growth = 2, float Backoff = 0.5f, int GrowthInterval = 2000, float Smallest = 1, float Largest = 1 << 24)
{
    /// <summary>The scale to begin with.</summary>
    public const float Initial = 1 << 16;

    /// <summary>Factor of the loss [1], updated in place.</summary>
    [State] public static partial Role LossScale { get; }

    /// <summary>Good steps since it changed [1], updated in place.</summary>
    [State] public static partial Role GoodSteps { get; }

    /// <summary>What <see cref="ClipScale"/> gives [1]: 0 for a gradient that is not finite.</summary>
    [Input] public static partial Role Scale { get; }

    private partial void InferShapes(ref Shapes shapes)
    {
        if (shapes.LossScale.Length != 1 || shapes.GoodSteps.Length != 1 || shapes.Scale.Length != 1)
            throw new ArgumentException("there is one scale of the loss, one number of good steps and one factor of the gradients.");
    }

    private partial WorkgroupCount Grid(in Shapes shapes, in LossScalingForward.Spec spec) => new(1);

    private partial void ForwardReference<T>(in Tensors<T> tensors) where T : IFloatingPointIeee754<T>
    {
        (T scale, T steps) = (tensors.LossScale[0], tensors.GoodSteps[0] + T.One);
        if (T.IsZero(tensors.Scale[0]))
            (scale, steps) = (T.Max(scale * T.CreateChecked(Backoff), T.CreateChecked(Smallest)), T.Zero);
        else if (steps >= T.CreateChecked(GrowthInterval))
            (scale, steps) = (T.Min(scale * T.CreateChecked(Growth), T.CreateChecked(Largest)), T.Zero);
        (tensors.LossScale[0], tensors.GoodSteps[0]) = (scale, steps);
    }
}
