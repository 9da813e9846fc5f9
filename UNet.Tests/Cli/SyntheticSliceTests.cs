using UNet.Cli.Demo;
using Xunit;

namespace UNet.Tests.Cli;

public sealed class SyntheticSliceTests
{
    [Fact]
    public void TheSameNumberGivesTheSameSlice()
    {
        SyntheticSlice slice = SyntheticSlice.Create(5, 3, size: 96);
        Assert.Equal(slice.Pixels, SyntheticSlice.Create(5, 3, size: 96).Pixels);
        Assert.NotEqual(slice.Pixels, SyntheticSlice.Create(5, 4, size: 96).Pixels);
        Assert.NotEqual(slice.Pixels, SyntheticSlice.Create(6, 3, size: 96).Pixels);
    }

    [Fact]
    public void MembranesAreDarkAndThinAndNotAllThatIsDark()
    {
        SyntheticSlice slice = SyntheticSlice.Create(1, 0, size: 256);
        (byte Pixel, byte Label)[] all = [.. slice.Pixels.Zip(slice.Labels)];
        Assert.Equal<byte>([0, 255], slice.Labels.Distinct().Order());
        Assert.InRange(all.Count(at => at.Label == 0) / (double)all.Length, 0.08, 0.25);
        double membrane = all.Where(at => at.Label == 0).Average(at => at.Pixel);
        double interior = all.Where(at => at.Label == 255).Average(at => at.Pixel);
        Assert.True(interior > membrane + 40, $"{interior} inside, {membrane} on membranes");

        // A threshold between the two must take organelles for membranes, else there would be nothing to learn.
        double middle = (membrane + interior) / 2;
        Assert.True(all.Count(at => at.Label == 255 && at.Pixel < middle) > all.Length / 50);
    }
}
