using UNet.Vulkan;
using UNet.Vulkan.Execution;
using UNet.Vulkan.Inference;
using UNet.Vulkan.Model;
using UNet.Vulkan.Ops.Declaration;
using UNet.Vulkan.Planning;
using UNet.Vulkan.Training;
using Xunit;

namespace UNet.Tests.Training;

public class TrainerTests
{
    private static readonly TrainingConfiguration Configuration = TrainingExamples.Configuration;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static TheoryData<string> Backends => [.. Tests.Backends.All];

    [Theory]
    [MemberData(nameof(Backends))]
    public void LearnsAnEasyTask(string backend)
    {
        using IComputeDevice device = Tests.Backends.Open(backend);
        TrainingConfiguration configuration = Configuration with
        {
            Network = Configuration.Network with { Width = 4 },
            Steps = 60,
            ValidationInterval = 30,
        };
        using Trainer trainer = new(configuration, TrainingExamples.Data, device);
        List<TrainingReport> reports = [];
        TrainingResult result = trainer.Run(progress: reports.Add, cancellation: Stop);
        Assert.Equal(Enumerable.Range(1, 60).Select(step => (long)step), reports.Select(report => report.Step));
        Assert.True(result.IsComplete);
        Assert.InRange(result.Best!.MeanIoU, 0.8, 1);
        Assert.True(reports[^1].Loss < 0.3 * reports[0].Loss);
        Assert.Equal([30, 60], reports.Where(report => report.Validation is not null).Select(report => report.Step));
        Assert.Equal(2, trainer.Model.Classes.Length);
    }

    /// <summary>In a step between two validations, and in one with a validation.</summary>
    [Theory]
    [InlineData(5)]
    [InlineData(8)]
    public void WhoeverCannotTakeAReportLosesNoTraining(long failing)
    {
        using TemporaryFolder folder = new();
        using IComputeDevice device = Tests.Backends.Open("cpu");
        using Trainer trainer = new(Configuration, TrainingExamples.Data, device);
        TrainingFiles files = new(folder.File("m.safetensors"));
        List<long> told = [];
        IOException thrown = Assert.Throws<IOException>(() => trainer.Run(files, report =>
        {
            told.Add(report.Step);
            if (report.Step == failing)
                throw new IOException("full");
        }, Stop));
        Assert.Equal("full", thrown.Message);
        Assert.Equal(failing, told[^1]);
        Assert.InRange(TrainingState.Read(files.State).Step, failing, failing + 2);
        Assert.True(File.Exists(files.Model) && File.Exists(files.Last));
    }

    /// <summary>A resumed run does not tell of the steps that a state holds: they are told, and can be on disk, before it is.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void TheStepsOfAStateAreToldBeforeItIsWritten(bool hasValidation)
    {
        using TemporaryFolder folder = new();
        using ReferenceDevice device = new();
        TrainingData data = hasValidation ? TrainingExamples.Data : TrainingExamples.Data with { Validation = [] };
        TrainingFiles files = new(folder.File("a.safetensors"));
        using Trainer trainer = new(Configuration, data, device);
        long told = 0;
        List<long> written = [];
        trainer.BeforeState = () =>
        {
            Assert.Equal(trainer.ReportedSteps, told);
            Assert.Equal(written.LastOrDefault(), File.Exists(files.State) ? TrainingState.Read(files.State).Step : 0);
            written.Add(trainer.Step);
        };
        trainer.Run(files, report => told = report.Step, Stop);
        Assert.Equal(hasValidation ? [8, 16, 24, 24] : [8, 16, 24], written);
    }

