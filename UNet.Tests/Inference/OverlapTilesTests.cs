using CsCheck;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Inference;
using UNet.Vulkan.Model;
using UNet.Vulkan.Training;
using Xunit;

namespace UNet.Tests.Inference;

public class OverlapTilesTests
{
    private static readonly Gen<TileGeometry> AnyGeometry =
        from depth in Gen.Int[1, 4]
        from padding in Gen.Enum<ConvolutionPadding>()
        select new TileGeometry(new UNetConfiguration { Depth = depth, Padding = padding });

    [Fact]
    public void TilesCoverEveryPixelOnceFromWithinTheirOutputs()
        => Gen.Select(AnyGeometry, Gen.Int[0, 20], Gen.Int[1, 900]).Sample((geometry, size, side) =>
        {
            int tile = geometry.MinimumInput + size * geometry.Stride;
            int next = 0;
            foreach (TileSpan span in OverlapTiles.Along(geometry, tile, side))
            {
                Assert.Equal(next, span.Start);
                Assert.True(span.Count > 0 && span.Skip >= 0);
                Assert.True(span.Skip + span.Count <= geometry.OutputOf(tile));
                // The first output of a tile is Border pixels right of its first input.
                Assert.Equal(span.Start, span.Origin + geometry.Border + span.Skip);
                next = span.Start + span.Count;
            }

            Assert.Equal(side, next);
        });

    [Theory]
    [InlineData(ConvolutionPadding.Same, 384, 1000, false)] // four receptive borders of 96
    [InlineData(ConvolutionPadding.Same, 368, 1000, true)]
    [InlineData(ConvolutionPadding.Same, 368, 176, false)] // one tile
    [InlineData(ConvolutionPadding.Valid, 188, 1000, true)] // outputs of 4 pixels, and pools of 16
    [InlineData(ConvolutionPadding.Valid, 188, 4, false)]
    [InlineData(ConvolutionPadding.Valid, 204, 1000, false)]
    public void SmallTilesShowSeams(ConvolutionPadding padding, int tile, int side, bool seams)
        => Assert.Equal(seams, OverlapTiles.HasSeams(new TileGeometry(new UNetConfiguration { Padding = padding }), tile, side));

    [Fact]
    public void AGoodTileComputesNoMoreThanNeeded()
    {
        TileGeometry paper = new(new UNetConfiguration());
        Assert.Equal(444, OverlapTiles.GoodTile(paper, largestSide: 256, limit: 572));
        // Two tiles of 256 outputs along each axis, rather than one of 384 and one of 128.
        Assert.Equal(444, OverlapTiles.GoodTile(paper, largestSide: 512, limit: 572));
        Assert.Equal(700, OverlapTiles.GoodTile(paper, largestSide: 512, limit: 1144));
        TileGeometry same = new(new UNetConfiguration { Padding = ConvolutionPadding.Same });
        Assert.Equal(256 + 2 * 96, OverlapTiles.GoodTile(same, largestSide: 250, limit: 572));
    }

    /// <summary>Same padding: whichever image is the largest of a run, and so decides the tile, others are read as far around.</summary>
    [Fact]
    public void WhatAnImageGetsDoesNotDependOnOthers()
    {
        TileGeometry same = new(new UNetConfiguration { Padding = ConvolutionPadding.Same });
        foreach (int largest in Enumerable.Range(1, 600))
        {
            int limit = Math.Min(572, same.SmallestInputFor(largest + 2 * same.ReceptiveBorder));
            int tile = OverlapTiles.GoodTile(same, largest, limit);
            Assert.All(OverlapTiles.Along(same, tile, largest), span => Assert.Equal(same.ReceptiveBorder, span.Skip));
            Assert.All(OverlapTiles.Along(same, tile, 1), span => Assert.Equal(same.ReceptiveBorder, span.Skip));
        }
    }

    [Fact]
    public void DeepAndWideNetworksTakeTilesThatGiveMoreThanAFewPixels()
    {
        foreach (UNetConfiguration configuration in
            from depth in (int[])[1, 4, 5, 6, 7]
            from width in (int[])[1, 16, 64, 512]
            where width << depth <= 8192
            select new UNetConfiguration { Width = width, Depth = depth })
        {
            TileGeometry geometry = new(configuration);
            int tile = geometry.LargestInputUpTo(OverlapTiles.DefaultLimit(configuration));
            Assert.True(geometry.OutputOf(tile) >= 4 * geometry.Stride, $"{configuration}: {tile}");
            Assert.True(
                geometry.OutputOf(TrainingTile.Candidates(geometry, largestSide: 5000).Last()) >= 4 * geometry.Stride, $"{configuration}");
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(48)]
    [InlineData(64)]
    [InlineData(200)]
    public void TheLargestTileTakenUnaskedCanBeBoundOnEveryDevice(int width)
    {
        foreach (UNetConfiguration configuration in
            from padding in Enum.GetValues<ConvolutionPadding>()
            from architecture in Enum.GetValues<UNetArchitecture>()
            from depth in (int[])[1, 4]
            select new UNetConfiguration { Architecture = architecture, Width = width, Depth = depth, Padding = padding })
        {
            int tile = new TileGeometry(configuration).LargestInputUpTo(OverlapTiles.DefaultLimit(configuration));
            Graph graph = new();
            graph.AppendNetwork(configuration, graph.Input("image", new Shape(1, 1, tile, tile)));
            Assert.True(graph.Values.Where(value => value.Whole is null && value.Kind == ValueKind.Activation)
                .Max(value => value.SizeInBytes) <= 128 << 20);
        }

        Assert.Equal(572, OverlapTiles.DefaultLimit(new UNetConfiguration()));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void MirroringBouncesBetweenTheEdges(int size)
    {
        // A walk that turns round at each end.
        (int place, int direction) = (0, 1);
        for (int coordinate = 0; coordinate < 30; coordinate++)
        {
            Assert.Equal(place, MirrorExtrapolation.Coordinate(coordinate, size));
            Assert.Equal(place, MirrorExtrapolation.Coordinate(-coordinate, size));
            if (size == 1)
                continue;
            if (place + direction < 0 || place + direction >= size)
                direction = -direction;
            place += direction;
        }
    }

    [Fact]
    public void TilesAreMirroredWhereverTheyLie()
        => Gen.Select(Gen.Int[1, 9], Gen.Int[1, 9], Gen.Int[-30, 30], Gen.Int[-30, 30], Gen.Int[1, 20])
            .Sample((height, width, y, x, side) =>
            {
                int[] image = [.. Enumerable.Range(0, 2 * height * width)];
                int[] tile = new int[2 * side * side];
                MirrorExtrapolation.CopyTile<int>(image, 2, height, width, y, x, side, tile);
                for (int i = 0; i < tile.Length; i++)
                {
                    (int plane, int row, int column) = (i / (side * side), i / side % side, i % side);
                    int expected = (plane * height + MirrorExtrapolation.Coordinate(y + row, height)) * width
                        + MirrorExtrapolation.Coordinate(x + column, width);
                    Assert.Equal(expected, tile[i]);
                }
            });
}
