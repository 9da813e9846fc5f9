namespace UNet.Vulkan.Evaluation;

/// <summary>
/// Dice coefficient (F1) of each class: 2·|P ∩ T| / (|P| + |T|) for P the pixels given the class and T those that have it.
/// Undefined for a class that occurs in neither, which is then left out of the mean.
/// </summary>
public sealed class DiceCoefficient : ConfusionMetric
{
    /// <inheritdoc/>
    public override string Name => "dice";

    /// <inheritdoc/>
    public override string Description => "Dice coefficient";

    /// <inheritdoc/>
    public override Score Measure(ConfusionMatrix confusion) => Score.OfClasses([.. Enumerable.Range(0, confusion.Classes).Select(
        c => Share(2 * confusion[c, c], confusion.InTruth(c) + confusion.InPrediction(c)))]);
}
