using UNet.Shaders;
using UNet.Tests.Device;
using UNet.Tests.Model;
using UNet.Vulkan;
using UNet.Vulkan.Checks;
using UNet.Vulkan.Device;
using UNet.Vulkan.Execution;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Ops;
using UNet.Vulkan.Ops.Declaration;
using UNet.Vulkan.Planning;
using UNet.Vulkan.Training;
using Xunit;

namespace UNet.Tests.Training;

/// <summary>Training with products of 16 bits: how far it is from 32, and what happens when a gradient leaves their range.</summary>
public class MixedPrecisionTests
{
    private const string Rounded = "Rounded", Rows = "Rows", RowsWinograd = "RowsWinograd";

    private static readonly TrainingConfiguration Configuration = TrainingExamples.Configuration with { Precision = Precision.Mixed };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static bool HasMatrixKernels => Conv2dForwardRowsMatrix.Info.IsEmbedded && TestDevice.Shared.Properties.RunsMatrixKernels;

    public static IEnumerable<TheoryDataRow<string, string>> References
        => from folder in PyTorchReferenceTests.Folders
           from kernels in HasMatrixKernels ? new[] { Rounded, Rows, RowsWinograd } : [Rounded]
           select new TheoryDataRow<string, string>(folder, kernels);

    /// <summary>Set where a driver and a glslc with matrices are at hand, so that they are not passed over unseen.</summary>
    [Fact]
    public void MatrixKernelsAreCheckedWhereTheyHaveTo()
        => Assert.True(HasMatrixKernels || Environment.GetEnvironmentVariable("UNET_REQUIRE_MATRIX_KERNELS") is null or "");

    /// <summary>One step against PyTorch in 32 bits, with the initial scale of the loss.</summary>
    [Theory]
    [MemberData(nameof(References))]
    public void StaysCloseToPyTorch(string folder, string kernels)
    {
        using PyTorchReferenceTests.Reference reference = PyTorchReferenceTests.Open(folder);
        PyTorchReferenceTests.ReferenceGraph graph = new(reference);
        HashSet<string> used = [];
        PlanOptions options = new()
        {
            Choose = (_, candidates) =>
            {
                Implementation chosen = candidates.LastOrDefault(candidate => IsOf(candidate, kernels)) ?? candidates[0];
                used.Add(chosen.Name);
                return chosen;
            },
        };
        using Session session = ((IComputeDevice)TestDevice.Shared).CreateSession(graph.Graph, options, graph.Loss);
        Assert.Contains(kernels, used);
        graph.Write(session, reference);
        session.Write(graph.Graph.LossGradient!, [LossScaling.Initial]);
        float[] loss = new float[1];
        session.Run(report: loss);

        Assert.Equal(reference["loss"][0], loss[0], 2e-3 * reference["loss"][0]);
        float[] logits = reference["logits"], actual = session.ReadAll(graph.Logits);
        double allowed = 2e-2 * logits.Max(Math.Abs);
        for (int i = 0; i < logits.Length; i++)
            Assert.InRange(Math.Abs((double)logits[i] - actual[i]), 0, allowed);
        foreach (Value parameter in graph.Graph.Parameters)
        {
            float[] expected = reference[$"grad.{parameter.Name}"], gradient = session.ReadAll(graph.Graph.GradientOf(parameter)!);
            double cosine = Dot(expected, gradient) / Math.Sqrt(Dot(expected, expected) * Dot(gradient, gradient));
            Assert.True(cosine >= 0.999, $"the gradient of {parameter.Name} has a cosine of {cosine} to PyTorch's");
            Assert.InRange(Math.Sqrt(Dot(gradient, gradient) / Dot(expected, expected)) / LossScaling.Initial, 0.98, 1.02);
        }

        static double Dot(float[] a, float[] b) => a.Zip(b, (x, y) => (double)x * y).Sum();
    }

    /// <summary>Whether an implementation belongs to such kernels: those by Winograd's F(2,3) are for convolutions alone.</summary>
    private static bool IsOf(Implementation implementation, string kernels)
        => implementation.Name == kernels || (kernels == RowsWinograd && implementation.Name == Rows);

