using System.Text.Json;
using UNet.Cli.Images;
using UNet.Vulkan.Evaluation;
using Xunit;

namespace UNet.Tests.Evaluation;

/// <summary>
/// Every metric against values that scikit-image and plain numpy gave for the same images; record.py beside the images has
/// the details.
/// </summary>
public sealed class ReferenceScoresTests
{
    private static readonly JsonElement Recorded = JsonDocument.Parse(File.ReadAllText(PathOf("scores.json"))).RootElement;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void ThresholdMetricsAgree(int index)
    {
        LabelImage membrane = ImageFile.Open(PathOf($"membrane{index}.png")).ReadLabels();
        byte[] truth = [.. membrane.Values.Select(value => (byte)(value / 255))];
        SegmentedImage image = new(2, membrane.Height, membrane.Width, truth, truth)
        {
            ForegroundProbability = [.. ImageFile.Open(PathOf($"probability{index}.png")).Read().Pixels.Select(value => value / 256)],
        };
        double[] thresholds = Values(Recorded.GetProperty("thresholds"));
        Assert.All(Metric.All.OfType<ThresholdMetric>(), metric => Assert.Equal(
            Values(Recorded.GetProperty("membranes")[index].GetProperty(metric.Name)),
            thresholds.Select(threshold => metric.Measure(new BinarizedImage(image, threshold)).Value),
            (expected, actual) => Math.Abs(expected - actual) < 1e-12));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void InstanceMetricsAgree(int index)
    {
        LabelImage truth = ImageFile.Open(PathOf($"true-ids{index}.png")).ReadLabels();
        LabelImage predicted = ImageFile.Open(PathOf($"predicted-ids{index}.png")).ReadLabels();
        SegmentedImage image = new(2, truth.Height, truth.Width, Classes(predicted), Classes(truth))
        {
            TrueInstances = truth.Values,
            PredictedInstances = predicted.Values,
        };
        JsonElement recorded = Recorded.GetProperty("instances")[index];
        double[] seg = Values(recorded.GetProperty("seg"));
        Ratio found = Assert.Single(new SegmentationScore().Measure(image));
        Assert.Equal(seg.Length, found.Whole);
        Assert.Equal(seg.Sum(), found.Part, 1e-12);
        Assert.Equal(Values(recorded.GetProperty("ap")), new AveragePrecision().Measure(image).Select(ratio => ratio.Value));
        Assert.Equal(Values(recorded.GetProperty("f1")), new InstanceF1().Measure(image).Select(ratio => ratio.Value));

        static byte[] Classes(LabelImage ids) => [.. ids.Values.Select(id => (byte)(id > 0 ? 1 : 0))];
    }

    private static double[] Values(JsonElement array) => [.. array.EnumerateArray().Select(value => value.GetDouble())];

    private static string PathOf(string name) => Path.Combine(AppContext.BaseDirectory, "Evaluation", "Reference", name);
}
