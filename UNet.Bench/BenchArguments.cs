using System.Globalization;

namespace UNet.Bench;

/// <summary>The options of a bench: names followed by values, and names alone.</summary>
internal sealed class BenchArguments(string[] arguments)
{
    /// <summary>Whether a name was given.</summary>
    public bool Has(string name) => arguments.Contains(name);

    /// <summary>The value after a name.</summary>
    public string Text(string name, string fallback)
        => Array.IndexOf(arguments, name) is >= 0 and int at && at + 1 < arguments.Length ? arguments[at + 1] : fallback;

    /// <summary>The number after a name.</summary>
    public int Number(string name, int fallback)
        => int.Parse(Text(name, fallback.ToString(CultureInfo.InvariantCulture)), CultureInfo.InvariantCulture);
}