    /// <summary>The derivative of a fused ReLU is that of the number that was multiplied: 0 where rounding made it 0.</summary>
    [Theory]
    [InlineData(nameof(Conv2d), Rounded)]
    [InlineData(nameof(Conv2d), Rows)]
    [InlineData(nameof(Conv2d), RowsWinograd)]
    [InlineData(nameof(ConvTranspose2d), Rounded)]
    [InlineData(nameof(ConvTranspose2d), Rows)]
    public void AnInputThatRoundsToZeroHasNoGradient(string name, string kernels)
    {
        Assert.SkipUnless(kernels == Rounded || HasMatrixKernels, "No kernels for matrix units run here.");
        Op op = name == nameof(Conv2d)
            ? new Conv2d(OutChannels: 4, Padding: 1, Rectify: Rectification.OnLoad)
            : new ConvTranspose2d(OutChannels: 4, Rectify: Rectification.OnLoad);
        SampleGraph sample = new(new OpSample(op, [new Shape(1, 2, 6, 6)]));
        using Session session = ((IComputeDevice)TestDevice.Shared).CreateSession(
            sample.Graph, new PlanOptions { Choose = (_, candidates) => candidates.Last(candidate => IsOf(candidate, kernels)) });
        sample.WriteData(session);
        Value x = sample.Node[op.Info.Given[0]];
        float[] elements = [.. Enumerable.Range(0, (int)x.Shape.Length).Select(i => i % 3 == 0 ? 1e-9f : i % 3 == 1 ? 1f : -1f)];
        session.Write(x, elements);
        session.Run();
        float[] gradient = session.ReadAll(sample.Graph.GradientOf(x)!);
        Assert.All(elements.Zip(gradient), pair => Assert.Equal(pair.First == 1, pair.Second != 0));
    }

    [Fact]
    public void LearnsAnEasyTaskAndTheSameBytesAgain()
    {
        TrainingConfiguration configuration = Configuration with
        {
            Network = Configuration.Network with { Width = 4 }, Steps = 60, ValidationInterval = 30,
        };
        using Trainer first = new(configuration, TrainingExamples.Data, TestDevice.Shared);
        using Trainer again = new(configuration, TrainingExamples.Data, TestDevice.Shared);
        List<TrainingReport> reports = [];
        Assert.InRange(first.Run(progress: reports.Add, cancellation: Stop).Best!.MeanIoU, 0.8, 1);
        Assert.All(reports, report => Assert.Null(report.Skipped));
        Assert.Equal(LossScaling.Initial, reports[^1].LossScale);
        again.Run(cancellation: Stop);
        AssertSameState(first.State, again.State);
    }

    /// <summary>
    /// Six trainings of some minutes in all: <c>dotnet UNet.Tests/bin/Release/net10.0/UNet.Tests.dll -explicit only -method
    /// '*OverThreeSeeds'</c>.
    /// </summary>
    [Fact(Explicit = true)]
    public void TheScoreStaysTheSameOverThreeSeeds()
    {
        TrainingData data = TrainingExamples.Data with
        {
            Training = [.. Enumerable.Range(0, 6).Select(i => TrainingExamples.Image((uint)i, 96, 96))],
            Validation = [.. Enumerable.Range(6, 4).Select(i => TrainingExamples.Image((uint)i, 96, 96))],
        };
        (double single, double mixed) = (Mean(Precision.Float32), Mean(Precision.Mixed));
        TestContext.Current.TestOutputHelper?.WriteLine($"mean IoU over three seeds: {single:0.0000} in 32 bits, {mixed:0.0000} mixed");
        Assert.InRange(mixed, single - 0.01, single + 0.01);

        double Mean(Precision precision) => Enumerable.Range(1, 3).Average(seed =>
        {
            TrainingConfiguration configuration = Configuration with
            {
                Precision = precision,
                Network = Configuration.Network with { Width = 8, Depth = 2 },
                Tile = 76,
                Batch = 1,
                Steps = 300,
                WarmUpSteps = 30,
                ValidationInterval = 100,
                Seed = (ulong)seed,
            };
            using Trainer trainer = new(configuration, data, TestDevice.Shared);
            double score = trainer.Run(cancellation: Stop).Best!.MeanIoU;
            TestContext.Current.TestOutputHelper?.WriteLine($"{precision}, seed {seed}: {score:0.0000}");
            return score;
        });
    }

