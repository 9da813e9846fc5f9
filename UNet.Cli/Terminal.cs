using Spectre.Console;

namespace UNet.Cli;

/// <summary>
/// Where a command writes and how it learns that the user wants it to stop. Results go to <see cref="Output"/>; remarks and
/// errors go to <see cref="Error"/>.
/// </summary>
/// <param name="Output">Standard output.</param>
/// <param name="Error">Standard error.</param>
/// <param name="IsInteractive">Output is a terminal whose lines can be drawn again.</param>
/// <param name="Stop">Cancelled when the user asks the command to finish early.</param>
internal sealed record Terminal(TextWriter Output, TextWriter Error, bool IsInteractive, CancellationToken Stop)
{
    /// <summary>Columns of a line that nobody's terminal wraps.</summary>
    private const int WideColumns = 200;

    /// <summary>Writes a remark.</summary>
    public void Note(string text) => Error.WriteLine($"note: {text}");

    /// <summary>A console whose lines can be drawn again; only for a terminal.</summary>
    public IAnsiConsole LiveConsole() => AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Output) });

    /// <summary>Prints a table: the first column to the left, the others to the right as numbers are.</summary>
    public void Table(IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<string>> rows, bool numbers = true)
    {
        Table table = new() { Border = TableBorder.Simple };
        for (int i = 0; i < columns.Count; i++)
        {
            TableColumn column = new(Markup.Escape(columns[i])) { NoWrap = numbers };
            table.AddColumn(i == 0 || !numbers ? column : column.RightAligned());
        }

        foreach (IReadOnlyList<string> row in rows)
            table.AddRow([.. row.Select(cell => new Text(cell))]);
        // Rendered without colours first: a border's blank lines and trailing blanks are of no use in a log.
        StringWriter text = new();
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(text),
            Ansi = AnsiSupport.No,
            ColorSystem = ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
        });
        console.Profile.Width = IsInteractive ? Math.Max(System.Console.WindowWidth, 40) : WideColumns;
        console.Write(table);
        foreach (string line in text.ToString().Split('\n'))
        {
            if (!string.IsNullOrWhiteSpace(line))
                Output.WriteLine(line.TrimEnd());
        }

        Output.WriteLine();
    }
}
