using UNet.Vulkan;
using UNet.Vulkan.Training;
using Xunit;

namespace UNet.Tests.Training;

public sealed class TrainingDataTests
{
    [Fact]
    public void EveryPixelNeedsAnInstanceWhereThereAreAny()
    {
        Assert.Equal([0, 7], Of([0, 7]).Validated().Training[0].Instances!);
        InputException e = Assert.Throws<InputException>(() => Of([0, 7, 7]).Validated());
        Assert.Contains("'a' does not hold an instance id", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TheFingerprintTellsInstancesApart()
    {
        string[] prints = [.. new int[]?[] { null, [0, 7], [0, 8], [7, 0] }.Select(instances => Of(instances).Fingerprint())];
        Assert.Equal(prints.Length, prints.Distinct().Count());
        Assert.Equal(Of([0, 7]).Fingerprint(), prints[1]);
    }

    private static TrainingData Of(int[]? instances) => new(
        [new("a", 1, 1, 2, [3, 4], [0, 1]) { Instances = instances }], [], [new(0, "background"), new(255, "cell")]);
}