    /// <summary>A gradient beyond the range changes nothing but the scale, and names where the backward pass met it first.</summary>
    [Theory]
    [InlineData(Optimizer.Sgd)]
    [InlineData(Optimizer.AdamW)]
    public void AStepWhoseGradientOverflowsIsSkipped(Optimizer optimizer)
    {
        TrainingConfiguration configuration = Configuration with { Steps = 3, Optimizer = optimizer };
        TrainingState before = StateWithScale(configuration, 1L << 40);
        using Trainer trainer = new(before.Configuration, TrainingExamples.Data, TestDevice.Shared, resume: before);
        List<TrainingReport> reports = [];
        trainer.Run(progress: reports.Add, cancellation: Stop);

        Assert.Equal([1L << 39, 1L << 38, 1L << 37], reports.Select(report => (long)report.LossScale!));
        Assert.All(reports, report => Assert.StartsWith("decoder.0.conv2.", report.Skipped, StringComparison.Ordinal));
        AssertSameState(before with { Step = 3, LossScale = new(1L << 37, 0) }, trainer.State);
    }

    [Fact]
    public void TrainingGoesOnOnceTheScaleHasFallen()
    {
        TrainingState before = StateWithScale(Configuration with { Steps = 60 }, 1L << 32);
        using Trainer trainer = new(before.Configuration, TrainingExamples.Data, TestDevice.Shared, resume: before);
        List<TrainingReport> reports = [];
        trainer.Run(progress: reports.Add, cancellation: Stop);
        int skipped = reports.TakeWhile(report => report.Skipped is not null).Count();
        Assert.InRange(skipped, 1, 20);
        Assert.All(reports.Skip(skipped), report => Assert.Null(report.Skipped));
        Assert.Equal(new LossScaleState(MathF.ScaleB(1, 32 - skipped), 60 - skipped), trainer.State.LossScale);
        Assert.True(reports[^1].Loss < reports[skipped].Loss);
    }

    [Fact]
    public void WithNoScaleLeftToLowerTrainingHasDiverged()
    {
        TrainingState state = StateWithScale(Configuration, 1);
        NamedWeights(state, "encoder.0.conv1.weight").AsSpan().Fill(1e30f);
        using Trainer trainer = new(state.Configuration, TrainingExamples.Data, TestDevice.Shared, resume: state);
        Assert.Equal(0, Assert.Throws<TrainingDivergedException>(() => trainer.Run(cancellation: Stop)).Step);
    }

    /// <summary>With a step that is skipped before the interruption, so that the scale has to be taken over.</summary>
    [Fact]
    public void AResumedRunIsTheUninterruptedOne()
    {
        using TemporaryFolder folder = new();
        TrainingState start = StateWithScale(Configuration, 1L << 32);
        TrainingFiles whole = new(folder.File("whole.safetensors")), parts = new(folder.File("parts.safetensors"));
        using (Trainer trainer = new(start.Configuration, TrainingExamples.Data, TestDevice.Shared, resume: start))
            trainer.Run(whole, cancellation: Stop);

        using CancellationTokenSource stop = new();
        using (Trainer trainer = new(start.Configuration, TrainingExamples.Data, TestDevice.Shared, resume: start))
            trainer.Run(parts, report => { if (report.Step == 13) stop.Cancel(); }, stop.Token);
        TrainingState state = TrainingState.Read(parts.State);
        Assert.NotEqual(start.LossScale, state.LossScale);
        Assert.Equal(NumericsRule.Mixed, state.Numerics);
        using (Trainer trainer = new(state.Configuration, TrainingExamples.Data, TestDevice.Shared, resume: state))
            trainer.Run(parts, cancellation: Stop);
        Assert.Equal(File.ReadAllBytes(whole.State), File.ReadAllBytes(parts.State));
        Assert.Equal(File.ReadAllBytes(whole.Last), File.ReadAllBytes(parts.Last));
    }

