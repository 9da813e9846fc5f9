using System.Globalization;
using System.IO.Hashing;
using System.Text;
using System.Text.Json;
using UNet.Shaders;
using UNet.Vulkan.Device;
using UNet.Vulkan.Formats;
using UNet.Vulkan.Ops;
using UNet.Vulkan.Ops.Declaration;

namespace UNet.Vulkan.Tuning;

/// <summary>
/// The file in which the choices for a device and driver are kept between runs. It only saves time: one that is damaged, or
/// was written for other kernels or other tilings, is passed over in silence and written anew.
/// </summary>
/// <param name="path">Where the file lies.</param>
/// <param name="ops">The ops whose tilings are chosen.</param>
internal sealed class TuningFile(string path, IEnumerable<OpInfo> ops)
{
    private readonly Lazy<string> _code = new(() => CodeOf(ops));

    /// <summary>Where the file lies.</summary>
    public string Path => path;

    /// <summary>Changes with every tiling and with the SPIR-V of every kernel that has some.</summary>
    public string Code => _code.Value;

    /// <summary>The file of a device and driver, or null where the user has no cache folder.</summary>
    /// <param name="device">The device.</param>
    /// <param name="folder">Folder to use in place of the user's cache folder.</param>
    public static TuningFile? For(DeviceProperties device, string? folder = null)
    {
        folder ??= CacheFolder.Default;
        // One driver's identifier may serve several of its devices, and the vectors of a software driver may be set by a variable.
        string name = string.Create(
            CultureInfo.InvariantCulture,
            $"tuning-{device.PipelineCacheUuid:N}-{device.VendorId:x4}{device.DeviceId:x4}"
                + $"-{device.DriverVersion:x8}-{device.SubgroupSize}.json");
        return folder is null ? null : new(System.IO.Path.Combine(folder, name), OpCatalog.Ops);
    }

    /// <summary>What the file holds; null where there is none of use.</summary>
    public TuningTable? Load()
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
            JsonElement root = document.RootElement;
            if (root.GetProperty("code").GetString() != Code)
                return null;
            double seconds = root.GetProperty("secondsSpent").GetDouble();
            Dictionary<string, string> choices = root.GetProperty("choices").EnumerateObject()
                .ToDictionary(choice => choice.Name, choice => choice.Value.GetString()!);
            return seconds >= 0 ? new(choices, seconds) : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException
            or InvalidOperationException or KeyNotFoundException or FormatException or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>Stores a table. A reader never sees half of it.</summary>
    public void Store(TuningTable table)
    {
        try
        {
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
            AtomicFile.Write(path, stream =>
            {
                using Utf8JsonWriter json = new(stream, new JsonWriterOptions { Indented = true });
                json.WriteStartObject();
                json.WriteString("code", Code);
                json.WriteNumber("secondsSpent", Math.Round(table.SecondsSpent, 3));
                json.WriteStartObject("choices");
                foreach ((string key, string tiling) in table.Choices)
                    json.WriteString(key, tiling);
                json.WriteEndObject();
                json.WriteEndObject();
            });
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            // The next run measures again.
        }
    }

    private static string CodeOf(IEnumerable<OpInfo> ops)
    {
        XxHash3 hash = new();
        foreach (Implementation implementation in ops.SelectMany(op => op.Passes).SelectMany(pass => pass.Implementations)
            .Where(implementation => !implementation.Tilings.IsEmpty))
        {
            hash.Append(Encoding.UTF8.GetBytes($"{implementation.Name}: {string.Join("; ", implementation.Tilings)}"));
            foreach (KernelInfo kernel in implementation.Kernels.Select(use => use.Kernel).Where(kernel => kernel.IsEmbedded))
                hash.Append(kernel.LoadSpirV());
        }
        return hash.GetCurrentHashAsUInt64().ToString("x16", CultureInfo.InvariantCulture);
    }
}
