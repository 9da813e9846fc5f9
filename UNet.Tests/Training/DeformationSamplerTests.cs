using CsCheck;
using UNet.Vulkan;
using UNet.Vulkan.Execution;
using UNet.Vulkan.Formats;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Ops;
using UNet.Vulkan.Random;
using UNet.Vulkan.Training;
using Xunit;

namespace UNet.Tests.Training;

public class DeformationSamplerTests
{
    private const int Tile = 28;
    private static readonly TileDeformation Default = new();

    [Fact]
    public void TheSameSeedStepAndTileGiveTheSameDeformation()
    {
        float[] first = Draw(Default, step: 5, index: 1);
        Assert.Equal(first, Draw(Default, step: 5, index: 1));
        Assert.NotEqual(first, Draw(Default, step: 6, index: 1));
        Assert.NotEqual(first, Draw(Default, step: 5, index: 0));
        Assert.NotEqual(first, Draw(Default, step: 5, index: 1, seed: 4));
        Assert.Equal(4 + 18 + 5, first.Length);
    }

    [Fact]
    public void NumbersHaveTheirRangesAndSpread()
    {
        float[][] all = [.. Enumerable.Range(0, 4000).Select(i => Draw(Default with { Rotation = 90 }, step: i / 4, index: i % 4))];
        Assert.All(all, numbers =>
        {
            // A turn, with the columns negated in half of the tiles.
            double determinant = numbers[0] * numbers[3] - numbers[1] * numbers[2];
            Assert.Equal(1, Math.Abs(determinant), 1e-6);
            Assert.InRange(Math.Atan2(numbers[2], numbers[0]), -Math.PI / 4, Math.PI / 4);
            Assert.Equal([-2f, 7f], numbers[22..24]);
            Assert.InRange(numbers[24], -0.05f, 0.05f);
            Assert.InRange(numbers[25], 0.95f, 1.05f);
            Assert.InRange(numbers[26], 0.8f, 1.25f);
        });
        Assert.InRange(all.Count(numbers => numbers[0] * numbers[3] < 0), 1850, 2150);
        Assert.InRange(all.Average(numbers => Math.Atan2(numbers[2], numbers[0])), -0.03, 0.03);
        // The square root of the mean square of 72,000 normal numbers of deviation 10.
        double[] shifts = [.. all.SelectMany(numbers => numbers[4..22]).Select(shift => (double)shift)];
        Assert.Equal(10, Math.Sqrt(shifts.Average(shift => shift * shift)), 0.15);
        Assert.Equal(0, shifts.Average(), 0.2);
    }

    [Fact]
    public void WhatIsSetToNothingDoesNothing()
    {
        float[] numbers = Draw(new() { ElasticSigma = 0, Rotation = 0, GrayVariation = 0 }, step: 3, index: 0);
        Assert.Equal([1f, 0f, 0f], numbers[..3].Select(Math.Abs));
        Assert.All(numbers[4..22], shift => Assert.Equal(0, shift));
        Assert.Equal([0f, 0f, 1f, 1f], numbers[23..27]);
    }

    [Fact]
    public void TheGridReachesTheTilesLastPixel()
    {
        Assert.Equal((3, 13.5f), (Default.VectorsOf(Tile), Default.SpacingOf(Tile)));
        Assert.Equal((3, 285.5f), (Default.VectorsOf(572), Default.SpacingOf(572)));
        // 0, 150, ..., 600.
        Assert.Equal(5, (Default with { ElasticSpacing = 150 }).VectorsOf(572));
        Assert.Equal(2, (Default with { ElasticSpacing = 1000 }).VectorsOf(572));
        Assert.Equal(4, (Default with { ElasticSpacing = 9 }).VectorsOf(Tile));
    }

    /// <summary>With the largest vectors that can be drawn, each up or down, nothing beyond the window is read.</summary>
    [Fact]
    public void NothingIsReadBeyondTheMargin()
        => Gen.Select(Gen.Double[0, 360], Gen.Double[0, 20], Gen.Double[6, 30], Gen.ULong, Gen.Double[-0.5, 0.5]).Sample(
            (rotation, sigma, spacing, signs, turn) =>
            {
                TileDeformation deformation = new() { Rotation = rotation, ElasticSigma = sigma, ElasticSpacing = spacing };
                (int vectors, int margin) = (deformation.VectorsOf(Tile), deformation.MarginOf(Tile));
                RandomStream random = new(signs, 1);
                float[] displacement = [.. Enumerable.Range(0, 2 * vectors * vectors)
                    .Select(i => (float)(random.Below(i, 2) == 0
                        ? -RandomStream.LargestNormal * sigma : RandomStream.LargestNormal * sigma))];
                (double sine, double cosine) = Math.SinCos(turn * rotation * Math.PI / 180);
                float[] transform = [(float)cosine, (float)-sine, (float)sine, (float)cosine];
                foreach (float place in Places(deformation, margin, transform, displacement).Concat(
                    Places(deformation, margin, transform, displacement, alongRows: true)))
                {
                    // Cubic interpolation reads one pixel before and two after the place's own.
                    Assert.InRange(Math.Floor(place) - 1, 0, double.MaxValue);
                    Assert.InRange(Math.Floor(place) + 2, 0, Tile + 2 * margin - 1);
                }
            }, iter: 40);

