namespace UNet.Vulkan.Evaluation;

/// <summary>
/// Intersection over union (Jaccard index) of each class: |P ∩ T| / |P ∪ T| for P the pixels given the class and T those
/// that have it. Undefined for a class that occurs in neither, which is then left out of the mean.
/// </summary>
public sealed class IntersectionOverUnion : ConfusionMetric
{
    /// <inheritdoc/>
    public override string Name => "iou";

    /// <inheritdoc/>
    public override string Description => "intersection over union";

    /// <inheritdoc/>
    public override Score Measure(ConfusionMatrix confusion) => Score.OfClasses([.. Enumerable.Range(0, confusion.Classes).Select(
        c => Share(confusion[c, c], confusion.InTruth(c) + confusion.InPrediction(c) - confusion[c, c]))]);
}
