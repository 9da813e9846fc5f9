using System.Runtime.InteropServices;
using NetVips;
using UNet.Vulkan.Formats;

namespace UNet.Cli.Images;

/// <summary>
/// A multi-page TIFF in the making. Each page goes, as it comes, to the end of a hidden file beside the output, so that a stack
/// of any length takes the memory of a few pages; from there it is encoded piece by piece. The output appears under its name
/// only when it is whole, and the hidden file disappears either way.
/// </summary>
internal abstract class TiffStack : IDisposable
{
    /// <summary>Libtiff's 32-bit offsets end at 4 GiB; what may come near is written as BigTIFF.</summary>
    private const long BigTiffBytes = 3L << 30;

    private readonly string _path;
    private readonly string _pagesPath;
    private FileStream? _pages;

    /// <summary>Begins a stack; nothing is written yet.</summary>
    /// <param name="path">The file that it will be.</param>
    protected TiffStack(string path)
    {
        string full = System.IO.Path.GetFullPath(path);
        string name = $".{System.IO.Path.GetFileName(full)}.{Environment.ProcessId}.pages";
        (_path, _pagesPath) = (full, System.IO.Path.Combine(System.IO.Path.GetDirectoryName(full)!, name));
    }

    /// <summary>Words that the file carries, or null.</summary>
    public string? Description { get; init; }

    /// <summary>Number of pages so far.</summary>
    public int Pages { get; private set; }

    /// <summary>Rows of a page; 0 before the first.</summary>
    public int Height { get; private set; }

    /// <summary>Columns of a page; 0 before the first.</summary>
    public int Width { get; private set; }

    /// <summary>Encodes the pages under the stack's name.</summary>
    /// <exception cref="IOException">The folder is full or not writable.</exception>
    public abstract void Save();

    /// <summary>Removes the hidden file.</summary>
    public void Dispose()
    {
        _pages?.Dispose();
        File.Delete(_pagesPath);
    }

    /// <summary>Appends a page.</summary>
    /// <param name="pixels">Its values, [row][column], of four bytes each.</param>
    /// <param name="height">Rows, as many as the other pages have.</param>
    /// <param name="width">Columns, as many as the other pages have.</param>
    protected void Append<T>(ReadOnlySpan<T> pixels, int height, int width) where T : unmanaged
    {
        if (Pages > 0 && (height != Height || width != Width))
            throw new ArgumentException($"A page of {height} x {width} does not fit a stack of pages of {Height} x {Width}.");
        _pages ??= new FileStream(_pagesPath, FileMode.Create, FileAccess.Write, FileShare.Read);
        foreach (Range piece in new SpanPieces(pixels.Length))
            _pages.Write(MemoryMarshal.AsBytes(pixels[piece]));
        (Height, Width) = (height, width);
        Pages++;
    }

    /// <summary>Encodes the pages.</summary>
    /// <param name="given">Format in which they came.</param>
    /// <param name="stored">Format in which they are stored.</param>
    /// <param name="interpretation">What libvips takes the stored values for.</param>
    /// <param name="compression">How they are compressed.</param>
    protected void Save(
        Enums.BandFormat given, Enums.BandFormat stored, Enums.Interpretation interpretation, Enums.ForeignTiffCompression compression)
    {
        Codec.Prepare();
        _pages!.Flush();

        // libvips writes an image of several pages as one tall image that knows the height of a page.
        using Image tall = Image.Rawload(_pagesPath, Width, checked(Height * Pages), 1, format: given, interpretation: interpretation);
        using Image narrowed = tall.Cast(stored);
        using Image typed = narrowed.Copy(interpretation: interpretation);
        using Image stack = typed.Mutate(image =>
        {
            image.Set(GValue.GIntType, "page-height", Height);
            if (Description is not null)
                image.Set(GValue.GStrType, ImageFile.DescriptionField, Description);
        });
        bool big = (long)Width * Height * Pages * sizeof(int) > BigTiffBytes;
        AtomicFile.WriteNamed(_path, name => stack.Tiffsave(name, compression: compression, bigtiff: big));
    }
}
