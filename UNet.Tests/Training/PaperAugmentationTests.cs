using System.Collections.Immutable;
using UNet.Vulkan.Execution;
using UNet.Vulkan.Inference;
using UNet.Vulkan.Training;
using Xunit;

namespace UNet.Tests.Training;

/// <summary>Training on deformed tiles: the same bytes however the data reach the device, and after an interruption.</summary>
public class PaperAugmentationTests
{
    private static readonly TrainingConfiguration Configuration = TrainingExamples.Configuration with
    {
        Augmentation = Augmentation.Paper,
        Steps = 4,
        ValidationInterval = 2,
    };

    /// <summary>Deformed so little that a window of 48 pixels holds all that a tile can touch.</summary>
    private static readonly TrainingConfiguration Mild = Configuration with
    {
        Deformation = new() { ElasticSigma = 0.25, ElasticSpacing = 8 },
    };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static TheoryData<string> Backends => [.. Tests.Backends.All];

    [Theory]
    [MemberData(nameof(Backends))]
    public void StreamedImagesGiveTheSameBytesAsResidentOnes(string backend)
    {
        using IComputeDevice device = Tests.Backends.Open(backend);
        byte[] resident = Train(device, Configuration, TrainingExamples.Data);
        Assert.Equal(resident, Train(device, Configuration, TrainingExamples.Data, residentBytes: 0));
        Assert.NotEqual(resident, Train(device, Configuration with { Seed = 8 }, TrainingExamples.Data));
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public void StreamedWindowsGiveTheSameBytesAsResidentImages(string backend)
    {
        using IComputeDevice device = Tests.Backends.Open(backend);
        TrainingData data = TrainingExamples.Data with
        {
            Training = [TrainingExamples.Image(5, 90, 61), TrainingExamples.Image(6, 12, 70)],
        };
        Assert.InRange(new TileSource(Prepared(data), Mild, residentBytes: 0).Slot.Height, 27, 60);
        foreach (Interpolation interpolation in new[] { Interpolation.Cubic, Interpolation.Linear })
        {
            TrainingConfiguration configuration = Mild with { Deformation = Mild.Deformation with { Interpolation = interpolation } };
            Assert.Equal(Train(device, configuration, data), Train(device, configuration, data, residentBytes: 0));
        }
    }

    [Theory]
    [InlineData("cpu")]
    [InlineData("vulkan")]
    public void AResumedRunIsTheUninterruptedOne(string backend)
    {
        using TemporaryFolder folder = new();
        using IComputeDevice device = Tests.Backends.Open(backend);
        TrainingFiles files = new(folder.File("a.safetensors"));
        using CancellationTokenSource stop = new();
        using (Trainer trainer = new(Configuration, TrainingExamples.Data, device))
        {
            Assert.False(trainer.Run(files, report =>
            {
                if (report.Step == 1)
                    stop.Cancel();
            }, stop.Token).IsComplete);
        }

        TrainingState state = TrainingState.Read(files.State);
        using (Trainer trainer = new(state.Configuration, TrainingExamples.Data, device, resume: state))
            Assert.True(trainer.Run(files, cancellation: Stop).IsComplete);
        Assert.Equal(Train(device, Configuration, TrainingExamples.Data), File.ReadAllBytes(files.State));
    }

    [Fact]
    public void ImagesOfOneGrayValueCanBeTrainedOn()
    {
        using ReferenceDevice device = new();
        TrainingImage image = TrainingExamples.Data.Training[0];
        Array.Fill((image = image with { Pixels = new float[image.Pixels.Length] }).Pixels, 7);
        List<double> losses = [];
        using Trainer trainer = new(Configuration, TrainingExamples.Data with { Training = [image], Validation = [] }, device);
        trainer.Run(progress: report => losses.Add(report.Loss), cancellation: Stop);
        Assert.Equal(4, losses.Count);
        Assert.All(losses, loss => Assert.InRange(loss, 0.01, 10));
    }

    [Theory]
    [InlineData("cpu")]
    [InlineData("vulkan")]
    public void APreviewShowsTheFirstTilesOfARun(string backend)
    {
        using IComputeDevice device = Tests.Backends.Open(backend);
        TrainingConfiguration plain = Configuration with { Augmentation = Augmentation.None };
        ImmutableArray<TilePreview> tiles = TilePreview.Sample(plain, TrainingExamples.Data, device, count: 5);
        Assert.Equal(5, tiles.Length);
        PreparedData prepared = new(TrainingExamples.Data, plain, cache: null);
        for (int i = 0; i < tiles.Length; i++)
        {
            TilePlacement placement = prepared.Sampler.Sample(i / plain.Batch, i % plain.Batch);
            PreparedImage image = prepared.Training[placement.Image];
            float[] expected = new float[26 * 26];
            MirrorExtrapolation.CopyTile(image.Pixels, 1, image.Height, image.Width, placement.OriginY, placement.OriginX, 26, expected);
            Assert.Equal(expected, tiles[i].Pixels);
            Assert.Equal(TrainingExamples.Data.Training[placement.Image].Name, tiles[i].Image);
            Assert.Equal((26, 10, 100, 100), (tiles[i].Tile, tiles[i].OutputTile, tiles[i].Classes.Length, tiles[i].Weights.Length));
        }

        TilePreview deformed = TilePreview.Sample(Configuration, TrainingExamples.Data, device, count: 1)[0];
        Assert.Equal(tiles[0].Image, deformed.Image);
        Assert.NotEqual(tiles[0].Pixels, deformed.Pixels);
    }

    /// <summary>Placing tiles and submitting them: what a step does between its device's work.</summary>
    [Theory]
    [InlineData(1L << 30)]
    [InlineData(0L)]
    public void ASteadyStepAllocatesNothingOnTheManagedHeap(long residentBytes)
    {
        using IComputeDevice device = Tests.Backends.Open("vulkan");
        TrainingConfiguration configuration = Configuration with { Network = Configuration.Network with { InChannels = 1, Classes = 2 } };
        ImmutableArray<PreparedImage> images = Prepared(TrainingExamples.Data);
        TileSource source = new(images, configuration, residentBytes);
        TrainingGraph graph = new(configuration, source.Slot, source.ResidentPixels);
        TileSampler sampler = new(configuration, configuration.Tile!.Value, images.Select(image => (image.Height, image.Width)));
        using Session session = device.CreateSession(graph.Graph, graph.LossSums);
        source.Write(session, graph.Tiles);
        uint[] words = new uint[graph.StepWords];
        float[] report = new float[2];
        Run(from: 0, count: 25); // so many that every path has run
        long before = AllocatedBytes.Start();
        Run(from: 25, count: 20);
        Assert.Equal(0, AllocatedBytes.SoFar - before);
        Assert.True(report[1] > 0);

        void Run(int from, int count)
        {
            for (int step = from; step < from + count; step++)
            {
                graph.SetStep(words, step, learningRate: 0.01);
                for (int i = 0; i < configuration.Batch; i++)
                    source.Place(session, graph.Tiles, words, step, i, sampler.Sample(step, i));
                session.Submit(words, source.Copies);
                session.Complete(report);
            }
        }
    }

    private static ImmutableArray<PreparedImage> Prepared(TrainingData data) => [.. data.Training.Select(image => new PreparedImage(
        image.Height, image.Width, image.Pixels, [.. image.Classes.Select(c => (uint)c)],
        [.. image.Classes.Select(c => c == TrainingImage.IgnoredClass ? 0f : 1f)]))];

    /// <summary>The bytes of the state after the run.</summary>
    private static byte[] Train(IComputeDevice device, TrainingConfiguration configuration, TrainingData data, long? residentBytes = null)
    {
        using TemporaryFolder folder = new();
        TrainingFiles files = new(folder.File("m.safetensors"));
        using Trainer trainer = new(configuration, data, device, residentBytes: residentBytes);
        trainer.Run(files, cancellation: Stop);
        return File.ReadAllBytes(files.State);
    }
}
