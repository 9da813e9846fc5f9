using System.Collections.Immutable;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using UNet.Vulkan.Memory;

namespace UNet.Vulkan.Formats;

/// <summary>
/// A safetensors file (github.com/huggingface/safetensors): 8 bytes of header length, little endian; a JSON header with
/// type, shape and byte range of each tensor and a <c>__metadata__</c> map of strings; then the tensors' bytes.
/// </summary>
/// <remarks>Written files hold F32 alone, and the same content always gives the same bytes.</remarks>
public sealed class SafetensorsFile
{
    private const int Alignment = 8;
    private readonly Dictionary<string, NamedTensor> _byName = [];

    /// <summary>A file of these tensors, to be written in this order.</summary>
    /// <exception cref="ArgumentException">A name stands twice, or a tensor's elements do not fill its dimensions.</exception>
    public SafetensorsFile(IEnumerable<NamedTensor> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        Tensors = [.. tensors];
        Metadata = (metadata ?? ImmutableDictionary<string, string>.Empty).ToImmutableSortedDictionary(StringComparer.Ordinal);
        foreach (NamedTensor tensor in Tensors)
        {
            if (tensor.Elements.Length != tensor.Dimensions.Aggregate(1L, (product, dimension) => product * dimension))
                throw new ArgumentException($"The elements of tensor '{tensor.Name}' do not fill its dimensions.", nameof(tensors));
            if (!_byName.TryAdd(tensor.Name, tensor))
                throw new ArgumentException($"Tensor '{tensor.Name}' stands twice.", nameof(tensors));
        }
    }

    /// <summary>The tensors in the file's order.</summary>
    public ImmutableArray<NamedTensor> Tensors { get; }

    /// <summary>The strings of <c>__metadata__</c>, ordered by key.</summary>
    public ImmutableSortedDictionary<string, string> Metadata { get; }

    /// <summary>The tensor of that name, or null.</summary>
    public NamedTensor? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>Reads a file. F16, BF16 and F64 become float32; other types are refused.</summary>
    /// <exception cref="InputException">The file cannot be read, is damaged, or holds a type that is not supported.</exception>
    public static SafetensorsFile Read(string path)
    {
        try
        {
            using FileStream stream = OpenToRead(path);
            return Read(stream, path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(path, exception);
        }
    }

    /// <summary>Opens a file that another process may replace or remove meanwhile, which Windows allows only if that is said.</summary>
    internal static FileStream OpenToRead(string path) => new(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);

    internal static InputException Unreadable(string path, Exception cause) => new(
        cause switch
        {
            _ when Directory.Exists(path) => $"'{path}' is a folder where a file is needed; give the file itself.",
            FileNotFoundException or DirectoryNotFoundException => $"There is no file '{path}'; check the path.",
            UnauthorizedAccessException => $"'{path}' may not be read by you; change its permissions.",
            _ => $"'{path}' cannot be read: {cause.Message}",
        },
        cause);

    /// <summary>Reads a seekable stream from its position to its end.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="name">What to call it in messages.</param>
    /// <exception cref="InputException">As for <see cref="Read(string)"/>.</exception>
    public static SafetensorsFile Read(Stream stream, string name)
    {
        SafetensorsHeader header = SafetensorsHeader.Read(stream, name);
        long dataStart = stream.Position;
        List<NamedTensor> tensors = [];
        foreach (SafetensorsEntry entry in header.Entries)
        {
            stream.Position = dataStart + entry.Begin;
            tensors.Add(new(entry.Name, entry.Dimensions, ReadElements(stream, entry)));
        }

        return new(tensors, header.Metadata);
    }

    private static float[] ReadElements(Stream stream, SafetensorsEntry entry)
    {
        long length = entry.End - entry.Begin;
        if (entry.Type == SafetensorsType.F32 && BitConverter.IsLittleEndian && length <= int.MaxValue)
        {
            float[] elements = GC.AllocateUninitializedArray<float>((int)(length / sizeof(float)));
            Span<byte> content = MemoryMarshal.AsBytes(elements.AsSpan());
            FreshMemory.Populate(content);
            stream.ReadExactly(content);
            return elements;
        }

        byte[] bytes = new byte[length];
        stream.ReadExactly(bytes);
        float[] converted = new float[length / entry.Type.SizeInBytes()];
        entry.Type.ToFloat32(bytes, converted);
        return converted;
    }

    /// <summary>Writes the file under a temporary name, flushes it to disk and renames it.</summary>
    /// <exception cref="IOException">The folder is missing, full or not writable.</exception>
    public void Write(string path) => AtomicFile.Write(path, Write);

    /// <summary>Writes the file's bytes.</summary>
    /// <exception cref="PlatformNotSupportedException">The processor is not little endian, as these files are.</exception>
    public void Write(Stream stream)
    {
        byte[] header = HeaderBytes();
        Span<byte> length = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
        stream.Write(length);
        stream.Write(header);
        foreach (NamedTensor tensor in Tensors)
        {
            if (!BitConverter.IsLittleEndian)
                throw new PlatformNotSupportedException("Safetensors files are little endian; so must the processor be.");
            foreach (Range piece in new SpanPieces(tensor.Elements.Length))
                stream.Write(MemoryMarshal.AsBytes(tensor.Elements.AsSpan(piece)));
        }
    }

    private byte[] HeaderBytes()
    {
        using MemoryStream header = new();
        // Metadata is JSON inside a JSON string: the relaxed encoder keeps it readable (\" instead of \u0022).
        using (Utf8JsonWriter json = new(header, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            if (Metadata.Count > 0)
            {
                json.WriteStartObject(SafetensorsHeader.MetadataKey);
                foreach ((string key, string value) in Metadata)
                    json.WriteString(key, value);
                json.WriteEndObject();
            }

            long offset = 0;
            foreach (NamedTensor tensor in Tensors)
            {
                long end = offset + (long)tensor.Elements.Length * sizeof(float);
                json.WriteStartObject(tensor.Name);
                json.WriteString("dtype", "F32");
                json.WriteStartArray("shape");
                foreach (int dimension in tensor.Dimensions)
                    json.WriteNumberValue(dimension);
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(offset);
                json.WriteNumberValue(end);
                json.WriteEndArray();
                json.WriteEndObject();
                offset = end;
            }

            json.WriteEndObject();
        }

        while (header.Length % Alignment != 0)
            header.WriteByte((byte)' ');
        return header.ToArray();
    }
}
