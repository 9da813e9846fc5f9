using UNet.Vulkan.Random;
using Xunit;

namespace UNet.Tests.Random;

public class PhiloxTests
{
    /// <summary>The known-answer vectors that Random123 publishes for philox4x32-10.</summary>
    [Theory]
    [InlineData(0x00000000u, 0x00000000u, 0x00000000u, 0x00000000u, 0x00000000u, 0x00000000u,
        0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u)]
    [InlineData(0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu,
        0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu)]
    [InlineData(0x243f6a88u, 0x85a308d3u, 0x13198a2eu, 0x03707344u, 0xa4093822u, 0x299f31d0u,
        0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u)]
    public void GivesThePublishedWords(uint c0, uint c1, uint c2, uint c3, uint key0, uint key1, uint w0, uint w1, uint w2, uint w3)
        => Assert.Equal(new PhiloxBlock(w0, w1, w2, w3), Philox.Block(new PhiloxBlock(c0, c1, c2, c3), key0, key1));

    [Fact]
    public void SeedStreamStepAndIndexTakeTheirPlaces()
        => Assert.Equal(
            Philox.Block(new PhiloxBlock(0x0000000du, 0x0000000cu, 0x0000000bu, 0x0000000au), 0x00000002u, 0x00000001u ^ 7u),
            Philox.Block(seed: 0x00000001_00000002, stream: 7, step: 0x0000000a_0000000b, index: 0x0000000c_0000000d));

    [Fact]
    public void NormalNumbersHaveTheMomentsOfTheNormalDistribution()
    {
        const int Count = 100_000;
        RandomStream stream = new(Seed: 5, RandomStreams.Parameter("a"));
        double[] numbers = [.. Enumerable.Range(0, Count).Select(i => stream.Normal(i))];
        double mean = numbers.Average(), variance = numbers.Average(x => x * x), fourth = numbers.Average(x => x * x * x * x);
        Assert.InRange(mean, -0.015, 0.015);
        Assert.InRange(variance, 0.97, 1.03);
        Assert.InRange(fourth, 2.8, 3.2);
    }

    [Fact]
    public void UniformNumbersFillTheirRange()
    {
        RandomStream stream = new(Seed: 5, RandomStreams.Sampling, Step: 3);
        int[] counts = new int[7];
        for (int i = 0; i < 7000; i++)
        {
            counts[stream.Below(i, 7)]++;
            Assert.InRange(stream.Uniform(i), 0.0, 0.9999999999999999);
        }

        Assert.All(counts, count => Assert.InRange(count, 880, 1120));
    }

    [Fact]
    public void APermutationHoldsEachNumberOnceAndDependsOnTheSeed()
    {
        int[] order = new RandomStream(1, RandomStreams.Sampling).Permutation(50);
        Assert.Equal(Enumerable.Range(0, 50), order.Order());
        Assert.NotEqual(order, new RandomStream(2, RandomStreams.Sampling).Permutation(50));
    }
}
