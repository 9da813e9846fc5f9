using System.Collections.Immutable;
using System.Globalization;

namespace UNet.Vulkan.Graph;

/// <summary>
/// The logical shape of a tensor, of rank 1 to 4. Images are NCHW; weights use the same four places
/// (Conv2d: out, in, kernel height, kernel width). Missing trailing dimensions count as 1.
/// </summary>
public readonly record struct Shape
{
    /// <summary>A shape of the given dimensions.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A dimension is not positive.</exception>
    public Shape(int n, int c, int h, int w) : this(4, n, c, h, w) { }

    /// <summary>A shape of rank 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The dimension is not positive.</exception>
    public Shape(int n) : this(1, n, 1, 1, 1) { }

    private Shape(int rank, int n, int c, int h, int w)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(n);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(c);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(h);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(w);
        (Rank, N, C, H, W) = (rank, n, c, h, w);
    }

    /// <summary>Number of dimensions, 1 to 4 (0 for the default value, which is no shape).</summary>
    public int Rank { get; }

    /// <summary>Images in the batch, or output channels of a weight.</summary>
    public int N { get; }

    /// <summary>Channels, or input channels of a weight.</summary>
    public int C { get; }

    /// <summary>Rows.</summary>
    public int H { get; }

    /// <summary>Columns.</summary>
    public int W { get; }

    /// <summary>Number of elements.</summary>
    public long Length => (long)N * C * H * W;

    /// <summary>The dimensions, <see cref="Rank"/> of them.</summary>
    public ImmutableArray<int> Dimensions => [.. new[] { N, C, H, W }.Take(Rank)];

    /// <summary>A shape from 1 to 4 dimensions.</summary>
    /// <exception cref="ArgumentException">There are none, or more than 4.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A dimension is not positive.</exception>
    public static Shape Of(params ReadOnlySpan<int> d) => d.Length is >= 1 and <= 4
        ? new Shape(d.Length, d[0], d.Length > 1 ? d[1] : 1, d.Length > 2 ? d[2] : 1, d.Length > 3 ? d[3] : 1)
        : throw new ArgumentException($"A shape has 1 to 4 dimensions, not {d.Length}.", nameof(d));

    /// <summary>Reads a shape such as <c>2x3x5x7</c>.</summary>
    /// <exception cref="FormatException">A dimension is no number.</exception>
    /// <exception cref="ArgumentException">There are more than 4 dimensions, or one is not positive.</exception>
    public static Shape Parse(string text)
        => Of([.. text.Split('x').Select(part => int.Parse(part, CultureInfo.InvariantCulture))]);

    /// <summary>The same shape with another number of images.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is not positive.</exception>
    public Shape WithImages(int n) => new(Rank, n, C, H, W);

    /// <summary>Dimensions joined by x, such as <c>2x3x5x7</c>.</summary>
    public override string ToString() => string.Join('x', Dimensions);
}
