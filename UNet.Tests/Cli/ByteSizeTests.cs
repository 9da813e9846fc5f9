using UNet.Cli;
using Xunit;

namespace UNet.Tests.Cli;

public class ByteSizeTests
{
    [Theory]
    [InlineData("1", 1L)]
    [InlineData("12B", 12L)]
    [InlineData("500MB", 500_000_000L)]
    [InlineData("500 MB", 500_000_000L)]
    [InlineData("2GiB", 2L << 30)]
    [InlineData("1.5gib", 3L << 29)]
    [InlineData("3k", 3000L)]
    [InlineData("1Ti", 1L << 40)]
    public void SizesAreRead(string text, long bytes) => Assert.Equal(bytes, ByteSize.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("GB")]
    [InlineData("0")]
    [InlineData("0.5")]
    [InlineData("-1GB")]
    [InlineData("1e9")]
    [InlineData("1iB")]
    [InlineData("1MGB")]
    [InlineData("1BB")]
    [InlineData("1 apple")]
    [InlineData("99999999TB")]
    public void OthersAreRefused(string text) => Assert.Null(ByteSize.Parse(text));

    [Theory]
    [InlineData(1L << 19, "0.5 MiB")]
    [InlineData(3L << 29, "1.50 GiB")]
    public void SizesAreWritten(long bytes, string text) => Assert.Equal(text, ByteSize.Format(bytes));
}
