using CsCheck;
using UNet.Vulkan.Instances;
using Xunit;

namespace UNet.Tests.Instances;

public class DistanceLobesTests
{
    private static readonly Gen<(int Height, int Width, bool[] Mask)> AnyMask =
        from height in Gen.Int[1, 14]
        from width in Gen.Int[1, 14]
        from density in Gen.Int[40, 100]
        from mask in Gen.Int[0, 99].Select(drawn => drawn < density).Array[height * width]
        select (height, width, mask);

    /// <summary>Two discs of radius 10 whose centres are apart, so that the neck between them has a known half width.</summary>
    [Theory]
    [InlineData(12, 0.75, 1)] // √(10² - 6²) = 8: 0.8 of the discs' own
    [InlineData(12, 0.85, 2)]
    [InlineData(16, 0.55, 1)] // √(10² - 8²) = 6
    [InlineData(16, 0.65, 2)]
    public void DiscsAreCutWhereTheirNeckIsNarrow(int apart, double neck, int expected)
    {
        // At twice the scale, so that steps of a pixel hardly matter.
        (int height, int width) = (60, 120);
        bool[] mask = new bool[height * width];
        for (int i = 0; i < mask.Length; i++)
        {
            (int y, int x) = (i / width - 30, i % width - 30);
            mask[i] = x * x + y * y < 400 || (x - 2 * apart) * (x - 2 * apart) + y * y < 400;
        }

        int[] lobes = DistanceLobes.Label(mask, height, width, neck, out int count);
        Assert.Equal(expected, count);
        // The cut runs halfway.
        Assert.All(Enumerable.Range(0, mask.Length).Where(i => mask[i] && Math.Abs(i % width - 30 - apart) > 2), i =>
            Assert.Equal(count == 2 && i % width > 30 + apart ? 2 : 1, lobes[i]));
    }

    [Fact]
    public void ADiscThatTheEdgeCutsIsOneLobe()
    {
        bool[] mask = [.. Enumerable.Range(0, 20 * 40).Select(i => Square(i / 40) + Square(i % 40 - 20) < 15 * 15)];
        DistanceLobes.Label(mask, 20, 40, neck: 0.9, out int count);
        Assert.Equal(1, count);

        static int Square(int a) => a * a;
    }

    [Fact]
    public void WhatTouchesIsJoinedAtZero() => AnyMask.Sample(drawn =>
    {
        (int height, int width, bool[] mask) = drawn;
        int[] expected = ConnectedComponents.Label(mask, height, width, false, Connectivity.Four, out int components);
        Assert.Equal(expected, DistanceLobes.Label(mask, height, width, neck: 0, out int count));
        Assert.Equal(components, count);
    });

    [Fact]
    public void LobesAreThoseOfTheDefinitionTakenLiterally() => Gen.Select(AnyMask, Gen.Int[0, 10]).Sample((drawn, tenths) =>
    {
        (int height, int width, bool[] mask) = drawn;
        double neck = tenths / 10.0;
        int[] lobes = DistanceLobes.Label(mask, height, width, neck, out int count);
        int[] expected = Literally(mask, height, width, neck);
        // Numbers may differ, which pixels have the same may not.
        Dictionary<int, int> translation = [];
        for (int i = 0; i < lobes.Length; i++)
            Assert.Equal(expected[i], translation.TryGetValue(lobes[i], out int known) ? known : translation[lobes[i]] = expected[i]);
        Assert.Equal(expected.Distinct().Count(value => value >= 0), count);
        Assert.Equal(translation.Count, translation.Values.Distinct().Count());
    });

    /// <summary>Each pixel holds the index of its lobe's maximum; a join goes over the whole image.</summary>
    private static int[] Literally(bool[] mask, int height, int width, double neck)
    {
        float[] distance = [.. Enumerable.Range(0, mask.Length).Select(i => (float)Math.Sqrt(Enumerable.Range(0, mask.Length)
            .Where(j => !mask[j])
            .Select(j => Math.Pow(i / width - j / width, 2) + Math.Pow(i % width - j % width, 2))
            .DefaultIfEmpty(double.PositiveInfinity).Min()))];
        int[] top = [.. mask.Select(_ => -1)];
        foreach (int pixel in Enumerable.Range(0, mask.Length).Where(i => mask[i]).OrderByDescending(i => distance[i]).ThenBy(i => i))
        {
            int[] around = [.. Enumerable.Range(0, mask.Length)
                .Where(j => top[j] >= 0 && Math.Abs(pixel / width - j / width) + Math.Abs(pixel % width - j % width) == 1)
                .Select(j => top[j]).Distinct().OrderByDescending(lobe => distance[lobe]).ThenBy(lobe => lobe)];
            top[pixel] = around.Length == 0 ? pixel : around[0];
            foreach (int lower in around.Skip(1).Where(lower => distance[pixel] >= neck * distance[lower]))
                top = [.. top.Select(lobe => lobe == lower ? around[0] : lobe)];
        }

        return top;
    }
}
