using CsCheck;
using UNet.Vulkan.Instances;
using Xunit;

namespace UNet.Tests.Instances;

public sealed class ConnectedComponentsTests
{
    [Fact]
    public void DiagonalNeighboursConnectOnlyWithEight()
    {
        byte[] values =
        [
            1, 0, 1,
            0, 1, 0,
            2, 2, 1,
        ];

        Assert.Equal([1, 0, 2, 0, 3, 0, 4, 4, 5], ConnectedComponents.Label<byte>(values, 3, 3, 0, Connectivity.Four, out int four));
        Assert.Equal(5, four);
        Assert.Equal([1, 0, 1, 0, 1, 0, 2, 2, 1], ConnectedComponents.Label<byte>(values, 3, 3, 0, Connectivity.Eight, out int eight));
        Assert.Equal(2, eight);
    }

    [Fact]
    public void OnlyTheBackgroundBelongsToNoComponent()
    {
        Assert.Equal([1, 0, 2], ConnectedComponents.Label<int>([0, 7, 0], 1, 3, 7, Connectivity.Four, out int count));
        Assert.Equal(2, count);
    }

    [Fact]
    public void TwoPixelsShareAComponentExactlyIfAPathJoinsThem() => Gen.Select(
        Gen.Int[1, 9], Gen.Int[1, 9], Gen.Int[0, 2].Array[81], Gen.OneOfConst(Connectivity.Four, Connectivity.Eight)).Sample(
        (height, width, random, connectivity) =>
        {
            int[] values = random[..(height * width)];
            int[] components = ConnectedComponents.Label<int>(values, height, width, 0, connectivity, out int count);
            Assert.Equal(components, ByRepeatedMinimum(values, height, width, connectivity));
            Assert.Equal(count, components.Max());
        });

    /// <summary>Components by letting the smallest index spread until nothing changes, then numbered in their order.</summary>
    private static int[] ByRepeatedMinimum(int[] values, int height, int width, Connectivity connectivity)
    {
        int[] smallest = [.. Enumerable.Range(0, values.Length)];
        for (bool changed = true; changed;)
        {
            changed = false;
            for (int p = 0; p < values.Length; p++)
            {
                for (int q = 0; q < values.Length; q++)
                {
                    (int rows, int columns) = (Math.Abs(p / width - q / width), Math.Abs(p % width - q % width));
                    bool near = connectivity == Connectivity.Four ? rows + columns == 1 : Math.Max(rows, columns) == 1;
                    if (near && values[p] == values[q] && smallest[q] < smallest[p])
                        (smallest[p], changed) = (smallest[q], true);
                }
            }
        }

        int[] roots = [.. smallest.Where((_, i) => values[i] != 0).Distinct().Order()];
        return [.. smallest.Select((root, i) => values[i] == 0 ? 0 : Array.IndexOf(roots, root) + 1)];
    }
}
