using UNet.Vulkan.Execution;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Ops;
using UNet.Vulkan.Random;
using Xunit;

namespace UNet.Tests.Ops;

/// <summary>Deformed tiles against plain ones, hand-computed values and the definitions of their parts.</summary>
public class SampleDeformedTileTests
{
    private const int Tile = 12;
    private const int Output = 8;
    private const int Border = 2;
    private static readonly float[] Identity = [1, 0, 0, 1];
    private static readonly float[] GrayAsItIs = [0, 0, 0, 1, 1];

    public static TheoryData<string> Backends => [.. Tests.Backends.All];

    [Theory]
    [MemberData(nameof(Backends))]
    public void WithoutDeformationItIsThePlainTileBitForBit(string backend)
    {
        using IComputeDevice device = Tests.Backends.Open(backend);
        foreach ((int y, int x) in new[] { (3, 5), (-9, 17), (-40, 2), (0, 90) })
        {
            foreach (int taps in new[] { 2, 4 })
                AssertSame(
                    Plain(device, Noise, y, x, orientation: 0), Deformed(device, Noise, y, x, Identity, new float[18], GrayAsItIs, taps));
        }
    }

    /// <summary>Images so small that they are mirrored again and again, down to one pixel.</summary>
    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 2)]
    [InlineData(2, 3)]
    [InlineData(3, 1)]
    [InlineData(4, 2)]
    public void SmallImagesAreMirroredAgainAndAgain(int height, int width)
    {
        using IComputeDevice device = Tests.Backends.Open("vulkan, plain kernels");
        Picture picture = MakeNoise(height, width);
        for (int y = -13; y <= 2; y++)
            AssertSame(
                Plain(device, picture, y, -y - 9, orientation: 0),
                Deformed(device, picture, y, -y - 9, Identity, new float[18], GrayAsItIs, taps: 4));
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public void QuarterTurnsAndReflectionsAreThePlainOrientations(string backend)
    {
        using IComputeDevice device = Tests.Backends.Open(backend);
        for (int orientation = 0; orientation < 8; orientation++)
        {
            float[] matrix = (orientation & 4) != 0 ? [0, 1, 1, 0] : [1, 0, 0, 1];
            (float rows, float columns) = ((orientation & 2) != 0 ? -1 : 1, (orientation & 1) != 0 ? -1 : 1);
            float[] signed = [rows * matrix[0], rows * matrix[1], columns * matrix[2], columns * matrix[3]];
            AssertSame(
                Plain(device, Noise, -3, 4, orientation), Deformed(device, Noise, -3, 4, signed, new float[18], GrayAsItIs, taps: 4));
        }
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public void VectorsThatAreAllTheSameShiftTheTile(string backend)
    {
        using IComputeDevice device = Tests.Backends.Open(backend);
        float[] displacement = [.. Enumerable.Repeat(3f, 9), .. Enumerable.Repeat(-2f, 9)];
        AssertSame(
            Plain(device, Noise, 4, -6, orientation: 0), Deformed(device, Noise, 1, -4, Identity, displacement, GrayAsItIs, taps: 4));
    }

    /// <summary>On an image that shows its own rows, and one that shows its columns, linear interpolation gives places.</summary>
    [Theory]
    [MemberData(nameof(Backends))]
    public void TheGridIsInterpolatedByTheSplineOfCatmullAndRom(string backend)
    {
        using IComputeDevice device = Tests.Backends.Open(backend);
        // Vectors stand at rows and columns 0, 4 and 8; the tile ends at 11.
        float[] rows = [1, -2, 4, 0.5f, 3, -1, 2, -3, 5];
        float[] columns = [0, 2, -5, 1, 1.5f, 3, -4, 2.5f, 0];
        float[] displacement = [.. rows, .. columns];
        const int Origin = 20;
        Sampled y = Deformed(device, Ramp(slope: (1, 0)), Origin, Origin, Identity, displacement, GrayAsItIs, taps: 2);
        Sampled x = Deformed(device, Ramp(slope: (0, 1)), Origin, Origin, Identity, displacement, GrayAsItIs, taps: 2);
        for (int row = 0; row < Tile; row++)
        {
            for (int column = 0; column < Tile; column++)
            {
                Assert.Equal(Origin + row + Spline(rows, row, column), y.X[row * Tile + column], 1e-4);
                Assert.Equal(Origin + column + Spline(columns, row, column), x.X[row * Tile + column], 1e-4);
            }
        }

        Assert.Equal(Origin + 4 + 3, y.X[4 * Tile + 4], 1e-5f);
        // Half-way between the vectors 0.5 and 3 of the second row: (-0.5 + 9·0.5 + 9·3 + 1) / 16.
        Assert.Equal(Origin + 4 + 2, y.X[4 * Tile + 2], 1e-5f);

        // The spline in its matrix form (Catmull and Rom 1974), along rows, then along columns.
        static double Spline(float[] grid, int row, int column)
        {
            double[] line = [.. Enumerable.Range(0, 4).Select(i => Along(
                [.. Enumerable.Range(0, 4).Select(j => Vector(row / 4 - 1 + i, column / 4 - 1 + j))], column % 4 / 4.0))];
            return Along(line, row % 4 / 4.0);

            double Vector(int j, int k) => grid[Math.Clamp(j, 0, 2) * 3 + Math.Clamp(k, 0, 2)];
        }

        static double Along(double[] p, double t) => 0.5 * (2 * p[1] + (p[2] - p[0]) * t
            + (2 * p[0] - 5 * p[1] + 4 * p[2] - p[3]) * t * t + (3 * p[1] - p[0] - 3 * p[2] + p[3]) * t * t * t);
    }

    /// <summary>Half a pixel to the right along a row of 0, 16, 0, 0, 64 ... , whose mirror image lies to the left.</summary>
    [Theory]
    [InlineData("cpu")]
    [InlineData("vulkan, plain kernels")]
    public void PixelsAreInterpolatedLinearlyOrCubically(string backend)
    {
        using IComputeDevice device = Tests.Backends.Open(backend);
        float[] row = [0, 16, 0, 0, 64, 0, 0, 0];
        Picture picture = new(3, 8, [.. row, .. row, .. row], new uint[24], new float[24]);
        float[] displacement = [.. new float[9], .. Enumerable.Repeat(0.5f, 9)];
        Sampled linear = Deformed(device, picture, 0, 0, Identity, displacement, GrayAsItIs, taps: 2);
        Sampled cubic = Deformed(device, picture, 0, 0, Identity, displacement, GrayAsItIs, taps: 4);
        Assert.Equal([8, 8, 0, 32, 32, 0], linear.X[..6]);
        // (-p0 + 9 p1 + 9 p2 - p3) / 16; before the first pixel lies the second.
        Assert.Equal([8, 9, -5, 36, 36, -4], cubic.X[..6]);
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public void GrayValuesFollowTheirCurve(string backend)
    {
        using IComputeDevice device = Tests.Backends.Open(backend);
        float[] row = [-1, 0, 1, 3, 5, -2, 0, 0];
        Picture picture = new(1, 8, row, new uint[8], new float[8]);
        // From -1 over a range of 4: u = 0, 1/4, 1/2, 1, and what lies beyond is limited to 0 to 1.
        Sampled sampled = Deformed(device, picture, 0, 0, Identity, new float[18], [-1, 4, 0.25f, 0.75f, 2], taps: 4);
        double[] expected = [0, 1 / 32.0, 1 / 8.0, 0.5, 0.5, 0];
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(-1 + 4 * (0.25 + expected[i]), sampled.X[i], 1e-5);
    }

    /// <summary>By a third of a turn: labels are those of the pixel whose centre is nearest, weights 0 outside.</summary>
    [Theory]
    [MemberData(nameof(Backends))]
    public void LabelsAndWeightsAreThoseOfTheNearestPixel(string backend)
    {
        using IComputeDevice device = Tests.Backends.Open(backend);
        (double sine, double cosine) = Math.SinCos(2 * Math.PI / 3);
        float[] turn = [(float)cosine, (float)-sine, (float)sine, (float)cosine];
        Sampled sampled = Deformed(device, Noise, -4, 14, turn, new float[18], GrayAsItIs, taps: 4);
        int outside = 0;
        for (int i = 0; i < Output * Output; i++)
        {
            (double y, double x) = (i / Output + Border - 5.5, i % Output + Border - 5.5);
            int row = (int)Math.Round(5.5 + cosine * y - sine * x) - 4;
            int column = (int)Math.Round(5.5 + sine * y + cosine * x) + 14;
            bool inside = row >= 0 && row < Noise.Height && column >= 0 && column < Noise.Width;
            outside += inside ? 0 : 1;
            // None of the places is farther outside than the image is large.
            int place = (row < 0 ? -row : row) * Noise.Width + (column >= Noise.Width ? 2 * Noise.Width - 2 - column : column);
            Assert.Equal(Noise.Labels[place], sampled.Labels[i]);
            Assert.Equal(inside ? Noise.Weights[place] : 0, sampled.Weights[i]);
        }

        Assert.InRange(outside, 10, 60);
    }

    private static Picture Noise { get; } = MakeNoise(19, 22);

    private static Picture MakeNoise(int height, int width)
    {
        RandomStream random = new(11, RandomStreams.Synthesis);
        int[] places = [.. Enumerable.Range(0, height * width)];
        return new(
            height, width, [.. places.Select(i => (float)random.Normal(i))], [.. places.Select(i => (uint)random.Below(1000 + i, 7))],
            [.. places.Select(i => 1 + (float)random.Uniform(2000 + i))]);
    }

    private static Picture Ramp((int Y, int X) slope)
    {
        const int Side = 60;
        return new(
            Side, Side, [.. Enumerable.Range(0, Side * Side).Select(i => (float)(i / Side * slope.Y + i % Side * slope.X))],
            new uint[Side * Side], new float[Side * Side]);
    }

    private static Sampled Plain(IComputeDevice device, Picture picture, int y, int x, int orientation)
        => Run(device, picture, y, x, new SampleTile(Tile, Output), [(uint)orientation]);

    private static Sampled Deformed(
        IComputeDevice device, Picture picture, int y, int x, float[] transform, float[] displacement, float[] gray, int taps)
        => Run(
            device, picture, y, x, new SampleDeformedTile(Tile, Output, Vectors: 3, Spacing: 4, taps), null, transform, displacement, gray);

    private static Sampled Run(
        IComputeDevice device, Picture picture, int y, int x, Vulkan.Ops.Declaration.Op op, uint[]? orientation, params float[][] numbers)
    {
        Graph graph = new();
        Shape slot = new(1, 1, picture.Height, picture.Width);
        List<Value> values =
        [
            graph.Input("image", slot), graph.Input("label", slot, ElementType.UInt32), graph.Input("weight", slot),
            graph.Input("size", Shape.Of(1, 2), ElementType.UInt32), graph.Input("origin", Shape.Of(1, 2), ElementType.UInt32),
        ];
        if (orientation is not null)
            values.Add(graph.Input("orientation", new Shape(1), ElementType.UInt32));
        else
            values.AddRange([graph.Input("transform", Shape.Of(1, 4)), graph.Input("displacement", Shape.Of(1, 2, 9)),
                graph.Input("gray", Shape.Of(1, 5))]);
        Node node = graph.Add("sample", op, [.. values]);
        Value[] outputs = [.. op.Info.Roles.TakeLast(3).Select(role => node[role])];
        foreach (Value output in outputs)
            output.Keep = true;

        using Session session = device.CreateSession(graph);
        session.Write(values[0], picture.Pixels);
        session.Write(values[1], picture.Labels);
        session.Write(values[2], picture.Weights);
        session.Write(values[3], [(uint)picture.Height, (uint)picture.Width]);
        session.Write(values[4], [(uint)y, (uint)x]);
        if (orientation is not null)
            session.Write(values[5], orientation);
        for (int i = 0; i < numbers.Length; i++)
            session.Write(values[5 + i], numbers[i]);
        session.Run();
        uint[] labels = new uint[Output * Output];
        session.Read(outputs[1], labels);
        return new(session.ReadAll(outputs[0]), labels, session.ReadAll(outputs[2]));
    }

    private static void AssertSame(Sampled expected, Sampled actual)
    {
        Assert.Equal(expected.X.Select(BitConverter.SingleToUInt32Bits), actual.X.Select(BitConverter.SingleToUInt32Bits));
        Assert.Equal(expected.Labels, actual.Labels);
        Assert.Equal(expected.Weights, actual.Weights);
    }

    private sealed record Picture(int Height, int Width, float[] Pixels, uint[] Labels, float[] Weights);

    private sealed record Sampled(float[] X, uint[] Labels, float[] Weights);
}
