namespace UNet.Cli.Images;

/// <summary>Colours of label ids: fixed, far from each other, and far from the black of the background.</summary>
internal static class LabelPalette
{
    /// <summary>Number of colours; ids beyond it begin anew.</summary>
    public const int Count = 32;

    private const int Levels = 6;
    private const double LeastLuma = 75;

    private static readonly Rgb[] Colors = Choose();

    /// <summary>The colour of an id; black for 0.</summary>
    public static Rgb Of(int id) => id == 0 ? default : Colors[(id - 1) % Count];

    /// <summary>
    /// Takes, of a coarse grid of colours, again and again the one farthest from all that are taken, black and white among
    /// them: any first few are as far apart as they can be. Dark colours and grays are left out.
    /// </summary>
    private static Rgb[] Choose()
    {
        Rgb[] candidates =
        [
            .. from red in Enumerable.Range(0, Levels)
               from green in Enumerable.Range(0, Levels)
               from blue in Enumerable.Range(0, Levels)
               where Math.Max(red, Math.Max(green, blue)) - Math.Min(red, Math.Min(green, blue)) >= 2
               let color = new Rgb(Level(red), Level(green), Level(blue))
               where Luma(color) >= LeastLuma
               select color,
        ];
        List<Rgb> taken = [default, new(byte.MaxValue, byte.MaxValue, byte.MaxValue)];
        int reserved = taken.Count;
        while (taken.Count < reserved + Count)
            taken.Add(candidates.MaxBy(candidate => taken.Min(other => SquaredDistance(candidate, other))));
        return [.. taken[reserved..]];

        static byte Level(int step) => (byte)(step * byte.MaxValue / (Levels - 1));
    }

    /// <summary>How bright a colour looks, from 0 to 255 (ITU-R BT.601).</summary>
    private static double Luma(Rgb color) => 0.299 * color.Red + 0.587 * color.Green + 0.114 * color.Blue;

    private static int SquaredDistance(Rgb a, Rgb b)
    {
        (int red, int green, int blue) = (a.Red - b.Red, a.Green - b.Green, a.Blue - b.Blue);
        return red * red + green * green + blue * blue;
    }
}
