using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;
using CsCheck;
using UNet.Vulkan;
using UNet.Vulkan.Formats;
using Xunit;

namespace UNet.Tests.Formats;

public class SafetensorsFileTests
{
    private static readonly Gen<SafetensorsFile> AnyFile =
        from names in Gen.String.Where(name => name != "__metadata__").HashSet[0, 5]
        from tensors in AnyTensors([.. names])
        from metadata in Gen.Dictionary(Gen.String, Gen.String)[0, 3]
        select new SafetensorsFile(tensors, metadata);

    private static Gen<NamedTensor[]> AnyTensors(string[] names)
        => Gen.Int[0, 4].Array[0, 4].SelectMany(dimensions => Gen.Float.Array[dimensions.Aggregate(1, (a, b) => a * b)]
            .Select(elements => (dimensions, elements))).Array[names.Length]
            .Select(contents => contents
                .Select((content, i) => new NamedTensor(names[i], [.. content.dimensions], content.elements)).ToArray());

    [Fact]
    public void AFileReadsBackAsItWasWritten() => AnyFile.Sample(file =>
    {
        // Half of a surrogate pair has no UTF-8: it is written as U+FFFD and then is another name.
        if (file.Tensors.Select(tensor => tensor.Name)
            .Concat(file.Metadata.SelectMany(pair => new[] { pair.Key, pair.Value })).Any(HasLoneSurrogate))
            return;
        byte[] bytes = Bytes(file);
        SafetensorsFile read = Parse(bytes);
        Assert.Equal(file.Metadata, read.Metadata);
        Assert.Equal(file.Tensors.Select(tensor => tensor.Name), read.Tensors.Select(tensor => tensor.Name));
        foreach ((NamedTensor expected, NamedTensor actual) in file.Tensors.Zip(read.Tensors))
        {
            Assert.Equal(expected.Dimensions.AsEnumerable(), actual.Dimensions);
            Assert.Equal(
                expected.Elements.Select(BitConverter.SingleToUInt32Bits), actual.Elements.Select(BitConverter.SingleToUInt32Bits));
        }

        Assert.Equal(bytes, Bytes(read));
        Assert.Equal(0ul, BinaryPrimitives.ReadUInt64LittleEndian(bytes) % 8);
    });

    [Fact]
    public void ADamagedFileIsRefusedOrReadButNeverCrashes()
    {
        byte[] good = Bytes(new([new("a", [2, 3], new float[6]), new("b", [], [1])], new Dictionary<string, string> { ["k"] = "v" }));
        (from place in Gen.Int[0, good.Length - 1]
         from value in Gen.Byte
         from length in Gen.Int[0, good.Length]
         select (place, value, length)).Sample(damage =>
        {
            byte[] bytes = [.. good];
            bytes[damage.place] = damage.value;
            ReadOrRefuse(bytes);
            ReadOrRefuse(good[..damage.length]);
        });
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 8, null)]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 9, "end at byte 8 of 9")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 7, "larger than the file|ends before")]
    [InlineData("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", 8, "its shape needs 12")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""", 8, "negative")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2147483647,2147483647,2147483647],"data_offsets":[0,8]}}""", 8, "larger than the file")]
    [InlineData("""{"a":{"dtype":"F32","shape":[99999999999],"data_offsets":[0,8]}}""", 8, "over 2147483647")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", 8, "begin at 8")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""",
        8, "begin at 0 where 4")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "begin at 4 where 0")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""",
        8, "twice")]
    [InlineData("""{"a":{"dtype":"I64","shape":[1],"data_offsets":[0,8]}}""", 8, "I64")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2]}}""", 8, "data_offsets")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"more":1}}""", 8, "unexpected 'more'")]
    [InlineData("""{"__metadata__":{"a":1}}""", 0, "String expected")]
    [InlineData("""{} {}""", 0, "")]
    [InlineData("""[]""", 0, "StartObject expected")]
    [InlineData("""{"a":""", 0, "")]
    public void HeadersAreChecked(string header, int dataLength, string? refusal)
    {
        byte[] bytes = new byte[8 + header.Length + dataLength];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, (ulong)header.Length);
        Encoding.UTF8.GetBytes(header, bytes.AsSpan(8));
        if (refusal is null)
            Parse(bytes);
        else
            Assert.Matches(refusal, Assert.Throws<InputException>(() => Parse(bytes)).Message);
    }

    [Fact]
    public void AHeaderLongerThanTheFileIsRefused()
        => Assert.Contains(
            "its header is said to have", Assert.Throws<InputException>(() => Parse([255, 255, 255, 255, 255, 255, 255, 127, 0])).Message);

    [Fact]
    public void OtherFloatingPointTypesBecomeFloat32()
    {
        const string Header = """{"f16":{"dtype":"F16","shape":[1],"data_offsets":[0,2]},"bf16":{"dtype":"BF16","shape":[1],"data_offsets":[2,4]},"f64":{"dtype":"F64","shape":[1],"data_offsets":[4,12]}}""";
        byte[] bytes = new byte[8 + Header.Length + 12];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, (ulong)Header.Length);
        Encoding.UTF8.GetBytes(Header, bytes.AsSpan(8));
        BinaryPrimitives.WriteHalfLittleEndian(bytes.AsSpan(8 + Header.Length), (Half)1.5);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(10 + Header.Length), 0xC020);
        BinaryPrimitives.WriteDoubleLittleEndian(bytes.AsSpan(12 + Header.Length), 0.1);
        Assert.Equal([1.5f, -2.5f, 0.1f], Parse(bytes).Tensors.Select(tensor => tensor.Elements[0]));
    }

    [Fact]
    public void AFileReplacesTheOldOneAndLeavesNothingElse()
    {
        using TemporaryFolder folder = new();
        string path = folder.File("a.safetensors");
        new SafetensorsFile([new("a", [1], [1f])]).Write(path);
        new SafetensorsFile([new("a", [1], [2f])]).Write(path);
        Assert.Equal(2f, SafetensorsFile.Read(path).Find("a")!.Elements[0]);
        Assert.Equal([path], Directory.GetFiles(folder.Path));
        Assert.Contains("There is no file", Assert.Throws<InputException>(() => SafetensorsFile.Read(folder.File("none"))).Message);
    }

    /// <summary>Windows alone would refuse it.</summary>
    [Fact]
    public void AFileThatIsOpenCanBeReplaced()
    {
        using TemporaryFolder folder = new();
        string path = folder.File("a.safetensors");
        new SafetensorsFile([new("a", [1], [1f])]).Write(path);
        using SafetensorsReader reader = SafetensorsReader.Open(path);
        new SafetensorsFile([new("a", [1], [2f])]).Write(path);
        float[] elements = new float[1];
        reader.Read(reader.Find("a")!, elements, 0);
        Assert.Equal([1f], elements);
        Assert.Equal(2f, SafetensorsFile.Read(path).Find("a")!.Elements[0]);
    }

    private static bool HasLoneSurrogate(string text) => text.EnumerateRunes().Any(rune => rune == Rune.ReplacementChar);

    private static byte[] Bytes(SafetensorsFile file)
    {
        using MemoryStream stream = new();
        file.Write(stream);
        return stream.ToArray();
    }

    private static SafetensorsFile Parse(byte[] bytes) => SafetensorsFile.Read(new MemoryStream(bytes), "test");

    private static void ReadOrRefuse(byte[] bytes)
    {
        try
        {
            Parse(bytes);
        }
        catch (InputException)
        {
        }
    }
}
