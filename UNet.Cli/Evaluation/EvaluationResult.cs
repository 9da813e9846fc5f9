using System.Collections.Immutable;
using System.Globalization;
using UNet.Vulkan.Evaluation;

namespace UNet.Cli.Evaluation;

/// <summary>All scores of an evaluation, to be printed and written.</summary>
/// <param name="Data">What was evaluated.</param>
/// <param name="Metrics">The metrics, in the order in which they were named.</param>
/// <param name="Scores">What they said of the images, in the order of the pairs.</param>
internal sealed record EvaluationResult(EvaluationData Data, ImmutableArray<Metric> Metrics, Evaluator Scores)
{
    /// <summary>Names of the images.</summary>
    public IEnumerable<string> Images => Data.Pairs.Select(pair => pair.Name);

    /// <summary>How the foreground class is called.</summary>
    public string Foreground => Data.Classes.NameOf(Data.Foreground);

    /// <summary>Such as <c>0.5</c>.</summary>
    public static string Text(double threshold) => threshold.ToString(CultureInfo.InvariantCulture);
}
