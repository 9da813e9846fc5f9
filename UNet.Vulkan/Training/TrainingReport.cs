using System.Collections.Immutable;

namespace UNet.Vulkan.Training;

/// <summary>How well the network does on the validation images, each pixel counted once.</summary>
/// <param name="Loss">Mean weighted cross-entropy: the sums over all images' pixels divided.</param>
/// <param name="MeanIoU">Mean over the classes of <paramref name="IoU"/>, undefined ones left out.</param>
/// <param name="IoU">Intersection over union of each class; NaN where it occurs in neither truth nor prediction.</param>
public sealed record ValidationScore(double Loss, double MeanIoU, ImmutableArray<double> IoU);

/// <summary>What is told of a finished step.</summary>
/// <param name="Step">Steps done so far, this one included.</param>
/// <param name="Steps">Steps of the whole run.</param>
/// <param name="Loss">Weighted mean cross-entropy of the step's tiles, before the step; 0 where no pixel counts.</param>
/// <param name="GradientNorm">Norm of the gradient of all parameters, before clipping.</param>
/// <param name="LearningRate">The step's learning rate.</param>
/// <param name="Validation">The score after this step, where there was a validation.</param>
/// <param name="IsBest">Whether that score is the best so far.</param>
/// <param name="Skipped">
/// In mixed precision, why the step changed no parameter: the tensor that left the range of 16 bits, a parameter by its gradient;
/// null for a step like any other.
/// </param>
/// <param name="LossScale">Factor of the loss in the next step; null in a precision that needs none.</param>
public readonly record struct TrainingReport(
    long Step, long Steps, double Loss, double GradientNorm, double LearningRate, ValidationScore? Validation = null, bool IsBest = false,
    string? Skipped = null, double? LossScale = null);

/// <summary>How a run ended.</summary>
/// <param name="Step">Steps done, over all runs that were resumed.</param>
/// <param name="IsComplete">False if it was cancelled before the last step, or before the validation after it was done.</param>
/// <param name="Best">The best score; null without validation images, or before the first validation.</param>
/// <param name="BestStep">Steps after which it was reached; <paramref name="Step"/> where there is none.</param>
/// <param name="KeptModel">
/// Whether the file of the best model is one that was there before: no model has been validated yet that might take its place.
/// </param>
public sealed record TrainingResult(long Step, bool IsComplete, ValidationScore? Best, long BestStep, bool KeptModel);