    [Fact]
    public void BadParametersAreRefused()
    {
        Refused("4 pixels or more apart, not 3", Default with { ElasticSpacing = 3 });
        Refused("0 to 1000 pixels, not -1", Default with { ElasticSigma = -1 });
        Refused("not NaN", Default with { ElasticSigma = double.NaN });
        Refused("0 to 360 degrees, not 361", Default with { Rotation = 361 });
        Refused("0 to 5, not -0.5", Default with { GrayVariation = -0.5 });
        Refused("interpolation", Default with { Interpolation = (Interpolation)7 });

        static void Refused(string message, TileDeformation deformation)
            => Assert.Contains(message, Assert.Throws<InputException>(
                () => (TrainingExamples.Configuration with { Deformation = deformation }).Validated()).Message);
    }

    [Fact]
    public void AStateKeepsTheDeformation()
    {
        TrainingConfiguration configuration = new()
        {
            Augmentation = Augmentation.Paper,
            Deformation = new()
            {
                ElasticSpacing = 40,
                ElasticSigma = 2.5,
                Rotation = 30,
                GrayVariation = 0.5,
                Interpolation = Interpolation.Linear,
            },
        };
        Assert.Equal(configuration, Again(configuration));
        Assert.Equal(new TrainingConfiguration { Augmentation = Augmentation.Paper }, Again(new() { Augmentation = Augmentation.Paper }));
        // States of other runs say nothing of it, like those of older versions.
        Assert.DoesNotContain("deformation", Text(new()), StringComparison.Ordinal);
        Assert.Equal(new TrainingConfiguration(), Again(new()));

        static string Text(TrainingConfiguration configuration)
            => JsonText.Write(json => TrainingConfigurationJson.Write(json, configuration));

        static TrainingConfiguration Again(TrainingConfiguration configuration)
            => JsonText.Read(Text(configuration), "state", TrainingConfigurationJson.Read);
    }

    /// <summary>Places in a window where the tile lies in its middle: of an image that shows its own rows or columns.</summary>
    private static float[] Places(TileDeformation deformation, int margin, float[] transform, float[] displacement, bool alongRows = false)
    {
        // The image is larger than the window, so that a place beyond the window shows.
        int around = 100 + margin;
        int side = Tile + 2 * around;
        int vectors = deformation.VectorsOf(Tile);
        Graph graph = new();
        Shape slot = new(1, 1, side, side);
        Value image = graph.Input("image", slot);
        Value[] words = [.. new[] { "size", "origin" }.Select(name => graph.Input(name, Shape.Of(1, 2), ElementType.UInt32))];
        Value[] numbers = [graph.Input("transform", Shape.Of(1, 4)), graph.Input("displacement", Shape.Of(1, 2, vectors * vectors)),
            graph.Input("gray", Shape.Of(1, 5))];
        Node node = graph.Add("sample", new SampleDeformedTile(Tile, Tile, vectors, deformation.SpacingOf(Tile), 2),
            [image, graph.Input("label", slot, ElementType.UInt32), graph.Input("weight", slot), .. words, .. numbers]);
        node.Output.Keep = true;
        using ReferenceSession<double> session = new(graph);
        session.Write(image, [.. Enumerable.Range(0, side * side).Select(i => (float)((alongRows ? i % side : i / side) - 100))]);
        foreach ((Value value, int number) in words.Zip([side, around]))
            session.Write(value, [(uint)number, (uint)number]);
        session.Write(numbers[0], transform);
        session.Write(numbers[1], displacement);
        session.Run();
        return session.ReadAll(node.Output);
    }

    private static float[] Draw(TileDeformation deformation, long step, int index, ulong seed = 3)
    {
        float[] transform = new float[4], displacement = new float[18], gray = new float[5];
        new DeformationSampler(seed, deformation, Tile).Sample(step, index, (-2, 7), transform, displacement, gray);
        return [.. transform, .. displacement, .. gray];
    }
}
