using System.Globalization;
using System.Text.RegularExpressions;
using UNet.Tests.Ops;
using UNet.Vulkan;
using UNet.Vulkan.Device;
using UNet.Vulkan.Inference;
using UNet.Vulkan.Model;
using UNet.Vulkan.Planning;
using UNet.Vulkan.Training;
using Xunit;

namespace UNet.Tests.Inference;

public class SegmentationMemoryTests
{
    private const int Image = 3000;
    private static readonly UNetConfiguration Network = new() { Width = 8, Depth = 2 };

    public static TheoryData<bool, ConvolutionPadding, int> Bounds => new()
    {
        { true, ConvolutionPadding.Valid, 20 << 20 },
        { true, ConvolutionPadding.Valid, 100 << 20 },
        { true, ConvolutionPadding.Same, 40 << 20 },
        { false, ConvolutionPadding.Valid, 20 << 20 },
        { false, ConvolutionPadding.Same, 100 << 20 },
    };

    /// <summary>The next tile that needs as many columns and rows of tiles, or fewer, is the smallest; one more is too much.</summary>
    [Theory]
    [MemberData(nameof(Bounds))]
    public void TheTileFitsAndNoLargerOneWouldNeedFewerTiles(bool vulkan, ConvolutionPadding padding, int memory)
    {
        UNetConfiguration network = Network with { Padding = padding };
        DeviceProperties? device = vulkan ? DeviceProperties.Minimum : null;
        TileGeometry geometry = new(network);
        int tile = SegmentationMemory.GoodTile(network, Image, device, memory);
        Assert.True(SegmentationMemory.BytesOf(network, tile, device) <= memory);
        int largest = tile;
        while (SegmentationMemory.BytesOf(network, largest + geometry.Stride, device) <= memory)
            largest += geometry.Stride;
        Assert.Equal(Tiles(largest), Tiles(tile));
        Assert.True(Tiles(tile - geometry.Stride) > Tiles(tile));

        int Tiles(int side) => OverlapTiles.Along(geometry, side, Image).Count();
    }

    [Fact]
    public void MemoryThatIsPlentifulTakesTheImageWhole()
    {
        int tile = SegmentationMemory.GoodTile(Network, 500, null, memory: 1L << 40);
        Assert.Single(OverlapTiles.Along(new TileGeometry(Network), tile, 500));
        // What no descriptor can bind is cut all the same: 8 channels in the first layer, 4 bytes each.
        int bound = SegmentationMemory.GoodTile(Network, Image, DeviceProperties.Minimum, memory: 1L << 40);
        Assert.True(8 * 4L * bound * bound <= DeviceProperties.Minimum.MaxStorageBufferRange);
    }

    [Fact]
    public void WithoutABoundTilesAreThoseOfBefore()
    {
        TileGeometry geometry = new(Network);
        int expected = OverlapTiles.GoodTile(geometry, Image, OverlapTiles.DefaultLimit(Network));
        Assert.Equal(expected, SegmentationMemory.GoodTile(Network, Image, DeviceProperties.Minimum));
        // A graphics card's own memory bounds them too.
        long own = SegmentationMemory.BytesOf(Network, expected, DeviceProperties.Minimum) - 1;
        DeviceProperties card = DeviceProperties.Minimum with { Type = DeviceType.Discrete, DeviceMemory = own };
        Assert.True(SegmentationMemory.GoodTile(Network, Image, card) < expected);
    }

    /// <summary>Kernels of another precision have other scratch.</summary>
    [Fact]
    public void ABoundHoldsInMixedPrecisionToo()
    {
        const long memory = 40 << 20;
        DeviceProperties gpu = RowTileTests.Gpu;
        int tile = SegmentationMemory.GoodTile(Network, Image, gpu, memory, Precision.Mixed);
        Assert.True(SegmentationMemory.BytesOf(Network, tile, gpu, Precision.Mixed) <= memory);
        int largest = SegmentationMemory.LargestTile(Network, gpu, memory, Precision.Mixed)!.Value;
        Assert.InRange(SegmentationMemory.BytesOf(Network, largest, gpu, Precision.Mixed), 1, memory);
        Assert.NotEqual(
            SegmentationMemory.BytesOf(Network, largest, gpu), SegmentationMemory.BytesOf(Network, largest, gpu, Precision.Mixed));
    }

    [Fact]
    public void TheSmallestSizeThatWorksIsNamed()
    {
        int smallest = new TileGeometry(Network).MinimumInput;
        long least = SegmentationMemory.BytesOf(Network, smallest, DeviceProperties.Minimum);
        Assert.Equal(smallest, SegmentationMemory.GoodTile(Network, smallest, DeviceProperties.Minimum, least));
        InputException e = Assert.Throws<InputException>(
            () => SegmentationMemory.GoodTile(Network, Image, DeviceProperties.Minimum, least - 1));
        Assert.Contains($"at least {Math.Ceiling(least / 102.4) / 10} KiB", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TheSmallestSizeOfASmallNetworkIsNoMebibyte()
    {
        UNetConfiguration network = new() { Width = 2, Depth = 1 };
        InputException e = Assert.Throws<InputException>(() => SegmentationMemory.GoodTile(network, Image, null, memory: 3000));
        Match told = Regex.Match(e.Message, @"at least ([\d.]+) KiB of memory, .* more than 2\.9 KiB;");
        Assert.True(told.Success, e.Message);
        double kibibytes = double.Parse(told.Groups[1].Value, CultureInfo.InvariantCulture);
        int smallest = new TileGeometry(network).MinimumInput;
        Assert.Equal(smallest, SegmentationMemory.GoodTile(network, Image, null, (long)(kibibytes * 1024)));
        Assert.Throws<InputException>(() => SegmentationMemory.GoodTile(network, Image, null, (long)((kibibytes - 0.1) * 1024)));
    }

    [Fact]
    public void ANetworkThatNoTileFitsIsRefusedAsSuch()
        => Assert.Throws<PlanException>(() => SegmentationMemory.GoodTile(
            Network with { Width = 1024 }, Image, DeviceProperties.Minimum with { MaxAllocationSize = 1 << 20 }));
}
