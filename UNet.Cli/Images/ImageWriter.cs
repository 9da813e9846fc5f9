using NetVips;
using UNet.Vulkan.Formats;

namespace UNet.Cli.Images;

/// <summary>Writes images; every file appears under its name only when it is whole.</summary>
internal static class ImageWriter
{
    /// <summary>Writes a gray PNG of label values: 8 bits, or 16 where a value needs it or the image says that it is wide.</summary>
    /// <exception cref="OverflowException">A value is over 65535.</exception>
    public static void WriteLabels(string path, LabelImage labels)
    {
        Codec.Prepare();
        using Image image = labels.IsWide || labels.Values.Max() > byte.MaxValue
            ? Gray(Array.ConvertAll(labels.Values, value => checked((ushort)value)), Enums.BandFormat.Ushort, Enums.Interpretation.Grey16)
            : Gray(Array.ConvertAll(labels.Values, value => (byte)value), Enums.BandFormat.Uchar, Enums.Interpretation.Bw);
        AtomicFile.WriteNamed(path, name => image.Pngsave(name));

        Image Gray<T>(T[] values, Enums.BandFormat format, Enums.Interpretation interpretation)
            where T : unmanaged
            => Image.NewFromMemory(values, labels.Width, labels.Height, 1, format).Copy(interpretation: interpretation);
    }

    /// <summary>Writes a multi-page TIFF of label values.</summary>
    /// <param name="path">File to write.</param>
    /// <param name="pages">Pages of one size.</param>
    public static void WriteLabelStack(string path, IEnumerable<LabelImage> pages)
    {
        using LabelStack stack = new(path);
        foreach (LabelImage page in pages)
            stack.Add(page);
        stack.Save();
    }

    /// <summary>Writes a multi-page TIFF of 32-bit floats.</summary>
    /// <param name="path">File to write.</param>
    /// <param name="pages">Values of each page, [row][column].</param>
    /// <param name="height">Rows of a page.</param>
    /// <param name="width">Columns of a page.</param>
    public static void WriteFloatStack(string path, IEnumerable<float[]> pages, int height, int width)
    {
        using FloatStack stack = new(path);
        foreach (float[] page in pages)
            stack.Add(page, height, width);
        stack.Save();
    }

    /// <summary>Writes an 8-bit PNG.</summary>
    /// <param name="path">File to write.</param>
    /// <param name="pixels">[row][column][channel], 1 (gray) or 3 (red, green, blue) channels.</param>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    public static void WritePng(string path, byte[] pixels, int height, int width)
    {
        Codec.Prepare();
        int channels = pixels.Length / (height * width);
        using Image image = Image.NewFromMemory(pixels, width, height, channels, Enums.BandFormat.Uchar)
            .Copy(interpretation: channels == 1 ? Enums.Interpretation.Bw : Enums.Interpretation.Srgb);
        AtomicFile.WriteNamed(path, name => image.Pngsave(name));
    }
}
