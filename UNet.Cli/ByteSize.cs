using System.Globalization;

namespace UNet.Cli;

/// <summary>Sizes of memory as people write them: <c>500MB</c>, <c>2GiB</c>, <c>800000000</c>.</summary>
internal static class ByteSize
{
    /// <summary>Decimal units by their first letter: k is a thousand, and so on. With an i they are powers of 1024.</summary>
    private const string Prefixes = "kMGT";

    /// <summary>Bytes of a size, or null where the text is none or not above 0.</summary>
    public static long? Parse(string text)
    {
        int end = text.AsSpan().TrimEnd("kKmMgGtTiIbB").Length;
        string unit = text[end..].ToUpperInvariant();
        unit = unit.EndsWith('B') ? unit[..^1] : unit;
        int power = unit.Length == 0 ? 0 : Prefixes.ToUpperInvariant().IndexOf(unit[0]) + 1;
        bool isKnown = unit.Length == 0 || (power > 0 && unit[1..] is "" or "I");
        double scale = Math.Pow(unit.EndsWith('I') ? 1024 : 1000, power);
        bool isNumber = double.TryParse(
            text.AsSpan(0, end), NumberStyles.AllowDecimalPoint | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture,
            out double number);
        double bytes = Math.Floor(number * scale);
        return isKnown && isNumber && bytes is >= 1 and < long.MaxValue ? (long)bytes : null;
    }

    /// <summary>Such as <c>58.3 MiB</c> or <c>1.20 GiB</c>.</summary>
    public static string Format(long bytes) => bytes < 1L << 30
        ? string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1L << 20):0.0} MiB")
        : string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1L << 30):0.00} GiB");
}
