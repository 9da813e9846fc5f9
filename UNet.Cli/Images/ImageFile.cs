using NetVips;
using UNet.Vulkan;
using UNet.Vulkan.Formats;

namespace UNet.Cli.Images;

/// <summary>A PNG, TIFF, JPEG or BMP file; a TIFF may be a stack of pages. Pages are decoded one at a time, when asked for.</summary>
internal sealed class ImageFile
{
    /// <summary>What libvips calls the words that a TIFF carries.</summary>
    public const string DescriptionField = "image-description";

    private static readonly string[] Extensions = [".png", ".tif", ".tiff", ".jpg", ".jpeg", ".bmp"];

    private bool? _isTiff;

    private ImageFile(string path) => Path = path;

    /// <summary>Path of the file.</summary>
    public string Path { get; }

    /// <summary>Number of pages: 1 for everything but a TIFF stack.</summary>
    public int Pages { get; private init; } = 1;

    /// <summary>Rows of the first page.</summary>
    public int Height { get; private init; }

    /// <summary>Columns of the first page.</summary>
    public int Width { get; private init; }

    /// <summary>Words that a TIFF carries, or null.</summary>
    public string? Description { get; private init; }

    /// <summary>File name without folder and extension.</summary>
    public string Stem => System.IO.Path.GetFileNameWithoutExtension(Path);

    /// <summary>By what the file holds, whatever its name: a stack must not be taken for its first page.</summary>
    private bool IsTiff => _isTiff ??= TiffTags.IsTiff(Path);

    /// <summary>Whether a file's extension is one that can be read.</summary>
    public static bool HasKnownExtension(string path)
        => Extensions.Contains(System.IO.Path.GetExtension(path).ToLowerInvariant());

    /// <summary>The image files of a folder in the ordinal order of their names; hidden files are none of them.</summary>
    /// <exception cref="InputException">The folder may not be read.</exception>
    public static List<string> In(string folder)
    {
        try
        {
            return [.. Directory.EnumerateFiles(folder)
                .Where(path => HasKnownExtension(path) && !System.IO.Path.GetFileName(path).StartsWith('.'))
                .OrderBy(path => System.IO.Path.GetFileName(path), StringComparer.Ordinal)];
        }
        catch (UnauthorizedAccessException e)
        {
            throw new InputException($"The folder '{folder}' may not be read by you; change its permissions.", e);
        }
    }

    /// <summary>Opens the image files of a folder in the ordinal order of their names.</summary>
    /// <exception cref="InputException">There is none, or one is not an image that can be read.</exception>
    public static List<ImageFile> OpenAll(string folder)
    {
        List<string> files = In(folder);
        return files.Count > 0
            ? files.ConvertAll(Open)
            : throw new InputException($"The folder '{folder}' holds no PNG, TIFF, JPEG or BMP file; check the path.");
    }

    /// <summary>Opens a file and counts its pages.</summary>
    /// <exception cref="InputException">There is no such file, or it is not an image that can be read.</exception>
    public static ImageFile Open(string path)
    {
        if (!File.Exists(path))
            throw new InputException($"There is no file '{path}'; check the path.");
        ImageFile file = new(path);
        using Image image = file.Load(0);
        int pages = file.IsTiff && image.Contains("n-pages") ? (int)image.Get("n-pages") : 1;
        if (file.IsTiff)
            file.RequireAllPages();
        return new(path)
        {
            Pages = pages,
            Height = image.Height,
            Width = image.Width,
            Description = image.Contains(DescriptionField) ? image.Get(DescriptionField) as string : null,
        };
    }

    /// <summary>Decodes a page.</summary>
    /// <exception cref="InputException">The file is damaged or cut short, or holds values that are not finite.</exception>
    public RawImage Read(int page = 0)
    {
        using Image loaded = Load(page);
        float[] interleaved = Decode<float>(loaded, Enums.BandFormat.Float);
        if (!FiniteNumbers.AreAll(interleaved))
            throw new InputException($"The image '{Named(page)}' has values that are no finite numbers; replace them before use.");

        // Each of these properties is a call into libvips: not one for the inner loop.
        (int bands, int area) = (loaded.Bands, loaded.Width * loaded.Height);
        int channels = bands - (HasAlpha(loaded) ? 1 : 0);
        float[] pixels = new float[channels * area];
        for (int c = 0; c < channels; c++)
        {
            for (int i = 0; i < area; i++)
                pixels[c * area + i] = interleaved[i * bands + c];
        }

        return new(channels, loaded.Height, loaded.Width, pixels);
    }

