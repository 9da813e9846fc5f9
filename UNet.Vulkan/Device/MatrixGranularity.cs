namespace UNet.Vulkan.Device;

/// <summary>Of what the extents must be multiples in a product of matrices, [rows] x [depth] times [depth] x [columns].</summary>
/// <param name="Rows">Rows of the left factor and of the product; 0 where a device has no such products.</param>
/// <param name="Columns">Columns of the right factor and of the product.</param>
/// <param name="Depth">Columns of the left factor, rows of the right one.</param>
public readonly record struct MatrixGranularity(int Rows, int Columns, int Depth)
{
    /// <summary>Such as <c>32x32x16</c>: rows, columns, depth.</summary>
    public override string ToString() => FormattableString.Invariant($"{Rows}x{Columns}x{Depth}");

    /// <summary>Multiply-adds of the smallest product.</summary>
    internal long Volume => (long)Rows * Columns * Depth;

    /// <summary>Whether a device multiplies matrices of these extents.</summary>
    internal bool Divides(uint rows, uint columns, uint depth)
        => Rows > 0 && rows % Rows == 0 && columns % Columns == 0 && depth % Depth == 0;
}
