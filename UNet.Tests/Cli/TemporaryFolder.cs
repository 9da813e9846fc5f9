using UNet.Cli.Images;

namespace UNet.Tests.Cli;

/// <summary>A folder of its own for a test, removed afterwards, with the means to put small images there.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public TemporaryFolder() => Path = Directory.CreateTempSubdirectory("unet-test-").FullName;

    public string Path { get; }

    /// <summary>Path of a file in the folder; the folders on the way are made.</summary>
    public string this[string name]
    {
        get
        {
            string path = System.IO.Path.Combine(Path, name);
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
            return path;
        }
    }

    /// <summary>All files, as paths relative to the folder.</summary>
    public string[] Files => [.. Directory.EnumerateFiles(Path, "*", SearchOption.AllDirectories)
        .Select(path => System.IO.Path.GetRelativePath(Path, path)).Order(StringComparer.Ordinal)];

    /// <summary>Writes a gray 8-bit PNG (16-bit if a value needs it), of one row unless told otherwise.</summary>
    public string Png(string name, int[] values, int height = 1)
    {
        ImageWriter.WriteLabels(this[name], new LabelImage(height, values.Length / height, values, false));
        return this[name];
    }

    /// <summary>Writes a gray TIFF stack of pages of one row.</summary>
    public string Stack(string name, params int[][] pages)
    {
        ImageWriter.WriteLabelStack(this[name], [.. pages.Select(page => new LabelImage(1, page.Length, page, false))]);
        return this[name];
    }

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(Path, recursive: true);
}
