using CsCheck;
using UNet.Vulkan.Evaluation;
using Xunit;

namespace UNet.Tests.Evaluation;

public sealed class MetricPropertyTests
{
    private static readonly Gen<(int Height, int Width, bool[] Mask)> Masks =
        Gen.Select(Gen.Int[1, 9], Gen.Int[1, 9]).SelectMany(
            (height, width) => Gen.Bool.Array[height * width].Select(mask => (height, width, mask)));

    [Fact]
    public void APerfectPredictionScoresPerfectly() => Masks.Sample(of =>
    {
        byte[] classes = [.. of.Mask.Select(isForeground => (byte)(isForeground ? 1 : 0))];
        SegmentedImage image = new(2, of.Height, of.Width, classes, classes)
        {
            ForegroundProbability = [.. classes.Select(c => (float)c)],
        };
        foreach (Metric metric in Metric.All)
        {
            double perfect = metric is ThresholdMetric { IsError: true } ? 0 : 1;
            foreach (double value in Values(metric, image))
            {
                // Where the truth has no object, or no pair of pixels in one, there is nothing to be right about.
                if (!double.IsNaN(value))
                    Assert.Equal(perfect, value, 1e-12);
                else
                    Assert.True(metric is RandError || !of.Mask.Contains(true), metric.Name);
            }
        }
    });

    [Fact]
    public void NamesOfInstancesDoNotMatter()
    {
        Gen<int[]> ids = Gen.Int[0, 5].Array[60];
        Gen.Select(ids, ids, Gen.Shuffle(new[] { 1, 2, 3, 4, 5 })).Sample((truth, predicted, names) =>
        {
            foreach (Metric metric in Metric.All)
                Assert.Equal(Values(metric, Image(id => id)), Values(metric, Image(id => id == 0 ? 0 : 1000 * names[id - 1])));

            SegmentedImage Image(Func<int, int> name) => new(2, 6, 10, Classes(predicted), Classes(truth))
            {
                TrueInstances = [.. truth.Select(name)],
                PredictedInstances = [.. predicted.Select(name)],
                ForegroundProbability = [.. predicted.Select(id => id / 8f)],
            };

            static byte[] Classes(int[] ids) => [.. ids.Select(id => (byte)Math.Min(id, 1))];
        });
    }

    [Fact]
    public void EveryValueIsAShare() => Gen.Select(Gen.Int[0, 2].Array[56], Gen.Float[0, 1].Array[56]).Sample((truth, probability) =>
    {
        SegmentedImage image = new(
            2, 7, 8, [.. probability.Select(p => (byte)(p > 0.5f ? 1 : 0))], [.. truth.Select(t => (byte)(t == 2 ? 255 : t))])
        {
            ForegroundProbability = probability,
        };
        foreach (double value in Metric.All.SelectMany(metric => Values(metric, image)).Where(value => !double.IsNaN(value)))
            Assert.InRange(value, -1e-12, 1 + 1e-12);
    });

    private static double[] Values(Metric metric, SegmentedImage image) => metric switch
    {
        ConfusionMetric confusion => [confusion.Measure(image).Value],
        ThresholdMetric threshold => [.. new[] { 0, 0.3, 0.5, 0.9 }.Select(
            cut => threshold.Measure(new BinarizedImage(image, cut)).Value)],
        InstanceMetric instance => [.. instance.Measure(image).Select(ratio => ratio.Value)],
        _ => throw new InvalidOperationException(metric.Name),
    };
}
