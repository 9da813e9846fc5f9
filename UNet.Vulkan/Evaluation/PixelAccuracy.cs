namespace UNet.Vulkan.Evaluation;

/// <summary>
/// Share of the pixels that were given their true class; by class, the share of that class's true pixels (its recall).
/// Undefined for a class that the truth does not have, which is then left out of the mean over classes.
/// </summary>
public sealed class PixelAccuracy : ConfusionMetric
{
    /// <inheritdoc/>
    public override string Name => "accuracy";

    /// <inheritdoc/>
    public override string Description => "pixel accuracy";

    /// <inheritdoc/>
    public override Score Measure(ConfusionMatrix confusion) => new(
        Share(confusion.Correct, confusion.Total),
        [.. Enumerable.Range(0, confusion.Classes).Select(c => Share(confusion[c, c], confusion.InTruth(c)))]);
}
