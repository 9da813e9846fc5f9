using System.Buffers.Binary;
using NetVips;

namespace UNet.Cli.Images;

/// <summary>
/// Uncompressed Windows bitmaps of 1, 4, 8, 24 or 32 bits a pixel, which libvips does not read by itself.
/// </summary>
internal static class BitmapFile
{
    private const int FileHeaderSize = 14;
    private const int Uncompressed = 0;
    private const int BitFields = 3;

    /// <summary>Whether a file starts as a bitmap does.</summary>
    public static bool IsBitmap(string path)
    {
        using FileStream stream = File.OpenRead(path);
        return stream.ReadByte() == 'B' && stream.ReadByte() == 'M';
    }

    /// <summary>Reads a bitmap: one band if its palette is gray, else three, in the order red, green, blue.</summary>
    /// <exception cref="InvalidDataException">It is cut short, or of a kind that is not read.</exception>
    public static Image Load(string path)
    {
        ReadOnlySpan<byte> file = File.ReadAllBytes(path);
        if (file.Length < FileHeaderSize + 40)
            throw new InvalidDataException("The bitmap is shorter than its header.");
        int start = BinaryPrimitives.ReadInt32LittleEndian(file[10..]);
        long headerSize = BinaryPrimitives.ReadInt32LittleEndian(file[14..]);
        int width = BinaryPrimitives.ReadInt32LittleEndian(file[18..]);
        long signedHeight = BinaryPrimitives.ReadInt32LittleEndian(file[22..]);
        int bits = BinaryPrimitives.ReadInt16LittleEndian(file[28..]);
        int compression = BinaryPrimitives.ReadInt32LittleEndian(file[30..]);
        long colors = BinaryPrimitives.ReadUInt32LittleEndian(file[46..]);
        long signlessHeight = Math.Abs(signedHeight);
        long stride = ((long)width * bits + 31) / 32 * 4;
        if (headerSize < 40 || width <= 0 || signlessHeight == 0 || bits is not (1 or 4 or 8 or 24 or 32)
            || !(compression == Uncompressed || (compression == BitFields && bits == 32 && HasUsualMasks(file))))
        {
            throw new InvalidDataException($"A bitmap of {bits} bits with compression {compression} is not read.");
        }

        // Divided, because a product of damaged numbers may have no room.
        if (start < 0 || start > file.Length || signlessHeight > (file.Length - start) / stride)
            throw new InvalidDataException("The bitmap is cut short.");
        int height = (int)signlessHeight;
        if ((long)width * height * 3 > Array.MaxLength)
            throw new InvalidDataException("The bitmap has more pixels than can be read.");

        ReadOnlySpan<byte> palette = default;
        if (bits <= 8)
        {
            long length = (colors == 0 ? 1 << bits : colors) * 4;
            if (FileHeaderSize + headerSize + length > start)
                throw new InvalidDataException("The bitmap's palette does not fit before its pixels.");
            palette = file.Slice((int)(FileHeaderSize + headerSize), (int)length);
        }

        byte[] pixels = new byte[(long)width * height * 3];
        bool gray = bits <= 8;
        for (int y = 0; y < height; y++)
        {
            // Rows go from the bottom up unless the height is negative.
            ReadOnlySpan<byte> row = file.Slice((int)(start + stride * (signedHeight > 0 ? height - 1 - y : y)), (int)stride);
            for (int x = 0; x < width; x++)
            {
                ReadOnlySpan<byte> blueGreenRed = row.Slice(bits > 8 ? x * bits / 8 : 0, 3);
                if (bits <= 8)
                {
                    int index = row[x * bits / 8] >> (8 - bits - x * bits % 8) & ((1 << bits) - 1);
                    if (index * 4 >= palette.Length)
                        throw new InvalidDataException("A pixel of the bitmap lies outside its palette.");
                    blueGreenRed = palette.Slice(index * 4, 3);
                    gray &= blueGreenRed[0] == blueGreenRed[1] && blueGreenRed[1] == blueGreenRed[2];
                }

                Span<byte> pixel = pixels.AsSpan((y * width + x) * 3, 3);
                (pixel[0], pixel[1], pixel[2]) = (blueGreenRed[2], blueGreenRed[1], blueGreenRed[0]);
            }
        }

        Image image = Image.NewFromMemoryCopy<byte>(pixels, width, height, 3, Enums.BandFormat.Uchar);
        return gray ? image.ExtractBand(0) : image;
    }

    /// <summary>Whether the colour masks are blue, green, red from the low byte up, as without masks.</summary>
    private static bool HasUsualMasks(ReadOnlySpan<byte> file) => file.Length >= 66
        && BinaryPrimitives.ReadUInt32LittleEndian(file[54..]) == 0x00FF0000
        && BinaryPrimitives.ReadUInt32LittleEndian(file[58..]) == 0x0000FF00
        && BinaryPrimitives.ReadUInt32LittleEndian(file[62..]) == 0x000000FF;
}
