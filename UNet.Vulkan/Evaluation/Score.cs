using System.Collections.Immutable;

namespace UNet.Vulkan.Evaluation;

/// <summary>What a metric says about one image, or about all of them.</summary>
/// <param name="Value">The one number to report; NaN where the metric is undefined.</param>
/// <param name="PerClass">By class, NaN where undefined; empty for a metric that does not look at single classes.</param>
public sealed record Score(double Value, ImmutableArray<double> PerClass)
{
    /// <summary>Mean over the classes for which the metric is defined; NaN where there is none.</summary>
    public double ClassMean => MeanOfDefined(PerClass);

    /// <summary>A score whose value is the mean over its defined classes.</summary>
    public static Score OfClasses(ImmutableArray<double> perClass) => new(MeanOfDefined(perClass), perClass);

    /// <summary>The mean over images: of the values, and class by class, each over the images where it is defined.</summary>
    public static Score Mean(IReadOnlyCollection<Score> scores) => new(
        MeanOfDefined(scores.Select(score => score.Value)),
        [.. Enumerable.Range(0, scores.Count == 0 ? 0 : scores.First().PerClass.Length)
            .Select(c => MeanOfDefined(scores.Select(score => score.PerClass[c])))]);

    internal static double MeanOfDefined(IEnumerable<double> values)
        => values.Where(value => !double.IsNaN(value)).DefaultIfEmpty(double.NaN).Average();
}
