using System.Collections.Immutable;

namespace UNet.Vulkan.Evaluation;

/// <summary>Ratios of several images over the same points, such as thresholds: a curve for each image.</summary>
/// <param name="points">Where each curve was measured.</param>
public sealed class RatioCurves(ImmutableArray<double> points)
{
    private readonly List<ImmutableArray<Ratio>> _images = [];

    /// <summary>Where each curve was measured.</summary>
    public ImmutableArray<double> Points => points;

    /// <summary>Number of images.</summary>
    public int Images => _images.Count;

    /// <summary>Adds the curve of an image.</summary>
    /// <exception cref="ArgumentException">It has not as many ratios as there are points.</exception>
    public void Add(ImmutableArray<Ratio> curve)
    {
        if (curve.Length != points.Length)
            throw new ArgumentException($"{curve.Length} ratios for {points.Length} points.", nameof(curve));
        _images.Add(curve);
    }

    /// <summary>The values of an image by point, NaN where undefined.</summary>
    public ImmutableArray<double> Of(int image) => [.. _images[image].Select(ratio => ratio.Value)];

    /// <summary>Point by point, the mean of the images' values, over the images where it is defined.</summary>
    public ImmutableArray<double> Mean() => [.. Enumerable.Range(0, points.Length).Select(
        point => Score.MeanOfDefined(_images.Select(curve => curve[point].Value)))];

    /// <summary>Point by point, the ratio of all images together: the sum of the parts over the sum of the wholes.</summary>
    public ImmutableArray<double> Together() => [.. Enumerable.Range(0, points.Length).Select(
        point => _images.Aggregate(default(Ratio), (sum, curve) => sum + curve[point]).Value)];
}
