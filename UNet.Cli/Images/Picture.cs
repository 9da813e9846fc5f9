using UNet.Cli.Data;

namespace UNet.Cli.Images;

/// <summary>A picture to look at.</summary>
/// <param name="Height">Rows.</param>
/// <param name="Width">Columns.</param>
/// <param name="Pixels">[row][column].</param>
internal sealed record Picture(int Height, int Width, Rgb[] Pixels)
{
    /// <summary>Columns between two pictures side by side.</summary>
    public const int Gap = 4;

    private static readonly Rgb GapColor = Rgb.Gray(128);

    /// <summary>
    /// An image, stretched so that its smallest value is black and its largest white (over all channels together). Three
    /// channels are red, green and blue; of any other number the first is shown.
    /// </summary>
    public static Picture OfImage(RawImage image)
    {
        int area = image.Height * image.Width;
        bool isColor = image.Channels == 3;
        float[] shown = isColor ? image.Pixels : image.Pixels[..area];
        (float least, float range) = (shown.Min(), shown.Max() - shown.Min());
        return new(image.Height, image.Width, [.. Enumerable.Range(0, area).Select(
            i => isColor ? new(Level(i), Level(area + i), Level(2 * area + i)) : Rgb.Gray(Level(i)))]);

        byte Level(int i) => range > 0 ? (byte)MathF.Round((shown[i] - least) / range * byte.MaxValue) : (byte)0;
    }

    /// <summary>Probabilities: 0 is black, 1 is white.</summary>
    public static Picture OfProbability(float[] probability, int height, int width) => new(
        height, width, Array.ConvertAll(probability, value => Rgb.Gray((byte)MathF.Round(Math.Clamp(value, 0, 1) * byte.MaxValue))));

    /// <summary>Instance ids: the background black, each id in a colour of <see cref="LabelPalette"/>.</summary>
    public static Picture OfInstances(LabelImage labels)
        => new(labels.Height, labels.Width, Array.ConvertAll(labels.Values, LabelPalette.Of));

    /// <summary>Classes: two are black and white; of more, the first is black and the others have colours.</summary>
    /// <param name="labels">Label values, each that of a class.</param>
    /// <param name="classes">What the values mean.</param>
    public static Picture OfClasses(LabelImage labels, LabelClasses classes) => new(
        labels.Height,
        labels.Width,
        Array.ConvertAll(labels.Values, value => (classes.Count, classes.IndexOf(value)) switch
        {
            (2, int c) => Rgb.Gray((byte)(c * byte.MaxValue)),
            (_, int c) => LabelPalette.Of(c),
        }));

    /// <summary>Pictures of one height from left to right, with a thin gray gap between two.</summary>
    public static Picture SideBySide(params IReadOnlyList<Picture> pictures)
    {
        int width = pictures.Sum(picture => picture.Width + Gap) - Gap;
        int height = pictures[0].Height;
        Rgb[] pixels = new Rgb[height * width];
        Array.Fill(pixels, GapColor);
        int left = 0;
        foreach (Picture picture in pictures)
        {
            for (int row = 0; row < height; row++)
                picture.Pixels.AsSpan(row * picture.Width, picture.Width).CopyTo(pixels.AsSpan(row * width + left));
            left += picture.Width + Gap;
        }

        return new(height, width, pixels);
    }

    /// <summary>Writes a PNG.</summary>
    public void WritePng(string path)
        => ImageWriter.WritePng(path, [.. Pixels.SelectMany(pixel => (byte[])[pixel.Red, pixel.Green, pixel.Blue])], Height, Width);
}
