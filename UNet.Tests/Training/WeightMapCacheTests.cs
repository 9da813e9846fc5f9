using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using UNet.Vulkan.Formats;
using UNet.Vulkan.Training;
using Xunit;

namespace UNet.Tests.Training;

public sealed class WeightMapCacheTests : IDisposable
{
    private static readonly TrainingImage Image =
        new("cells", 1, 2, 4, new float[8], [1, 0, 0, 1, 0, 0, 0, 1]) { Instances = [1, 0, 0, 2, 0, 0, 0, 2] };

    private static readonly float[] ClassWeights = [1, 2];
    private readonly TemporaryFolder _folder = new();

    private string Maps => _folder.File("weight-maps");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void AMapIsWrittenOnceAndThenRead()
    {
        float[] expected = PixelWeights.Of(Image, WeightMap.Paper, new(), ClassWeights);
        Assert.Equal(expected, Of(Image));
        string path = Assert.Single(Directory.GetFiles(Maps));
        Assert.Equal(expected, Of(Image));

        // That it is read shows where the file says otherwise.
        SafetensorsFile file = SafetensorsFile.Read(path);
        TrainingImage other = Image with { Instances = [1, 0, 0, 1, 0, 0, 0, 1] };
        Of(other);
        SafetensorsFile otherFile = SafetensorsFile.Read(Directory.GetFiles(Maps).Single(name => name != path));
        ImmutableSortedDictionary<string, string> metadata = file.Metadata.SetItem("sha256", otherFile.Metadata["sha256"]);
        new SafetensorsFile(otherFile.Tensors, metadata).Write(path);
        Assert.Equal(PixelWeights.Of(other, WeightMap.Paper, new(), ClassWeights), Of(Image));
    }

    [Fact]
    public void ADamagedOrForeignFileIsReplaced()
    {
        float[] expected = Of(Image);
        string path = Assert.Single(Directory.GetFiles(Maps));
        byte[] good = File.ReadAllBytes(path);
        byte[] flipped = [.. good];
        flipped[^3] ^= 1;
        SafetensorsFile foreign = new([new NamedTensor("weight", [2, 4], new float[8])]);
        using MemoryStream stream = new();
        foreign.Write(stream);
        foreach (byte[] content in new[] { flipped, good[..^1], [], stream.ToArray(), "no weight map"u8.ToArray() })
        {
            File.WriteAllBytes(path, content);
            Assert.Equal(expected, Of(Image));
            Assert.Equal(good, File.ReadAllBytes(path));
        }

        Assert.Single(Directory.GetFiles(Maps));
    }

    [Fact]
    public void WhateverChangesAWeightChangesTheKey()
    {
        WeightMapParameters none = new();
        string[] keys =
        [
            Key(Image, WeightMap.Paper, none, 1, 2),
            Key(Image, WeightMap.Falk, none, 1, 2),
            Key(Image, WeightMap.Paper, none, 1, 3),
            Key(Image, WeightMap.Paper, new() { SeparationSigma = 5.5 }, 1, 2),
            Key(Image, WeightMap.Paper, new() { SeparationWeight = 11 }, 1, 2),
            Key(Image with { Height = 4, Width = 2 }, WeightMap.Paper, none, 1, 2),
            Key(Image with { Instances = null }, WeightMap.Paper, none, 1, 2),
            Key(Image with { Instances = [1, 0, 0, 1, 0, 0, 0, 1] }, WeightMap.Paper, none, 1, 2),
            Key(Image with { Classes = [1, 0, 0, 1, 0, 0, 0, TrainingImage.IgnoredClass] }, WeightMap.Paper, none, 1, 2),
        ];
        Assert.Equal(keys.Length, keys.Distinct().Count());
        TrainingImage otherPixels = Image with { Name = "other", Pixels = new float[8] };
        Assert.Equal(keys[0], Key(otherPixels, WeightMap.Paper, new() { SeparationSigma = 5 }, 1, 2));

        static string Key(TrainingImage image, WeightMap map, WeightMapParameters parameters, params float[] classWeights)
            => WeightMapCache.Key(image, map, parameters, classWeights);
    }

    /// <summary>Maps that an earlier version kept are found.</summary>
    [Fact]
    public void KeyAndChecksumStay()
    {
        float[] weights = Of(Image);
        string path = Assert.Single(Directory.GetFiles(Maps));
        Assert.Equal(
            "b0bb4b1d5a9ae128f3f85885ddca2ba4ad684e5fa0880578ce1730e39a6eec1e.safetensors", Path.GetFileName(path));
        string checksum = Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(weights.AsSpan())));
        Assert.Equal(checksum, SafetensorsFile.Read(path).Metadata["sha256"]);
    }

    [Fact]
    public void WhereNothingCanBeWrittenMapsAreComputedAndThatIsToldOnce()
    {
        File.WriteAllText(Maps, "a file in place of the folder");
        List<string> notes = [];
        WeightMapCache cache = new(Maps, notes.Add);
        for (int i = 0; i < 2; i++)
        {
            Assert.Equal(
                PixelWeights.Of(Image, WeightMap.Falk, new(), ClassWeights), cache.Of(Image, WeightMap.Falk, new(), ClassWeights));
        }

        Assert.Contains(Maps, Assert.Single(notes), StringComparison.Ordinal);
    }

    [Fact]
    public void EqualImagesMayBeAskedForAtOnce()
    {
        List<string> notes = [];
        WeightMapCache cache = new(Maps, notes.Add);
        float[][] maps = new float[64][];
        Parallel.For(0, maps.Length, i => maps[i] = cache.Of(Image, WeightMap.Paper, new(), ClassWeights));
        Assert.All(maps, map => Assert.Equal(maps[0], map));
        Assert.Empty(notes);
        Assert.Single(Directory.GetFiles(Maps));
    }

    [Fact]
    public void WhatWasNotUsedForLongestIsDeleted()
    {
        // Five maps, of which two have room; a file that is none stays.
        WeightMapCache cache = new(Maps);
        TrainingImage[] images = [.. Enumerable.Range(1, 5).Select(id => Image with { Instances = [9, 0, 0, id, 0, 0, 0, id] })];
        string[] paths = [.. images.Select(image => Path.Combine(Maps, Key(image) + ".safetensors"))];
        foreach (TrainingImage image in images)
            cache.Of(image, WeightMap.Paper, new(), ClassWeights);
        File.WriteAllText(Path.Combine(Maps, "model.safetensors"), "no weight map");
        for (int i = 0; i < images.Length; i++)
            File.SetLastWriteTimeUtc(paths[i], new DateTime(2020, 1, 1 + i, 0, 0, 0, DateTimeKind.Utc));
        cache.Trim();
        Assert.Equal(6, Directory.GetFiles(Maps).Length);

        // The first is used again and the last one computed again: both are newer than the others.
        WeightMapCache small = new(Maps, limit: 2 * new FileInfo(paths[0]).Length);
        File.Delete(paths[4]);
        small.Of(images[0], WeightMap.Paper, new(), ClassWeights);
        small.Of(images[4], WeightMap.Paper, new(), ClassWeights);
        small.Trim();
        string[] expected = [paths[0], paths[4], Path.Combine(Maps, "model.safetensors")];
        Assert.Equal(expected.Order(StringComparer.Ordinal), Directory.GetFiles(Maps).Order(StringComparer.Ordinal));

        static string Key(TrainingImage image) => WeightMapCache.Key(image, WeightMap.Paper, new(), ClassWeights);
    }

    private float[] Of(TrainingImage image) => new WeightMapCache(Maps).Of(image, WeightMap.Paper, new(), ClassWeights);
}
