using System.Runtime.InteropServices;

namespace UNet.Vulkan.Evaluation;

/// <summary>How many pixels true and predicted objects have and share: their contingency table.</summary>
internal sealed class ObjectOverlaps
{
    /// <summary>Counts.</summary>
    /// <param name="truth">True object of each pixel, 0 for none.</param>
    /// <param name="predicted">Predicted object of each pixel, 0 for none.</param>
    public ObjectOverlaps(ReadOnlySpan<int> truth, ReadOnlySpan<int> predicted)
    {
        Dictionary<(int Truth, int Predicted), long> counts = [];
        for (int first = 0; first < truth.Length;)
        {
            // Objects are made of long runs.
            int end = first + 1;
            while (end < truth.Length && truth[end] == truth[first] && predicted[end] == predicted[first])
                end++;
            CollectionsMarshal.GetValueRefOrAddDefault(counts, (truth[first], predicted[first]), out _) += end - first;
            first = end;
        }

        foreach (((int t, int p), long pixels) in counts)
        {
            if (t != 0)
                CollectionsMarshal.GetValueRefOrAddDefault(TrueAreas, t, out _) += pixels;
            if (p != 0)
                CollectionsMarshal.GetValueRefOrAddDefault(PredictedAreas, p, out _) += pixels;
            if (t != 0 && p != 0)
            {
                Shared[(t, p)] = pixels;
                CollectionsMarshal.GetValueRefOrAddDefault(PredictedAreasInTruth, p, out _) += pixels;
            }
        }
    }

    /// <summary>Pixels of each true object.</summary>
    public Dictionary<int, long> TrueAreas { get; } = [];

    /// <summary>Pixels of each predicted object.</summary>
    public Dictionary<int, long> PredictedAreas { get; } = [];

    /// <summary>Pixels that each predicted object has within true objects.</summary>
    public Dictionary<int, long> PredictedAreasInTruth { get; } = [];

    /// <summary>Pixels that belong to a true and a predicted object, for each pair that shares any.</summary>
    public Dictionary<(int Truth, int Predicted), long> Shared { get; } = [];

    /// <summary>Pixels that belong to true objects.</summary>
    public long InTruth => TrueAreas.Values.Sum();

    /// <summary>Pixels that belong to a true object but to no predicted one.</summary>
    public long Missed => InTruth - Shared.Values.Sum();

    /// <summary>Intersection over union of a pair, as two numbers of pixels.</summary>
    public (long Intersection, long Union) Jaccard((int Truth, int Predicted) pair)
        => (Shared[pair], TrueAreas[pair.Truth] + PredictedAreas[pair.Predicted] - Shared[pair]);
}