    [Fact]
    public void WhoeverCannotKeepReportsLosesNoTraining()
    {
        using TemporaryFolder folder = new();
        using ReferenceDevice device = new();
        using Trainer trainer = new(Configuration, TrainingExamples.Data, device) { BeforeState = () => throw new IOException("full") };
        TrainingFiles files = new(folder.File("m.safetensors"));
        Assert.Equal("full", Assert.Throws<IOException>(() => trainer.Run(files, cancellation: Stop)).Message);
        Assert.Equal(8, TrainingState.Read(files.State).Step);
        Assert.True(File.Exists(files.Model) && File.Exists(files.Last));
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public void TheSameSeedGivesTheSameBytes(string backend)
    {
        using TemporaryFolder folder = new();
        using IComputeDevice device = Tests.Backends.Open(backend);
        TrainingFiles first = Train(device, folder, "a"), again = Train(device, folder, "b"),
            other = Train(device, folder, "c", Configuration with { Seed = 8 });
        AssertSameBytes(first, again);
        Assert.NotEqual(File.ReadAllBytes(first.Last), File.ReadAllBytes(other.Last));
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public void AStreamedDataSetGivesTheSameBytesAsAResidentOne(string backend)
    {
        using TemporaryFolder folder = new();
        using IComputeDevice device = Tests.Backends.Open(backend);
        AssertSameBytes(Train(device, folder, "resident"), Train(device, folder, "streamed", residentBytes: 0));
    }

    /// <summary>Stopped between two validations, and right after one; with dropout, so that its random numbers must go on too.</summary>
    [Theory]
    [InlineData("cpu", 5)]
    [InlineData("cpu", 8)]
    [InlineData("cpu", 23)]
    [InlineData("vulkan", 13)]
    [InlineData("cpu", 10, Optimizer.AdamW)]
    [InlineData("vulkan", 17, Optimizer.AdamW)]
    public void AResumedRunIsTheUninterruptedOne(string backend, int stopAfter, Optimizer optimizer = Optimizer.Sgd)
    {
        using TemporaryFolder folder = new();
        using IComputeDevice device = Tests.Backends.Open(backend);
        TrainingConfiguration configuration = Configuration with
        {
            Network = Configuration.Network with { Dropout = 0.2 },
            Optimizer = optimizer,
            WeightMap = WeightMap.Paper,
            Sampling = PlaceSampling.Weight,
        };
        List<TrainingReport> expected = [], actual = [];
        TrainingFiles uninterrupted = Train(device, folder, "a", configuration, progress: expected.Add);

        TrainingFiles files = new(folder.File("b.safetensors"));
        using CancellationTokenSource stop = new();
        using (Trainer trainer = new(configuration, TrainingExamples.Data, device))
        {
            TrainingResult result = trainer.Run(files, report =>
            {
                actual.Add(report);
                if (report.Step == stopAfter)
                    stop.Cancel();
            }, stop.Token);
            Assert.False(result.IsComplete);
            // Steps that were in flight are finished.
            Assert.InRange(result.Step, stopAfter, stopAfter + 1);
            Assert.True(File.Exists(files.Model));
        }

        TrainingState state = TrainingState.Read(files.State);
        using (Trainer trainer = new(state.Configuration, TrainingExamples.Data, device, resume: state))
        {
            Assert.True(trainer.Run(files, actual.Add, Stop).IsComplete);
        }

        Assert.Equal(expected.Select(report => report.Loss), actual.Select(report => report.Loss));
        Assert.Equal(expected.Select(report => report.Validation?.Loss), actual.Select(report => report.Validation?.Loss));
        AssertSameBytes(uninterrupted, files);
    }

    [Fact]
    public void WhatAnInterruptionKeptFromBeingWrittenIsWrittenByTheResumedRun()
    {
        using TemporaryFolder folder = new();
        using ReferenceDevice device = new();
        // After one validation, the last state is that of the best model.
        TrainingConfiguration configuration = Configuration with { Steps = 8 };
        TrainingFiles files = Train(device, folder, "a", configuration);
        byte[] model = File.ReadAllBytes(files.Model);
        File.Delete(files.Model);
        File.Delete(files.Last);
        using Trainer trainer = new(configuration, TrainingExamples.Data, device, resume: TrainingState.Read(files.State));
        trainer.Run(files, cancellation: Stop);
        Assert.Equal(model, File.ReadAllBytes(files.Model));
        Assert.Equal(model, File.ReadAllBytes(files.Last));
    }

    /// <summary>Before there is a score, the newest model stands in for the best: its file, and what the state says of it.</summary>
    [Theory]
    [InlineData(5, true)]
    [InlineData(13, false)]
    public void AModelWithoutAScoreIsWrittenByTheResumedRunToo(int stopAfter, bool hasValidation)
    {
        using TemporaryFolder folder = new();
        using ReferenceDevice device = new();
        TrainingData data = hasValidation ? TrainingExamples.Data : TrainingExamples.Data with { Validation = [] };
        TrainingFiles files = new(folder.File("a.safetensors"));
        using CancellationTokenSource stop = new();
        using (Trainer trainer = new(Configuration, data, device))
        {
            trainer.Run(files, report =>
            {
                if (report.Step == stopAfter)
                    stop.Cancel();
            }, stop.Token);
        }

        byte[] model = File.ReadAllBytes(files.Model);
        TrainingState state = TrainingState.Read(files.State);
        Assert.Equal((stopAfter, stopAfter), (state.Step, state.BestStep));
        Assert.Null(state.Best);
        File.Delete(files.Model);
        using Trainer resumed = new(state.Configuration, data, device, resume: state);
        resumed.Run(files, cancellation: stop.Token);
        Assert.Equal(model, File.ReadAllBytes(files.Model));
        Assert.Equal(model, File.ReadAllBytes(files.Last));
    }

    [Fact]
    public void AModelWithoutAScoreReplacesNone()
    {
        using TemporaryFolder folder = new();
        using ReferenceDevice device = new();
        TrainingFiles files = new(folder.File("a.safetensors"));
        File.WriteAllText(files.Model, "of another run");
        using CancellationTokenSource stop = new();
        using Trainer trainer = new(Configuration, TrainingExamples.Data, device);
        Assert.True(trainer.Run(files, _ => stop.Cancel(), stop.Token).KeptModel);
        Assert.Equal("of another run", File.ReadAllText(files.Model));
        UNetModel newest = UNetModel.Read(files.Last);
        Assert.Equal(trainer.Model.Parameters[0].Elements, newest.Parameters[0].Elements);
        Assert.False(trainer.Run(files, cancellation: Stop).KeptModel);
        Assert.Equal(newest.Configuration, UNetModel.Read(files.Model).Configuration);
    }

    /// <summary>Because the folder was missing, and because nobody had said where to.</summary>
    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void WhatWasNotWrittenIsWrittenByTheNextRun(bool hasFailed, bool hasValidation)
    {
        using TemporaryFolder folder = new();
        using ReferenceDevice device = new();
        TrainingConfiguration configuration = Configuration with { Steps = 3 };
        TrainingData data = hasValidation ? TrainingExamples.Data : TrainingExamples.Data with { Validation = [] };
        TrainingFiles expected = new(folder.File("a.safetensors")), files = new(Path.Combine(folder.File("later"), "a.safetensors"));
        using (Trainer usual = new(configuration, data, device))
            usual.Run(expected, cancellation: Stop);
        using Trainer trainer = new(configuration, data, device);
        if (hasFailed)
            Assert.ThrowsAny<IOException>(() => trainer.Run(files, cancellation: Stop));
        else
            trainer.Run(cancellation: Stop);
        Directory.CreateDirectory(folder.File("later"));
        Assert.True(trainer.Run(files, cancellation: Stop).IsComplete);
        AssertSameBytes(expected, files);
    }

    [Fact]
    public void TheModelFileHoldsTheBestAndTheLastFileTheNewest()
    {
        using TemporaryFolder folder = new();
        using ReferenceDevice device = new();
        List<TrainingReport> reports = [];
        // So large a rate makes later scores worse.
        TrainingFiles files = Train(
            device, folder, "a", Configuration with { LearningRate = 1, Steps = 40, ValidationInterval = 2 }, progress: reports.Add);
        TrainingReport best = reports.Where(report => report.Validation is not null).MaxBy(report => report.Validation!.MeanIoU)!;
        Assert.NotEqual(40, best.Step);
        Assert.Equal(best.Step, reports.Last(report => report.IsBest).Step);
        Assert.NotEqual(File.ReadAllBytes(files.Model), File.ReadAllBytes(files.Last));
        Assert.Equal(best.Step, TrainingState.Read(files.State).BestStep);
    }

    /// <summary>
    /// Loss and IoU from the probabilities of whole images, every pixel that is not ignored once: by its weight in the loss,
    /// all alike in the IoU.
    /// </summary>
    [Theory]
    [InlineData(WeightMap.None)]
    [InlineData(WeightMap.Balance)]
    [InlineData(WeightMap.Paper)]
    [InlineData(WeightMap.Falk)]
    public void ValidationCountsEveryPixelOnce(WeightMap map)
    {
        using ReferenceDevice device = new();
        using Trainer trainer = new(Configuration with { Steps = 4, WeightMap = map }, TrainingExamples.Data, device);
        ValidationScore score = trainer.Run(cancellation: Stop).Best!;
        using Segmenter segmenter = new(trainer.Model, device, tile: 40);
        float[] classWeights = TrainingExamples.Data.ClassWeights(map is WeightMap.Balance or WeightMap.Paper);
        (double losses, double all, int[] both, int[] either) = (0, 0, new int[2], new int[2]);
        foreach (TrainingImage image in TrainingExamples.Data.Validation)
        {
            Segmentation segmentation = segmenter.Segment(image.Pixels, image.Height, image.Width, Stop);
            byte[] predicted = segmentation.MostProbable();
            float[] weights = PixelWeights.Of(image, map, new(), classWeights);
            for (int i = 0; i < image.Classes.Length; i++)
            {
                if (image.Classes[i] == TrainingImage.IgnoredClass)
                    continue;
                losses -= weights[i] * Math.Log(segmentation.Probabilities[image.Classes[i] * image.Classes.Length + i]);
                all += weights[i];
                for (int c = 0; c < 2; c++)
                {
                    both[c] += predicted[i] == c && image.Classes[i] == c ? 1 : 0;
                    either[c] += predicted[i] == c || image.Classes[i] == c ? 1 : 0;
                }
            }
        }

        Assert.Equal(losses / all, score.Loss, 1e-5);
        Assert.Equal((double)both[0] / either[0] / 2 + (double)both[1] / either[1] / 2, score.MeanIoU, 1e-12);
    }

    /// <summary>The network sees the separated labels, and the weights of a cached map are those of a computed one.</summary>
    [Fact]
    public void TouchingInstancesAreLearnedAndJudgedSeparated()
    {
        using TemporaryFolder folder = new();
        using ReferenceDevice device = new();
        TrainingConfiguration configuration = Configuration with { WeightMap = WeightMap.Falk, Steps = 3 };
        TrainingData touching = TrainingExamples.Data with
        {
            Training = [.. TrainingExamples.Data.Training.Select(Striped)],
            Validation = [.. TrainingExamples.Data.Validation.Select(Striped)],
        };
        TrainingData separated = touching with
        {
            Training = [.. touching.Training.Select(TouchingInstances.Separate)],
            Validation = [.. touching.Validation.Select(TouchingInstances.Separate)],
        };
        Assert.NotEqual(touching.Training[0].Classes, separated.Training[0].Classes);
        byte[] expected = Train(separated, "a", null);
        string maps = folder.File("maps");
        Assert.Equal(expected, Train(touching, "b", new WeightMapCache(maps)));
        Assert.Equal(5, Directory.GetFiles(maps).Length);
        Assert.Equal(expected, Train(touching, "c", new WeightMapCache(maps)));

        byte[] Train(TrainingData data, string name, WeightMapCache? cache)
        {
            TrainingFiles files = new(folder.File(name + ".safetensors"));
            using Trainer trainer = new(configuration, data, device, weightMapCache: cache);
            trainer.Run(files, cancellation: Stop);
            Assert.NotNull(TrainingState.Read(files.State).Best);
            return File.ReadAllBytes(files.Model);
        }

        // Discs cut into left and right halves of different ids.
        static TrainingImage Striped(TrainingImage image) => image with
        {
            Instances = [.. image.Classes.Select((c, i) => c == 0 ? 0 : 1 + i % image.Width % 12 / 6)],
        };
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public void ARunThatDivergesStopsAndLeavesTheLastGoodFiles(string backend)
    {
        using TemporaryFolder folder = new();
        using IComputeDevice device = Tests.Backends.Open(backend);
        TrainingFiles files = Train(device, folder, "a", Configuration with { Steps = 8 });
        byte[] good = File.ReadAllBytes(files.Last);
        TrainingState state = TrainingState.Read(files.State);
        // The gradients are scaled by nothing and each step multiplies the parameters: floats overflow within a few steps.
        TrainingConfiguration wild = Configuration with { LearningRate = 1e12, MaximumGradientNorm = 0 };
        using Trainer trainer = new(wild, TrainingExamples.Data, device, resume: state);
        TrainingDivergedException exception = Assert.Throws<TrainingDivergedException>(() => trainer.Run(files, cancellation: Stop));
        Assert.InRange(exception.Step, 8, 16);
        Assert.Contains($"step {exception.Step + 1}", exception.Message);
        Assert.Contains("--lr", exception.Message);
        Assert.Contains(exception.Tensor, trainer.Model.Parameters.Select(parameter => parameter.Name));
        Assert.Equal(good, File.ReadAllBytes(files.Last));
    }

    [Fact]
    public void ARunThatIsCancelledBeforeItsFirstStepWritesNothing()
    {
        using TemporaryFolder folder = new();
        using ReferenceDevice device = new();
        using Trainer trainer = new(Configuration, TrainingExamples.Data, device);
        TrainingResult result = trainer.Run(new(folder.File("a.safetensors")), cancellation: new CancellationToken(canceled: true));
        Assert.Equal((0, false), (result.Step, result.IsComplete));
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void WithoutValidationImagesTheNewestModelIsTheBest()
    {
        using TemporaryFolder folder = new();
        using ReferenceDevice device = new();
        TrainingFiles files = new(folder.File("a.safetensors"));
        using Trainer trainer = new(Configuration with { Steps = 3 }, TrainingExamples.Data with { Validation = [] }, device);
        TrainingResult result = trainer.Run(files, cancellation: Stop);
        Assert.Null(result.Best);
        Assert.Equal(File.ReadAllBytes(files.Last), File.ReadAllBytes(files.Model));
    }

    [Fact]
    public void WhatDoesNotFitIsRefused()
    {
        using ReferenceDevice device = new();
        TrainingData data = TrainingExamples.Data;
        using TemporaryFolder folder = new();
        TrainingState state = TrainingState.Read(Train(device, folder, "a", Configuration with { Steps = 1 }).State);
        Refused(
            "other images", () => new Trainer(Configuration, data with { Training = data.Training.RemoveAt(0) }, device, resume: state));
        Refused(
            "options of the interrupted run",
            () => new Trainer(Configuration with { Network = new() { Width = 3, Depth = 1 } }, data, device, resume: state));
        Refused(
            "has width 2, the network to train has width 3",
            () => new Trainer(Configuration with { Network = new() { Width = 3, Depth = 1 } }, data, device, initial: state.Model));
        Refused(
            "has architecture paper, the network to train has architecture phseg_v5",
            () => new Trainer(
                Configuration with { Network = new() { Architecture = UNetArchitecture.PhsegV5, Width = 2, Depth = 1 } },
                data, device, initial: state.Model));
        Refused("24 and 26", () => new Trainer(Configuration with { Tile = 25 }, data, device));
        Refused("no training images", () => new Trainer(Configuration, data with { Training = [] }, device));
        Refused("class 1", () => new Trainer(Configuration, data with { Classes = data.Classes.RemoveAt(1) }, device));
        Refused("trained with Sgd", () => new Trainer(Configuration with { Optimizer = Optimizer.AdamW }, data, device, resume: state));
        Refused("weight decay", () => new Trainer(Configuration with { WeightDecay = -1 }, data, device));
        Refused("learning rate", () => new Trainer(Configuration with { LearningRate = double.NaN }, data, device));
        Refused("is no training state", () => TrainingState.Read(WriteModel()));

        static void Refused(string message, Action action) => Assert.Contains(message, Assert.Throws<InputException>(action).Message);

        string WriteModel()
        {
            string path = folder.File("model.safetensors");
            state.Model.Write(path);
            return path;
        }
    }

    /// <summary>Before it is trained, not at the first validation.</summary>
    [Fact]
    public void AValidationImageOfTooManyPixelsIsRefused()
    {
        using ReferenceDevice device = new();
        TrainingConfiguration configuration = Configuration with { Network = Configuration.Network with { Classes = 2 } };
        TrainingImage vast = new("vast", 1, 33_000, 33_000, [], []);
        InputException refusal = Assert.Throws<InputException>(() => new Validator(configuration, [vast], [], device));
        Assert.Contains("'vast' of 33000 x 33000 pixels is too large", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AResumedRunRoundsAsItBegan()
    {
        using ReferenceDevice device = new();
        using TemporaryFolder folder = new();
        TrainingFiles files = Train(device, folder, "a", Configuration with { Steps = 1 });
        TrainingState state = TrainingState.Read(files.State);
        Assert.Equal(NumericsRule.WinogradF43, state.Numerics);
        NumericsRule other = NumericsRule.Mixed;
        (state with { Numerics = other }).Write(files.State);
        using Trainer trainer = new(Configuration, TrainingExamples.Data, device, resume: TrainingState.Read(files.State));
        Assert.Equal(other, trainer.State.Numerics);
    }

    [Fact]
    public void BalancedWeightsGiveEveryClassTheSameShare()
    {
        TrainingData data = TrainingExamples.Data;
        float[] weights = data.ClassWeights(balance: true);
        double[] shares = [.. Enumerable.Range(0, 2)
            .Select(c => weights[c] * (double)data.Training.Sum(image => image.Classes.Count(x => x == c)))];
        Assert.Equal(shares[0], shares[1], shares[0] * 1e-6);
        Assert.Equal(data.Training.Sum(image => image.Classes.Count(x => x != TrainingImage.IgnoredClass)), shares.Sum(), 0.01);
        Assert.Equal([1f, 1f], data.ClassWeights(balance: false));
    }

    [Fact]
    public void FilesAreNamedAfterTheModel()
    {
        Assert.Equal("a/b.last.safetensors", new TrainingFiles("a/b.safetensors").Last);
        Assert.Equal("a/b.state.safetensors", new TrainingFiles("a/b").State);
    }

    private static TrainingFiles Train(
        IComputeDevice device, TemporaryFolder folder, string name, TrainingConfiguration? configuration = null,
        Action<TrainingReport>? progress = null, long? residentBytes = null)
    {
        TrainingFiles files = new(folder.File(name + ".safetensors"));
        using Trainer trainer = new(configuration ?? Configuration, TrainingExamples.Data, device, residentBytes: residentBytes);
        trainer.Run(files, progress, Stop);
        return files;
    }

    private static void AssertSameBytes(TrainingFiles expected, TrainingFiles actual)
    {
        Assert.Equal(File.ReadAllBytes(expected.State), File.ReadAllBytes(actual.State));
        Assert.Equal(File.ReadAllBytes(expected.Last), File.ReadAllBytes(actual.Last));
        Assert.Equal(File.ReadAllBytes(expected.Model), File.ReadAllBytes(actual.Model));
    }
}
