using UNet.Cli.Images;
using Xunit;

namespace UNet.Tests.Cli;

/// <summary>Whatever is wrong with what the user gave: exit code 2, one sentence, and no file more than before.</summary>
public sealed class BadInputTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("", "unet --help")]
    [InlineData("trian", "no command 'trian'")]
    [InlineData("evaluate", "PREDICTIONS")]
    [InlineData("evaluate missing t", "missing")]
    [InlineData("evaluate p t --metrics iou,foo", "no metric 'foo'")]
    [InlineData("evaluate p t --classes 0", "--classes")]
    [InlineData("evaluate p t --classes 0,1", "value 255")]
    [InlineData("evaluate p t --unknown", "--unknown")]
    [InlineData("evaluate p more --json s.json", "b.png")]
    [InlineData("evaluate p larger --json s.json", "2x1")]
    [InlineData("evaluate p colour", "colour")]
    [InlineData("evaluate p broken", "a.png")]
    [InlineData("evaluate p empty", "no PNG")]
    [InlineData("evaluate p/a.png stack.tif", "2 pages")]
    [InlineData("evaluate twice frames", "t007.png")]
    public void IsToldInOneSentence(string arguments, string expected)
    {
        _folder.Png("p/a.png", [0, 255]);
        _folder.Png("t/a.png", [0, 255]);
        _folder.Png("more/a.png", [0, 255]);
        _folder.Png("more/b.png", [0, 255]);
        _folder.Png("larger/a.png", [0, 255, 0]);
        ImageWriter.WritePng(_folder["colour/a.png"], [1, 2, 3, 4, 5, 6], 1, 2);
        File.WriteAllBytes(_folder["broken/a.png"], File.ReadAllBytes(_folder["p/a.png"])[..40]);
        File.WriteAllText(_folder["empty/readme.txt"], "");
        _folder.Stack("stack.tif", [0, 255], [0, 255]);
        _folder.Png("twice/t007.png", [0, 255]);
        _folder.Png("twice/mask007.png", [0, 255]);
        _folder.Png("frames/man_seg007.png", [0, 255]);
        string[] before = _folder.Files;

        // Every word that names something in the folder is a path.
        CommandRun run = CommandRun.Of([.. arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(
            word => Path.Exists(_folder[word]) || word.EndsWith(".json", StringComparison.Ordinal) ? _folder[word] : word)]);
        Assert.Equal(2, run.Code);
        string line = Assert.Single(run.Errors);
        Assert.StartsWith("error: ", line, StringComparison.Ordinal);
        Assert.Contains(expected, line, StringComparison.Ordinal);
        Assert.Equal(before, _folder.Files);
    }
}
