namespace UNet.Vulkan.Training;

/// <summary>
/// Draws the place of an output tile in an image in proportion to the weight of the pixel in its middle: first a row by the
/// sums of the rows, then a column within it. Places are those where the whole output lies within the image; where a side of
/// the image is shorter than the output, the one that centres it.
/// </summary>
internal sealed class WeightedPlaces
{
    private readonly float[] _weights;
    private readonly int _width;
    private readonly int _output;
    private readonly Side _rows;
    private readonly Side _columns;

    // Sum of the rows of places up to and including each.
    private readonly double[] _sums;

    /// <param name="weights">Weight of each pixel, [row][column]; kept, not copied.</param>
    /// <param name="height">Rows of the image.</param>
    /// <param name="width">Columns of the image.</param>
    /// <param name="output">Side of the output tile.</param>
    public WeightedPlaces(float[] weights, int height, int width, int output)
    {
        (_weights, _width, _output) = (weights, width, output);
        (_rows, _columns) = (Side.Of(height, output), Side.Of(width, output));
        _sums = new double[_rows.Count];
        double sum = 0;
        for (int row = 0; row < _sums.Length; row++)
            _sums[row] = sum += SumOf(Row(row));
    }

    /// <summary>Whether any place weighs more than nothing.</summary>
    public bool HasWeight => _sums[^1] > 0;

    /// <summary>The place that two uniform numbers in [0, 1) choose; only where there is weight.</summary>
    /// <returns>Row and column of the output's first pixel in the image.</returns>
    public (int Y, int X) At(double first, double second)
    {
        // The first row whose sum lies above the target: a row without weight is never it, because its sum is its
        // predecessor's.
        double target = first * _sums[^1];
        (int low, int high) = (0, _sums.Length - 1);
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = _sums[middle] > target ? (low, middle) : (middle + 1, high);
        }

        // The target may round up to the sum of all, which is not above it: then the last row that has weight.
        while (low > 0 && _sums[low - 1] == _sums[low])
            low--;
        ReadOnlySpan<float> row = Row(low);
        target = second * SumOf(row);
        (double sum, int chosen) = (0, 0);
        for (int column = 0; column < row.Length && sum <= target; column++)
        {
            if (row[column] == 0)
                continue;
            sum += row[column];
            chosen = column;
        }

        return (_rows.First + low, _columns.First + chosen);
    }

    private ReadOnlySpan<float> Row(int row)
        => _weights.AsSpan((_rows.Middle + row) * _width + _columns.Middle, _columns.Count);

    private static double SumOf(ReadOnlySpan<float> weights)
    {
        double sum = 0;
        foreach (float weight in weights)
            sum += weight;
        return sum;
    }

    /// <summary>Places along one side of the image.</summary>
    /// <param name="First">Where the output begins in the first place; negative if it begins outside the image.</param>
    /// <param name="Count">Number of places, each one pixel further.</param>
    /// <param name="Middle">Pixel of the image in the middle of the output in the first place.</param>
    private readonly record struct Side(int First, int Count, int Middle)
    {
        public static Side Of(int side, int output)
            => side >= output ? new(0, side - output + 1, output / 2) : new(-((output - side) / 2), 1, side / 2);
    }
}
