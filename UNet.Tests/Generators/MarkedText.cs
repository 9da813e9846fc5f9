using Microsoft.CodeAnalysis;
using Xunit;

namespace UNet.Tests.Generators;

/// <summary>
/// Text in which <c>[|</c> and <c>|]</c> mark where a diagnostic belongs. They are cut out before a generator sees the text.
/// </summary>
internal sealed class MarkedText
{
    private readonly int _start;
    private readonly int _end;

    public MarkedText(string marked)
    {
        _start = marked.IndexOf("[|", StringComparison.Ordinal);
        _end = marked.IndexOf("|]", StringComparison.Ordinal) - 2;
        Assert.True(_start >= 0 && _end >= _start, "No place is marked.");
        Text = marked.Remove(_end + 2, 2).Remove(_start, 2);
    }

    public string Text { get; }

    /// <summary>Fails unless the run gave this diagnostic alone, at the marked place, with that text in its message.</summary>
    public void IsOnlyDiagnostic(IEnumerable<Diagnostic> diagnostics, string path, string id, string message)
    {
        Diagnostic diagnostic = Assert.Single(diagnostics);
        Assert.Equal(id, diagnostic.Id);
        Assert.Contains(message, diagnostic.GetMessage(null), StringComparison.Ordinal);
        FileLinePositionSpan span = diagnostic.Location.GetLineSpan();
        Assert.Equal(path, span.Path);
        Assert.Equal((_start, _end), (diagnostic.Location.SourceSpan.Start, diagnostic.Location.SourceSpan.End));
        Assert.Equal(Text.Take(_start).Count(c => c == '\n'), span.StartLinePosition.Line);
    }
}
