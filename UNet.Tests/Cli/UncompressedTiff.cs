using System.Buffers.Binary;

namespace UNet.Tests.Cli;

/// <summary>TIFF files made byte by byte, for stacks that no writer of this project makes.</summary>
internal static class UncompressedTiff
{
    private const int HeaderSize = 8;
    private const int EntrySize = 12;

    // Interpretations of samples.
    private const int ZeroIsBlack = 1;
    private const int IndexedColor = 3;

    /// <summary>Gray pages of any sizes, 8 bits, all of one value.</summary>
    public static byte[] OfPages(byte value, params (int Height, int Width)[] pages) => OfPages(8, value, pages);

    /// <summary>The same with samples of any bits, each byte of which is the value.</summary>
    public static byte[] OfPages(int bits, byte value, params (int Height, int Width)[] pages)
        => Make(bits, ZeroIsBlack, [], pages, page => [.. Enumerable.Repeat(value, page.Height * page.Width * bits / 8)]);

    /// <summary>Pages of one row in indexed colour, each with a palette of its own.</summary>
    /// <param name="bits">Bits of a pixel.</param>
    /// <param name="palette">Red of all colours, then green, then blue; 2^bits of each.</param>
    /// <param name="rows">The bytes of each page's row.</param>
    public static byte[] OfIndexedColor(int bits, ushort[] palette, params byte[][] rows)
    {
        Queue<byte[]> next = new(rows);
        return Make(bits, IndexedColor, palette, [.. rows.Select(row => (1, row.Length * 8 / bits))], _ => next.Dequeue());
    }

    private static byte[] Make(
        int bits, int interpretation, ushort[] palette, (int Height, int Width)[] pages, Func<(int Height, int Width), byte[]> pixelsOf)
    {
        // Little-endian, version 42, place of the first directory.
        List<byte> file = [.. "II*\0"u8];
        Put(HeaderSize, sizeof(int));
        for (int i = 0; i < pages.Length; i++)
        {
            (int height, int width) = pages[i];
            byte[] pixels = pixelsOf(pages[i]);
            int count = palette.Length > 0 ? 9 : 8;
            int paletteAt = file.Count + sizeof(short) + EntrySize * count + sizeof(int);
            int pixelsAt = paletteAt + palette.Length * sizeof(ushort);
            Put(count, sizeof(short));
            Entry(256, width);
            Entry(257, height);
            Entry(258, bits);
            Entry(259, 1); // no compression
            Entry(262, interpretation);
            // Place, rows and bytes of the only strip.
            Entry(273, pixelsAt);
            Entry(278, height);
            Entry(279, pixels.Length);
            if (palette.Length > 0)
                Entry(320, paletteAt, type: 3, palette.Length);
            Put(i + 1 < pages.Length ? pixelsAt + pixels.Length : 0, sizeof(int));
            foreach (ushort level in palette)
                Put(level, sizeof(ushort));
            file.AddRange(pixels);
        }

        return [.. file];

        void Entry(int tag, int value, int type = 4, int values = 1)
        {
            Put(tag, sizeof(short));
            Put(type, sizeof(short));
            Put(values, sizeof(int));
            Put(value, sizeof(int));
        }

        void Put(int value, int size)
        {
            Span<byte> bytes = stackalloc byte[sizeof(int)];
            BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
            file.AddRange(bytes[..size]);
        }
    }
}
