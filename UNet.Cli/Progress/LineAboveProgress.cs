using Spectre.Console;
using Spectre.Console.Rendering;

namespace UNet.Cli.Progress;

/// <summary>
/// A line that stays above lines that are drawn again and again. It is written where these began, so that what is left of them, right of
/// the text and below it, is erased first.
/// </summary>
/// <param name="text">The line.</param>
internal sealed class LineAboveProgress(string text) : Renderable
{
    /// <summary>ECMA-48's erase in page, from here to its end.</summary>
    private const string EraseBelow = "\u001b[J";

    /// <inheritdoc/>
    protected override IEnumerable<Segment> Render(RenderOptions options, int maxWidth)
    {
        if (options.Ansi)
            yield return Segment.Control(EraseBelow);
        foreach (Segment segment in ((IRenderable)new Text(text)).Render(options, maxWidth))
            yield return segment;
        yield return Segment.LineBreak;
    }
}
