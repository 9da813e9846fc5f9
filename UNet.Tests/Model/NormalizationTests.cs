using CsCheck;
using UNet.Vulkan;
using UNet.Vulkan.Model;
using Xunit;

namespace UNet.Tests.Model;

public class NormalizationTests
{
    [Fact]
    public void ImagesGetMeanZeroAndDeviationOne()
        => Gen.Float[-1e4f, 1e4f].Array[2, 200].Where(pixels => pixels.Max() - pixels.Min() > 1).Sample(pixels =>
        {
            float[] normalized = Normalization.Apply(Normalization.PerImageStandard, pixels);
            Assert.InRange(normalized.Average(x => (double)x), -1e-5, 1e-5);
            Assert.InRange(normalized.Average(x => (double)x * x), 1 - 1e-4, 1 + 1e-4);
        });

    [Theory]
    [InlineData(0f)]
    [InlineData(0.1f)]
    [InlineData(65535f)]
    public void AConstantImageGivesZeros(float value)
        => Assert.All(
            Normalization.Apply(Normalization.PerImageStandard, Enumerable.Repeat(value, 1001).ToArray()), x => Assert.Equal(0f, x));

    [Fact]
    public void WhatIsNotFiniteOrNotKnownIsRefused()
    {
        Assert.Throws<InputException>(() => Normalization.Apply(Normalization.PerImageStandard, [1, float.NaN]));
        Assert.Throws<InputException>(() => Normalization.Apply(Normalization.PerImageStandard, [1, float.PositiveInfinity]));
        Assert.Throws<InputException>(() => Normalization.Apply("other", [1, 2]));
    }
}
