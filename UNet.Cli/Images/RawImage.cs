namespace UNet.Cli.Images;

/// <summary>An image as stored: no scaling, no normalisation.</summary>
/// <param name="Channels">Channels, 1 or more; transparency is not one of them.</param>
/// <param name="Height">Rows.</param>
/// <param name="Width">Columns.</param>
/// <param name="Pixels">[channel][row][column].</param>
internal sealed record RawImage(int Channels, int Height, int Width, float[] Pixels)
{
    /// <summary>Whether a colour image holds only gray: three channels with the same values.</summary>
    public bool IsGrayInValue
    {
        get
        {
            int area = Height * Width;
            return Channels == 3 && Pixels.AsSpan(0, area).SequenceEqual(Pixels.AsSpan(area, area))
                && Pixels.AsSpan(0, area).SequenceEqual(Pixels.AsSpan(2 * area, area));
        }
    }

    /// <summary>The first channel alone.</summary>
    public RawImage FirstChannel() => Channels == 1 ? this : new(1, Height, Width, Pixels[..(Height * Width)]);
}
