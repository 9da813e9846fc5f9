using CsCheck;
using UNet.Vulkan.Instances;
using Xunit;

namespace UNet.Tests.Instances;

public sealed class WatershedTests
{
    [Fact]
    public void BasinsMeetOnTheRidge()
    {
        float[] relief = [0, 1, 2, 3, 1, 0, 0];
        int[] markers = [1, 0, 0, 0, 0, 0, 2];

        Assert.Equal([1, 1, 1, 0, 2, 2, 2], Watershed.Flood(relief, markers, [], 1, 7, Connectivity.Four, lines: true));
    }

    [Fact]
    public void WithoutLinesEveryPixelBelongsToABasin()
    {
        float[] relief = [0, 1, 2, 3, 1, 0, 0];
        int[] markers = [1, 0, 0, 0, 0, 0, 2];

        // Both reach the ridge at its own height; the left one was in line for it first.
        int[] basins = Watershed.Flood(relief, markers, [], 1, 7, Connectivity.Four, lines: false);
        Assert.Equal([1, 1, 1], basins[..3]);
        Assert.Equal([2, 2, 2], basins[4..]);
        Assert.InRange(basins[3], 1, 2);
    }

    [Fact]
    public void OnAPlateauBasinsGrowAtEqualSpeed()
    {
        float[] relief = new float[9];
        int[] markers = [1, 0, 0, 0, 0, 0, 0, 0, 2];

        Assert.Equal([1, 1, 1, 1, 0, 2, 2, 2, 2], Watershed.Flood(relief, markers, [], 1, 9, Connectivity.Four, lines: true));
    }

    [Fact]
    public void AWallIsNotCrossedAtACorner()
    {
        float[] relief = new float[4];
        int[] markers = [1, 0, 0, 0];
        bool[] flooded = [true, false, false, true];

        Assert.Equal([1, 0, 0, 0], Watershed.Flood(relief, markers, flooded, 2, 2, Connectivity.Four, lines: false));
        Assert.Equal([1, 0, 0, 1], Watershed.Flood(relief, markers, flooded, 2, 2, Connectivity.Eight, lines: false));
    }

    [Fact]
    public void LinesSeparateBasinsAndMarkersKeepTheirNumbers() => Gen.Select(
        Gen.Int[2, 10], Gen.Int[2, 10], Gen.Int[0, 5].Array[100], Gen.Int[0, 400].Array[100]).Sample((height, width, heights, random) =>
    {
        int pixels = height * width;
        float[] relief = [.. heights.Take(pixels).Select(h => (float)h)];
        int[] seeds = [.. random.Take(pixels).Select(value => value is > 0 and < 8 ? 1 : 0)];
        int[] markers = ConnectedComponents.Label<int>(seeds, height, width, 0, Connectivity.Four, out int count);
        int[] basins = Watershed.Flood(relief, markers, [], height, width, Connectivity.Four, lines: true);

        for (int i = 0; i < pixels; i++)
        {
            Assert.True(markers[i] == 0 || basins[i] == markers[i]);
            if (i % width + 1 < width)
                Assert.True(basins[i] == basins[i + 1] || basins[i] == 0 || basins[i + 1] == 0);
            if (i + width < pixels)
                Assert.True(basins[i] == basins[i + width] || basins[i] == 0 || basins[i + width] == 0);
        }

        // Each basin hangs together with its marker.
        ConnectedComponents.Label<int>(basins, height, width, 0, Connectivity.Four, out int connected);
        Assert.Equal(count, connected);
    });
}
