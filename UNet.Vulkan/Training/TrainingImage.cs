namespace UNet.Vulkan.Training;

/// <summary>One image of a data set with the class of every pixel.</summary>
/// <param name="Name">For messages: the file's stem, with the page for a slice of a stack.</param>
/// <param name="Channels">Channels, 1 or more.</param>
/// <param name="Height">Rows.</param>
/// <param name="Width">Columns.</param>
/// <param name="Pixels">Raw values as stored, [channel][row][column]; the library normalises them.</param>
/// <param name="Classes">Class indices, [row][column]; <see cref="IgnoredClass"/> marks a pixel that counts nowhere.</param>
public sealed record TrainingImage(string Name, int Channels, int Height, int Width, float[] Pixels, byte[] Classes)
{
    /// <summary>The class index of a pixel that is left out of the loss and of every metric.</summary>
    public const byte IgnoredClass = 255;

    /// <summary>
    /// The instance that every pixel belongs to, [row][column], 0 = background; null where the labels tell classes only.
    /// </summary>
    public int[]? Instances { get; init; }
}
