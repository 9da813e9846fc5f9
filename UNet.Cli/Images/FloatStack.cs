using NetVips;

namespace UNet.Cli.Images;

/// <summary>A multi-page TIFF of 32-bit floats in the making.</summary>
/// <param name="path">File that it will be.</param>
internal sealed class FloatStack(string path) : TiffStack(path)
{
    /// <summary>Appends a page.</summary>
    /// <param name="values">Its values, [row][column].</param>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    public void Add(ReadOnlySpan<float> values, int height, int width) => Append(values, height, width);

    /// <summary>
    /// Encodes the pages, uncompressed: every program reads that, and noise in the last bits of a float hardly compresses.
    /// </summary>
    public override void Save() => Save(
        Enums.BandFormat.Float, Enums.BandFormat.Float, Enums.Interpretation.Multiband, Enums.ForeignTiffCompression.None);
}
