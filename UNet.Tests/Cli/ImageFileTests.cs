using System.Buffers.Binary;
using NetVips;
using UNet.Cli.Images;
using UNet.Vulkan;
using Xunit;

namespace UNet.Tests.Cli;

public sealed class ImageFileTests : IDisposable
{
    private readonly ImageFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(255)]
    [InlineData(40_000)]
    public void LabelsSurviveAPng(int highest)
    {
        string path = _folder.Png("a.png", [0, 1, 2, 3, 4, highest], height: 2);
        LabelImage read = ImageFile.Open(path).ReadLabels();
        Assert.Equal((2, 3), (read.Height, read.Width));
        Assert.Equal([0, 1, 2, 3, 4, highest], read.Values);
        Assert.Equal(highest > 255, read.IsWide);
    }

    [Theory]
    [InlineData(255)]
    [InlineData(40_000)]
    [InlineData(2_000_000_000)]
    public void LabelsSurviveAStack(int highest)
    {
        ImageFile file = ImageFile.Open(_folder.Stack("a.tif", [0, 1], [2, 3], [4, highest]));
        Assert.Equal(3, file.Pages);
        Assert.Equal([2, 3], file.ReadLabels(1).Values);
        Assert.Equal([4, highest], file.ReadLabels(2).Values);
        Assert.Equal(highest > 255, file.ReadLabels(2).IsWide);
        Assert.Equal(["a.tif"], _folder.Files);
    }

    /// <summary>As numpy's arrays of numbers are saved by default.</summary>
    [Fact]
    public void SamplesOf64BitsAreToldAsSuch()
    {
        File.WriteAllBytes(_folder["a.tif"], UncompressedTiff.OfPages(bits: 64, 7, (4, 6)));
        InputException e = Assert.Throws<InputException>(() => ImageFile.Open(_folder["a.tif"]));
        Assert.Contains("a.tif' has samples of 64 bits", e.Message, StringComparison.Ordinal);
        Assert.Contains("save it with 32 bits", e.Message, StringComparison.Ordinal);
        File.WriteAllBytes(_folder["b.tif"], UncompressedTiff.OfPages(bits: 32, 7, (4, 6)));
        Assert.Equal(24, ImageFile.Open(_folder["b.tif"]).Read().Pixels.Length);
    }

    [Fact]
    public void InstanceIdsStayWide()
    {
        LabelImage few = new(1, 2, [0, 3], IsWide: true);
        ImageWriter.WriteLabels(_folder["a.png"], few);
        ImageWriter.WriteLabelStack(_folder["a.tif"], [few]);
        foreach (string name in _folder.Files)
        {
            LabelImage read = ImageFile.Open(_folder[name]).ReadLabels();
            Assert.True(read.IsWide);
            Assert.Equal(few.Values, read.Values);
        }

        Assert.Throws<OverflowException>(() => ImageWriter.WriteLabels(_folder["b.png"], few with { Values = [0, 70_000] }));
        Assert.Equal(2, _folder.Files.Length);
    }

    [Fact]
    public void AStackThatIsNotSavedLeavesNothing()
    {
        using (FloatStack stack = new(_folder["f.tif"]))
        {
            stack.Add([1, 2], 1, 2);
            Assert.Throws<ArgumentException>(() => stack.Add([1, 2], 2, 1));
            Assert.Equal(1, stack.Pages);
            Assert.Single(_folder.Files);
        }

        Assert.Empty(_folder.Files);
    }

    [Fact]
    public void FloatsSurviveAStack()
    {
        ImageWriter.WriteFloatStack(_folder["p.tif"], [[0.1f, 1e-30f], [-2.5f, 1f]], 1, 2);
        ImageFile file = ImageFile.Open(_folder["p.tif"]);
        Assert.Equal([0.1f, 1e-30f], file.Read(0).Pixels);
        Assert.Equal([-2.5f, 1f], file.Read(1).Pixels);
    }

    [Fact]
    public void ChannelsBecomePlanes()
    {
        ImageWriter.WritePng(_folder["c.png"], [1, 2, 3, 4, 5, 6], 1, 2);
        RawImage read = ImageFile.Open(_folder["c.png"]).Read();
        Assert.Equal(3, read.Channels);
        Assert.Equal([1f, 4, 2, 5, 3, 6], read.Pixels);
        Assert.False(read.IsGrayInValue);
    }

    [Theory]
    [InlineData(2, 1)]
    [InlineData(4, 3)]
    public void TransparencyIsDropped(int bands, int channels)
    {
        Save("a.png", bands, bands == 2 ? Enums.Interpretation.Bw : Enums.Interpretation.Srgb);
        Save("a.tif", bands, bands == 2 ? Enums.Interpretation.Bw : Enums.Interpretation.Srgb);
        Assert.Equal(channels, ImageFile.Open(_folder["a.png"]).Read().Channels);
        Assert.Equal(channels, ImageFile.Open(_folder["a.tif"]).Read().Channels);
        Assert.True(channels == 1 || ImageFile.Open(_folder["a.png"]).Read().IsGrayInValue);
    }

    [Fact]
    public void ATiffsLastChannelIsDataUnlessItsTagSaysTransparency()
    {
        Save("a.tif", 2, Enums.Interpretation.Bw);
        byte[] file = File.ReadAllBytes(_folder["a.tif"]);
        Span<byte> entry = file.AsSpan(FindTag(file, 338), 12);
        Assert.Equal(2, BinaryPrimitives.ReadInt16LittleEndian(entry[8..]));
        BinaryPrimitives.WriteInt16LittleEndian(entry[8..], 0);
        File.WriteAllBytes(_folder["a.tif"], file);
        Assert.Equal(2, ImageFile.Open(_folder["a.tif"]).Read().Channels);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(8)]
    [InlineData(24)]
    [InlineData(32)]
    public void BitmapsAreRead(int bits)
    {
        // Two rows of three pixels: 0 1 0 / 1 1 0, where 1 is 200 and 0 is 10; a file starts with the lower row.
        int[][] upward = [[1, 1, 0], [0, 1, 0]];
        File.WriteAllBytes(_folder["a.bmp"], Bitmap(bits, upward, 10, 200));
        LabelImage read = ImageFile.Open(_folder["a.bmp"]).ReadLabels();
        Assert.Equal((2, 3), (read.Height, read.Width));
        Assert.Equal([10, 200, 10, 200, 200, 10], read.Values);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(8)]
    public void OfABitmapInIndexedColourTheLabelsAreNumbers(int bits)
    {
        byte[] file = Bitmap(bits, [[1, 1, 0], [0, 1, 0]], 10, 200);
        file[58]++; // the blue of colour 1
        File.WriteAllBytes(_folder["a.bmp"], file);
        LabelImage read = ImageFile.Open(_folder["a.bmp"]).ReadLabels();
        Assert.Equal([0, 1, 0, 1, 1, 0], read.Values);
        Assert.Equal([0x0A0A0A, 0xC8C8C9], read.Colors!);
        Assert.Equal(3, ImageFile.Open(_folder["a.bmp"]).Read().Channels);
    }

    [Fact]
    public void ACutBitmapIsRefused()
    {
        File.WriteAllBytes(_folder["a.bmp"], Bitmap(24, [[1, 1, 0], [0, 1, 0]], 10, 200)[..^5]);
        Assert.Throws<InputException>(() => ImageFile.Open(_folder["a.bmp"]));
    }

    /// <summary>Place in the header, and the number there.</summary>
    [Theory]
    [InlineData(10, -1)]
    [InlineData(10, int.MaxValue)]
    [InlineData(14, -1)]
    [InlineData(14, int.MaxValue)]
    [InlineData(18, int.MaxValue)]
    [InlineData(22, int.MinValue)]
    [InlineData(22, int.MaxValue)]
    [InlineData(46, -1)]
    [InlineData(46, 0x4000_0000)]
    public void ABitmapOfADamagedHeaderIsRefused(int at, int number)
    {
        byte[] file = Bitmap(8, [[1, 1, 0], [0, 1, 0]], 10, 200);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(at), number);
        File.WriteAllBytes(_folder["a.bmp"], file);
        Assert.Contains("a.bmp", Assert.Throws<InputException>(() => ImageFile.Open(_folder["a.bmp"])).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a.png")]
    [InlineData("a.jpg")]
    [InlineData("a.tif")]
    public void AFileCutShortIsRefused(string name)
    {
        byte[] noise = [.. Enumerable.Range(0, 64 * 64).Select(i => (byte)(i * i * 31 >> 3))];
        using Image image = Image.NewFromMemory(noise, 64, 64, 1, Enums.BandFormat.Uchar);
        image.WriteToFile(_folder[name]);
        byte[] whole = File.ReadAllBytes(_folder[name]);
        Assert.Equal(1, ImageFile.Open(_folder[name]).Read().Channels);
        foreach (int eighths in (int[])[0, 1, 4, 6])
        {
            File.WriteAllBytes(_folder[name], whole[..(whole.Length * eighths / 8)]);
            InputException e = Assert.Throws<InputException>(() => ImageFile.Open(_folder[name]).Read());
            Assert.Contains(name, e.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void AStackThatLacksItsLastPagesIsRefused()
    {
        string path = _folder.Stack("a.tif", [.. Enumerable.Range(0, 6).Select(page => Enumerable.Range(page, 300).ToArray())]);
        byte[] whole = File.ReadAllBytes(path);
        Assert.Equal(6, ImageFile.Open(path).Pages);
        for (int kept = 8; kept < whole.Length; kept += whole.Length / 40)
        {
            File.WriteAllBytes(path, whole[..kept]);

            // What is missing at the very end may be no more than a resolution tag.
            Exception? refusal = Record.Exception(
                () => Assert.Equal([.. Enumerable.Range(5, 300)], ImageFile.Open(path).ReadLabels(5).Values));
            bool isNearlyWhole = kept > whole.Length * 9 / 10;
            Assert.True(refusal is InputException || (refusal is null && isNearlyWhole), $"{kept} of {whole.Length} bytes: {refusal}");
        }
    }

    /// <summary>A stack with a wrong name would otherwise be read as its first page.</summary>
    [Fact]
    public void WhatAFileHoldsCountsAndNotItsName()
    {
        File.Move(_folder.Stack("a.tif", [0, 1], [2, 3]), _folder["a.png"]);
        ImageFile file = ImageFile.Open(_folder["a.png"]);
        Assert.Equal(2, file.Pages);
        Assert.Equal([2, 3], file.ReadLabels(1).Values);
        File.Move(_folder.Png("b.png", [4, 5]), _folder["b.tif"]);
        Assert.Equal([4, 5], ImageFile.Open(_folder["b.tif"]).ReadLabels().Values);
    }

    [Fact]
    public void AColouredMaskIsRefused()
    {
        ImageWriter.WritePng(_folder["m.png"], [1, 1, 1, 4, 5, 6], 1, 2);
        InputException e = Assert.Throws<InputException>(() => ImageFile.Open(_folder["m.png"]).ReadLabels());
        Assert.Contains("colour", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AMaskOfGrayColoursIsRead()
    {
        ImageWriter.WritePng(_folder["m.png"], [1, 1, 1, 255, 255, 255], 1, 2);
        Assert.Equal([1, 255], ImageFile.Open(_folder["m.png"]).ReadLabels().Values);
    }

    [Theory]
    [InlineData(0.5f)]
    [InlineData(-1f)]
    public void AMaskOfOtherThanWholeNumbersIsRefused(float value)
    {
        ImageWriter.WriteFloatStack(_folder["m.tif"], [[0, value]], 1, 2);
        Assert.Throws<InputException>(() => ImageFile.Open(_folder["m.tif"]).ReadLabels());
    }

    [Fact]
    public void AMaskOf32BitsIsRead()
    {
        using Image image = Image.NewFromMemory(new uint[] { 0, 70_000, 2_000_000_001 }, 3, 1, 1, Enums.BandFormat.Uint);
        image.Tiffsave(_folder["m.tif"]);
        LabelImage read = ImageFile.Open(_folder["m.tif"]).ReadLabels();
        Assert.Equal([0, 70_000, 2_000_000_001], read.Values);
        Assert.True(read.IsWide);
    }

    [Fact]
    public void ANameWithBracketsIsAName()
        => Assert.Equal([7], ImageFile.Open(_folder.Png("a[page=3].png", [7])).ReadLabels().Values);

    [Fact]
    public void AFileReplacedUnderItsNameIsReadAnew()
    {
        Assert.Equal([7], ImageFile.Open(_folder.Png("a.png", [7])).ReadLabels().Values);
        Assert.Equal([8], ImageFile.Open(_folder.Png("a.png", [8])).ReadLabels().Values);
        Assert.Equal(["a.png"], _folder.Files);
    }

    private void Save(string name, int bands, Enums.Interpretation interpretation)
    {
        using Image image = Image.NewFromMemory(Enumerable.Repeat((byte)9, 12 * bands).ToArray(), 4, 3, bands, Enums.BandFormat.Uchar)
            .Copy(interpretation: interpretation);
        image.WriteToFile(_folder[name]);
    }

    /// <summary>Place of the entry of a tag in the first directory of a little-endian TIFF.</summary>
    private static int FindTag(byte[] file, int tag)
    {
        int directory = BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(4));
        int count = BinaryPrimitives.ReadInt16LittleEndian(file.AsSpan(directory));
        return Enumerable.Range(0, count).Select(i => directory + 2 + i * 12)
            .First(at => BinaryPrimitives.ReadInt16LittleEndian(file.AsSpan(at)) == tag);
    }

    /// <summary>A Windows bitmap of two gray values, chosen pixel by pixel.</summary>
    private static byte[] Bitmap(int bits, int[][] rows, byte dark, byte bright)
    {
        int stride = (rows[0].Length * bits + 31) / 32 * 4;
        int paletteSize = bits <= 8 ? 8 : 0;
        byte[] file = new byte[54 + paletteSize + stride * rows.Length];
        "BM"u8.CopyTo(file);
        void Put(int at, int value) => BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(at), value);
        Put(10, 54 + paletteSize);
        Put(14, 40);
        Put(18, rows[0].Length);
        Put(22, rows.Length);
        Put(26, 1 | bits << 16);
        Put(46, paletteSize / 4);
        if (bits <= 8)
        {
            file.AsSpan(54, 3).Fill(dark);
            file.AsSpan(58, 3).Fill(bright);
        }

        for (int y = 0; y < rows.Length; y++)
        {
            Span<byte> row = file.AsSpan(54 + paletteSize + y * stride, stride);
            for (int x = 0; x < rows[y].Length; x++)
            {
                if (bits > 8)
                    row.Slice(x * bits / 8, 3).Fill(rows[y][x] == 1 ? bright : dark);
                else
                    row[x * bits / 8] |= (byte)(rows[y][x] << (8 - bits - x * bits % 8));
            }
        }

        return file;
    }
}
