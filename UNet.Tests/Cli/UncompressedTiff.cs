using System.Buffers.Binary;

namespace UNet.Tests.Cli;

/// <summary>TIFF files made byte by byte, for stacks that no writer makes: gray pages of any sizes, 8 bits, all of one value.</summary>
internal static class UncompressedTiff
{
    private const int HeaderSize = 8;
    private const int Entries = 8;
    private const int DirectorySize = 2 + 12 * Entries + 4;

    public static byte[] OfPages(byte value, params (int Height, int Width)[] pages) => OfPages(8, value, pages);

    /// <summary>The same with samples of any bits, each byte of which is the value.</summary>
    public static byte[] OfPages(int bits, byte value, params (int Height, int Width)[] pages)
    {
        byte[] file = new byte[HeaderSize + pages.Sum(page => DirectorySize + page.Height * page.Width * bits / 8)];
        // Little-endian, version 42, place of the first directory.
        "II*\0"u8.CopyTo(file);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(4), HeaderSize);
        int at = HeaderSize;
        for (int i = 0; i < pages.Length; i++)
        {
            (int height, int width) = pages[i];
            int pixels = at + DirectorySize;
            int size = height * width * bits / 8;
            int end = pixels + size;
            BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(at), Entries);
            // Width, height, bits, compression (none), interpretation (0 is black), place, rows and bytes of the only strip.
            (short Tag, int Value)[] entries =
                [(256, width), (257, height), (258, bits), (259, 1), (262, 1), (273, pixels), (278, height), (279, size)];
            for (int entry = 0; entry < Entries; entry++)
            {
                Span<byte> place = file.AsSpan(at + 2 + 12 * entry);
                BinaryPrimitives.WriteInt16LittleEndian(place, entries[entry].Tag);
                BinaryPrimitives.WriteInt16LittleEndian(place[2..], 4);
                BinaryPrimitives.WriteInt32LittleEndian(place[4..], 1);
                BinaryPrimitives.WriteInt32LittleEndian(place[8..], entries[entry].Value);
            }

            BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(at + 2 + 12 * Entries), i + 1 < pages.Length ? end : 0);
            file.AsSpan(pixels, size).Fill(value);
            at = end;
        }

        return file;
    }
}
