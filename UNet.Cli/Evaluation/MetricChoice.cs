using System.Collections.Immutable;
using System.Globalization;
using UNet.Cli.Data;
using UNet.Vulkan;
using UNet.Vulkan.Evaluation;

namespace UNet.Cli.Evaluation;

/// <summary>Which metrics the user wants, and at which thresholds.</summary>
/// <param name="Named">The metrics that were named, or null for all that the data allows.</param>
/// <param name="Thresholds">Thresholds for the metrics that cut a probability, or null for those of their definitions.</param>
internal sealed record MetricChoice(ImmutableArray<Metric>? Named, ImmutableArray<double>? Thresholds)
{
    /// <summary>More thresholds than this are a slip of the pen.</summary>
    private const int MostThresholds = 1001;

    /// <summary>Reads the lists of the command line.</summary>
    /// <param name="metrics">Names separated by commas, or null.</param>
    /// <param name="thresholds">Numbers and ranges FIRST:LAST:STEP separated by commas, or null.</param>
    /// <exception cref="InputException">There is no such metric, or a threshold is no number from 0 to 1.</exception>
    public static MetricChoice Parse(string? metrics, string? thresholds)
        => new(metrics is null ? null : ParseMetrics(metrics), thresholds is null ? null : ParseThresholds(thresholds));

    /// <summary>The metrics to measure.</summary>
    /// <exception cref="InputException">A metric that was named needs probabilities that are missing.</exception>
    public ImmutableArray<Metric> For(EvaluationData data, Action<string> note)
    {
        ImmutableArray<Metric> metrics = Named is { } named ? Checked(named, data) : Possible(data, note);
        if (Thresholds is not null && !metrics.Any(metric => metric is ThresholdMetric))
            note("--thresholds has no effect without a metric that cuts probabilities");
        return metrics;
    }

    private static ImmutableArray<Metric> Checked(ImmutableArray<Metric> named, EvaluationData data)
    {
        if (named.FirstOrDefault(metric => metric is ThresholdMetric) is { } metric && data.MissingProbabilities is [string missing, ..])
        {
            throw new InputException(
                $"The metric {metric.Name} needs probabilities, but there is no '{missing}'; run 'unet segment' with --probabilities, "
                    + "or leave the metric out.");
        }

        return named;
    }

    private static ImmutableArray<Metric> Possible(EvaluationData data, Action<string> note)
    {
        ImmutableArray<string> missing = data.MissingProbabilities;
        if (missing.Length > 0)
        {
            string names = string.Join(", ", Metric.All.OfType<ThresholdMetric>().Select(metric => metric.Name));
            note(data.AnyProbabilities
                ? $"without {names}: there is no {ItemName.List([.. missing.Select(path => $"'{path}'")])}"
                : $"without {names}: they need 'unet segment --probabilities'");
        }

        return [.. Metric.All.Where(metric => metric switch
        {
            ThresholdMetric => missing.Length == 0,
            InstanceMetric => data.Classes.AreInstances,
            _ => true,
        })];
    }

    private static ImmutableArray<Metric> ParseMetrics(string list) => [.. list.Split(',', StringSplitOptions.TrimEntries).Select(
        name => Metric.All.FirstOrDefault(metric => metric.Name == name)
            ?? throw new InputException($"There is no metric '{name}'; choose among "
                + $"{string.Join(", ", Metric.All.Select(metric => metric.Name))}.")).Distinct()];

    private static ImmutableArray<double> ParseThresholds(string list)
    {
        SortedSet<decimal> thresholds = [];
        foreach (string part in list.Split(',', StringSplitOptions.TrimEntries))
        {
            // Decimal, so that 0.05:0.95:0.05 ends with 0.95.
            decimal[] numbers = [.. part.Split(':').Select(text
                => decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal number) ? number : -1)];
            (decimal first, decimal last, decimal step) = numbers switch
            {
                [decimal only] => (only, only, 1),
                [decimal from, decimal to, decimal by] => (from, to, by),
                _ => (-1, -1, -1),
            };
            if (first is < 0 or > 1 || last < first || last > 1 || step <= 0)
            {
                throw new InputException(
                    $"--thresholds takes numbers from 0 to 1 and ranges FIRST:LAST:STEP, such as 0.05:0.95:0.05,0.99, not '{part}'.");
            }

            if (thresholds.Count + decimal.Floor((last - first) / step) >= MostThresholds)
            {
                throw new InputException(
                    $"--thresholds takes at most {MostThresholds} thresholds, which '{part}' exceeds; take larger steps.");
            }

            for (decimal threshold = first; threshold <= last; threshold += step)
                thresholds.Add(threshold);
        }

        return [.. thresholds.Select(threshold => (double)threshold)];
    }
}
