using Spectre.Console;

namespace UNet.Cli;

/// <summary>
/// Where a command writes and how it learns that the user wants it to stop. Results go to <see cref="Output"/>; remarks and
/// errors go to standard error.
/// </summary>
/// <param name="output">Standard output.</param>
/// <param name="error">Standard error.</param>
/// <param name="isInteractive">Output is a terminal whose lines can be drawn again.</param>
/// <param name="stop">Cancelled when the user asks the command to finish early.</param>
internal sealed class Terminal(TextWriter output, TextWriter error, bool isInteractive, CancellationToken stop)
{
    /// <summary>Columns of a line that nobody's terminal wraps.</summary>
    private const int WideColumns = 200;

    private readonly List<string> _notes = [];

    /// <summary>Output is a terminal whose lines can be drawn again.</summary>
    public bool IsInteractive => isInteractive;

    /// <summary>Cancelled when the user asks the command to finish early.</summary>
    public CancellationToken Stop => stop;

    /// <summary>Where results go. Remarks that wait are written first.</summary>
    public TextWriter Output
    {
        get
        {
            ShowNotes();
            return output;
        }
    }

    /// <summary>
    /// A remark about the input. It waits until the command has a result to show: where the input turns out to be of no
    /// use, the error alone is told.
    /// </summary>
    public void Note(string text) => _notes.Add(text);

    /// <summary>Writes the remarks that wait.</summary>
    public void ShowNotes()
    {
        foreach (string note in _notes)
            error.WriteLine($"note: {note}");
        _notes.Clear();
    }

    /// <summary>Tells of an error, in one sentence.</summary>
    public void Error(string sentence) => error.WriteLine($"error: {sentence}");

    /// <summary>Shows where an error arose.</summary>
    public void Trace(Exception exception) => error.WriteLine(exception);

    /// <summary>A console whose lines can be drawn again; only for a terminal.</summary>
    public IAnsiConsole LiveConsole() => AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) });

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
