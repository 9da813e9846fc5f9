using System.Buffers;
using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace UNet.Vulkan.Formats;

/// <summary>
/// A safetensors file that stays open: its header has been read and checked; elements are read when somebody wants them, straight to
/// where he wants them. Several threads may read.
/// </summary>
internal sealed class SafetensorsReader : IDisposable
{
    private const int PieceBytes = 1 << 20;

    private readonly string _path;
    private readonly FileStream _file;
    private readonly long _dataStart;
    private readonly ImmutableDictionary<string, SafetensorsEntry> _byName;

    private SafetensorsReader(string path, FileStream file, SafetensorsHeader header, long dataStart)
    {
        (_path, _file, _dataStart) = (path, file, dataStart);
        (Entries, Metadata) = (header.Entries, header.Metadata);
        _byName = Entries.ToImmutableDictionary(entry => entry.Name);
    }

    /// <summary>The tensors in the file's order.</summary>
    public ImmutableArray<SafetensorsEntry> Entries { get; }

    /// <summary>The strings of <c>__metadata__</c>.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Opens a file and reads its header.</summary>
    /// <exception cref="InputException">The file cannot be read, is damaged, or holds a type that is not supported.</exception>
    public static SafetensorsReader Open(string path)
    {
        FileStream? file = null;
        try
        {
            file = SafetensorsFile.OpenToRead(path);
            SafetensorsHeader header = SafetensorsHeader.Read(file, path);
            return new(path, file, header, file.Position);
        }
        catch (Exception exception)
        {
            file?.Dispose();
            if (exception is IOException or UnauthorizedAccessException)
                throw SafetensorsFile.Unreadable(path, exception);
            throw;
        }
    }

    /// <summary>The tensor of that name, or null.</summary>
    public SafetensorsEntry? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>Reads elements of a tensor. F16, BF16 and F64 become float32.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <param name="elements">Where to; as many as are wanted.</param>
    /// <param name="start">The first element.</param>
    /// <exception cref="InputException">The file can no longer be read to where the tensor ends.</exception>
    public void Read(SafetensorsEntry tensor, Span<float> elements, long start)
    {
        int size = tensor.Type.SizeInBytes();
        long from = _dataStart + tensor.Begin + start * size;
        if (tensor.Type == SafetensorsType.F32 && BitConverter.IsLittleEndian)
        {
            for (int at = 0; at < elements.Length; at += PieceBytes / sizeof(float))
            {
                Span<float> piece = elements[at..Math.Min(at + PieceBytes / sizeof(float), elements.Length)];
                ReadExactly(tensor, MemoryMarshal.AsBytes(piece), from + (long)at * sizeof(float));
            }
            return;
        }

        byte[] bytes = ArrayPool<byte>.Shared.Rent(PieceBytes);
        for (int at = 0; at < elements.Length; at += PieceBytes / size)
        {
            int count = Math.Min(PieceBytes / size, elements.Length - at);
            ReadExactly(tensor, bytes.AsSpan(0, count * size), from + (long)at * size);
            tensor.Type.ToFloat32(bytes.AsSpan(0, count * size), elements.Slice(at, count));
        }

        ArrayPool<byte>.Shared.Return(bytes);
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private void ReadExactly(SafetensorsEntry tensor, Span<byte> bytes, long from)
    {
        try
        {
            while (!bytes.IsEmpty)
            {
                int count = RandomAccess.Read(_file.SafeFileHandle, bytes, from);
                if (count == 0)
                    throw SafetensorsHeader.Damaged(_path, $"it ends before tensor '{tensor.Name}' does");
                bytes = bytes[count..];
                from += count;
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw SafetensorsFile.Unreadable(_path, exception);
        }
    }
}
