using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace UNet.Vulkan.Formats;

/// <summary>JSON inside the metadata strings of a file, written and read without reflection.</summary>
internal static class JsonText
{
    public static string Write(Action<Utf8JsonWriter> write)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            write(json);
        return Encoding.UTF8.GetString(stream.GetBuffer().AsSpan(0, (int)stream.Length));
    }

    /// <param name="text">The JSON.</param>
    /// <param name="path">The file that it comes from, for messages.</param>
    /// <param name="read">Takes what it needs; throws what <see cref="JsonElement"/> throws where that is missing.</param>
    /// <exception cref="InputException">The text is no JSON, or lacks a part.</exception>
    public static T Read<T>(string text, string path, Func<JsonElement, T> read)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            return read(document.RootElement);
        }
        catch (Exception exception)
            when (exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            string reason = exception.Message.ReplaceLineEndings(" ").TrimEnd('.');
            throw new InputException($"'{path}' has metadata that this program cannot read: {reason}.", exception);
        }
    }
}
