using System.Buffers.Binary;
using System.IO.Hashing;

namespace UNet.Cli.Images;

/// <summary>
/// Images in indexed colour, whose pixels are numbers of colours in a palette. As label images (those of Pascal VOC, or what ImageJ saves
/// with a lookup table) they mean the numbers, while codecs give the colours: a palette that is not gray is replaced, as the file is
/// read, by one whose colour number i is the gray i. So two numbers of the same colour stay apart.
/// </summary>
internal static class IndexedColor
{
    private const int Channels = 3;

    // PNG specification, 5.2, 5.3 and 11.2.2.
    private const int ChunkHeaderSize = 8;
    private const int ColorTypeOffset = 25;
    private const int IndexedColorType = 3;
    private const int MostPngColors = 256;

    private static ReadOnlySpan<byte> PngSignature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>Opens a PNG, TIFF or BMP file so that a page gives the numbers of its colours.</summary>
    /// <returns>The file, or null where the page is not in indexed colour, or its palette is gray.</returns>
    /// <exception cref="IOException">The file is cut short.</exception>
    /// <exception cref="InvalidDataException">It is a bitmap of a kind that is not read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static Stream? OpenAsNumbers(string path, int page)
    {
        FileStream file = File.OpenRead(path);
        try
        {
            if (NumberedPalette(file, page) is { } palette)
            {
                file.Position = 0;
                return new PatchedStream(file, palette.Place, palette.Bytes);
            }

            file.Dispose();
            return null;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static (long Place, byte[] Bytes)? NumberedPalette(FileStream file, int page)
    {
        Span<byte> start = stackalloc byte[PngSignature.Length];
        if (file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) < start.Length)
            return null;
        if (start.SequenceEqual(PngSignature))
            return NumberedPngPalette(file);
        if (start.StartsWith("BM"u8))
            return NumberedBitmapPalette(file);
        return start.StartsWith("II"u8) || start.StartsWith("MM"u8) ? NumberedTiffPalette(file, page) : null;
    }

    private static (long Place, byte[] Bytes)? NumberedPngPalette(FileStream file)
    {
        file.Position = ColorTypeOffset;
        if (file.ReadByte() != IndexedColorType)
            return null;
        file.Position = PngSignature.Length;

        // A chunk: length of its data, name, data, checksum of name and data.
        Span<byte> header = stackalloc byte[ChunkHeaderSize];
        while (file.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) == header.Length)
        {
            long length = BinaryPrimitives.ReadUInt32BigEndian(header);
            long place = file.Position;
            ReadOnlySpan<byte> name = header[sizeof(uint)..];
            if (!name.SequenceEqual("PLTE"u8))
            {
                file.Position = place + length + sizeof(uint);
                continue;
            }

            if (length % Channels != 0 || length > MostPngColors * Channels)
                return null; // damaged, as the codec will say
            byte[] bytes = new byte[length + sizeof(uint)];
            Span<byte> palette = bytes.AsSpan(0, (int)length);
            file.ReadExactly(palette);
            if (!Number(palette, Channels))
                return null;
            Crc32 checksum = new();
            checksum.Append(name);
            checksum.Append(palette);
            BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(palette.Length), checksum.GetCurrentHashAsUInt32());
            return (place, bytes);
        }

        return null;
    }

    private static (long Place, byte[] Bytes)? NumberedBitmapPalette(FileStream file)
    {
        if (BitmapFile.PaletteOf(file) is not var (place, colors))
            return null;
        byte[] palette = new byte[colors * BitmapFile.BytesPerColor];
        file.Position = place;
        file.ReadExactly(palette);
        return Number(palette, BitmapFile.BytesPerColor) ? (place, palette) : null;
    }

    private static (long Place, byte[] Bytes)? NumberedTiffPalette(FileStream file, int page)
    {
        if (TiffTags.PaletteOf(file, page) is not var (place, colors, isLittleEndian))
            return null;
        int plane = colors * sizeof(ushort);
        byte[] bytes = new byte[Channels * plane];
        file.Position = place;
        file.ReadExactly(bytes);
        ReadOnlySpan<byte> red = bytes.AsSpan(0, plane);
        if (red.SequenceEqual(bytes.AsSpan(plane, plane)) && red.SequenceEqual(bytes.AsSpan(2 * plane)))
            return null;

        // Of a palette of up to 256 colours libvips takes the upper bytes.
        int scale = colors <= 1 << 8 ? 1 << 8 : 1;
        for (int i = 0; i < Channels * colors; i++)
        {
            ushort level = (ushort)(i % colors * scale);
            Span<byte> number = bytes.AsSpan(i * sizeof(ushort));
            if (isLittleEndian)
                BinaryPrimitives.WriteUInt16LittleEndian(number, level);
            else
                BinaryPrimitives.WriteUInt16BigEndian(number, level);
        }

        return (place, bytes);
    }

    /// <summary>Makes colour i the gray i; says whether a colour was not gray before.</summary>
    private static bool Number(Span<byte> palette, int bytesPerColor)
    {
        bool hasColor = false;
        for (int i = 0; i < palette.Length; i += bytesPerColor)
        {
            Span<byte> color = palette.Slice(i, Channels);
            hasColor |= color.ContainsAnyExcept(color[0]);
            color.Fill((byte)(i / bytesPerColor));
        }

        return hasColor;
    }
}
