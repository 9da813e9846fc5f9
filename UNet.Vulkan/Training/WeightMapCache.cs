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
public sealed class WeightMapCache(string folder, Action<string>? note = null)
{
    /// <summary>Part of every key: to be changed with whatever changes a weight.</summary>
    private const string Version = "weight map 1";

    private const string Tensor = "weight";
    private const string KeyKey = "weight_map_key";
    private const string ChecksumKey = "sha256";
    private readonly Lock _writing = new();
    private bool _isTold;

    /// <summary>What <see cref="PixelWeights"/> computes for an image, read or computed. Several threads may ask at once.</summary>
    /// <inheritdoc cref="PixelWeights.Of(TrainingImage, WeightMap, WeightMapParameters, ReadOnlySpan{float})" path="/param"/>
    public float[] Of(TrainingImage image, WeightMap map, WeightMapParameters parameters, ReadOnlySpan<float> classWeights)
    {
        string key = Key(image, map, parameters, classWeights);
        string path = Path.Combine(folder, key + ".safetensors");
        if (Load(path, key, image) is { } known)
            return known;
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
        hash.AppendData(MemoryMarshal.AsBytes(image.Instances.AsSpan()));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
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

    private static string Checksum(float[] weights) => Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(weights.AsSpan())));

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
