using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using UNet.Vulkan.Training;

namespace UNet.Cli.Commands;

/// <summary>Options whose values are checked while parsing, so that a wrong one is told in the user's own terms.</summary>
internal static class CommandOptions
{
    /// <summary>The device option that all computing commands share.</summary>
    public static Option<string> Device() => new("--device")
    {
        Description = "Where to compute: auto (a GPU, else a software driver, else the processor), cpu, or a device's index or part "
            + "of its name ('unet devices').",
        HelpName = "auto|cpu|INDEX|NAME",
        DefaultValueFactory = _ => "auto",
    };

    /// <summary>The tuner's switch, on unless it is turned off.</summary>
    public static Option<Switch?> Tuner() => Choice(
        "--tuner",
        "On GPUs, choose among ways to cut the work, which all give the same bits, by how long they take; takes at most two seconds, once "
            + "a device and driver [default: on].",
        ("on", Switch.On),
        ("off", Switch.Off));

    /// <summary>The precision, 32 bits unless told otherwise.</summary>
    public static Option<Precision?> Precision() => Choice(
        "--precision",
        "Numbers of 32 bits, or for the products of convolutions of 16, which is faster on devices with matrix units [default: fp32].",
        ("fp32", Vulkan.Training.Precision.Float32),
        ("mixed", Vulkan.Training.Precision.Mixed));

    /// <summary>An option that takes a whole number.</summary>
    public static Option<int?> Whole(string name, string helpName, string description, int least) => Parsed<int?>(
        name,
        helpName,
        description,
        text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value >= least ? value : null,
        $"a whole number of {least} or more");

    /// <summary>An option that takes a number.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="helpName">Stands for the value in the help.</param>
    /// <param name="description">One sentence.</param>
    /// <param name="accept">Whether a value is in range.</param>
    /// <param name="range">The range in words, such as <c>a number of 0 or more</c>.</param>
    public static Option<double?> Real(string name, string helpName, string description, Func<double, bool> accept, string range)
    {
        return Parsed<double?>(name, helpName, description, Parse, range);

        double? Parse(string text) => Number(text) is double value && accept(value) ? value : null;
    }

    /// <summary>An option that takes a probability or the word <c>off</c>, which stands for 1.</summary>
    public static Option<double?> ProbabilityOrOff(string name, string description) => Parsed<double?>(
        name,
        "P|off",
        description,
        text => text == "off" ? 1 : Number(text) is double value and >= 0 and <= 1 ? value : null,
        "a number from 0 to 1, or off");

    /// <summary>An option that takes a size of memory.</summary>
    public static Option<long?> Bytes(string name, string description) => Parsed<long?>(
        name, "SIZE", description, ByteSize.Parse, "a size above 0 such as 500MB, 2GiB or 800000000 (bytes)");

    /// <summary>An option that takes one of a few words.</summary>
    public static Option<T?> Choice<T>(string name, string description, params (string Word, T Value)[] choices)
        where T : struct => Parsed<T?>(
        name,
        string.Join('|', choices.Select(choice => choice.Word)),
        description,
        text => choices.Where(choice => choice.Word == text).Select(choice => (T?)choice.Value).FirstOrDefault(),
        $"{string.Join(" or ", choices.Select(choice => choice.Word))}");

    private static double? Number(string text)
    {
        bool isNumber = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value);
        return isNumber && double.IsFinite(value) ? value : null;
    }

    private static Option<T?> Parsed<T>(
        string name, string helpName, string description, Func<string, T?> parse, string accepted) => new(name)
    {
        Description = description,
        HelpName = helpName,
        CustomParser = (ArgumentResult result) =>
        {
            string text = result.Tokens[^1].Value;
            T? value = parse(text);
            if (value is null)
                result.AddError($"{name} takes {accepted}, not '{text}'");
            return value;
        },
    };
}
