using UNet.Cli;
using Xunit;

namespace UNet.Tests.Cli;

public sealed class TerminalTests
{
    private static readonly string[] Names = ["image", "pixel-error", "rand-error", "warping-error", "vrand", "vinfo"];

    [Theory]
    [InlineData(80, 2)]
    [InlineData(40, 4)]
    [InlineData(20, 5)]
    [InlineData(200, 1)]
    public void NumbersAreNotTornApart(int columns, int tables)
    {
        StringWriter output = new();
        Terminal terminal = new(output, TextWriter.Null, isInteractive: true, CancellationToken.None) { Columns = columns };
        string[] row = ["an image of a name", .. Enumerable.Range(1, 5).Select(i => $"0.{i}234")];
        terminal.Table(Names, [row, row]);
        string[] lines = output.ToString().Split('\n');
        Assert.Equal(tables, lines.Count(line => line.Contains("image  ", StringComparison.Ordinal) && !line.Contains('.')));
        Assert.Equal(2 * tables, lines.Count(line => line.Contains(row[0], StringComparison.Ordinal)));
        Assert.All(row.Skip(1), number => Assert.Equal(2, lines.Count(line => line.Contains(number, StringComparison.Ordinal))));
        Assert.All(Names.Skip(1), name => Assert.Single(lines, line => line.Contains(name, StringComparison.Ordinal)));
        if (columns >= 40)
            Assert.All(lines, line => Assert.InRange(line.Length, 0, columns));
    }

    /// <summary>A line that is drawn again and again would be drawn over it.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ARemarkGoesAboveALiveLineOfTheSameTerminal(bool isSame)
    {
        StringWriter output = new();
        StringWriter error = new();
        Terminal terminal = new(output, error, isInteractive: true, CancellationToken.None) { ShowsErrors = isSame };
        Assert.Equal(7, terminal.Live(_ =>
        {
            terminal.NoteAtOnce("meanwhile");
            return 7;
        }));
        terminal.NoteAtOnce("afterwards");
        Assert.Equal(isSame, output.ToString().Contains("note: meanwhile", StringComparison.Ordinal));
        Assert.Equal(!isSame, error.ToString().Contains("note: meanwhile", StringComparison.Ordinal));
        Assert.Contains("note: afterwards", error.ToString(), StringComparison.Ordinal);
    }

    /// <summary>As if standard error were full or closed.</summary>
    [Fact]
    public void TheExitCodeNeedsNoStandardError()
    {
        Assert.Equal(2, CommandLine.Run(["evaluate", "missing", "t"], Of(new StringWriter())));
        Assert.Equal(1, CommandLine.Run(["devices"], new(new BrokenWriter(), new BrokenWriter(), false, CancellationToken.None)));

        static Terminal Of(TextWriter output) => new(output, new BrokenWriter(), false, CancellationToken.None);
    }

    private sealed class BrokenWriter : StringWriter
    {
        public override void WriteLine(string? value) => throw new IOException("No space left on device");
    }
}
