using NetVips;

namespace UNet.Cli.Images;

/// <summary>A multi-page TIFF of label values in the making: unsigned integers of as many bits as the largest value needs.</summary>
/// <param name="path">File that it will be.</param>
internal sealed class LabelStack(string path) : TiffStack(path)
{
    private int _largest;
    private bool _isWide;

    /// <summary>Appends a page.</summary>
    public void Add(LabelImage labels)
    {
        _largest = Math.Max(_largest, labels.Values.Max());
        _isWide |= labels.IsWide;
        Append<int>(labels.Values, labels.Height, labels.Width);
    }

    /// <inheritdoc/>
    public override void Save()
    {
        (Enums.BandFormat stored, Enums.Interpretation interpretation) = (_largest, _isWide) switch
        {
            (<= byte.MaxValue, false) => (Enums.BandFormat.Uchar, Enums.Interpretation.Bw),
            (<= ushort.MaxValue, _) => (Enums.BandFormat.Ushort, Enums.Interpretation.Grey16),
            _ => (Enums.BandFormat.Uint, Enums.Interpretation.Multiband),
        };
        Save(Enums.BandFormat.Uint, stored, interpretation, Enums.ForeignTiffCompression.Deflate);
    }
}
