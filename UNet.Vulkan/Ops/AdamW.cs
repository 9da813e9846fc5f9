using System.Numerics;
using UNet.Shaders;
using UNet.Vulkan.Ops.Declaration;

namespace UNet.Vulkan.Ops;

/// <summary>
/// Adam with decoupled weight decay (Kingma and Ba 2015, arXiv:1412.6980; Loshchilov and Hutter 2019, arXiv:1711.05101):
/// g = scale · gradient; m = β1·m + (1 - β1)·g; v = β2·v + (1 - β2)·g²;
/// p = p·(1 - learning_rate · weight_decay) - learning_rate · (c1·m) / (√(c2·v) + ε), with the corrections c1 = 1 / (1 - β1^t)
/// and c2 = 1 / (1 - β2^t) of step t = 1, 2, ... Scale 0, which marks a gradient that is not finite, changes nothing.
/// </summary>
/// <param name="WeightDecay">Share of a parameter that a learning rate of 1 would take away each step.</param>
/// <param name="Beta1">Share of the mean gradient that is kept.</param>
/// <param name="Beta2">Share of the mean squared gradient that is kept.</param>
/// <param name="Epsilon">Added to the root, against division by 0.</param>
[Op]
[NoGradient]
[Forward<AdamwForward>]
[Sample(
    "parameter: 129; first_moment: 129; second_moment: 129; gradient: 129; scale: 1; learning_rate: 1; corrections: 2",
    "WeightDecay: 0.1f")]
public sealed partial record AdamW(float WeightDecay, float Beta1 = 0.9f, float Beta2 = 0.999f, float Epsilon = 1e-8f)
{
    /// <summary>Parameters, updated in place.</summary>
    [State] public static partial Role Parameter { get; }

    /// <summary>Mean gradient m of each parameter, updated in place.</summary>
    [State] public static partial Role FirstMoment { get; }

    /// <summary>Mean squared gradient v of each parameter, updated in place.</summary>
    [State] public static partial Role SecondMoment { get; }

    /// <summary>Gradient of each parameter.</summary>
    [Input] public static partial Role Gradient { get; }

    /// <summary>Factor of the gradients [1], from <see cref="ClipScale"/>.</summary>
    [Input] public static partial Role Scale { get; }

    /// <summary>Learning rate [1].</summary>
    [Input] public static partial Role LearningRate { get; }

    /// <summary>The corrections c1 and c2 of this step [2]; see <see cref="CorrectionsAt"/>.</summary>
    [Input] public static partial Role Corrections { get; }

    /// <summary>
    /// c1 and c2 of a step, which is counted from 0. They are computed here and not on the device because 1 - β2^t cancels
    /// nearly all digits of a Float32 in the first steps.
    /// </summary>
    public (float First, float Second) CorrectionsAt(long step)
        => ((float)(1 / (1 - Math.Pow(Beta1, step + 1))), (float)(1 / (1 - Math.Pow(Beta2, step + 1))));

    private partial void InferShapes(ref Shapes shapes)
    {
        if (shapes.Parameter != shapes.FirstMoment || shapes.Parameter != shapes.SecondMoment || shapes.Parameter != shapes.Gradient)
        {
            throw new ArgumentException(
                $"parameters {shapes.Parameter}, moments {shapes.FirstMoment} and {shapes.SecondMoment} "
                    + $"and gradients {shapes.Gradient} differ in shape.");
        }
        if (shapes.Scale.Length != 1 || shapes.LearningRate.Length != 1 || shapes.Corrections.Length != 2)
            throw new ArgumentException("there is one scale, one learning rate and two corrections.");
    }

    /// <inheritdoc/>
    public override float SampleElement(Role role, float normal)
        => role == SecondMoment || role == Corrections ? Math.Abs(normal) : normal;

    private partial WorkgroupCount Grid(in Shapes shapes, in AdamwForward.Spec spec)
        => WorkgroupCount.Linear(shapes.Parameter.Length, AdamwForward.Info.LocalSize.X);

    private partial void ForwardReference<T>(in Tensors<T> tensors) where T : IFloatingPointIeee754<T>
    {
        (Tensor<T> parameter, Tensor<T> first, Tensor<T> second) = (tensors.Parameter, tensors.FirstMoment, tensors.SecondMoment);
        (T scale, T learningRate) = (tensors.Scale[0], tensors.LearningRate[0]);
        (T beta1, T beta2) = (T.CreateChecked(Beta1), T.CreateChecked(Beta2));
        if (T.IsZero(scale))
            return;
        for (int i = 0; i < parameter.Shape.Length; i++)
        {
            T gradient = scale * tensors.Gradient[i];
            first[i] = beta1 * first[i] + (T.One - beta1) * gradient;
            second[i] = beta2 * second[i] + (T.One - beta2) * gradient * gradient;
            T step = first[i] * tensors.Corrections[0] / (T.Sqrt(second[i] * tensors.Corrections[1]) + T.CreateChecked(Epsilon));
            parameter[i] = parameter[i] * (T.One - learningRate * T.CreateChecked(WeightDecay)) - learningRate * step;
        }
    }
}
