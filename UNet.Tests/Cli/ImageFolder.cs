using UNet.Cli.Images;

namespace UNet.Tests.Cli;

/// <summary>A temporary folder with the means to put small images there.</summary>
internal sealed class ImageFolder : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public string Path => _folder.Path;

    /// <summary>Path of a file in the folder; the folders on the way are made.</summary>
    public string this[string name]
    {
        get
        {
            string path = _folder.File(name);
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

    /// <summary>
    /// Makes a data set: images of 40 x 40 whose left part is dark and whose right part is bright, a little uneven, with masks
    /// of two values.
    /// </summary>
    public void Halves(string set, int count, int dark = 10, int bright = 200)
    {
        for (int i = 0; i < count; i++)
        {
            int[] pixels = new int[1600];
            int[] labels = new int[1600];
            for (int at = 0; at < pixels.Length; at++)
            {
                bool isBright = at % 40 >= 15 + 3 * (i % 4);
                pixels[at] = (isBright ? 150 : 60) + (at * 7919 + i * 31) % 40;
                labels[at] = isBright ? bright : dark;
            }

            Png($"{set}/images/img{i}.png", pixels, height: 40);
            Png($"{set}/masks/img{i}.png", labels, height: 40);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _folder.Dispose();
}
