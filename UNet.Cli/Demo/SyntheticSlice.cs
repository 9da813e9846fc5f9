using UNet.Vulkan.Random;

namespace UNet.Cli.Demo;

/// <summary>
/// An invented image in the manner of electron microscopy of tissue: cells with bent borders, dark membranes of 2 to 4
/// pixels between them, and inside the cells mitochondria and vesicles, as dark as membranes, which a threshold would take
/// for them.
/// </summary>
/// <param name="Pixels">Gray values, [row][column].</param>
/// <param name="Labels">0 on membranes, 255 inside cells, [row][column].</param>
internal sealed record SyntheticSlice(byte[] Pixels, byte[] Labels)
{
    /// <summary>Mean distance between the middles of neighbouring cells, in pixels.</summary>
    private const int CellSpacing = 44;

    /// <summary>What numbers are drawn for: each purpose has a stream of its own.</summary>
    private enum Purpose : uint
    {
        Cells,
        BendX,
        BendY,
        Thickness,
        Stain,
        FineTexture,
        CoarseTexture,
        Light,
        Organelles,
        Noise,
    }

    /// <summary>Makes the slice of a seed and a number; the same ones give the same slice.</summary>
    public static SyntheticSlice Create(ulong seed, int number, int size)
    {
        Random random = new(seed, number);
        List<Cell> cells = Cells(random, size);
        SmoothNoise bendX = new(random.Stream(Purpose.BendX), size, 28);
        SmoothNoise bendY = new(random.Stream(Purpose.BendY), size, 28);
        SmoothNoise thickness = new(random.Stream(Purpose.Thickness), size, 40);
        SmoothNoise stains = new(random.Stream(Purpose.Stain), size, 17);
        SmoothNoise fine = new(random.Stream(Purpose.FineTexture), size, 3);
        SmoothNoise coarse = new(random.Stream(Purpose.CoarseTexture), size, 11);
        SmoothNoise light = new(random.Stream(Purpose.Light), size, 150);

        float[] border = new float[size * size];
        int[] cellOf = new int[size * size];
        for (int i = 0; i < border.Length; i++)
        {
            (int x, int y) = (i % size, i / size);
            (cellOf[i], border[i]) = Nearest(cells, x + 11 * bendX[x, y], y + 11 * bendY[x, y]);
        }

        border = Straighten(border, size);
        float[] gray = new float[size * size];
        byte[] labels = new byte[size * size];
        for (int i = 0; i < gray.Length; i++)
        {
            (int x, int y) = (i % size, i / size);
            double half = 1.5 + 0.5 * thickness[x, y];
            labels[i] = border[i] < half ? (byte)0 : (byte)255;

            // The cytoplasm darkens a little towards a membrane, whose edge is not sharp and whose stain is uneven.
            double membrane = 1 / (1 + Math.Exp(2.2 * (border[i] - half)));
            double stain = 72 + 22 * stains[x, y];
            double interior = cells[cellOf[i]].Gray + 16 * coarse[x, y] + 24 * fine[x, y] - 14 * Math.Exp(-border[i] / 3);
            gray[i] = (float)(membrane * stain + (1 - membrane) * interior);
        }

        DrawOrganelles(gray, border, cellOf, cells, random.Stream(Purpose.Organelles), size);
        gray = Blur(gray, size);
        RandomStream noise = random.Stream(Purpose.Noise);
        byte[] pixels = new byte[size * size];
        for (int i = 0; i < pixels.Length; i++)
        {
            double value = gray[i] + 12 * light[i % size, i / size] + 13 * noise.Normal(i);
            pixels[i] = (byte)Math.Clamp(Math.Round(value), 0, 255);
        }

        return new(pixels, labels);
    }

    /// <summary>One cell for each square of a grid that reaches over the image's edge, moved about within its square.</summary>
    private static List<Cell> Cells(Random random, int size)
    {
        RandomStream stream = random.Stream(Purpose.Cells);
        List<Cell> cells = [];
        long draw = 0;
        for (int row = -2; row <= size / CellSpacing + 2; row++)
        {
            for (int column = -2; column <= size / CellSpacing + 2; column++)
            {
                double x = (column + stream.Uniform(draw++)) * CellSpacing;
                double y = (row + stream.Uniform(draw++)) * CellSpacing;
                cells.Add(new(x, y, 700 * stream.Uniform(draw++), 146 + 40 * stream.Uniform(draw++)));
            }
        }

        return cells;
    }

    /// <summary>The cell at a place and the distance to its border: a power diagram, whose borders are straight lines.</summary>
    private static (int Cell, float Border) Nearest(List<Cell> cells, double x, double y)
    {
        Span<double> powers = stackalloc double[cells.Count];
        int nearest = 0;
        for (int i = 0; i < powers.Length; i++)
        {
            powers[i] = cells[i].Power(x, y);
            if (powers[i] < powers[nearest])
                nearest = i;
        }

        double border = double.PositiveInfinity;
        for (int i = 0; i < powers.Length; i++)
        {
            if (i != nearest)
                border = Math.Min(border, (powers[i] - powers[nearest]) / (2 * cells[i].DistanceTo(cells[nearest])));
        }

        return (nearest, (float)border);
    }

