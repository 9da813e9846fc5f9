namespace UNet.Vulkan.Training;

/// <summary>The loss or a gradient stopped being a finite number. Files written before hold the last good model.</summary>
/// <param name="step">The step, counted from 0, whose loss or gradient is not finite.</param>
/// <param name="tensor">The first tensor found not finite: a parameter, by its gradient; or <c>loss</c>.</param>
public sealed class TrainingDivergedException(long step, string tensor) : Exception(
    $"Training diverged at step {step + 1}: the gradient of '{tensor}' is not a finite number; try a lower --lr or a smaller --clip.")
{
    /// <summary>The step, counted from 0.</summary>
    public long Step { get; } = step;

    /// <summary>The first tensor found not finite.</summary>
    public string Tensor { get; } = tensor;
}
