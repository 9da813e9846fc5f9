using System.Collections.Immutable;
using System.Text.Json;
using UNet.Vulkan.Evaluation;

namespace UNet.Cli.Evaluation;

/// <summary>
/// Writes the scores of an evaluation as JSON: for each image, for their mean and for all of them together an object with an
/// entry a metric. An undefined score is null.
/// </summary>
internal static class EvaluationJson
{
    /// <summary>Writes everything.</summary>
    public static void Write(Stream stream, EvaluationResult result)
    {
        using Utf8JsonWriter json = new(stream, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        json.WriteStartArray("metrics");
        foreach (Metric metric in result.Metrics)
            json.WriteStringValue(metric.Name);
        json.WriteEndArray();
        json.WriteStartArray("classes");
        for (int c = 0; c < result.Data.Classes.Count; c++)
            json.WriteStringValue(result.Data.Classes.NameOf(c));
        json.WriteEndArray();
        json.WriteString("foreground", result.Foreground);

        json.WriteStartArray("images");
        foreach ((int image, string name) in result.Images.Index())
        {
            json.WriteStartObject();
            json.WriteString("name", name);
            WriteScores(json, result, scores => scores.Images[image], curves => curves.Of(image), bestOfMean: true);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartObject("meanOfImages");
        WriteScores(json, result, scores => scores.Mean, curves => curves.Mean(), bestOfMean: true);
        json.WriteEndObject();
        json.WriteStartObject("allPixels");
        WriteScores(json, result, scores => scores.Together, curves => curves.Together(), bestOfMean: false);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <param name="json">Where to write.</param>
    /// <param name="result">All scores.</param>
    /// <param name="scoreOf">The scores wanted: of an image, the mean, or all images together.</param>
    /// <param name="curveOf">The curves wanted.</param>
    /// <param name="bestOfMean">The threshold that counts is the best one for the mean, not that for these values.</param>
    private static void WriteScores(
        Utf8JsonWriter json, EvaluationResult result, Func<ConfusionScores, Score> scoreOf,
        Func<RatioCurves, ImmutableArray<double>> curveOf, bool bestOfMean)
    {
        foreach (ConfusionScores scores in result.Scores.Confusion)
        {
            Score score = scoreOf(scores);
            json.WriteStartObject(scores.Metric.Name);
            WriteNumber(json, "value", score.Value);
            WriteNumber(json, "classMean", score.ClassMean);
            json.WriteStartObject("classes");
            for (int c = 0; c < score.PerClass.Length; c++)
                WriteNumber(json, result.Data.Classes.NameOf(c), score.PerClass[c]);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        foreach (ThresholdScores scores in result.Scores.Threshold)
        {
            ImmutableArray<double> curve = curveOf(scores.Curves);
            int best = scores.Metric.Best(bestOfMean ? scores.Curves.Mean() : curve);
            json.WriteStartObject(scores.Metric.Name);
            WriteNumber(json, "value", best < 0 ? double.NaN : curve[best]);
            WriteNumber(json, "threshold", best < 0 ? double.NaN : scores.Curves.Points[best]);
            WriteCurve(json, "thresholds", scores.Curves, curve);
            json.WriteEndObject();
        }

        foreach (InstanceScores scores in result.Scores.Instance)
        {
            ImmutableArray<double> curve = curveOf(scores.Curves);
            json.WriteStartObject(scores.Metric.Name);
            WriteNumber(json, "value", curve.Average());
            if (curve.Length > 1)
                WriteCurve(json, "iou", scores.Curves, curve);
            json.WriteEndObject();
        }
    }

    private static void WriteCurve(Utf8JsonWriter json, string name, RatioCurves curves, ImmutableArray<double> values)
    {
        json.WriteStartObject(name);
        for (int point = 0; point < values.Length; point++)
            WriteNumber(json, EvaluationResult.Text(curves.Points[point]), values[point]);
        json.WriteEndObject();
    }

    private static void WriteNumber(Utf8JsonWriter json, string name, double value)
    {
        if (double.IsNaN(value))
            json.WriteNull(name);
        else
            json.WriteNumber(name, value);
    }
}
