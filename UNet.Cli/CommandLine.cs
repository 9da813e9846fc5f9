using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using UNet.Cli.Commands;
using UNet.Vulkan;
using UNet.Vulkan.Planning;

namespace UNet.Cli;

/// <summary>The whole command line: commands, help, exit codes and how errors are told.</summary>
internal static class CommandLine
{
    /// <summary>Exit code of a command that did what it was asked.</summary>
    public const int Done = 0;

    /// <summary>Exit code of work that failed.</summary>
    public const int Failed = 1;

    /// <summary>Exit code of bad usage or bad input.</summary>
    public const int BadInput = 2;

    /// <summary>Runs the program with its arguments; returns the exit code. Errors are one sentence on standard error.</summary>
    public static int Run(IReadOnlyList<string> arguments, Terminal terminal)
    {
        Option<bool> verbose = new("--verbose")
        {
            Description = "Show where in the program an error arose; with segment, also what time went into computing.",
            Recursive = true,
        };
        RootCommand root = Create(terminal, verbose);
        ParseResult? result = null;
        try
        {
            result = root.Parse(arguments);
            if (result.Action is not null and not ParseErrorAction)
            {
                RequireNoEmptyWord(result);
                RequireNoUnknownOption(result);
                int code = result.Invoke(new InvocationConfiguration
                {
                    Output = terminal.Output,
                    EnableDefaultExceptionHandler = false,

                    // Ctrl-C is Program's business: the default would end the process while a model is being saved.
                    ProcessTerminationTimeout = null,
                });
                terminal.ShowNotes();
                return code;
            }

            throw new InputException(UsageError(root, result));
        }
        catch (OperationCanceledException)
        {
            terminal.Error("Stopped before the work was done.");
            return Failed;
        }
        catch (Exception e)
        {
            terminal.Error(OneLine(e.Message));
            if (result?.GetValue(verbose) == true)
                terminal.Trace(e);
            return e is InputException or PlanException ? BadInput : Failed;
        }
    }

    private static RootCommand Create(Terminal terminal, Option<bool> verbose)
    {
        RootCommand root = new(
            "Trains U-Nets on folders of images and masks and segments images with them, on any Vulkan device or the processor.")
        {
            DevicesCommand.Create(terminal),
            SelftestCommand.Create(terminal),
            PlanCommand.Create(terminal),
            TrainCommand.Create(terminal),
            SegmentCommand.Create(terminal),
            EvaluateCommand.Create(terminal),
            BenchCommand.Create(terminal),
            DemoCommand.Create(terminal),
            verbose,
        };
        foreach (HelpOption help in root.Options.OfType<HelpOption>())
            help.Action = new HelpWithExamples((HelpAction)help.Action!);
        return root;
    }

    /// <summary>An empty word, such as a shell makes of a variable that is not set, is no path, no list and no name.</summary>
    private static void RequireNoEmptyWord(ParseResult result)
    {
        foreach (SymbolResult part in result.CommandResult.Children)
        {
            if (!part.Tokens.Any(token => token.Value.Length == 0))
                continue;
            string name = part is OptionResult option ? option.Option.Name : ((ArgumentResult)part).Argument.Name;
            throw new InputException($"{name} is given an empty word; say what is meant, or leave it out.");
        }
    }

    /// <summary>A word such as an option, where a path may stand, would be taken for one.</summary>
    private static void RequireNoUnknownOption(ParseResult result)
    {
        foreach (ArgumentResult argument in result.CommandResult.Children.OfType<ArgumentResult>())
        {
            string? unknown = argument.Tokens.Select(token => token.Value)
                .FirstOrDefault(word => word.StartsWith("--", StringComparison.Ordinal) && !Path.Exists(word));
            if (unknown is not null)
                throw new InputException($"There is no option '{unknown}'; see 'unet {result.CommandResult.Command.Name} --help'.");
        }
    }

    private static string UsageError(RootCommand root, ParseResult result)
    {
        RequireNoUnknownOption(result);
        if (result.CommandResult.Command != root)
            return $"{OneLine(result.Errors[0].Message).TrimEnd('.')}; see 'unet {result.CommandResult.Command.Name} --help'.";
        string commands = string.Join(", ", root.Subcommands.Select(command => command.Name));
        return result.UnmatchedTokens is [string unknown, ..]
            ? $"There is no command '{unknown}'; choose among {commands}, or see 'unet --help'."
            : $"Say what to do, one of {commands}; 'unet demo' shows it all, 'unet --help' explains.";
    }

    private static string OneLine(string message)
        => string.Join(' ', message.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));

    /// <summary>The usual help, then the command's examples.</summary>
    private sealed class HelpWithExamples(HelpAction usual) : SynchronousCommandLineAction
    {
        /// <inheritdoc/>
        public override bool ClearsParseErrors => true;

        /// <inheritdoc/>
        public override int Invoke(ParseResult parseResult)
        {
            int code = usual.Invoke(parseResult);
            TextWriter output = parseResult.InvocationConfiguration.Output;
            string[] examples = parseResult.CommandResult.Command is ExampleCommand command
                ? command.Examples
                : ["unet demo", "unet train --help"];
            output.WriteLine("Examples:");
            foreach (string example in examples)
                output.WriteLine($"  {example}");
            return code;
        }
    }
}
