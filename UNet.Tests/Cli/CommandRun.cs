using UNet.Cli;

namespace UNet.Tests.Cli;

/// <summary>What a run of the program, within this process, gave.</summary>
/// <param name="Code">Exit code.</param>
/// <param name="Output">Standard output.</param>
/// <param name="Errors">Lines of standard error.</param>
internal sealed record CommandRun(int Code, string Output, string[] Errors)
{
    /// <summary>Runs the program as if its output went to a file.</summary>
    public static CommandRun Of(params string[] arguments) => Of(new StringWriter(), CancellationToken.None, arguments);

    /// <summary>Runs the program as if its output were a terminal.</summary>
    public static CommandRun Live(params string[] arguments)
        => Of(new StringWriter(), CancellationToken.None, arguments, isInteractive: true);

    /// <summary>Runs the program and asks it to stop when its output first holds a word, as Ctrl-C does.</summary>
    public static CommandRun Of(CancellationTokenSource stop, string word, string[] arguments)
        => Of(new WatchedWriter(word, stop), stop.Token, arguments);

    private static CommandRun Of(StringWriter output, CancellationToken stop, string[] arguments, bool isInteractive = false)
    {
        StringWriter errors = new();
        // What is told must not depend on how fast the machine compiles kernels.
        Terminal terminal = new(output, errors, isInteractive, stop) { Patience = Timeout.InfiniteTimeSpan };
        int code = CommandLine.Run(arguments, terminal);
        return new(code, output.ToString(), errors.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    private sealed class WatchedWriter(string word, CancellationTokenSource stop) : StringWriter
    {
        public override void WriteLine(string? value)
        {
            base.WriteLine(value);
            if (value?.Contains(word, StringComparison.Ordinal) == true)
                stop.Cancel();
        }
    }
}