    [Fact]
    public void PrecisionIsNotChangedByAResume()
    {
        TrainingState state = StateWithScale(Configuration, 1);
        TrainingConfiguration other = state.Configuration with { Precision = Precision.Float32 };
        InputException refusal = Assert.Throws<InputException>(
            () => new Trainer(other, TrainingExamples.Data, TestDevice.Shared, resume: state));
        Assert.Contains("precision", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TheProcessorAloneHasNoMixedPrecision()
    {
        using ReferenceDevice device = new();
        InputException refusal = Assert.Throws<InputException>(() => new Trainer(Configuration, TrainingExamples.Data, device));
        Assert.Contains("Vulkan device", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void OnlyLargerConvolutionsRoundAndMatrixUnitsServeGpus()
    {
        DeviceProperties gpu = DeviceProperties.Minimum with
        {
            Type = DeviceType.Discrete,
            HasFloat16 = true,
            MatrixSize = 16,
            CanFixSubgroupSize = true,
            SubgroupSize = 32,
            MaxSharedMemory = 32_768,
            MaxWorkgroupInvocations = 512,
        };
        DeviceProperties emulated = gpu with { Type = DeviceType.Software };
        string best = Conv2dForwardRowsMatrix.Info.IsEmbedded ? Rows : Rounded;
        Assert.Equal((best, NumericsClass.Float16), Planned(new Conv2d(OutChannels: 4), gpu));
        Assert.Equal((best, NumericsClass.Float16), Planned(new ConvTranspose2d(OutChannels: 4), gpu));
        Assert.Equal((Rounded, NumericsClass.Float16), Planned(new ConvTranspose2d(OutChannels: 4), emulated));
        Assert.Equal((Rounded, NumericsClass.Float16), Planned(new Conv2d(OutChannels: 4), emulated));
        Assert.Equal((Rounded, NumericsClass.Float16), Planned(new Conv2d(OutChannels: 4), gpu with { MatrixSize = 0 }));
        // The kernel that adds up weight gradients has larger workgroups than the others.
        Assert.Equal((Rounded, NumericsClass.Float16), Planned(new Conv2d(OutChannels: 4), gpu with { MaxWorkgroupInvocations = 256 }));
        Assert.Equal(NumericsClass.Direct, Planned(new Conv2d(OutChannels: 2, Kernel: 1), gpu).Class);

        static (string, NumericsClass Class) Planned(Op op, DeviceProperties device)
        {
            Graph graph = new Vulkan.Checks.SampleGraph(new OpSample(op, [new Shape(1, 3, 8, 8)])).Graph;
            Implementation planned = Planner.Candidates(graph.Invocations[0], device, NumericsRule.Mixed)[^1];
            return (planned.Name, planned.Numerics);
        }
    }

    [Theory]
    [InlineData(1024, 0, 0, 512, 0)] // a bad step
    [InlineData(1, 7, 0, 1, 0)] // which cannot lower the smallest scale
    [InlineData(1024, 5, 1, 1024, 6)] // a good one
    [InlineData(1024, 1999, 0.25, 2048, 0)] // the last of enough
    [InlineData(1 << 24, 1999, 1, 1 << 24, 0)] // which cannot raise the largest
    public void TheScaleFollowsTheGradients(float scale, float goodSteps, float clipScale, float newScale, float newGoodSteps)
    {
        Graph graph = new();
        Shape single = new(1);
        Value lossScale = graph.State("scale", single), steps = graph.State("steps", single), clip = graph.Input("clip", single);
        graph.Add("scaling", new LossScaling(), lossScale, steps, clip);
        using Session session = ((IComputeDevice)TestDevice.Shared).CreateSession(graph);
        session.Write(lossScale, [scale]);
        session.Write(steps, [goodSteps]);
        session.Write(clip, [clipScale]);
        session.Run();
        Assert.Equal((newScale, newGoodSteps), (session.ReadAll(lossScale)[0], session.ReadAll(steps)[0]));
    }

    /// <summary>The state of a run that has not begun, with another scale of the loss.</summary>
    private static TrainingState StateWithScale(TrainingConfiguration configuration, float scale)
    {
        using Trainer trainer = new(configuration, TrainingExamples.Data, TestDevice.Shared);
        return trainer.State with { LossScale = new(scale, GoodSteps: 0) };
    }

    private static float[] NamedWeights(TrainingState state, string name)
        => state.Model.Parameters.Single(tensor => tensor.Name == name).Elements;

    private static void AssertSameState(TrainingState expected, TrainingState actual)
    {
        using TemporaryFolder folder = new();
        (string a, string b) = (folder.File("a"), folder.File("b"));
        (expected with { Best = null, BestStep = 0 }).Write(a);
        (actual with { Best = null, BestStep = 0 }).Write(b);
        Assert.Equal(File.ReadAllBytes(a), File.ReadAllBytes(b));
    }
}
