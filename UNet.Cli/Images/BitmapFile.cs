using System.Buffers.Binary;
using NetVips;

namespace UNet.Cli.Images;

/// <summary>
/// Uncompressed Windows bitmaps of 1, 4, 8, 24 or 32 bits a pixel, which libvips does not read by itself.
/// </summary>
internal static class BitmapFile
{
    /// <summary>Bytes of a colour of a palette.</summary>
    public const int BytesPerColor = 4;

    private const int FileHeaderSize = 14;
    private const int Uncompressed = 0;
    private const int BitFields = 3;

    /// <summary>Whether a file starts as a bitmap does.</summary>
    public static bool IsBitmap(string path)
    {
        using FileStream stream = File.OpenRead(path);
        return stream.ReadByte() == 'B' && stream.ReadByte() == 'M';
    }

    /// <summary>Where a bitmap keeps its palette: blue, green, red and an unused byte of each colour. Null where it has none.</summary>
    /// <exception cref="InvalidDataException">It is cut short, or of a kind that is not read.</exception>
    public static (long Place, int Colors)? PaletteOf(Stream stream)
    {
        Header header = Header.Of(ReadAll(stream));
        return header.Colors > 0 ? (header.PalettePlace, header.Colors) : null;
    }

    /// <summary>Reads a bitmap: one band if its palette is gray, else three, in the order red, green, blue.</summary>
    /// <exception cref="InvalidDataException">It is cut short, or of a kind that is not read.</exception>
    public static Image Load(Stream stream)
    {
        ReadOnlySpan<byte> file = ReadAll(stream);
        Header header = Header.Of(file);
        (int width, int height, int bits, long stride) = (header.Width, header.Height, header.Bits, header.Stride);
        ReadOnlySpan<byte> palette = file.Slice(header.PalettePlace, header.Colors * BytesPerColor);
        byte[] pixels = new byte[(long)width * height * 3];
        bool gray = bits <= 8;
        for (int y = 0; y < height; y++)
        {
            // Rows go from the bottom up unless the height is negative.
            ReadOnlySpan<byte> row = file.Slice((int)(header.Start + stride * (header.IsUpward ? height - 1 - y : y)), (int)stride);
            for (int x = 0; x < width; x++)
            {
                ReadOnlySpan<byte> blueGreenRed = row.Slice(bits > 8 ? x * bits / 8 : 0, 3);
                if (bits <= 8)
                {
                    int index = row[x * bits / 8] >> (8 - bits - x * bits % 8) & ((1 << bits) - 1);
                    if (index >= header.Colors)
                        throw new InvalidDataException("A pixel of the bitmap lies outside its palette.");
                    blueGreenRed = palette.Slice(index * BytesPerColor, 3);
                    gray &= blueGreenRed[0] == blueGreenRed[1] && blueGreenRed[1] == blueGreenRed[2];
                }

                Span<byte> pixel = pixels.AsSpan((y * width + x) * 3, 3);
                (pixel[0], pixel[1], pixel[2]) = (blueGreenRed[2], blueGreenRed[1], blueGreenRed[0]);
            }
        }

        Image image = Image.NewFromMemoryCopy<byte>(pixels, width, height, 3, Enums.BandFormat.Uchar);
        return gray ? image.ExtractBand(0) : image;
    }

    private static byte[] ReadAll(Stream stream)
    {
        byte[] file = new byte[stream.Length];
        stream.Position = 0;
        stream.ReadExactly(file);
        return file;
    }

    /// <param name="Start">Place of the pixels.</param>
    /// <param name="Width">Columns.</param>
    /// <param name="Height">Rows.</param>
    /// <param name="IsUpward">Rows go from the bottom up.</param>
    /// <param name="Bits">Bits of a pixel.</param>
    /// <param name="PalettePlace">Place of the palette.</param>
    /// <param name="Colors">Colours of the palette; 0 where there is none.</param>
    private sealed record Header(int Start, int Width, int Height, bool IsUpward, int Bits, int PalettePlace, int Colors)
    {
        /// <summary>Bytes of a row.</summary>
        public long Stride => StrideOf(Width, Bits);

        /// <exception cref="InvalidDataException">It does not fit the file, or is of a kind that is not read.</exception>
        public static Header Of(ReadOnlySpan<byte> file)
        {
            if (file.Length < FileHeaderSize + 40)
                throw new InvalidDataException("The bitmap is shorter than its header.");
            int start = BinaryPrimitives.ReadInt32LittleEndian(file[10..]);
            long headerSize = BinaryPrimitives.ReadInt32LittleEndian(file[14..]);
            int width = BinaryPrimitives.ReadInt32LittleEndian(file[18..]);
            long signedHeight = BinaryPrimitives.ReadInt32LittleEndian(file[22..]);
            int bits = BinaryPrimitives.ReadInt16LittleEndian(file[28..]);
            int compression = BinaryPrimitives.ReadInt32LittleEndian(file[30..]);
            long colors = BinaryPrimitives.ReadUInt32LittleEndian(file[46..]);
            long height = Math.Abs(signedHeight);
            if (headerSize < 40 || width <= 0 || height == 0 || bits is not (1 or 4 or 8 or 24 or 32)
                || !(compression == Uncompressed || (compression == BitFields && bits == 32 && HasUsualMasks(file))))
            {
                throw new InvalidDataException($"A bitmap of {bits} bits with compression {compression} is not read.");
            }

            // Divided, because a product of damaged numbers may have no room.
            if (start < 0 || start > file.Length || height > (file.Length - start) / StrideOf(width, bits))
                throw new InvalidDataException("The bitmap is cut short.");
            if (width * height * 3 > Array.MaxLength)
                throw new InvalidDataException("The bitmap has more pixels than can be read.");
            if (bits > 8)
                return new(start, width, (int)height, signedHeight > 0, bits, start, 0);
            if (colors == 0)
                colors = 1 << bits;
            if (FileHeaderSize + headerSize + colors * BytesPerColor > start)
                throw new InvalidDataException("The bitmap's palette does not fit before its pixels.");
            return new(start, width, (int)height, signedHeight > 0, bits, (int)(FileHeaderSize + headerSize), (int)colors);
        }

        /// <summary>A multiple of 4 bytes.</summary>
        private static long StrideOf(int width, int bits) => ((long)width * bits + 31) / 32 * 4;
    }

    /// <summary>Whether the colour masks are blue, green, red from the low byte up, as without masks.</summary>
    private static bool HasUsualMasks(ReadOnlySpan<byte> file) => file.Length >= 66
        && BinaryPrimitives.ReadUInt32LittleEndian(file[54..]) == 0x00FF0000
        && BinaryPrimitives.ReadUInt32LittleEndian(file[58..]) == 0x0000FF00
        && BinaryPrimitives.ReadUInt32LittleEndian(file[62..]) == 0x000000FF;
}
