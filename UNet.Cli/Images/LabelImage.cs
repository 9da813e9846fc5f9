namespace UNet.Cli.Images;

/// <summary>A mask as stored: one label value a pixel.</summary>
/// <param name="Height">Rows.</param>
/// <param name="Width">Columns.</param>
/// <param name="Values">Label values, 0 or more, [row][column].</param>
/// <param name="IsWide">Stored as integers of more than 8 bits, as instance ids are.</param>
internal sealed record LabelImage(int Height, int Width, int[] Values, bool IsWide)
{
    /// <summary>Read from a JPEG, whose compression may have changed the values.</summary>
    public bool IsLossy { get; init; }

    /// <summary>
    /// The colours that the values are numbers of, a byte each of red, green and blue; null where they are no numbers of colours.
    /// </summary>
    public int[]? Colors { get; init; }
}
