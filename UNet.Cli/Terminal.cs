using Spectre.Console;
using UNet.Cli.Progress;

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

    /// <summary>A window narrower than this is not worth any effort.</summary>
    private const int LeastColumns = 40;

    private readonly List<string> _notes = [];
    private volatile IAnsiConsole? _live;
    private readonly int? _columns;

    /// <summary>Output is a terminal whose lines can be drawn again.</summary>
    public bool IsInteractive => isInteractive;

    /// <summary>Standard error is seen on the same terminal as the output.</summary>
    public bool ShowsErrors { get; init; }

    /// <summary>Columns of a line.</summary>
    public int Columns
    {
        get => _columns ?? (isInteractive ? Math.Max(System.Console.WindowWidth, LeastColumns) : WideColumns);
        init => _columns = value;
    }

    /// <summary>
    /// How long a first run on a device may take without a word of why: longer than it does where kernels have been compiled before.
    /// </summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(10);

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
    /// A remark about the input, from any thread. It waits until the command has a result to show: where the input turns out to be of no
    /// use, the error alone is told.
    /// </summary>
    public void Note(string text)
    {
        lock (_notes)
            _notes.Add(text);
    }

    /// <summary>Writes the remarks that wait.</summary>
    public void ShowNotes()
    {
        lock (_notes)
        {
            foreach (string note in _notes)
                WriteError($"note: {note}");
            _notes.Clear();
        }
    }

    /// <summary>A remark about what is going on, from any thread.</summary>
    public void NoteAtOnce(string text) => WriteError($"note: {text}");

    /// <summary>Tells at once that the command was asked to stop.</summary>
    /// <param name="signal">What asked for it, and would end the process the next time.</param>
    public void Interrupted(string signal) => NoteAtOnce($"stopping; {signal} again quits at once");

    /// <summary>Tells of an error, in one sentence.</summary>
    public void Error(string sentence) => WriteError($"error: {sentence}");

    /// <summary>Shows where an error arose.</summary>
    public void Trace(Exception exception) => WriteError($"{exception}");

    /// <summary>Shows lines that are drawn again and again, on a console for that; only for a terminal.</summary>
    public T Live<T>(Func<IAnsiConsole, T> show)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) });
        _live = console;
        try
        {
            return show(console);
        }
        finally
        {
            _live = null;
        }
    }

    /// <summary>
    /// Prints a table: the first column to the left, the others to the right as numbers are. A number that goes on in the next
    /// line cannot be read: columns of numbers for which a line has no room follow in a table below, beside the first column again.
    /// </summary>
    /// <param name="columns">Titles.</param>
    /// <param name="rows">Cells of each row.</param>
    /// <param name="numbers">All columns but the first hold numbers; else they hold words, which may go on in the next line.</param>
    public void Table(IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<string>> rows, bool numbers = true)
    {
        IReadOnlyList<string>[] all = [columns, .. rows];
        for (int first = 1, next; first < columns.Count; first = next)
        {
            next = columns.Count;
            string[] lines = Lines(all, first, next, numbers);
            while (numbers && next > first + 1 && lines.Max(line => line.Length) > Columns)
                lines = Lines(all, first, --next, numbers);
            foreach (string line in lines)
                Output.WriteLine(line);
            Output.WriteLine();
        }
    }

    /// <summary>The lines of a table of the first column and those from one to before another.</summary>
    private string[] Lines(IReadOnlyList<string>[] all, int first, int end, bool numbers)
    {
        string[][] rows = [.. all.Select(row => (string[])[row[0], .. row.Take(first..end)])];
        Table table = new() { Border = TableBorder.Simple };
        for (int i = 0; i < rows[0].Length; i++)
        {
            TableColumn column = new(Markup.Escape(rows[0][i])) { NoWrap = numbers };
            table.AddColumn(i == 0 || !numbers ? column : column.RightAligned());
        }

        foreach (string[] row in rows.Skip(1))
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
        // Numbers get all the room they need: a character takes two columns at most, a border between two cells fewer than four.
        console.Profile.Width = numbers
            ? Enumerable.Range(0, rows[0].Length).Sum(i => 2 * rows.Max(row => row[i].Length) + 4)
            : Columns;
        console.Write(table);
        return [.. text.ToString().Split('\n').Where(line => !string.IsNullOrWhiteSpace(line)).Select(line => line.TrimEnd())];
    }

    /// <summary>
    /// What is written while lines are drawn again goes above them, if both are seen on one terminal; they would be drawn over it.
    /// Nobody reads a standard error that is closed or full; the command goes on, and its exit code tells the rest.
    /// </summary>
    private void WriteError(string line)
    {
        try
        {
            if (ShowsErrors && _live is { } console)
                console.Write(new LineAboveProgress(line));
            else
                error.WriteLine(line);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            // There is no other place to tell of it.
        }
    }
}
