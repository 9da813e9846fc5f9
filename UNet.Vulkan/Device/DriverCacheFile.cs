using System.Buffers.Binary;
using System.Globalization;
using System.IO.Hashing;
using UNet.Vulkan.Formats;

namespace UNet.Vulkan.Device;

/// <summary>
/// A file in which what a driver made of kernels is kept between runs. It only saves time: whatever goes wrong with it is passed over
/// in silence.
/// </summary>
internal sealed class DriverCacheFile
{
    // File: 8 bytes of magic, 8 bytes of checksum (little-endian), then the driver's data. Drivers are not all careful
    // with damaged data, so none is shown to them.
    private const int HeaderSize = 16;

    public DriverCacheFile(string path) => Path = path;

    /// <summary>Where the file lies.</summary>
    public string Path { get; }

    private static ReadOnlySpan<byte> Magic => "UNETPC02"u8;

    /// <summary>The file of a device's and driver's pipeline cache, or null where the user has no cache folder.</summary>
    /// <param name="device">The device.</param>
    /// <param name="folder">Folder to use in place of the user's cache folder.</param>
    public static DriverCacheFile? OfPipelines(DeviceProperties device, string? folder = null)
    {
        folder ??= CacheFolder.Default;
        // One driver's identifier may serve several of its devices.
        string name = string.Create(
            CultureInfo.InvariantCulture,
            $"pipelines-{device.PipelineCacheUuid:N}-{device.VendorId:x4}{device.DeviceId:x4}-{device.DriverVersion:x8}.bin");
        return folder is null ? null : new(System.IO.Path.Combine(folder, name));
    }

    /// <summary>The stored data; empty where there is none or it is damaged.</summary>
    public byte[] Load()
    {
        try
        {
            byte[] file = File.ReadAllBytes(Path);
            if (file.Length < HeaderSize || !file.AsSpan(0, Magic.Length).SequenceEqual(Magic))
                return [];
            byte[] data = file[HeaderSize..];
            return BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(Magic.Length)) == Checksum(data) ? data : [];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            return [];
        }
    }

    /// <summary>Stores data. A reader never sees half a file.</summary>
    public void Store(ReadOnlySpan<byte> data)
    {
        byte[] file = new byte[HeaderSize + data.Length];
        Magic.CopyTo(file);
        BinaryPrimitives.WriteUInt64LittleEndian(file.AsSpan(Magic.Length), Checksum(data));
        data.CopyTo(file.AsSpan(HeaderSize));
        try
        {
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path)!);
            AtomicFile.Write(Path, stream => stream.Write(file));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            // The next run compiles again.
        }
    }

    // Enough to find damage; nobody gains by forging the file in his own cache.
    private static ulong Checksum(ReadOnlySpan<byte> data) => XxHash3.HashToUInt64(data);
}
