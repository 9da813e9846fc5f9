using System.Buffers.Binary;

namespace UNet.Cli.Images;

/// <summary>The one thing in a TIFF header that libvips does not tell: what an additional sample means.</summary>
internal static class TiffTags
{
    private const int ExtraSamples = 338;

    /// <summary>Whether the first page says that its last sample is transparency (ExtraSamples 1 or 2).</summary>
    public static bool LastSampleIsAlpha(string path)
    {
        using FileStream stream = File.OpenRead(path);
        Span<byte> header = stackalloc byte[16];
        stream.ReadAtLeast(header, header.Length, throwOnEndOfStream: false);
        bool little = header[0] == 'I';
        bool big = Integer(header.Slice(2, 2), little) == 43;

        // A directory: a count, then entries of tag, type, count and value (or the place of the value, if it is long).
        (int countSize, int entrySize, int valueSize) = big ? (8, 20, 8) : (2, 12, 4);
        stream.Position = (long)Integer(big ? header.Slice(8, 8) : header.Slice(4, 4), little);
        Span<byte> word = stackalloc byte[20];
        stream.ReadExactly(word[..countSize]);
        ulong entries = Integer(word[..countSize], little);
        for (ulong i = 0; i < entries; i++)
        {
            Span<byte> entry = word[..entrySize];
            stream.ReadExactly(entry);
            if (Integer(entry[..2], little) != ExtraSamples)
                continue;
            ulong count = Integer(entry.Slice(4, valueSize), little);
            Span<byte> value = entry.Slice(4 + valueSize, valueSize);
            int last = ((int)count - 1) * 2;
            return last >= 0 && last < valueSize && Integer(value.Slice(last, 2), little) is 1 or 2;
        }

        return false;
    }

    private static ulong Integer(ReadOnlySpan<byte> bytes, bool little) => bytes.Length switch
    {
        2 => little ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : BinaryPrimitives.ReadUInt16BigEndian(bytes),
        4 => little ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : BinaryPrimitives.ReadUInt32BigEndian(bytes),
        _ => little ? BinaryPrimitives.ReadUInt64LittleEndian(bytes) : BinaryPrimitives.ReadUInt64BigEndian(bytes),
    };
}
