using System.Collections.Immutable;
using UNet.Vulkan;
using UNet.Vulkan.Execution;
using UNet.Vulkan.Formats;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Model;
using UNet.Vulkan.Planning;
using Xunit;

namespace UNet.Tests.Model;

public class ModelFileTests
{
    private static readonly UNetConfiguration Configuration =
        new() { InChannels = 2, Classes = 3, Width = 2, Depth = 1, Padding = ConvolutionPadding.Same, Dropout = 0.1 };

    private static readonly UNetModel Model = new(
        Configuration, UNetParameters.Initial(Configuration, seed: 1),
        [new(0, "background"), new(7, "cell \"a\""), new(255, "Rand – außen")]);

    public static TheoryData<string> Backends => [.. Tests.Backends.All];

    [Fact]
    public void AModelReadsBackAsItWasWritten()
    {
        using TemporaryFolder folder = new();
        string path = folder.File("model.safetensors");
        Model.Write(path);
        UNetModel read = UNetModel.Read(path);
        Assert.Equal(Model.Configuration, read.Configuration);
        Assert.Equal(Model.Classes.AsEnumerable(), read.Classes);
        Assert.Equal(Model.Normalization, read.Normalization);
        foreach ((NamedTensor expected, NamedTensor actual) in Model.Parameters.Zip(read.Parameters))
        {
            Assert.Equal(expected.Name, actual.Name);
            Assert.Equal(expected.Elements, actual.Elements);
        }

        byte[] first = File.ReadAllBytes(path);
        read.Write(path);
        Assert.Equal(first, File.ReadAllBytes(path));
    }

    [Fact]
    public void MetadataSayWhatTheNetworkIs()
    {
        ImmutableSortedDictionary<string, string> metadata = ModelFile.ToFile(Model).Metadata;
        Assert.Equal(["architecture", "classes", "configuration", "format_version", "input_channels", "normalization"], metadata.Keys);
        Assert.Equal("2", metadata["input_channels"]);
        Assert.Equal(
            """{"architecture":"paper","in_channels":2,"classes":3,"width":2,"depth":1,"padding":"same","dropout":0.1}""",
            metadata["configuration"]);
    }

    [Theory]
    [InlineData(0, 7, 7)]
    [InlineData(0, -1, 255)]
    public void ClassesOfImpossibleValuesAreRefused(int first, int second, int third)
    {
        using TemporaryFolder folder = new();
        (Model with { Classes = [new(first, "a"), new(second, "b"), new(third, "c")] }).Write(folder.File("a"));
        Assert.Contains("must differ", Assert.Throws<InputException>(() => UNetModel.Read(folder.File("a"))).Message);
        Assert.Throws<InputException>(() => StoredModel.Open(folder.File("a")));
    }

