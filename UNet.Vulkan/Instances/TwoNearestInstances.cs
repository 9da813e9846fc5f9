namespace UNet.Vulkan.Instances;

/// <summary>
/// How far every pixel is from the two instances nearest to it: the d1 and d2 of the U-Net's weight map (Ronneberger,
/// Fischer and Brox 2015). A distance is the Euclidean one, in pixels, from the pixel's centre to the centre of the
/// instance's nearest pixel; it is exact, and 0 within the instance.
/// </summary>
public static class TwoNearestInstances
{
    /// <summary>Measures both distances.</summary>
    /// <remarks>
    /// Separable. The instances nearest to a pixel among those in one column are the nearest in the direction of the column,
    /// whatever the distance of the column itself: so a pass over the columns keeps two different instances for each pixel,
    /// and a pass over the rows looks at the columns to its left and right, outwards until no further one can be nearer.
    /// </remarks>
    /// <param name="instances">Instance of each pixel, [row][column]; 0 for none.</param>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    /// <param name="measured">Which pixels to measure, [row][column]; empty for all. The others get NaN.</param>
    /// <returns>
    /// Distances to the nearest and to the second-nearest instance, [row][column]; +infinity where there is no such instance.
    /// </returns>
    /// <exception cref="ArgumentException">The arrays do not have height x width elements.</exception>
    public static (float[] First, float[] Second) Distances(
        ReadOnlySpan<int> instances, int height, int width, ReadOnlySpan<bool> measured = default)
    {
        int pixels = height * width;
        if (instances.Length != pixels || (measured.Length != pixels && !measured.IsEmpty))
            throw new ArgumentException($"Instances and mask need {height} x {width} elements.");
        float[] first = new float[pixels];
        float[] second = new float[pixels];
        int known = instances.IndexOfAnyExcept(0);
        if (known < 0)
        {
            Array.Fill(first, float.PositiveInfinity);
            Array.Fill(second, float.PositiveInfinity);
            return (first, second);
        }

        bool isSingle = instances.IndexOfAnyExcept(0, instances[known]) < 0;
        Nearest[] inColumn = InColumns(instances, height, width);
        for (int y = 0; y < height; y++)
        {
            ReadOnlySpan<Nearest> row = inColumn.AsSpan(y * width, width);
            for (int x = 0; x < width; x++)
            {
                int pixel = y * width + x;
                if (!measured.IsEmpty && !measured[pixel])
                {
                    first[pixel] = second[pixel] = float.NaN;
                    continue;
                }

                Nearest nearest = InRow(row, x, isSingle);
                first[pixel] = Root(nearest.FirstDistance);
                second[pixel] = Root(nearest.SecondDistance);
            }
        }

        return (first, second);
    }

    private static float Root(long square) => square == Nearest.Far ? float.PositiveInfinity : (float)Math.Sqrt(square);

    /// <summary>The two nearest instances of each pixel within its own column, with their squared distances.</summary>
    private static Nearest[] InColumns(ReadOnlySpan<int> instances, int height, int width)
    {
        Nearest[] nearest = new Nearest[instances.Length];
        Array.Fill(nearest, Nearest.None);

        // The instance seen last in each column and the one seen last before it, with the rows in which they were seen.
        (int Last, int LastRow, int Other, int OtherRow)[] seen = new (int, int, int, int)[width];
        for (int direction = 0; direction < 2; direction++)
        {
            Array.Clear(seen);
            for (int step = 0; step < height; step++)
            {
                int y = direction == 0 ? step : height - 1 - step;
                for (int x = 0; x < width; x++)
                {
                    int pixel = y * width + x;
                    int instance = instances[pixel];
                    ref (int Last, int LastRow, int Other, int OtherRow) column = ref seen[x];
                    if (instance != 0)
                        column = instance == column.Last
                            ? column with { LastRow = y }
                            : (instance, y, column.Last, column.LastRow);
                    if (column.Last != 0)
                        nearest[pixel].Insert(column.Last, Square(y - column.LastRow));
                    if (column.Other != 0)
                        nearest[pixel].Insert(column.Other, Square(y - column.OtherRow));
                }
            }
        }

        return nearest;
    }

    private static Nearest InRow(ReadOnlySpan<Nearest> row, int x, bool isSingle)
    {
        Nearest nearest = Nearest.None;
        for (int distance = 0; ; distance++)
        {
            (int left, int right) = (x - distance, x + distance);
            long square = Square(distance);
            if (square >= (isSingle ? nearest.FirstDistance : nearest.SecondDistance) || (left < 0 && right >= row.Length))
                return nearest;
            if (left >= 0)
                nearest.Insert(row[left], square);
            if (right < row.Length && distance > 0)
                nearest.Insert(row[right], square);
        }
    }

    private static long Square(int length) => (long)length * length;

    /// <summary>The two nearest instances so far, always different ones, with their squared distances.</summary>
    private struct Nearest
    {
        /// <summary>The squared distance of no instance; small enough for a square to be added.</summary>
        public const long Far = long.MaxValue / 2;

        public static readonly Nearest None = new() { FirstDistance = Far, SecondDistance = Far };

        public long FirstDistance;
        public long SecondDistance;
        private int _first;
        private int _second;

        public void Insert(int instance, long distance)
        {
            if (distance >= SecondDistance)
                return;
            if (instance == _first)
            {
                FirstDistance = Math.Min(FirstDistance, distance);
            }
            else if (distance < FirstDistance)
            {
                (_second, SecondDistance) = (_first, FirstDistance);
                (_first, FirstDistance) = (instance, distance);
            }
            else
            {
                (_second, SecondDistance) = (instance, distance);
            }
        }

        /// <summary>Inserts both of another place, which is a squared distance away at a right angle to theirs.</summary>
        public void Insert(in Nearest other, long away)
        {
            if (other.FirstDistance == Far)
                return;
            Insert(other._first, other.FirstDistance + away);
            if (other.SecondDistance != Far)
                Insert(other._second, other.SecondDistance + away);
        }
    }
}
