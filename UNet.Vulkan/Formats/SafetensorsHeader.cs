using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text.Json;

namespace UNet.Vulkan.Formats;

/// <summary>Where a tensor's bytes lie within the data part of a file.</summary>
internal sealed record SafetensorsEntry(string Name, SafetensorsType Type, ImmutableArray<int> Dimensions, long Begin, long End);

/// <summary>
/// The parsed header of a safetensors file, checked as the format demands: the tensors' byte ranges have the size of their
/// shapes, do not overlap, leave no gap and end with the file.
/// </summary>
internal sealed record SafetensorsHeader(ImmutableArray<SafetensorsEntry> Entries, IReadOnlyDictionary<string, string> Metadata)
{
    public const string MetadataKey = "__metadata__";

    /// <summary>Bytes that the header may have, as in the format's own library.</summary>
    public const int MaxLength = 100_000_000;

    /// <summary>Reads the header at the position of a seekable stream, to the first byte of the data, which end with the stream.</summary>
    /// <exception cref="InputException">The header does not fit the format or the stream's length.</exception>
    public static SafetensorsHeader Read(Stream stream, string fileName)
    {
        long length = stream.Length - stream.Position;
        if (length < sizeof(ulong))
            throw Damaged(fileName, $"it has {length} bytes and no header");
        Span<byte> lengthBytes = stackalloc byte[sizeof(ulong)];
        stream.ReadExactly(lengthBytes);
        ulong headerLength = BinaryPrimitives.ReadUInt64LittleEndian(lengthBytes);
        if (headerLength > (ulong)(length - sizeof(ulong)) || headerLength > MaxLength)
            throw Damaged(fileName, $"its header is said to have {headerLength} bytes, the file has {length}");

        byte[] json = new byte[headerLength];
        stream.ReadExactly(json);
        return Parse(json, length - sizeof(ulong) - (long)headerLength, fileName);
    }

    /// <exception cref="InputException">The header does not fit the format or <paramref name="dataLength"/>.</exception>
    public static SafetensorsHeader Parse(ReadOnlySpan<byte> json, long dataLength, string fileName)
    {
        List<SafetensorsEntry> entries = [];
        Dictionary<string, string> metadata = [];
        HashSet<string> names = [];
        try
        {
            Utf8JsonReader reader = new(json);
            Expect(ref reader, JsonTokenType.StartObject);
            while (NextProperty(ref reader) is { } name)
            {
                if (!names.Add(name))
                    throw new JsonException($"'{name}' stands twice");
                if (name == MetadataKey)
                    ReadMetadata(ref reader, metadata);
                else
                    entries.Add(ReadEntry(ref reader, name, fileName));
            }

            if (reader.Read())
                throw new JsonException("something follows the object");
        }
        // InvalidOperationException: a string that is not valid UTF-8 or UTF-16.
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException)
        {
            throw Damaged(fileName, "its header cannot be read: " + exception.Message.ReplaceLineEndings(" ").TrimEnd('.'));
        }

        CheckRanges(entries, dataLength, fileName);
        return new([.. entries], metadata);
    }

    public static InputException Damaged(string fileName, string reason)
        => new($"'{fileName}' is damaged or no safetensors file: {reason}.");

    private static void CheckRanges(List<SafetensorsEntry> entries, long dataLength, string fileName)
    {
        long offset = 0;
        foreach (SafetensorsEntry entry in entries.OrderBy(entry => entry.Begin).ThenBy(entry => entry.End))
        {
            if (entry.Begin != offset)
                throw Damaged(fileName, $"the bytes of tensor '{entry.Name}' begin at {entry.Begin} where {offset} is expected");
            long elements = entry.Dimensions.Contains(0) ? 0 : 1;
            foreach (int dimension in entry.Dimensions)
            {
                // Asked by division: the product might overflow.
                if (elements > 0 && elements > dataLength / dimension)
                    throw Damaged(fileName, $"tensor '{entry.Name}' is larger than the file");
                elements *= dimension;
            }

            (long bytes, long needed) = (entry.End - entry.Begin, elements * entry.Type.SizeInBytes());
            if (bytes != needed)
                throw Damaged(fileName, $"tensor '{entry.Name}' has {bytes} bytes, its shape needs {needed}");
            if (entry.End > dataLength)
                throw Damaged(fileName, $"it ends before tensor '{entry.Name}' does");
            if (bytes > Array.MaxLength)
                throw new InputException($"'{fileName}': tensor '{entry.Name}' has {bytes} bytes; at most {Array.MaxLength} can be read.");
            offset = entry.End;
        }

        if (offset != dataLength)
            throw Damaged(fileName, $"its tensors end at byte {offset} of {dataLength}");
    }

    private static void ReadMetadata(ref Utf8JsonReader reader, Dictionary<string, string> metadata)
    {
        Expect(ref reader, JsonTokenType.StartObject);
        while (NextProperty(ref reader) is { } key)
        {
            Expect(ref reader, JsonTokenType.String);
            if (!metadata.TryAdd(key, reader.GetString()!))
                throw new JsonException($"metadata '{key}' stands twice");
        }
    }

    private static SafetensorsEntry ReadEntry(ref Utf8JsonReader reader, string name, string fileName)
    {
        string? type = null;
        long[]? dimensions = null, offsets = null;
        Expect(ref reader, JsonTokenType.StartObject);
        while (NextProperty(ref reader) is { } property)
        {
            switch (property)
            {
                case "dtype" when type is null:
                    Expect(ref reader, JsonTokenType.String);
                    type = reader.GetString();
                    break;
                case "shape" when dimensions is null:
                    dimensions = ReadNumbers(ref reader);
                    break;
                case "data_offsets" when offsets is null:
                    offsets = ReadNumbers(ref reader);
                    break;
                default:
                    throw new JsonException($"tensor '{name}' has an unexpected '{property}'");
            }
        }

        if (type is null || dimensions is null || offsets is not { Length: 2 })
            throw new JsonException($"tensor '{name}' has no dtype, shape or data_offsets");
        if (dimensions.Any(dimension => dimension > int.MaxValue))
            throw new JsonException($"tensor '{name}' has a dimension over {int.MaxValue}");
        if (!Enum.TryParse(type, out SafetensorsType known) || known.ToString() != type)
            throw new InputException($"'{fileName}': tensor '{name}' has the element type {type}; F32, F64, F16 and BF16 can be read.");
        return new(name, known, [.. dimensions.Select(dimension => (int)dimension)], offsets[0], offsets[1]);
    }

    private static long[] ReadNumbers(ref Utf8JsonReader reader)
    {
        List<long> numbers = [];
        Expect(ref reader, JsonTokenType.StartArray);
        while (reader.Read() && reader.TokenType == JsonTokenType.Number)
        {
            long number = reader.GetInt64();
            numbers.Add(number >= 0 ? number : throw new JsonException("a size is negative"));
        }

        return reader.TokenType == JsonTokenType.EndArray ? [.. numbers] : throw new JsonException("a size is no number");
    }

    private static string? NextProperty(ref Utf8JsonReader reader)
        => reader.Read() && reader.TokenType == JsonTokenType.PropertyName ? reader.GetString() : null;

    private static void Expect(ref Utf8JsonReader reader, JsonTokenType token)
    {
        if (!reader.Read() || reader.TokenType != token)
            throw new JsonException($"{token} expected, not {reader.TokenType}");
    }
}
