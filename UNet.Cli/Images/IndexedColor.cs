using System.Buffers.Binary;
using System.IO.Hashing;

namespace UNet.Cli.Images;

/// <summary>
/// An image in indexed colour, whose pixels are numbers of colours in a palette. As a label image (one of Pascal VOC, or what ImageJ saves
/// with a lookup table) it means the numbers, while codecs give the colours: a palette that is not gray is replaced, as the file is
/// read, by one whose colour number i is the gray i. So two numbers of the same colour stay apart.
/// </summary>
/// <param name="Contents">What to read in place of the file.</param>
/// <param name="Colors">The colours: a byte each of red, green and blue.</param>
internal sealed record IndexedColor(Stream Contents, int[] Colors) : IDisposable
{
    private const int Channels = 3;

    // PNG specification, 5.2, 5.3 and 11.2.2.
    private const int ChunkHeaderSize = 8;
    private const int BitsOffset = 24;
    private const int IndexedColorType = 3;
    private const int MostPngColors = 256;

    private static ReadOnlySpan<byte> PngSignature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>Opens a PNG, TIFF or BMP file so that a page gives the numbers of its colours.</summary>
    /// <returns>The image, or null where the page is not in indexed colour, or its palette is gray.</returns>
    /// <exception cref="IOException">The file is cut short.</exception>
    /// <exception cref="InvalidDataException">It is a bitmap of a kind that is not read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static IndexedColor? Open(string path, int page)
    {
        FileStream file = File.OpenRead(path);
        IndexedColor? indexed = null;
        try
        {
            Span<byte> start = stackalloc byte[PngSignature.Length];
            if (file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length)
            {
                indexed = start.SequenceEqual(PngSignature) ? Png(file)
                    : start.StartsWith("BM"u8) ? Bitmap(file)
                    : start.StartsWith("II"u8) || start.StartsWith("MM"u8) ? Tiff(file, page)
                    : null;
            }

            file.Position = 0;
            return indexed;
        }
        finally
        {
            if (indexed?.Contents is not PatchedStream)
                file.Dispose();
        }
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => Contents.Dispose();

    /// <summary>
    /// Pixels may have numbers beyond the palette, as the 255 of a set of 21 colours: their colours are not known, but their numbers are.
    /// So the new palette has as many colours as there are numbers.
    /// </summary>
    private static IndexedColor? Png(FileStream file)
    {
        file.Position = BitsOffset;
        int bits = file.ReadByte();
        if (file.ReadByte() != IndexedColorType || bits is not (1 or 2 or 4 or 8))
            return null;
        file.Position = PngSignature.Length;

        // A chunk: length of its data, name, data, checksum of name and data.
        Span<byte> header = stackalloc byte[ChunkHeaderSize];
        while (file.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) == header.Length)
        {
            long length = BinaryPrimitives.ReadUInt32BigEndian(header);
            long place = file.Position;
            if (!header[sizeof(uint)..].SequenceEqual("PLTE"u8))
            {
                file.Position = place + length + sizeof(uint);
                continue;
            }

            if (length % Channels != 0 || length > MostPngColors * Channels)
                return null; // damaged, as the codec will say
            byte[] palette = new byte[length];
            file.ReadExactly(palette);
            if (ColorsOf(palette, Channels) is not { } colors)
                return null;
            byte[] chunk = new byte[ChunkHeaderSize + Channels * Math.Max(1 << bits, colors.Length) + sizeof(uint)];
            header.CopyTo(chunk);
            Span<byte> numbered = chunk.AsSpan(ChunkHeaderSize..^sizeof(uint));
            BinaryPrimitives.WriteInt32BigEndian(chunk, numbered.Length);
            Number(numbered, Channels);
            BinaryPrimitives.WriteUInt32BigEndian(
                chunk.AsSpan(^sizeof(uint)..), Crc32.HashToUInt32(chunk.AsSpan(sizeof(uint)..^sizeof(uint))));

            ReadOnlySpan<byte> whole = File.ReadAllBytes(file.Name);
            ReadOnlySpan<byte> before = whole[..(int)(place - ChunkHeaderSize)];
            int end = Math.Min((int)(place + length) + sizeof(uint), whole.Length);
            return new(new MemoryStream([.. before, .. chunk, .. whole[end..]]), colors);
        }

        return null;
    }

