using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using UNet.Vulkan.Formats;

namespace UNet.Vulkan.Training;

/// <summary>
/// Keeps weight maps in a folder, one safetensors file each, so that they are computed once an image. It only saves time: a
/// file that is damaged, or another's, is replaced, and where nothing can be written the maps are computed anew.
/// </summary>
/// <param name="folder">Where the files lie; made when the first one is written.</param>
/// <param name="note">Told once, in a sentence, if the folder cannot be written.</param>
/// <param name="limit">Bytes that the files may have in all; what was not used for longest is deleted when a run has its maps.</param>
public sealed class WeightMapCache(string folder, Action<string>? note = null, long limit = WeightMapCache.DefaultLimit)
{
    /// <summary>Bytes that the files may have in all unless told otherwise: 1 GiB, the maps of 1000 images of 512 x 512.</summary>
    public const long DefaultLimit = 1L << 30;

    private const string Extension = ".safetensors";

    /// <summary>Part of every key: to be changed with whatever changes a weight.</summary>
    private const string Version = "weight map 1";

    private const string Tensor = "weight";
    private const string KeyKey = "weight_map_key";
    private const string ChecksumKey = "sha256";
    private readonly Lock _writing = new();
    private bool _isTold;
    private bool _hasStored;

    /// <summary>What <see cref="PixelWeights"/> computes for an image, read or computed. Several threads may ask at once.</summary>
    /// <inheritdoc cref="PixelWeights.Of(TrainingImage, WeightMap, WeightMapParameters, ReadOnlySpan{float})" path="/param"/>
    public float[] Of(TrainingImage image, WeightMap map, WeightMapParameters parameters, ReadOnlySpan<float> classWeights)
    {
        string key = Key(image, map, parameters, classWeights);
        string path = Path.Combine(folder, key + Extension);
        if (Load(path, key, image) is { } known)
        {
            MarkAsUsed(path);
            return known;
        }

        float[] weights = PixelWeights.Of(image, map, parameters, classWeights);
        Store(path, key, image, weights);
        return weights;
    }

    /// <summary>SHA-256 of all that the map depends on, in hexadecimal digits: the name of its file.</summary>
    internal static string Key(TrainingImage image, WeightMap map, WeightMapParameters parameters, ReadOnlySpan<float> classWeights)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(Version));
        hash.AppendData(MemoryMarshal.AsBytes<int>(
            [(int)map, image.Height, image.Width, image.Instances is null ? 0 : 1, classWeights.Length]));
        hash.AppendData(MemoryMarshal.AsBytes<double>([parameters.SeparationWeightIn(map), parameters.SeparationSigmaIn(map)]));
        hash.AppendData(MemoryMarshal.AsBytes(classWeights));
        hash.AppendData(image.Classes);
        foreach (Range piece in new SpanPieces(image.Instances?.Length ?? 0))
            hash.AppendData(MemoryMarshal.AsBytes(image.Instances.AsSpan(piece)));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Deletes the files that were not used for longest until the others keep within the limit.</summary>
    internal void Trim()
    {
        if (!_hasStored)
            return;
        _hasStored = false;
        try
        {
            long bytes = 0;
            foreach (FileInfo file in new DirectoryInfo(folder).GetFiles("*" + Extension)
                .Where(file => IsKey(Path.GetFileNameWithoutExtension(file.Name)))
                .OrderByDescending(file => file.LastWriteTimeUtc))
            {
                bytes += file.Length;
                if (bytes > limit)
                    file.Delete();
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Another run is deleting too; the next one tries again.
        }

        // A user of the library may keep other files there.
        static bool IsKey(string name) => name.Length == 2 * SHA256.HashSizeInBytes && name.All(char.IsAsciiHexDigitLower);
    }

    private static void MarkAsUsed(string path)
    {
        try
        {
            File.SetLastWriteTimeUtc(path, DateTime.UtcNow);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A folder that can only be read is good enough.
        }
    }

    private static float[]? Load(string path, string key, TrainingImage image)
    {
        if (!File.Exists(path))
            return null;
        try
        {
            SafetensorsFile file = SafetensorsFile.Read(path);
            return file.Metadata.GetValueOrDefault(KeyKey) == key && file.Find(Tensor) is { } tensor
                && tensor.Dimensions is [int height, int width] && (height, width) == (image.Height, image.Width)
                && file.Metadata.GetValueOrDefault(ChecksumKey) == Checksum(tensor.Elements)
                    ? tensor.Elements
                    : null;
        }
        catch (InputException)
        {
            return null;
        }
    }

    private static string Checksum(float[] weights)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (Range piece in new SpanPieces(weights.Length))
            hash.AppendData(MemoryMarshal.AsBytes(weights.AsSpan(piece)));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private void Store(string path, string key, TrainingImage image, float[] weights)
    {
        SafetensorsFile file = new(
            [new NamedTensor(Tensor, [image.Height, image.Width], weights)],
            new Dictionary<string, string> { [KeyKey] = key, [ChecksumKey] = Checksum(weights) });

        // One at a time: two images with the same labels are one file.
        lock (_writing)
        {
            try
            {
                Directory.CreateDirectory(folder);
                file.Write(path);
                _hasStored = true;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotSupportedException)
            {
                if (_isTold)
                    return;
                _isTold = true;
                note?.Invoke($"weight maps cannot be kept in '{folder}' and are computed anew each time: {exception.Message}");
            }
        }
    }
}