    /// <summary>
    /// Decodes a page of a mask. In indexed colour its labels are the numbers of the colours, unless the palette is gray.
    /// </summary>
    /// <exception cref="InputException">
    /// The file is damaged or cut short, its colours are not gray, or a value is not a whole number of 0 or more.
    /// </exception>
    public LabelImage ReadLabels(int page = 0)
    {
        using IndexedColor? indexed = Opened(() => IndexedColor.Open(Path, page));
        using Image loaded = Load(page, indexed?.Contents);

        // Doubles hold every value of the 32-bit formats.
        double[] interleaved = Decode<double>(loaded, Enums.BandFormat.Double);
        int bands = loaded.Bands;
        int channels = bands - (HasAlpha(loaded) ? 1 : 0);
        int[] values = new int[loaded.Width * loaded.Height];
        for (int i = 0; i < values.Length; i++)
        {
            double value = interleaved[i * bands];
            if (interleaved.AsSpan(i * bands, channels).ContainsAnyExcept(value))
            {
                throw new InputException(
                    $"The mask '{Named(page)}' is in colour, but a mask has one value a pixel; save it as a gray "
                        + "image of label values.");
            }

            values[i] = (int)value;
            if (values[i] != value || value < 0)
            {
                throw new InputException(
                    $"The mask '{Named(page)}' holds the value {value}, but labels are whole numbers from 0 to 2147483647; save it "
                        + "as integers.");
            }
        }

        Enums.BandFormat format = loaded.Format;
        bool isWide = format is not (Enums.BandFormat.Uchar or Enums.BandFormat.Char or Enums.BandFormat.Float or Enums.BandFormat.Double);
        return new(loaded.Height, loaded.Width, values, isWide) { IsLossy = IsJpeg(loaded), Colors = indexed?.Colors };
    }

    /// <summary>The path, with the page (counted from 1) for a stack.</summary>
    public string Named(int page) => Pages == 1 ? Path : $"{Path}' page '{page + 1}";

    /// <summary>By what the file holds, whatever its name.</summary>
    private static bool IsJpeg(Image loaded)
        => loaded.Contains("vips-loader") && ((string)loaded.Get("vips-loader")).StartsWith("jpeg", StringComparison.Ordinal);

    /// <param name="page">The page to decode.</param>
    /// <param name="contents">What to read in place of the file, if anything; it must stay open as long as the image.</param>
    private Image Load(int page, Stream? contents = null) => Opened(() =>
    {
        if (BitmapFile.IsBitmap(Path))
        {
            using FileStream file = File.OpenRead(Path);
            return BitmapFile.Load(contents ?? file);
        }

        const Enums.Access access = Enums.Access.Sequential;
        const Enums.FailOn failOn = Enums.FailOn.Truncated;
        if (contents is not null)
        {
            return IsTiff
                ? Image.TiffloadStream(contents, page: page, n: 1, access: access, failOn: Enums.FailOn.Warning)
                : Image.NewFromStream(contents, "", access: access, failOn: failOn);
        }

        // As a source, a name with brackets is a name; as a path, libvips would read options from it.
        using Source source = Source.NewFromFile(Path);
        return IsTiff
            ? Image.TiffloadSource(source, page: page, n: 1, access: access, failOn: Enums.FailOn.Warning)
            : Image.NewFromSource(source, "", access: access, failOn: failOn);
    });

    /// <summary>What opens the file, with its failures in words.</summary>
    private T Opened<T>(Func<T> open)
    {
        Codec.Prepare();
        try
        {
            return open();
        }
        catch (UnauthorizedAccessException e)
        {
            throw new InputException($"'{Path}' may not be read by you; change its permissions.", e);
        }
        catch (Exception e) when (e is VipsException or IOException or InvalidDataException or ArgumentOutOfRangeException)
        {
            // Out of range is a place that a damaged file names. libvips reads TIFFs of up to 32 bits.
            if (HasSamplesOf64Bits())
            {
                throw new InputException(
                    $"'{Path}' has samples of 64 bits, which cannot be read; save it with 32 bits, in numpy as float32 or int32.", e);
            }

            throw new InputException($"'{Path}' cannot be read as an image; replace it with a PNG, TIFF, JPEG or BMP file.", e);
        }
    }

    private bool HasSamplesOf64Bits()
    {
        try
        {
            return IsTiff && TiffTags.HasSamplesOf64Bits(Path);
        }
        catch (Exception e) when (e is IOException or ArgumentOutOfRangeException)
        {
            return false; // damaged
        }
    }

    private void RequireAllPages()
    {
        try
        {
            TiffTags.RequireAllPages(Path);
        }
        catch (Exception e) when (e is IOException or ArgumentOutOfRangeException)
        {
            throw Damaged(e);
        }
    }

    private InputException Damaged(Exception cause) => new($"The image '{Path}' is damaged or cut short; replace it.", cause);

    private T[] Decode<T>(Image loaded, Enums.BandFormat format)
        where T : unmanaged
    {
        try
        {
            using Image converted = loaded.Cast(format);
            return converted.WriteToMemory<T>();
        }
        catch (VipsException e)
        {
            throw Damaged(e);
        }
    }

    /// <summary>
    /// PNG and BMP have transparency as their second or fourth channel. In a TIFF such a channel may as well be data; only
    /// its tag tells.
    /// </summary>
    private bool HasAlpha(Image image) => image.Bands is 2 or 4 && image.Interpretation != Enums.Interpretation.Cmyk
        && (!IsTiff || TiffTags.LastSampleIsAlpha(Path));
}