    private static IndexedColor? Bitmap(FileStream file)
    {
        if (BitmapFile.PaletteOf(file) is not var (place, count))
            return null;
        byte[] palette = new byte[count * BitmapFile.BytesPerColor];
        file.Position = place;
        file.ReadExactly(palette);
        if (ColorsOf(palette, BitmapFile.BytesPerColor) is not { } blueFirst)
            return null;
        int[] colors = Array.ConvertAll(blueFirst, color => (color & 0xFF) << 16 | color & 0xFF00 | color >> 16);
        Number(palette, BitmapFile.BytesPerColor);
        return new(new PatchedStream(file, place, palette), colors);
    }

    private static IndexedColor? Tiff(FileStream file, int page)
    {
        if (TiffTags.PaletteOf(file, page) is not var (place, count, isLittleEndian))
            return null;
        ushort[] levels = new ushort[Channels * count];
        byte[] palette = new byte[levels.Length * sizeof(ushort)];
        file.Position = place;
        file.ReadExactly(palette);
        for (int i = 0; i < levels.Length; i++)
        {
            ReadOnlySpan<byte> number = palette.AsSpan(i * sizeof(ushort));
            levels[i] = isLittleEndian ? BinaryPrimitives.ReadUInt16LittleEndian(number) : BinaryPrimitives.ReadUInt16BigEndian(number);
        }

        ReadOnlySpan<ushort> red = levels.AsSpan(0, count);
        if (red.SequenceEqual(levels.AsSpan(count, count)) && red.SequenceEqual(levels.AsSpan(2 * count)))
            return null;

        // As of other formats, colours of three bytes, which some programs write into the lower halves.
        int shift = levels.Any(level => level > byte.MaxValue) ? 8 : 0;
        int[] colors = new int[count];
        for (int i = 0; i < levels.Length; i++)
            colors[i % count] = colors[i % count] << 8 | levels[i] >> shift;

        // Of a palette of up to 256 colours libvips takes the upper bytes.
        int scale = count <= 1 << 8 ? 1 << 8 : 1;
        for (int i = 0; i < levels.Length; i++)
        {
            ushort level = (ushort)(i % count * scale);
            Span<byte> number = palette.AsSpan(i * sizeof(ushort));
            if (isLittleEndian)
                BinaryPrimitives.WriteUInt16LittleEndian(number, level);
            else
                BinaryPrimitives.WriteUInt16BigEndian(number, level);
        }

        return new(new PatchedStream(file, place, palette), colors);
    }

    /// <summary>The colours of a palette of bytes, the first in the highest place; null if all are gray.</summary>
    private static int[]? ColorsOf(ReadOnlySpan<byte> palette, int bytesPerColor)
    {
        int[] colors = new int[palette.Length / bytesPerColor];
        bool isGray = true;
        for (int i = 0; i < colors.Length; i++)
        {
            ReadOnlySpan<byte> color = palette.Slice(i * bytesPerColor, Channels);
            isGray &= !color.ContainsAnyExcept(color[0]);
            colors[i] = color[0] << 16 | color[1] << 8 | color[2];
        }

        return isGray ? null : colors;
    }

    /// <summary>Makes colour i the gray i.</summary>
    private static void Number(Span<byte> palette, int bytesPerColor)
    {
        for (int i = 0; i < palette.Length; i += bytesPerColor)
            palette.Slice(i, Channels).Fill((byte)(i / bytesPerColor));
    }
}
