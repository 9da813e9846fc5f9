using UNet.Vulkan.Training;

namespace UNet.Vulkan.Evaluation;

/// <summary>
/// How many pixels of each true class were given each class. Sums over tiles and images, so that what is computed from
/// it counts every pixel once, whatever the sizes of the images.
/// </summary>
public sealed class ConfusionMatrix
{
    private readonly long[] _counts;

    /// <summary>An empty matrix.</summary>
    /// <param name="classes">Number of classes, 1 to 255.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer or more classes.</exception>
    public ConfusionMatrix(int classes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(classes, TrainingImage.IgnoredClass);
        Classes = classes;
        _counts = new long[classes * classes];
    }

    /// <summary>Number of classes.</summary>
    public int Classes { get; }

    /// <summary>Pixels whose true class is <paramref name="truth"/> and that were given <paramref name="predicted"/>.</summary>
    public long this[int truth, int predicted] => _counts[truth * Classes + predicted];

    /// <summary>All pixels counted.</summary>
    public long Total => _counts.Sum();

    /// <summary>Pixels that were given their true class.</summary>
    public long Correct => Enumerable.Range(0, Classes).Sum(c => this[c, c]);

    /// <summary>Pixels whose true class is <paramref name="c"/>.</summary>
    public long InTruth(int c) => Enumerable.Range(0, Classes).Sum(predicted => this[c, predicted]);

    /// <summary>Pixels that were given class <paramref name="c"/>.</summary>
    public long InPrediction(int c) => Enumerable.Range(0, Classes).Sum(truth => this[truth, c]);

    /// <summary>Counts the pixels of an image; those whose true class is <see cref="TrainingImage.IgnoredClass"/> are left out.</summary>
    /// <exception cref="ArgumentException">The lengths differ, or a class is out of range.</exception>
    public void Add(ReadOnlySpan<byte> predicted, ReadOnlySpan<byte> truth)
    {
        if (predicted.Length != truth.Length)
            throw new ArgumentException($"{predicted.Length} predicted pixels for {truth.Length} true ones.", nameof(predicted));
        for (int i = 0; i < truth.Length; i++)
        {
            if (truth[i] == TrainingImage.IgnoredClass)
                continue;
            if (truth[i] >= Classes || predicted[i] >= Classes)
                throw new ArgumentException($"Class {Math.Max(truth[i], predicted[i])} among {Classes} classes.", nameof(predicted));
            _counts[truth[i] * Classes + predicted[i]]++;
        }
    }

    /// <summary>Adds the counts of another matrix of as many classes.</summary>
    /// <exception cref="ArgumentException">It has another number of classes.</exception>
    public void Add(ConfusionMatrix other)
    {
        if (other.Classes != Classes)
            throw new ArgumentException($"A matrix of {other.Classes} classes added to one of {Classes}.", nameof(other));
        for (int i = 0; i < _counts.Length; i++)
            _counts[i] += other._counts[i];
    }
}