    /// <summary>
    /// The bends stretch and squeeze distances: dividing by the slope, the larger of both sides because the distance has its
    /// valley on the border, makes them distances in pixels again near a border.
    /// </summary>
    private static float[] Straighten(float[] border, int size)
    {
        float[] straight = new float[border.Length];
        for (int i = 0; i < border.Length; i++)
        {
            (int x, int y) = (i % size, i / size);
            float across = Math.Max(Rise(x > 0, i - 1), Rise(x < size - 1, i + 1));
            float down = Math.Max(Rise(y > 0, i - size), Rise(y < size - 1, i + size));
            straight[i] = border[i] / Math.Max(MathF.Sqrt(across * across + down * down), 0.4f);
            float Rise(bool exists, int neighbour) => exists ? Math.Abs(border[neighbour] - border[i]) : 0;
        }

        return straight;
    }

    private static void DrawOrganelles(float[] gray, float[] border, int[] cellOf, List<Cell> cells, RandomStream stream, int size)
    {
        long draw = 0;
        int places = size * size / 300;
        for (int place = 0; place < places; place++)
        {
            int x = (int)(stream.Uniform(draw++) * size);
            int y = (int)(stream.Uniform(draw++) * size);
            double kind = stream.Uniform(draw++);
            double scale = stream.Uniform(draw++);
            double angle = Math.PI * stream.Uniform(draw++);
            bool isMitochondrion = kind < 0.22;
            double length = isMitochondrion ? 8 + 8 * scale : 1.6 + 1.6 * scale;
            double width = isMitochondrion ? length * 0.6 : length;

            // Only where it fits into its cell, clear of the membrane; the border of the cell may be the nearest edge of the image too.
            if (border[y * size + x] < length + 2)
                continue;
            double middle = cells[cellOf[y * size + x]].Gray;
            int reach = (int)Math.Ceiling(length) + 2;
            for (int v = Math.Max(0, y - reach); v <= Math.Min(size - 1, y + reach); v++)
            {
                for (int u = Math.Max(0, x - reach); u <= Math.Min(size - 1, x + reach); u++)
                {
                    double along = (u - x) * Math.Cos(angle) + (v - y) * Math.Sin(angle);
                    double across = (v - y) * Math.Cos(angle) - (u - x) * Math.Sin(angle);
                    double radius = Math.Sqrt(along * along / (length * length) + across * across / (width * width));
                    double inside = (1 - radius) * width;
                    if (inside < -0.5)
                        continue;
                    double cover = Math.Clamp(inside + 0.5, 0, 1);

                    // A mitochondrion: gray, with a dark rim and folds across it. A vesicle: a dark ring, lit in the middle, or a dark dot.
                    double value = isMitochondrion
                        ? inside < 1.6 ? 74 : 112 + 20 * Math.Sin(along * 1.5)
                        : kind < 0.7 && length > 2.1 && inside > 1.3 ? middle : 78;
                    ref float pixel = ref gray[v * size + u];
                    pixel = (float)(pixel + cover * (value - pixel));
                }
            }
        }
    }

    /// <summary>Smooths with the weights 1 2 1 in both directions (standard deviation 0.7 pixels), edges repeated.</summary>
    private static float[] Blur(float[] gray, int size)
    {
        float[] rows = new float[gray.Length];
        float[] both = new float[gray.Length];
        for (int i = 0; i < gray.Length; i++)
        {
            int x = i % size;
            rows[i] = (gray[x > 0 ? i - 1 : i] + 2 * gray[i] + gray[x < size - 1 ? i + 1 : i]) / 4;
        }

        for (int i = 0; i < gray.Length; i++)
        {
            int y = i / size;
            both[i] = (rows[y > 0 ? i - size : i] + 2 * rows[i] + rows[y < size - 1 ? i + size : i]) / 4;
        }

        return both;
    }

    /// <param name="X">Column of its middle.</param>
    /// <param name="Y">Row of its middle.</param>
    /// <param name="Weight">Square pixels that enlarge it against its neighbours.</param>
    /// <param name="Gray">Gray value of its cytoplasm.</param>
    private sealed record Cell(double X, double Y, double Weight, double Gray)
    {
        public double Power(double x, double y) => (x - X) * (x - X) + (y - Y) * (y - Y) - Weight;

        public double DistanceTo(Cell other) => Math.Sqrt((X - other.X) * (X - other.X) + (Y - other.Y) * (Y - other.Y));
    }

    /// <summary>The random numbers of one slice.</summary>
    private readonly record struct Random(ulong Seed, int Number)
    {
        public RandomStream Stream(Purpose purpose) => new(Seed, RandomStreams.Synthesis + (uint)purpose, (ulong)Number);
    }

    /// <summary>Values of about -1 to 1 that change over some pixels: random at the points of a grid, smooth in between.</summary>
    private sealed class SmoothNoise(RandomStream stream, int size, int spacing)
    {
        private readonly int _columns = size / spacing + 2;
        private readonly double[] _grid =
            [.. Enumerable.Range(0, (size / spacing + 2) * (size / spacing + 2)).Select(i => 2 * stream.Uniform(i) - 1)];

        public double this[int x, int y]
        {
            get
            {
                int i = y / spacing * _columns + x / spacing;
                double u = Ease(x % spacing / (double)spacing);
                double v = Ease(y % spacing / (double)spacing);
                double above = (1 - u) * _grid[i] + u * _grid[i + 1];
                double below = (1 - u) * _grid[i + _columns] + u * _grid[i + _columns + 1];
                return (1 - v) * above + v * below;
            }
        }

        private static double Ease(double t) => t * t * (3 - 2 * t);
    }
}
