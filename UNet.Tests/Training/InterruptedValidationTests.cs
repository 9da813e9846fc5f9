using UNet.Vulkan.Device;
using UNet.Vulkan.Execution;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Planning;
using UNet.Vulkan.Training;
using Xunit;

namespace UNet.Tests.Training;

/// <summary>A validation that is cancelled, fails or is lost with the process takes no step with it, and the resumed run does it.</summary>
public sealed class InterruptedValidationTests : IDisposable
{
    private static readonly TrainingConfiguration Configuration = TrainingExamples.Configuration;

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    /// <summary>The first validation, one after there is a best model, and the last one.</summary>
    [Theory]
    [InlineData("cpu", 8)]
    [InlineData("cpu", 16)]
    [InlineData("cpu", 24)]
    [InlineData("vulkan", 16)]
    public void OneThatIsCancelledIsDoneByTheResumedRun(string backend, int step)
    {
        using CancellationTokenSource stop = new();
        using WatchedDevice device = new(Tests.Backends.Open(backend));
        (TrainingFiles expected, List<TrainingReport> uninterrupted) = Uninterrupted(device);
        TrainingFiles files = new(_folder.File("b.safetensors"));
        List<TrainingReport> told = [];
        using (Trainer trainer = new(Configuration, TrainingExamples.Data, device))
        {
            device.BeforeTile = () =>
            {
                if (trainer.Step == step)
                    stop.Cancel();
            };
            TrainingResult result = trainer.Run(files, told.Add, stop.Token);
            Assert.Equal((step, false), (result.Step, result.IsComplete));
        }

        Assert.Equal(step - 1, told[^1].Step);
        Assert.True(File.Exists(files.Model) && File.Exists(files.Last));
        device.BeforeTile = null;
        Resume(device, files, told, reportedSteps: step - 1);
        AssertSame(uninterrupted, told);
        AssertSameBytes(expected, files);
    }

    /// <summary>The newest model was written without it, and turns out to be the best.</summary>
    [Fact]
    public void OneThatIsCancelledIsDoneByTheNextRunOfTheSameTrainer()
    {
        TrainingConfiguration configuration = Configuration with
        {
            Network = Configuration.Network with { Width = 4 },
            Steps = 60,
            ValidationInterval = 30,
        };
        using CancellationTokenSource stop = new();
        using WatchedDevice device = new(new ReferenceDevice());
        (TrainingFiles expected, List<TrainingReport> uninterrupted) = Uninterrupted(device, configuration: configuration);
        Assert.True(uninterrupted[^1].IsBest);
        TrainingFiles files = new(_folder.File("b.safetensors"));
        List<TrainingReport> told = [];
        using Trainer trainer = new(configuration, TrainingExamples.Data, device);
        device.BeforeTile = () =>
        {
            if (trainer.Step == configuration.Steps)
                stop.Cancel();
        };
        Assert.False(trainer.Run(files, told.Add, stop.Token).IsComplete);
        device.BeforeTile = null;
        Assert.True(trainer.Run(files, told.Add, Stop).IsComplete);
        AssertSame(uninterrupted, told);
        AssertSameBytes(expected, files);
    }

    [Theory]
    [InlineData(8)]
    [InlineData(24)]
    public void OneThatFailsIsDoneByTheResumedRun(int step)
    {
        using WatchedDevice device = new(new ReferenceDevice());
        (TrainingFiles expected, List<TrainingReport> uninterrupted) = Uninterrupted(device);
        TrainingFiles files = new(_folder.File("b.safetensors"));
        List<TrainingReport> told = [];
        using (Trainer trainer = new(Configuration, TrainingExamples.Data, device))
        {
            device.BeforeTile = () =>
            {
                if (trainer.Step == step)
                    throw new DeviceException("lost");
            };
            Assert.Throws<DeviceException>(() => trainer.Run(files, told.Add, Stop));
        }

        device.BeforeTile = null;
        Resume(device, files, told, reportedSteps: step - 1);
        AssertSame(uninterrupted, told);
        AssertSameBytes(expected, files);
    }

    /// <summary>Before the models were written: the state lacks the score, and the best model is one before, if there is one.</summary>
    [Theory]
    [InlineData(8)]
    [InlineData(24)]
    public void OneThatIsLostWithTheProcessIsDoneAgain(int step)
    {
        using WatchedDevice device = new(new ReferenceDevice());
        TrainingFiles files = new(_folder.File("b.safetensors"));
        (TrainingFiles expected, List<TrainingReport> uninterrupted) = Uninterrupted(device, report =>
        {
            if (report.Step == step)
                File.Copy(_folder.File("a.state.safetensors"), files.State);
            else if (report.IsBest && report.Step < step)
                File.Copy(_folder.File("a.safetensors"), files.Model, overwrite: true);
        });
        List<TrainingReport> told = [.. uninterrupted.Take(step - 1)];
        Resume(device, files, told, reportedSteps: step - 1);
        AssertSame(uninterrupted, told);
        AssertSameBytes(expected, files);
    }

