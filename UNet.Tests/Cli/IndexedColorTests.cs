using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using UNet.Cli.Images;
using UNet.Vulkan;
using Xunit;

namespace UNet.Tests.Cli;

/// <summary>Masks in indexed colour.</summary>
public sealed class IndexedColorTests : IDisposable
{
    private readonly ImageFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>Colours 0 and 2 are the same, as in palettes that are filled up with black.</summary>
    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(8)]
    public void OfAPngTheLabelsAreTheNumbersOfItsColours(int bits)
    {
        File.WriteAllBytes(_folder["m.png"], Png(bits, [0, 0, 0, 128, 0, 0, 0, 0, 0, 0, 128, 0], [0, 1, 2, 3, 2]));
        LabelImage read = ImageFile.Open(_folder["m.png"]).ReadLabels();
        Assert.Equal((1, 5), (read.Height, read.Width));
        Assert.Equal([0, 1, 2, 3, 2], read.Values);
        Assert.False(read.IsWide);
    }

    /// <summary>As the 255 of pixels that count for nothing, in a palette of the classes alone.</summary>
    [Theory]
    [InlineData(2, 3)]
    [InlineData(8, 255)]
    public void ANumberBeyondThePaletteIsANumber(int bits, int number)
    {
        File.WriteAllBytes(_folder["m.png"], Png(bits, [0, 0, 0, 128, 0, 0], [0, 1, number]));
        Assert.Equal([0, 1, number], ImageFile.Open(_folder["m.png"]).ReadLabels().Values);
    }

    /// <summary>A palette for each image has its colours in another order; for objects that does not matter.</summary>
    [Fact]
    public void MasksWithDifferentColoursOfANumberAreRefused()
    {
        byte[] one = [0, 0, 0, 128, 0, 0, 0, 128, 0];
        byte[] other = [0, 0, 0, 0, 128, 0, 128, 0, 0];
        int[] pixels = [.. Enumerable.Range(0, 40).Select(x => x % 3)];
        for (int i = 0; i < 2; i++)
        {
            _folder.Png($"data/images/img{i}.png", pixels);
            File.WriteAllBytes(_folder[$"data/masks/img{i}.png"], Png(8, i == 0 ? one : other, pixels));
            _folder.Png($"truth/img{i}.png", pixels);
        }

        const string Refusal = "are different colours, so that numbers do not tell the class";
        string[] train =
        [
            "train", _folder["data"], "-o", _folder["m.safetensors"], "--width", "2", "--depth", "1", "--steps", "1", "--device", "cpu",
        ];
        foreach (string[] command in (string[][])
            [train, [.. train, "--classes", "0,1,2"], ["evaluate", _folder["data/masks"], _folder["truth"]]])
        {
            CommandRun run = CommandRun.Of(command);
            Assert.Equal(2, run.Code);
            Assert.Contains(Refusal, Assert.Single(run.Errors), StringComparison.Ordinal);
        }

        // Number 1 alone, of one colour.
        foreach (string name in (string[])["img0.png", "img1.png"])
            File.WriteAllBytes(_folder[$"data/masks/{name}"], Png(8, one, [.. pixels.Select(number => number % 2)]));
        File.WriteAllBytes(_folder["data/masks/img1.png"], Png(8, [.. one[..6], 7, 7, 9], [.. pixels.Select(number => number % 2)]));
        Assert.Equal(0, CommandRun.Of(train).Code);

        // So many numbers that they are objects.
        int[] objects = [.. Enumerable.Range(0, 40).Select(x => x % 20)];
        byte[] colors = [.. Enumerable.Range(0, 60).Select(i => (byte)(i * 4))];
        for (int i = 0; i < 2; i++)
            File.WriteAllBytes(_folder[$"data/masks/img{i}.png"], Png(8, i == 0 ? colors : [.. colors.Reverse()], objects));
        CommandRun ofObjects = CommandRun.Of(train);
        Assert.Equal(0, ofObjects.Code);
        Assert.Contains("instance ids", Assert.Single(ofObjects.Errors), StringComparison.Ordinal);
    }

    /// <summary>So that masks of several formats can be compared; a bitmap has blue first.</summary>
    [Fact]
    public void ColoursAreThoseOfEachFormat()
    {
        File.WriteAllBytes(_folder["m.png"], Png(1, [1, 2, 3, 128, 0, 7], [0, 1]));
        Assert.Equal([0x010203, 0x800007], ImageFile.Open(_folder["m.png"]).ReadLabels().Colors!);
        ushort[] palette = TiffPalette(256, i => i == 0 ? (1, 2, 3) : (128, 0, 7));
        foreach (int scale in (int[])[1, 257])
        {
            File.WriteAllBytes(_folder["m.tif"], UncompressedTiff.OfIndexedColor(8, [.. palette.Select(x => (ushort)(x / scale))], [0, 1]));
            Assert.Equal([0x010203, 0x800007], ImageFile.Open(_folder["m.tif"]).ReadLabels().Colors![..2]);
        }

        _folder.Png("gray.png", [0, 1]);
        Assert.Null(ImageFile.Open(_folder["gray.png"]).ReadLabels().Colors);
    }

    /// <summary>Of an image the colours are meant.</summary>
    [Fact]
    public void AnImageKeepsItsColours()
    {
        File.WriteAllBytes(_folder["m.png"], Png(8, [1, 2, 3, 128, 0, 7], [1, 0]));
        RawImage read = ImageFile.Open(_folder["m.png"]).Read();
        Assert.Equal(3, read.Channels);
        Assert.Equal([128f, 1, 0, 2, 7, 3], read.Pixels);
    }

    [Fact]
    public void OfAGrayPaletteTheLabelsAreTheGrays()
    {
        File.WriteAllBytes(_folder["m.png"], Png(1, [0, 0, 0, 255, 255, 255], [0, 1, 1]));
        Assert.Equal([0, 255, 255], ImageFile.Open(_folder["m.png"]).ReadLabels().Values);
        ushort[] palette = TiffPalette(256, i => (255 - i, 255 - i, 255 - i));
        File.WriteAllBytes(_folder["m.tif"], UncompressedTiff.OfIndexedColor(8, palette, [0, 5]));
        Assert.Equal([255, 250], ImageFile.Open(_folder["m.tif"]).ReadLabels().Values);
    }

    /// <summary>The palette decides and not the colours that a mask happens to have: those of two masks mean the same.</summary>
    [Fact]
    public void NumbersCountWhereOnlyGraysAreUsed()
    {
        File.WriteAllBytes(_folder["m.png"], Png(8, [0, 0, 0, 128, 0, 0, 192, 192, 192], [0, 2]));
        Assert.Equal([0, 2], ImageFile.Open(_folder["m.png"]).ReadLabels().Values);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(8)]
    public void OfATiffsPagesTheLabelsAreTheNumbersOfTheirColours(int bits)
    {
        // The last colours have the same red, green and blue.
        ushort[] palette = TiffPalette(1 << bits, i => (Math.Min(i, 9) * 20, 255 - Math.Min(i, 9), 3));
        byte[][] rows = bits == 8 ? [[0, 1, 15, 12], [7, 10, 11, 0]] : [[0x01, 0xFC], [0x7A, 0xB0]];
        File.WriteAllBytes(_folder["m.tif"], UncompressedTiff.OfIndexedColor(bits, palette, rows));
        ImageFile file = ImageFile.Open(_folder["m.tif"]);
        Assert.Equal(2, file.Pages);
        Assert.Equal([0, 1, 15, 12], file.ReadLabels(0).Values);
        Assert.Equal([7, 10, 11, 0], file.ReadLabels(1).Values);
        Assert.Equal(3, file.Read(0).Channels);
    }

    [Fact]
    public void AFileCutShortIsRefused()
    {
        byte[] palette = [.. Enumerable.Range(0, 256 * 3).Select(i => (byte)(i * 7))];
        int[] pixels = [.. Enumerable.Range(0, 5000).Select(i => i * i * 31 >> 3 & 255)];
        RefusesPartsOf("m.png", Png(8, palette, pixels));
        RefusesPartsOf(
            "m.tif",
            UncompressedTiff.OfIndexedColor(8, TiffPalette(256, i => (i, 255 - i, 3)), [.. pixels.Select(pixel => (byte)pixel)]));

        void RefusesPartsOf(string name, byte[] whole)
        {
            File.WriteAllBytes(_folder[name], whole);
            Assert.Equal(pixels, ImageFile.Open(_folder[name]).ReadLabels().Values);
            for (int kept = 0; kept < whole.Length - 20; kept += 97)
            {
                File.WriteAllBytes(_folder[name], whole[..kept]);
                InputException e = Assert.Throws<InputException>(() => ImageFile.Open(_folder[name]).ReadLabels());
                Assert.Contains(name, e.Message, StringComparison.Ordinal);
            }
        }
    }

    private static ushort[] TiffPalette(int colors, Func<int, (int Red, int Green, int Blue)> color)
    {
        (int Red, int Green, int Blue)[] all = [.. Enumerable.Range(0, colors).Select(color)];
        IEnumerable<int> levels = [.. all.Select(c => c.Red), .. all.Select(c => c.Green), .. all.Select(c => c.Blue)];
        return [.. levels.Select(level => (ushort)(level * 257))];
    }

    /// <summary>A PNG of one row.</summary>
    private static byte[] Png(int bits, byte[] palette, int[] pixels)
    {
        byte[] header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, pixels.Length);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), 1);
        (header[8], header[9]) = ((byte)bits, 3);

        // A filter, which is none, and the pixels from the highest bits down.
        byte[] row = new byte[1 + (pixels.Length * bits + 7) / 8];
        for (int x = 0; x < pixels.Length; x++)
            row[1 + x * bits / 8] |= (byte)(pixels[x] << (8 - bits - x * bits % 8));
        using MemoryStream packed = new();
        using (ZLibStream zlib = new(packed, CompressionLevel.Fastest, leaveOpen: true))
            zlib.Write(row);
        return
        [
            0x89, .. "PNG\r\n"u8, 0x1A, .. "\n"u8,
            .. Chunk("IHDR"u8, header), .. Chunk("PLTE"u8, palette), .. Chunk("IDAT"u8, packed.ToArray()), .. Chunk("IEND"u8, []),
        ];
    }

    private static byte[] Chunk(ReadOnlySpan<byte> name, byte[] data)
    {
        byte[] chunk = [0, 0, 0, 0, .. name, .. data, 0, 0, 0, 0];
        BinaryPrimitives.WriteInt32BigEndian(chunk, data.Length);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(8 + data.Length), Crc32.HashToUInt32(chunk.AsSpan(4, 4 + data.Length)));
        return chunk;
    }
}
