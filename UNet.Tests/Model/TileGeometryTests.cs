using UNet.Vulkan;
using UNet.Vulkan.Model;
using Xunit;

namespace UNet.Tests.Model;

public class TileGeometryTests
{
    [Theory]
    [InlineData(1, 18, 2)]
    [InlineData(1, 20, 4)]
    [InlineData(2, 44, 4)]
    [InlineData(3, 92, 4)]
    [InlineData(4, 188, 4)]
    [InlineData(4, 204, 20)]
    [InlineData(4, 572, 388)]
    public void ValidNetworksLoseTheirBorder(int depth, int input, int output)
    {
        TileGeometry geometry = new(new UNetConfiguration { Depth = depth });
        Assert.Equal(output, geometry.OutputOf(input));
        Assert.Equal(input - output, 2 * geometry.Border);
        Assert.Equal(input, geometry.SmallestInputFor(output));
        Assert.Equal(input, geometry.LargestInputUpTo(input + geometry.Stride - 1));
    }

    /// <summary>Layer by layer, as the network is drawn: every level's sizes must be even before a pool and positive after it.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void SizesThatFitAreThoseThatEveryLayerAccepts(int depth)
    {
        TileGeometry geometry = new(new UNetConfiguration { Depth = depth });
        for (int input = 1; input < 700; input++)
        {
            int? output = ThroughTheLayers(input, depth);
            Assert.Equal(output is not null, geometry.Fits(input));
            if (output is { } expected)
                Assert.Equal(expected, geometry.OutputOf(input));
        }
    }

    [Fact]
    public void SamePaddingKeepsTheSize()
    {
        TileGeometry geometry = new(new UNetConfiguration { Padding = ConvolutionPadding.Same });
        Assert.Equal(512, geometry.OutputOf(512));
        Assert.Equal(0, geometry.Border);
        Assert.Equal(16, geometry.MinimumInput);
        Assert.Equal(96, geometry.ReceptiveBorder);
        Assert.False(geometry.Fits(520));
    }

    [Fact]
    public void ATileThatDoesNotFitIsRefusedWithTheNearestOnes()
    {
        TileGeometry geometry = new(new UNetConfiguration());
        Assert.Contains("556 and 572", Assert.Throws<InputException>(() => geometry.OutputOf(560)).Message);
        Assert.Contains("188", Assert.Throws<InputException>(() => geometry.OutputOf(100)).Message);
    }

    private static int? ThroughTheLayers(int side, int depth)
    {
        for (int level = 0; level < depth; level++)
        {
            side -= 4;
            if (side <= 0 || side % 2 != 0)
                return null;
            side /= 2;
        }

        side -= 4;
        for (int level = 0; level < depth; level++)
            side = side <= 0 ? side : 2 * side - 4;
        return side > 0 ? side : null;
    }
}
