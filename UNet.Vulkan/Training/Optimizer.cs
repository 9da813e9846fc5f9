namespace UNet.Vulkan.Training;

/// <summary>How parameters follow their gradients.</summary>
public enum Optimizer
{
    /// <summary>Stochastic gradient descent with momentum, as in the paper; see <see cref="Ops.Sgd"/>.</summary>
    Sgd,

    /// <summary>Adam with decoupled weight decay; see <see cref="Ops.AdamW"/>.</summary>
    AdamW,
}

/// <summary>What goes with an optimizer.</summary>
public static class OptimizerDefaults
{
    /// <summary>The peak learning rate where nobody asks for another.</summary>
    public static double LearningRate(this Optimizer optimizer) => optimizer == Optimizer.AdamW ? 1e-3 : 3e-3;

    /// <summary>Names of what the optimizer keeps of each parameter from step to step, in files and in a graph.</summary>
    public static IReadOnlyList<string> StateNames(this Optimizer optimizer)
        => optimizer == Optimizer.AdamW ? ["first_moment", "second_moment"] : ["velocity"];
}