    [Theory]
    [InlineData("configuration", "\"width\":2", "\"width\":0")]
    [InlineData("normalization", "image", "page")]
    public void DamagedMetadataNameTheirFile(string key, string from, string to)
    {
        using TemporaryFolder folder = new();
        Dictionary<string, string> metadata = new(ModelFile.ToFile(Model).Metadata);
        metadata[key] = metadata[key].Replace(from, to, StringComparison.Ordinal);
        new SafetensorsFile(Model.Parameters, metadata).Write(folder.File("a"));
        Assert.Contains(folder.File("a"), Assert.Throws<InputException>(() => UNetModel.Read(folder.File("a"))).Message);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.NegativeInfinity)]
    public void ParametersThatAreNotFiniteAreRefused(float value)
    {
        foreach (NamedTensor damaged in Model.Parameters)
        {
            float[] elements = [.. damaged.Elements];
            elements[^1] = value;
            using MemoryStream stream = new();
            using TemporaryFolder folder = new();
            (Model with { Parameters = Model.Parameters.Replace(damaged, damaged with { Elements = elements }) }).Write(folder.File("a"));
            InputException refused = Assert.Throws<InputException>(() => UNetModel.Read(folder.File("a")));
            Assert.Contains(damaged.Name, refused.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void AFileThatNamesNoArchitectureHoldsThePapers()
    {
        using TemporaryFolder folder = new();
        Dictionary<string, string> metadata = new(ModelFile.ToFile(Model).Metadata);
        metadata["configuration"] = metadata["configuration"].Replace("\"architecture\":\"paper\",", "", StringComparison.Ordinal);
        Assert.DoesNotContain("paper", metadata["configuration"]);
        new SafetensorsFile(Model.Parameters, metadata).Write(folder.File("a"));
        Assert.Equal(Configuration, UNetModel.Read(folder.File("a")).Configuration);
    }

    [Fact]
    public void TheArchitectureIsKept()
    {
        using TemporaryFolder folder = new();
        UNetConfiguration configuration = Configuration with { Architecture = UNetArchitecture.PhsegV5 };
        new UNetModel(configuration, UNetParameters.Initial(configuration, seed: 1), Model.Classes).Write(folder.File("a"));
        Assert.Equal(configuration, UNetModel.Read(folder.File("a")).Configuration);
    }

    [Theory]
    [InlineData("format_version", "2", "format version 2")]
    [InlineData("architecture", "vit", "'vit'")]
    [InlineData("configuration", "{}", "metadata")]
    [InlineData("configuration", "{", "metadata")]
    [InlineData("configuration", """{"in_channels":2,"classes":3,"width":4,"depth":1,"padding":"same","dropout":0.1}""",
        "its configuration asks for 4x2x3x3")]
    [InlineData("configuration", """{"in_channels":2,"classes":3,"width":2,"depth":2,"padding":"same","dropout":0.1}""",
        "lacks the tensor 'encoder.1.conv1.weight'")]
    [InlineData("configuration", """{"in_channels":2,"classes":3,"width":1000,"depth":8,"padding":"same","dropout":0.1}""",
        "smaller width")]
    [InlineData("configuration", """{"in_channels":2,"classes":3,"width":2,"depth":1,"padding":"reflect","dropout":0.1}""", "reflect")]
    [InlineData(
        "configuration", """{"architecture":"unet++","in_channels":2,"classes":3,"width":2,"depth":1,"padding":"same","dropout":0.1}""",
        "unet++")]
    [InlineData(
        "configuration", """{"architecture":"phseg_v5","in_channels":2,"classes":3,"width":2,"depth":1,"padding":"same","dropout":0.1}""",
        "asks for 4x4x2x2")]
    [InlineData("classes", "[]", "0 classes")]
    [InlineData("classes", "5", "metadata")]
    [InlineData("classes", null, "no 'classes'")]
    public void AFileThatContradictsItselfIsRefused(string key, string? value, string message)
    {
        using TemporaryFolder folder = new();
        Dictionary<string, string> metadata = new(ModelFile.ToFile(Model).Metadata);
        metadata.Remove(key);
        if (value is not null)
            metadata[key] = value;
        new SafetensorsFile(Model.Parameters, metadata).Write(folder.File("a"));
        Assert.Contains(message, Assert.Throws<InputException>(() => UNetModel.Read(folder.File("a"))).Message);
        Assert.Contains(message, Assert.Throws<InputException>(() => StoredModel.Open(folder.File("a"))).Message);
    }

    [Fact]
    public void AFileOfAnotherProgramIsRefused()
    {
        using TemporaryFolder folder = new();
        new SafetensorsFile([new("w", [1], [1f])]).Write(folder.File("a"));
        Assert.Contains("was not written by this program", Assert.Throws<InputException>(() => UNetModel.Read(folder.File("a"))).Message);
        new SafetensorsFile([.. Model.Parameters, new("extra", [1], [1f])], ModelFile.ToFile(Model).Metadata).Write(folder.File("b"));
        Assert.Contains("'extra'", Assert.Throws<InputException>(() => UNetModel.Read(folder.File("b"))).Message);
        Assert.Contains("'extra'", Assert.Throws<InputException>(() => StoredModel.Open(folder.File("b"))).Message);
    }

    [Fact]
    public void AStoredModelGivesWhatTheFileHolds()
    {
        using TemporaryFolder folder = new();
        Model.Write(folder.File("a"));
        using StoredModel stored = StoredModel.Open(folder.File("a"));
        Assert.Equal(Model.Configuration, stored.Configuration);
        Assert.Equal(Model.Classes.AsEnumerable(), stored.Classes);
        Assert.Equal(Model.Normalization, stored.Normalization);
        foreach (NamedTensor expected in Model.Parameters)
        {
            float[] read = new float[expected.Elements.Length];
            int half = read.Length / 2;
            stored.Read(expected.Name, read.AsSpan(half), half);
            stored.Read(expected.Name, read.AsSpan(0, half));
            Assert.Equal(expected.Elements, read);
        }

        Assert.Throws<ArgumentException>(() => stored.Read("extra", new float[1]));
    }

    /// <summary>Parameters come to a session by their names, whether they are in memory or still in the file.</summary>
    [Theory]
    [MemberData(nameof(Backends))]
    public void ASessionTakesParametersFromTheFile(string backend)
    {
        using TemporaryFolder folder = new();
        Model.Write(folder.File("a"));
        using StoredModel stored = StoredModel.Open(folder.File("a"));
        using IComputeDevice device = Tests.Backends.Open(backend);
        Graph graph = new();
        graph.AppendNetwork(Configuration, graph.Input("image", new Shape(1, 2, 12, 12))).Keep = true;
        using Session session = device.CreateSession(graph, new PlanOptions(), made => made.WriteParameters(graph, stored), null);
        foreach ((NamedTensor expected, NamedTensor actual) in Model.Parameters.Zip(session.ReadParameters(graph)))
        {
            Assert.Equal(expected.Name, actual.Name);
            Assert.Equal(expected.Elements, actual.Elements);
        }
    }

    /// <summary>A file that is cut short is told before anything is computed, also where it is cut after it was opened.</summary>
    [Fact]
    public void AFileThatIsCutShortIsRefused()
    {
        using TemporaryFolder folder = new();
        Model.Write(folder.File("a"));
        byte[] bytes = File.ReadAllBytes(folder.File("a"));
        File.WriteAllBytes(folder.File("b"), bytes[..^4]);
        Assert.Contains("is damaged", Assert.Throws<InputException>(() => StoredModel.Open(folder.File("b"))).Message);

        if (OperatingSystem.IsWindows())
            return; // There an open file cannot be cut.
        File.WriteAllBytes(folder.File("c"), bytes);
        using StoredModel stored = StoredModel.Open(folder.File("c"));
        using (FileStream shortened = new(folder.File("c"), FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
            shortened.SetLength(bytes.Length - 4);
        NamedTensor last = Model.Parameters[^1];
        string message = Assert.Throws<InputException>(() => stored.Read(last.Name, new float[last.Elements.Length])).Message;
        Assert.Contains($"it ends before tensor '{last.Name}' does", message);
    }
}
