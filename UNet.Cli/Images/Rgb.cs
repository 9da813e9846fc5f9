namespace UNet.Cli.Images;

/// <summary>A colour of 8 bits a channel; black by default.</summary>
/// <param name="Red">Red.</param>
/// <param name="Green">Green.</param>
/// <param name="Blue">Blue.</param>
internal readonly record struct Rgb(byte Red, byte Green, byte Blue)
{
    /// <summary>A gray.</summary>
    /// <param name="level">0 for black to 255 for white.</param>
    public static Rgb Gray(byte level) => new(level, level, level);
}
