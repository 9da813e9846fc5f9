namespace UNet.Vulkan.Evaluation;

/// <summary>An image's predicted and true classes, as metrics see them.</summary>
/// <param name="Classes">Number of classes.</param>
/// <param name="Height">Rows.</param>
/// <param name="Width">Columns.</param>
/// <param name="Predicted">Class indices, [row][column].</param>
/// <param name="Truth">
/// Class indices, [row][column], with <see cref="Training.TrainingImage.IgnoredClass"/> for pixels that do not count.
/// </param>
public sealed record SegmentedImage(int Classes, int Height, int Width, byte[] Predicted, byte[] Truth)
{
    private ConfusionMatrix? _confusion;

    /// <summary>The image's confusion matrix; counted once, when first asked for.</summary>
    public ConfusionMatrix Confusion
    {
        get
        {
            if (_confusion is null)
            {
                _confusion = new ConfusionMatrix(Classes);
                _confusion.Add(Predicted, Truth);
            }

            return _confusion;
        }
    }
}
