using UNet.Vulkan.Instances;
using UNet.Vulkan.Training;

namespace UNet.Vulkan.Evaluation;

/// <summary>
/// What is known of an image's segmentation and of its truth. Classes always; for some metrics also the probability of the
/// foreground class, and instance ids. Pixels whose true class is <see cref="TrainingImage.IgnoredClass"/> count in no
/// metric; where objects are found, they are background.
/// </summary>
public sealed class SegmentedImage
{
    private readonly Lazy<ConfusionMatrix> _confusion;
    private readonly Lazy<int[]> _trueObjects;
    private readonly Lazy<ObjectOverlaps> _overlaps;

    /// <summary>Describes an image.</summary>
    /// <param name="classes">Number of classes.</param>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    /// <param name="predicted">Class indices, [row][column].</param>
    /// <param name="truth">
    /// Class indices, [row][column], with <see cref="TrainingImage.IgnoredClass"/> for pixels that do not count.
    /// </param>
    /// <exception cref="ArgumentException">There are not height x width classes.</exception>
    public SegmentedImage(int classes, int height, int width, byte[] predicted, byte[] truth)
    {
        if (predicted.Length != height * width || truth.Length != height * width)
            throw new ArgumentException($"{predicted.Length} predicted and {truth.Length} true classes are not {height} x {width}.");
        (Classes, Height, Width, Predicted, Truth) = (classes, height, width, predicted, truth);
        ForegroundClass = classes - 1;
        _confusion = new(Count);
        _trueObjects = new(() => Objects(TrueInstances, Truth));
        _overlaps = new(() => new(TrueObjects, Objects(PredictedInstances, Predicted)));
    }

    /// <summary>Number of classes.</summary>
    public int Classes { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>Columns.</summary>
    public int Width { get; }

    /// <summary>Predicted class indices, [row][column].</summary>
    public byte[] Predicted { get; }

    /// <summary>True class indices, [row][column].</summary>
    public byte[] Truth { get; }

    /// <summary>The class whose objects and whose probability are looked at; the last one unless told otherwise.</summary>
    public int ForegroundClass { get; init; }

    /// <summary>Predicted probability of the foreground class, 0 to 1, [row][column]; null where it is not known.</summary>
    public float[]? ForegroundProbability { get; init; }

    /// <summary>
    /// Predicted instance ids, 0 for background, [row][column]; null where only classes are known: then the instances are the
    /// 4-connected components of the foreground class.
    /// </summary>
    public int[]? PredictedInstances { get; init; }

    /// <summary>True instance ids, as <see cref="PredictedInstances"/>.</summary>
    public int[]? TrueInstances { get; init; }

    /// <summary>The image's confusion matrix; counted once, when first asked for.</summary>
    public ConfusionMatrix Confusion => _confusion.Value;

    /// <summary>The true objects, numbered from 1 or by their ids, 0 elsewhere, [row][column].</summary>
    internal int[] TrueObjects => _trueObjects.Value;

    /// <summary>How predicted and true objects overlap.</summary>
    internal ObjectOverlaps Overlaps => _overlaps.Value;

    /// <summary>Whether a pixel counts in no metric.</summary>
    internal bool IsIgnored(int pixel) => Truth[pixel] == TrainingImage.IgnoredClass;

    private ConfusionMatrix Count()
    {
        ConfusionMatrix confusion = new(Classes);
        confusion.Add(Predicted, Truth);
        return confusion;
    }

    private int[] Objects(int[]? instances, byte[] classes)
    {
        if (instances is not null)
            return [.. instances.Select((id, pixel) => IsIgnored(pixel) ? 0 : id)];
        bool[] foreground = [.. classes.Select((c, pixel) => c == ForegroundClass && !IsIgnored(pixel))];
        return ConnectedComponents.Label<bool>(foreground, Height, Width, false, Connectivity.Four, out _);
    }
}