    /// <summary>What was to be told of a step may be no number, where it was skipped.</summary>
    [Fact]
    public void TheReportOfTheStepIsKept()
    {
        using ReferenceDevice device = new();
        using Trainer trainer = new(Configuration, TrainingExamples.Data, device);
        TrainingReport report = new(
            8, Configuration.Steps, double.NaN, double.PositiveInfinity, 0.1, Skipped: "encoder.0.conv1.weight", LossScale: 1024);
        string path = _folder.File("a.safetensors");
        (trainer.State with { Step = 8, LossScale = new(1024, 0), Unvalidated = report }).Write(path);
        Assert.Equal(report, TrainingState.Read(path).Unvalidated);
    }

    private (TrainingFiles Files, List<TrainingReport> Reports) Uninterrupted(
        WatchedDevice device, Action<TrainingReport>? progress = null, TrainingConfiguration? configuration = null)
    {
        TrainingFiles files = new(_folder.File("a.safetensors"));
        List<TrainingReport> reports = [];
        using Trainer trainer = new(configuration ?? Configuration, TrainingExamples.Data, device);
        trainer.Run(files, reports.Add + progress, Stop);
        Assert.Null(TrainingState.Read(files.State).Unvalidated);
        return (files, reports);
    }

    private static void Resume(WatchedDevice device, TrainingFiles files, List<TrainingReport> told, int reportedSteps)
    {
        TrainingState state = TrainingState.Read(files.State);
        Assert.Equal(reportedSteps + 1, state.Unvalidated?.Step);
        using Trainer trainer = new(state.Configuration, TrainingExamples.Data, device, resume: state);
        Assert.Equal(reportedSteps, trainer.ReportedSteps);
        Assert.True(trainer.Run(files, told.Add, Stop).IsComplete);
    }

    private static void AssertSame(IEnumerable<TrainingReport> expected, IEnumerable<TrainingReport> actual)
    {
        Assert.Equal(expected.Select(WithoutScore), actual.Select(WithoutScore));
        Assert.Equal(expected.Select(report => report.Validation?.Loss), actual.Select(report => report.Validation?.Loss));

        static TrainingReport WithoutScore(TrainingReport report) => report with { Validation = null };
    }

    private static void AssertSameBytes(TrainingFiles expected, TrainingFiles actual)
    {
        Assert.Equal(File.ReadAllBytes(expected.State), File.ReadAllBytes(actual.State));
        Assert.Equal(File.ReadAllBytes(expected.Last), File.ReadAllBytes(actual.Last));
        Assert.Equal(File.ReadAllBytes(expected.Model), File.ReadAllBytes(actual.Model));
    }

    /// <summary>A device that tells when a tile of a validation is about to be computed.</summary>
    private sealed class WatchedDevice(IComputeDevice device) : IComputeDevice
    {
        public Action? BeforeTile { get; set; }

        public string Name => device.Name;

        public DeviceProperties? Properties => device.Properties;

        public Session CreateSession(Graph graph, PlanOptions options, params Value[] reports)
        {
            Session session = device.CreateSession(graph, options, reports);
            // Validation alone computes no gradients.
            return graph.FlatGradients is null ? new WatchedSession(session, () => BeforeTile?.Invoke()) : session;
        }

        public void Dispose() => device.Dispose();
    }

    private sealed class WatchedSession(Session session, Action beforeRun) : Session
    {
        public override string DeviceName => session.DeviceName;

        public override int MaxInFlight => session.MaxInFlight;

        public override void Write(Value value, ReadOnlySpan<float> elements, long start = 0) => session.Write(value, elements, start);

        public override void Write(Value value, ReadOnlySpan<uint> elements, long start = 0) => session.Write(value, elements, start);

        public override void Read(Value value, Span<float> elements, long start = 0) => session.Read(value, elements, start);

        public override void Read(Value value, Span<uint> elements, long start = 0) => session.Read(value, elements, start);

        public override void Submit(ReadOnlySpan<uint> step, ReadOnlySpan<SlotCopy> copies)
        {
            beforeRun();
            session.Submit(step, copies);
        }

        public override void Complete(Span<float> report) => session.Complete(report);

        public override void Dispose() => session.Dispose();
    }
}
