using System.Numerics;
using UNet.Shaders;
using UNet.Vulkan.Ops.Declaration;

namespace UNet.Vulkan.Ops;

/// <summary>
/// Stochastic gradient descent with momentum (as PyTorch writes it): v = momentum · v + scale · g; p = p - learning_rate · v.
/// Scale 0, which marks a gradient that is not finite, changes nothing.
/// </summary>
/// <param name="Momentum">Share of the velocity that is kept.</param>
[Op]
[NoGradient]
[Forward<SgdForward>]
[Sample("parameter: 129; velocity: 129; gradient: 129; scale: 1; learning_rate: 1", "Momentum: 0.9f")]
public sealed partial record Sgd(float Momentum)
{
    /// <summary>Parameters, updated in place.</summary>
    [State] public static partial Role Parameter { get; }

    /// <summary>Velocity of each parameter, updated in place.</summary>
    [State] public static partial Role Velocity { get; }

    /// <summary>Gradient of each parameter.</summary>
    [Input] public static partial Role Gradient { get; }

    /// <summary>Factor of the gradients [1], from <see cref="ClipScale"/>.</summary>
    [Input] public static partial Role Scale { get; }

    /// <summary>Learning rate [1].</summary>
    [Input] public static partial Role LearningRate { get; }

    private partial void InferShapes(ref Shapes shapes)
    {
        if (shapes.Parameter != shapes.Velocity || shapes.Parameter != shapes.Gradient)
            throw new ArgumentException(
                $"parameters {shapes.Parameter}, velocities {shapes.Velocity} and gradients {shapes.Gradient} differ in shape.");
        if (shapes.Scale.Length != 1 || shapes.LearningRate.Length != 1)
            throw new ArgumentException("there is one scale and one learning rate.");
    }

    private partial WorkgroupCount Grid(in Shapes shapes, in SgdForward.Spec spec)
        => WorkgroupCount.Linear(shapes.Parameter.Length, SgdForward.Info.LocalSize.X);

    private partial void ForwardReference<T>(in Tensors<T> tensors) where T : IFloatingPointIeee754<T>
    {
        (Tensor<T> parameter, Tensor<T> velocity, Tensor<T> gradient) = (tensors.Parameter, tensors.Velocity, tensors.Gradient);
        (T scale, T learningRate, T momentum) = (tensors.Scale[0], tensors.LearningRate[0], T.CreateChecked(Momentum));
        if (T.IsZero(scale))
            return;
        for (int i = 0; i < parameter.Shape.Length; i++)
        {
            velocity[i] = momentum * velocity[i] + scale * gradient[i];
            parameter[i] -= learningRate * velocity[i];
        }
    }
}
