using System.Collections.Immutable;
using UNet.Shaders;
using UNet.Tests.Device;
using UNet.Tests.Model;
using UNet.Vulkan;
using UNet.Vulkan.Device;
using UNet.Vulkan.Execution;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Inference;
using UNet.Vulkan.Memory;
using UNet.Vulkan.Model;
using Xunit;

namespace UNet.Tests.Memory;

public sealed class PreparedMemoryTests
{
    private const int Side = 20;

    private static readonly UNetConfiguration Configuration = new() { Classes = 2, Width = 3, Depth = 1 };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static TheoryData<string> Backends => [.. Tests.Backends.All];

    /// <summary>Read ahead or not, by the device that takes the memory or by another, in the first session or in the next.</summary>
    [Theory]
    [MemberData(nameof(Backends))]
    public void ReadingAheadChangesNoBit(string backend)
    {
        using TemporaryFolder folder = new();
        Write(folder.File("a"));
        float[] image = [.. Enumerable.Range(0, Side * Side).Select(i => i % 7 / 7f)];
        using IComputeDevice device = Tests.Backends.Open(backend);
        using StoredModel later = StoredModel.Open(folder.File("a"));
        using StoredModel ahead = StoredModel.Open(folder.File("a"));
        ahead.Prepare();
        PreparedMemory memory = ahead.Ahead!;
        float[] expected = Segmented(later);
        Assert.False(memory.IsTaken);
        using Segmenter first = new(ahead, device, tile: 18);
        Assert.Equal(device is VulkanDevice { ImportsHostMemory: true }, memory.IsTaken);
        Assert.Equal(expected, Segmented(ahead));
        Assert.Equal(expected, first.Segment(image, Side, Side, Stop).Probabilities);

        float[] Segmented(StoredModel model)
        {
            using Segmenter segmenter = new(model, device, tile: 18);
            return segmenter.Segment(image, Side, Side, Stop).Probabilities;
        }
    }

    /// <summary>Where parameters are planned to lie is known before there is a plan, whatever the tile.</summary>
    [Theory]
    [InlineData(18)]
    [InlineData(34)]
    public void ASessionFindsTheParametersInTheirPlace(int tile)
    {
        Assert.SkipUnless(TestDevice.Shared.ImportsHostMemory, "The device is not the processor, or does not take its memory.");
        using TemporaryFolder folder = new();
        UNetModel model = Write(folder.File("a"));
        using StoredModel stored = StoredModel.Open(folder.File("a"));
        stored.Prepare();
        (Graph graph, Value input, Value result) = TiledNetwork.GraphOf(Configuration, tile, probabilities: true);
        using Session session = ((IComputeDevice)TestDevice.Shared).CreateSession(
            graph, new(), made => Assert.All(graph.Parameters, parameter => Assert.True(made.Holds(parameter))), stored.Ahead, result);
        Assert.Equal(
            model.Parameters.SelectMany(tensor => tensor.Elements), session.ReadParameters(graph).SelectMany(tensor => tensor.Elements));
        Assert.False(session.Holds(input.Whole ?? input));
    }

    /// <summary>Who needs the values reads them himself, and is told by the file why he cannot.</summary>
    [Fact]
    public void NothingIsHeldOfAFileThatCannotBeRead()
    {
        BufferRange first = new(0, 0, 400), second = new(0, 512, 400);
        ImmutableDictionary<string, BufferRange> places = ImmutableDictionary<string, BufferRange>.Empty
            .Add("first", first).Add("second", second);
        using PreparedMemory whole = PreparedMemory.Begin(places, (_, elements, _) => elements.Fill(1))!;
        Assert.False(whole.Holds("first", first)); // not yet anybody's
        unsafe
        {
            Assert.Equal(1, ((float*)whole.Take())[99]);
        }

        Assert.True(whole.Holds("first", first));
        Assert.True(whole.Holds("second", second));
        Assert.False(whole.Holds("second", first));
        Assert.False(whole.Holds("third", first));

        using PreparedMemory half = PreparedMemory.Begin(
            places, (name, elements, _) => { if (name == "second") throw new InputException("cut"); elements.Fill(1); })!;
        unsafe
        {
            _ = half.Take();
        }

        Assert.False(half.Holds("first", first));
    }

    private static UNetModel Write(string path)
    {
        UNetModel model = new(Configuration, UNetParameters.Initial(Configuration, 1), [.. ClassLabel.OfValues([0, 1])]);
        model.Write(path);
        return model;
    }
}
