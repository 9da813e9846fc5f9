using NetVips;
using UNet.Vulkan.Formats;

namespace UNet.Cli.Images;

/// <summary>Writes images; every file appears under its name only when it is whole.</summary>
internal static class ImageWriter
{
    /// <summary>Libtiff's 32-bit offsets end at 4 GiB; what may come near is written as BigTIFF.</summary>
    private const long BigTiffBytes = 3L << 30;

    /// <summary>Writes a gray PNG of label values: 8 bits, or 16 where a value needs it.</summary>
    public static void WriteLabels(string path, LabelImage labels)
    {
        using Image image = ToImage([labels], labels.Values.Max() > byte.MaxValue);
        AtomicFile.WriteNamed(path, name => image.Pngsave(name));
    }

    /// <summary>Writes a multi-page TIFF of label values: 8 bits, or 16 where a value needs it.</summary>
    /// <param name="path">File to write.</param>
    /// <param name="pages">Pages of one size.</param>
    public static void WriteLabelStack(string path, IReadOnlyList<LabelImage> pages)
    {
        using Image image = ToImage(pages, pages.Any(page => page.Values.Max() > byte.MaxValue));
        WriteStack(path, image, pages[0].Height, Enums.ForeignTiffCompression.Deflate);
    }

    /// <summary>Writes a multi-page TIFF of 32-bit floats.</summary>
    /// <param name="path">File to write.</param>
    /// <param name="pages">Values of each page, [row][column].</param>
    /// <param name="height">Rows of a page.</param>
    /// <param name="width">Columns of a page.</param>
    public static void WriteFloatStack(string path, IReadOnlyList<float[]> pages, int height, int width)
    {
        float[] all = new float[checked((long)height * width * pages.Count)];
        for (int i = 0; i < pages.Count; i++)
            pages[i].AsSpan(0, height * width).CopyTo(all.AsSpan(i * height * width));
        Codec.Prepare();
        using Image image = Image.NewFromMemory(all, width, height * pages.Count, 1, Enums.BandFormat.Float);

        // Uncompressed, since every program reads that, and noise in the last bits of a float hardly compresses.
        WriteStack(path, image, height, Enums.ForeignTiffCompression.None);
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

    private static Image ToImage(IReadOnlyList<LabelImage> pages, bool wide)
    {
        Codec.Prepare();
        (int height, int width) = (pages[0].Height, pages[0].Width);
        int length = checked(height * width * pages.Count);
        if (!wide)
        {
            byte[] narrow = new byte[length];
            for (int i = 0; i < length; i++)
                narrow[i] = (byte)pages[i / (height * width)].Values[i % (height * width)];
            return Image.NewFromMemory(narrow, width, height * pages.Count, 1, Enums.BandFormat.Uchar)
                .Copy(interpretation: Enums.Interpretation.Bw);
        }

        ushort[] values = new ushort[length];
        for (int i = 0; i < length; i++)
            values[i] = checked((ushort)pages[i / (height * width)].Values[i % (height * width)]);
        return Image.NewFromMemory(values, width, height * pages.Count, 1, Enums.BandFormat.Ushort)
            .Copy(interpretation: Enums.Interpretation.Grey16);
    }

    private static void WriteStack(string path, Image tall, int pageHeight, Enums.ForeignTiffCompression compression)
    {
        // libvips writes an image of several pages as one tall image that knows the height of a page.
        using Image stack = tall.Mutate(image => image.Set(GValue.GIntType, "page-height", pageHeight));
        bool big = (long)tall.Width * tall.Height * 4 > BigTiffBytes;
        AtomicFile.WriteNamed(path, name => stack.Tiffsave(name, compression: compression, bigtiff: big));
    }
}
