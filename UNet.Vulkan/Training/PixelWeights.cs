using System.Collections.Immutable;
using UNet.Vulkan.Instances;

namespace UNet.Vulkan.Training;

/// <summary>Computes weight maps.</summary>
public static class PixelWeights
{
    /// <summary>v of <see cref="WeightMap.Falk"/>: weight of background far from every instance.</summary>
    private const double FarWeight = 0.1;

    /// <summary>σ1 of <see cref="WeightMap.Falk"/>, in pixels: how fast the background's weight falls off.</summary>
    private const double FallOffSigma = 10;

    /// <summary>The weight of each pixel, [row][column].</summary>
    /// <param name="image">Classes and instances; touching instances are to be separated beforehand.</param>
    /// <param name="map">The map.</param>
    /// <param name="parameters">Its numbers.</param>
    /// <param name="classWeights">w_c of each class: <see cref="TrainingData.ClassWeights"/>. Falk's map has none.</param>
    public static float[] Of(TrainingImage image, WeightMap map, WeightMapParameters parameters, ReadOnlySpan<float> classWeights)
    {
        float[] weights = new float[image.Classes.Length];
        for (int i = 0; i < weights.Length; i++)
        {
            byte c = image.Classes[i];
            weights[i] = c == TrainingImage.IgnoredClass ? 0 : map == WeightMap.Falk ? 1 : classWeights[c];
        }

        if (!map.HasDistances())
            return weights;
        bool[] isBackground = Array.ConvertAll(image.Classes, c => c == 0);
        (float[] first, float[] second) = TwoNearestInstances.Distances(InstancesOf(image), image.Height, image.Width, isBackground);
        (double height, double sigma) = (parameters.SeparationWeightIn(map), parameters.SeparationSigmaIn(map));
        for (int i = 0; i < weights.Length; i++)
        {
            if (!isBackground[i])
                continue;
            double separation = height * Gaussian((double)first[i] + second[i], sigma);
            double alone = map == WeightMap.Falk ? FarWeight + (1 - FarWeight) * Gaussian(first[i], FallOffSigma) : weights[i];
            weights[i] = (float)(alone + separation);
        }

        return weights;
    }

    /// <summary>Whether a map depends on distances to instances.</summary>
    internal static bool HasDistances(this WeightMap map) => map is WeightMap.Paper or WeightMap.Falk;

    /// <summary>The weight maps of images under a configuration, several at a time; those with distances through the cache.</summary>
    internal static ImmutableArray<float[]> Of(
        ImmutableArray<TrainingImage> images, TrainingConfiguration configuration, float[] classWeights, WeightMapCache? cache)
    {
        (WeightMap map, WeightMapParameters parameters) = (configuration.WeightMap, configuration.WeightMapParameters);
        float[][] weights = new float[images.Length][];
        Parallel.For(0, images.Length, i => weights[i] = cache is not null && map.HasDistances()
            ? cache.Of(images[i], map, parameters, classWeights)
            : Of(images[i], map, parameters, classWeights));
        cache?.Trim();
        return [.. weights];
    }

    private static double Gaussian(double distance, double sigma) => Math.Exp(-distance * distance / (2 * sigma * sigma));

    /// <summary>What of the given instances is foreground, or where there are none, the components of each foreground class.</summary>
    private static int[] InstancesOf(TrainingImage image)
    {
        byte[] foreground = Array.ConvertAll(image.Classes, c => c == TrainingImage.IgnoredClass ? (byte)0 : c);
        if (image.Instances is not { } instances)
            return ConnectedComponents.Label<byte>(foreground, image.Height, image.Width, 0, Connectivity.Four, out _);
        int[] inForeground = new int[instances.Length];
        for (int i = 0; i < instances.Length; i++)
            inForeground[i] = foreground[i] == 0 ? 0 : instances[i];
        return inForeground;
    }
}
