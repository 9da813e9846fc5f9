using CsCheck;
using UNet.Vulkan.Instances;
using Xunit;

namespace UNet.Tests.Instances;

public sealed class TwoNearestInstancesTests
{
    [Fact]
    public void DistancesGoToTheNearestPixelOfEachInstance()
    {
        // An instance in two parts is one instance.
        int[] instances =
        [
            7, 0, 0, 0, 0, 7,
            0, 0, 0, 0, 0, 0,
            0, 0, 0, 2, 2, 0,
        ];
        (float[] first, float[] second) = TwoNearestInstances.Distances(instances, 3, 6);
        Assert.Equal((0f, MathF.Sqrt(13)), (first[0], second[0]));
        Assert.Equal((2f, MathF.Sqrt(5)), (first[2], second[2]));
        Assert.Equal((1f, 2f), (first[11], MathF.Round(second[11] * second[11])));
        Assert.Equal((0f, MathF.Sqrt(5)), (first[16], second[16]));
    }

    [Fact]
    public void DistancesAreThoseOfASearchOverAllPixels()
        => Gen.Select(Gen.Int[1, 13], Gen.Int[1, 13], Gen.Int[1, 4], Gen.Int[0, 30].Array[169]).Sample((height, width, count, random) =>
        {
            // Few pixels belong to an instance; ids are as large as they like.
            int[] instances = [.. random.Take(height * width).Select(value => value > count ? 0 : value * 1000)];
            (float[] first, float[] second) = TwoNearestInstances.Distances(instances, height, width);
            for (int p = 0; p < instances.Length; p++)
            {
                double[] nearest = [.. instances.Select((id, q) => (id, Distance: Distance(p, q, width))).Where(pixel => pixel.id != 0)
                    .GroupBy(pixel => pixel.id, pixel => pixel.Distance).Select(group => group.Min()).Order()];
                Assert.Equal(nearest.Length > 0 ? (float)nearest[0] : float.PositiveInfinity, first[p]);
                Assert.Equal(nearest.Length > 1 ? (float)nearest[1] : float.PositiveInfinity, second[p]);
            }
        });

    [Fact]
    public void OnlyTheAskedPixelsAreMeasured()
    {
        (float[] first, float[] second) = TwoNearestInstances.Distances([1, 0, 0, 2], 1, 4, [false, true, false, true]);
        Assert.Equal([float.NaN, 1f, float.NaN, 0f], first);
        Assert.Equal([float.NaN, 2f, float.NaN, 3f], second);
    }

    [Fact]
    public void ArraysOfAnotherSizeAreRefused()
    {
        Assert.Throws<ArgumentException>(() => TwoNearestInstances.Distances([1, 0, 0], 2, 2));
        Assert.Throws<ArgumentException>(() => TwoNearestInstances.Distances([1, 0, 0, 0], 2, 2, [true]));
    }

    private static double Distance(int p, int q, int width)
        => Math.Sqrt(Math.Pow(p / width - q / width, 2) + Math.Pow(p % width - q % width, 2));
}
