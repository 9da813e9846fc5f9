using UNet.Vulkan.Formats;
using Xunit;

namespace UNet.Tests.Formats;

public sealed class SpanPiecesTests
{
    [Theory]
    [InlineData(0, "")]
    [InlineData(1, "0..1")]
    [InlineData(4, "0..4")]
    [InlineData(5, "0..4 4..5")]
    [InlineData(12, "0..4 4..8 8..12")]
    public void PiecesFollowOneAnother(int length, string expected) => Assert.Equal(expected, string.Join(' ', Of(length, 4)));

    [Fact]
    public void TheBytesOfAPieceOfTheLongestSpanCanBeCounted()
    {
        List<Range> pieces = Of(int.MaxValue, SpanPieces.Longest);
        Assert.Equal(8, pieces.Count);
        Assert.Equal(..int.MaxValue, pieces[0].Start..pieces[^1].End);
        Assert.All(pieces, piece => Assert.InRange((long)(piece.End.Value - piece.Start.Value) * sizeof(float), 1, int.MaxValue));
    }

    private static List<Range> Of(int length, int most)
    {
        List<Range> pieces = [];
        foreach (Range piece in new SpanPieces(length, most))
            pieces.Add(piece);
        return pieces;
    }
}
