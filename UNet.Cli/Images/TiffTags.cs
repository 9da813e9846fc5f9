using System.Buffers.Binary;

namespace UNet.Cli.Images;

/// <summary>
/// What libvips does not tell of a TIFF file: whether all its pages are there, how many bits its samples have where it cannot read them,
/// what an additional sample means, and where a page keeps its palette.
/// </summary>
internal static class TiffTags
{
    private const int BitsPerSample = 258;
    private const int ColorMap = 320;
    private const int ExtraSamples = 338;
    private const int ShortSize = 2;

    /// <summary>Whether a file starts as a TIFF or BigTIFF does.</summary>
    public static bool IsTiff(string path)
    {
        using FileStream stream = File.OpenRead(path);
        Span<byte> start = stackalloc byte[4];
        return stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length
            && (start.SequenceEqual("II*\0"u8) || start.SequenceEqual("MM\0*"u8)
                || start.SequenceEqual("II+\0"u8) || start.SequenceEqual("MM\0+"u8));
    }

    /// <summary>
    /// Follows the chain of pages to its end; libvips would take a chain that leads out of the file for a shorter stack.
    /// </summary>
    /// <exception cref="IOException">The chain leads out of the file.</exception>
    public static void RequireAllPages(string path)
    {
        using FileStream stream = File.OpenRead(path);
        Header header = Header.Read(stream);
        HashSet<long> seen = [];
        for (long directory = header.FirstDirectory; directory != 0 && seen.Add(directory);)
            directory = header.DirectoryAfter(stream, directory);
    }

    /// <summary>Whether the first page says that its last sample is transparency (ExtraSamples 1 or 2).</summary>
    public static bool LastSampleIsAlpha(string path) => LastNumber(path, ExtraSamples) is 1 or 2;

    /// <summary>Whether samples of the first page have 64 bits, as numpy's floating-point numbers have unless told otherwise.</summary>
    public static bool HasSamplesOf64Bits(string path) => LastNumber(path, BitsPerSample) == 64;

    /// <summary>
    /// Where a page keeps its palette: short numbers, the red of all colours, then the green, then the blue. Null where it has none.
    /// </summary>
    /// <exception cref="IOException">The page lies outside the file.</exception>
    public static (long Place, int Colors, bool IsLittleEndian)? PaletteOf(Stream stream, int page)
    {
        stream.Position = 0;
        Header header = Header.Read(stream);
        long directory = header.FirstDirectory;
        for (int i = 0; i < page && directory != 0; i++)
            directory = header.DirectoryAfter(stream, directory);
        return directory != 0 && NumbersOf(stream, header, directory, ColorMap) is { Count: > 0 and <= 3 << 16 } numbers
            ? (numbers.Place, (int)(numbers.Count / 3), header.IsLittleEndian)
            : null;
    }

    /// <summary>
    /// The last of the short numbers that the first page has under a tag; null where there are none.
    /// </summary>
    private static ulong? LastNumber(string path, int tag)
    {
        using FileStream stream = File.OpenRead(path);
        Header header = Header.Read(stream);
        if (NumbersOf(stream, header, header.FirstDirectory, tag) is not { Count: > 0 } numbers)
            return null;
        stream.Position = numbers.Place + (numbers.Count - 1) * ShortSize;
        return header.ReadInteger(stream, ShortSize);
    }

    /// <summary>Where the short numbers stand that a page has under a tag.</summary>
    private static (long Place, long Count)? NumbersOf(Stream stream, Header header, long directory, int tag)
    {
        stream.Position = directory;
        ulong entries = header.ReadInteger(stream, header.CountSize);
        for (ulong i = 0; i < entries; i++)
        {
            // An entry: tag, type, count and value (or the place of the value, if it is long).
            bool isWanted = header.ReadInteger(stream, 2) == (ulong)tag;
            header.ReadInteger(stream, 2);
            long count = (long)header.ReadInteger(stream, header.OffsetSize);
            long here = stream.Position;
            long place = (long)header.ReadInteger(stream, header.OffsetSize);
            if (isWanted)
                return (count * ShortSize <= header.OffsetSize ? here : place, count);
        }

        return null;
    }

    /// <param name="IsLittleEndian">Order of the bytes of a number.</param>
    /// <param name="IsBig">BigTIFF, with longer counts and offsets.</param>
    /// <param name="FirstDirectory">Place of the directory of the first page.</param>
    private sealed record Header(bool IsLittleEndian, bool IsBig, long FirstDirectory)
    {
        private const int BigTiff = 43;

        /// <summary>Bytes of a directory's count of entries.</summary>
        public int CountSize => IsBig ? 8 : 2;

        /// <summary>Bytes of an entry of a directory.</summary>
        public int EntrySize => IsBig ? 20 : 12;

        /// <summary>Bytes of a place in the file, and of a count of values.</summary>
        public int OffsetSize => IsBig ? 8 : 4;

        public static Header Read(Stream stream)
        {
            Span<byte> order = stackalloc byte[2];
            stream.ReadExactly(order);
            Header header = new(order[0] == 'I', false, 0);
            header = header with { IsBig = header.ReadInteger(stream, 2) == BigTiff };
            if (header.IsBig)
                header.ReadInteger(stream, 4);
            return header with { FirstDirectory = (long)header.ReadInteger(stream, header.OffsetSize) };
        }

        /// <summary>Place of the directory of the page after one, 0 if it is the last.</summary>
        public long DirectoryAfter(Stream stream, long directory)
        {
            stream.Position = directory;
            long entries = (long)ReadInteger(stream, CountSize);
            stream.Position += entries * EntrySize;
            return (long)ReadInteger(stream, OffsetSize);
        }

        public ulong ReadInteger(Stream stream, int size)
        {
            Span<byte> bytes = stackalloc byte[size];
            stream.ReadExactly(bytes);
            return Integer(bytes);
        }

        public ulong Integer(ReadOnlySpan<byte> bytes) => bytes.Length switch
        {
            2 => IsLittleEndian ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : BinaryPrimitives.ReadUInt16BigEndian(bytes),
            4 => IsLittleEndian ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : BinaryPrimitives.ReadUInt32BigEndian(bytes),
            _ => IsLittleEndian ? BinaryPrimitives.ReadUInt64LittleEndian(bytes) : BinaryPrimitives.ReadUInt64BigEndian(bytes),
        };
    }
}
