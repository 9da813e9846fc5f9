using UNet.Cli;

namespace UNet.Tests.Cli;

/// <summary>What a run of the program, within this process, gave.</summary>
/// <param name="Code">Exit code.</param>
/// <param name="Output">Standard output.</param>
/// <param name="Errors">Lines of standard error.</param>
internal sealed record CommandRun(int Code, string Output, string[] Errors)
{
    /// <summary>Runs the program as if its output went to a file.</summary>
    public static CommandRun Of(params string[] arguments) => Of(CancellationToken.None, arguments);

    /// <inheritdoc cref="Of(string[])"/>
    public static CommandRun Of(CancellationToken stop, params string[] arguments)
    {
        StringWriter output = new();
        StringWriter errors = new();
        int code = CommandLine.Run(arguments, new Terminal(output, errors, IsInteractive: false, stop));
        return new(code, output.ToString(), errors.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }
}
