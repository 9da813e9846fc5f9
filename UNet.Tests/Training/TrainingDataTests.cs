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

    /// <summary>A run that an earlier version began finds its data as they were.</summary>
    [Fact]
    public void TheFingerprintStays()
        => Assert.Equal("0f6a906febf5379b8d404c09f2d4da2012e80123719bd3c8df3d062d5ac1a173", Of([0, 7]).Fingerprint());

    private static TrainingData Of(int[]? instances) => new(
        [new("a", 1, 1, 2, [3, 4], [0, 1]) { Instances = instances }], [], [new(0, "background"), new(255, "cell")]);
}
