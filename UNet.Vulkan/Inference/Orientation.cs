namespace UNet.Vulkan.Inference;

/// <summary>
/// One of the eight ways to lay a rectangle of pixels onto a grid: turned by quarters, reflected or both. The numbers are
/// those of <see cref="Ops.SampleTile"/>: bit 0 flips the columns, bit 1 the rows, bit 2 then exchanges rows and columns. So
/// 0 leaves an image as it is, 3 turns it by half, 5 and 6 by a quarter, 1, 2, 4 and 7 reflect it.
/// </summary>
/// <param name="Index">0 to 7.</param>
public readonly record struct Orientation(int Index)
{
    /// <summary>Number of orientations.</summary>
    public const int Count = 8;

    /// <summary>Whether height and width change places.</summary>
    public bool IsTransposed => (Index & 4) != 0;

    /// <summary>Lays an image this way.</summary>
    /// <param name="image">The image [planes, height, width].</param>
    /// <param name="planes">Channels or classes.</param>
    /// <param name="height">Rows of the image.</param>
    /// <param name="width">Columns of the image.</param>
    /// <returns>[planes, height, width], or [planes, width, height] where <see cref="IsTransposed"/>.</returns>
    public float[] Apply(ReadOnlySpan<float> image, int planes, int height, int width)
    {
        float[] oriented = new float[image.Length];
        Walk walk = new(this, height, width);
        for (int plane = 0; plane < planes; plane++)
        {
            for (int row = 0; row < walk.Rows; row++)
            {
                Span<float> destination = oriented.AsSpan((plane * walk.Rows + row) * walk.Columns, walk.Columns);
                int source = plane * height * width + walk.Start + row * walk.RowStep;
                for (int column = 0; column < destination.Length; column++)
                    destination[column] = image[source + column * walk.ColumnStep];
            }
        }

        return oriented;
    }

    /// <summary>Lays an image back from this way and adds it to another.</summary>
    /// <param name="oriented">As <see cref="Apply"/> returns it.</param>
    /// <param name="planes">Channels or classes.</param>
    /// <param name="height">Rows of the image as it was before.</param>
    /// <param name="width">Columns of the image as it was before.</param>
    /// <param name="sum">Is added to, [planes, height, width].</param>
    public void AddRestored(ReadOnlySpan<float> oriented, int planes, int height, int width, Span<float> sum)
    {
        Walk walk = new(this, height, width);
        for (int plane = 0; plane < planes; plane++)
        {
            for (int row = 0; row < walk.Rows; row++)
            {
                ReadOnlySpan<float> source = oriented.Slice((plane * walk.Rows + row) * walk.Columns, walk.Columns);
                int destination = plane * height * width + walk.Start + row * walk.RowStep;
                for (int column = 0; column < source.Length; column++)
                    sum[destination + column * walk.ColumnStep] += source[column];
            }
        }
    }

    /// <summary>The places in a plane of the image, in the order of the rows and columns of the oriented plane.</summary>
    private readonly struct Walk
    {
        public Walk(Orientation orientation, int height, int width)
        {
            bool flipsRows = (orientation.Index & 2) != 0;
            bool flipsColumns = (orientation.Index & 1) != 0;
            (int down, int right) = (flipsRows ? -width : width, flipsColumns ? -1 : 1);
            Start = (flipsRows ? (height - 1) * width : 0) + (flipsColumns ? width - 1 : 0);
            (Rows, Columns) = orientation.IsTransposed ? (width, height) : (height, width);
            (RowStep, ColumnStep) = orientation.IsTransposed ? (right, down) : (down, right);
        }

        public int Rows { get; }

        public int Columns { get; }

        public int Start { get; }

        public int RowStep { get; }

        public int ColumnStep { get; }
    }
}
