using System.Collections.Immutable;
using System.Runtime.ExceptionServices;
using UNet.Vulkan.Device;
using UNet.Vulkan.Execution;
using UNet.Vulkan.Formats;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Model;
using UNet.Vulkan.Ops;
using UNet.Vulkan.Planning;

namespace UNet.Vulkan.Training;

/// <summary>
/// Trains a U-Net on a device: gradient descent on tiles of the training images, now and then a
/// validation on whole images, and files from which the run can be resumed.
/// </summary>
public sealed class Trainer : IDisposable
{
    /// <summary>Where in a step's report the loss scale stands: behind two sums of the loss and the norm of the gradient.</summary>
    private const int ReportedScale = 3;

    private readonly TrainingData _data;
    private readonly string _fingerprint;
    private readonly NumericsRule _numerics;
    private readonly LearningRateSchedule _schedule;
    private readonly TileSampler _sampler;
    private readonly TileSource _tiles;
    private readonly TrainingGraph _graph;
    private readonly Session _session;
    private readonly Validator? _validator;
    private readonly uint[] _stepWords;
    private readonly float[] _report;
    private ValidationScore? _best;
    private long _bestStep;
    private TrainingReport? _unvalidated;
    private long _savedState = -1;
    private long _savedModels = -1;
    private bool _keptModel;
    private double? _lossScale;

    /// <summary>Prepares a run: builds the network, normalises the images and brings them to the device.</summary>
    /// <param name="configuration">How to train; channels and classes of its network are taken from the data.</param>
    /// <param name="data">What to train on.</param>
    /// <param name="device">Where to train; it must outlive the trainer.</param>
    /// <param name="initial">A model whose parameters to start from (<c>--init</c>); null for random ones.</param>
    /// <param name="resume">A state to go on from (<c>--resume</c>); its configuration is normally the one to pass.</param>
    /// <param name="residentBytes">
    /// Memory of the device that the data set may take; a larger one is streamed tile by tile, with the same result. Null
    /// for a quarter of the device's memory, if the step leaves so much.
    /// </param>
    /// <param name="weightMapCache">Where weight maps with distances are kept between runs; null for nowhere.</param>
    /// <exception cref="InputException">Configuration, data, model or state do not fit each other.</exception>
    /// <exception cref="Planning.PlanException">The network does not fit the device's limits.</exception>
    /// <exception cref="Device.DeviceException">The device has too little memory, or failed.</exception>
    public Trainer(
        TrainingConfiguration configuration, TrainingData data, IComputeDevice device,
        UNetModel? initial = null, TrainingState? resume = null, long? residentBytes = null, WeightMapCache? weightMapCache = null)
    {
        Configuration = FilledIn(configuration, data.Validated(), device, resume);
        _fingerprint = data.Fingerprint();
        RequireFit(initial, resume);
        _numerics = resume?.Numerics ?? NumericsRule.Of(Configuration.Precision);

        PreparedData prepared = new(data, Configuration, weightMapCache);
        _data = data = prepared.Data;
        _schedule = new LearningRateSchedule(Configuration);
        _sampler = prepared.Sampler;
        long share = TrainingMemory.Left(Configuration, device.Properties) / 2;
        _tiles = new TileSource(prepared.Training, Configuration, residentBytes ?? Math.Min(ResidentBytes(device), share));
        _graph = new TrainingGraph(Configuration, _tiles.Slot, _tiles.ResidentPixels);
        _stepWords = new uint[_graph.StepWords];
        _report = new float[_graph.Reports.Sum(value => value.Shape.Length)];
        PlanOptions options = new() { Numerics = _numerics, Recompute = Configuration.Recompute };
        _session = device.CreateSession(_graph.Graph, options, _graph.Reports);
        try
        {
            _validator = data.Validation.IsEmpty
                ? null
                : new Validator(Configuration, data.Validation, prepared.PrepareValidation(), device, share);
            _tiles.Write(_session, _graph.Tiles);
            _session.WriteParameters(
                _graph.Graph,
                (resume?.Model ?? initial)?.Parameters ?? UNetParameters.Initial(Configuration.Network, Configuration.Seed));
            SetLossScale(resume?.LossScale ?? new(LossScaling.Initial, GoodSteps: 0));
            if (resume is not null)
                Restore(resume);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The configuration with everything filled in that was left open: channels, classes, tile, rate.</summary>
    public TrainingConfiguration Configuration { get; }

    /// <summary>Steps done so far.</summary>
    public long Step { get; private set; }

    /// <summary>Steps that need not be told any more: all that are done, but for one whose validation is still to come.</summary>
    public long ReportedSteps => _unvalidated is null ? Step : Step - 1;

    /// <summary>
    /// Called before the state is written, on the thread that runs: a resumed run does not tell of the <see cref="ReportedSteps"/> again,
    /// so whoever keeps them puts them on disk here. What it throws stops the run as what <c>progress</c> throws does.
    /// </summary>
    public Action? BeforeState { get; set; }

    /// <summary>The network as it is now.</summary>
    public UNetModel Model => new(Configuration.Network, _session.ReadParameters(_graph.Graph), _data.Classes, PreparedData.Normalization);

    /// <summary>All that a later run needs to go on from here.</summary>
    public TrainingState State
    {
        get
        {
            return new()
            {
                Configuration = Configuration,
                Model = Model,
                Optimizer = [.. _graph.OptimizerStates.Select(Read)],
                Step = Step,
                Best = _best,
                BestStep = BestStep,
                Unvalidated = _unvalidated,
                LossScale = _graph.LossScaling is { } scaling
                    ? new(_session.ReadAll(scaling.LossScale)[0], (int)_session.ReadAll(scaling.GoodSteps)[0])
                    : null,
                Numerics = _numerics,
                DataFingerprint = _fingerprint,
            };

            OptimizerState Read(Value state)
            {
                float[] all = _session.ReadAll(state);
                return new(state.Name, [.. _graph.Graph.Parameters.Select(parameter => new NamedTensor(
                    parameter.Name, parameter.Shape.Dimensions, all.AsSpan((int)parameter.Start, (int)parameter.Shape.Length).ToArray()))]);
            }
        }
    }

    /// <summary>Where there is no score yet, the newest model is better than none.</summary>
    private long BestStep => _best is null ? Step : _bestStep;

    /// <summary>What a step takes on a device: memory and dispatches; of the images, only what one tile can touch.</summary>
    /// <param name="configuration">How to train; its tile must be given.</param>
    /// <param name="device">The device.</param>
    /// <exception cref="InputException">The configuration cannot be trained.</exception>
    /// <exception cref="PlanException">A tensor does not fit the device's limits.</exception>
    public static ExecutionPlan Plan(TrainingConfiguration configuration, DeviceProperties device)
    {
        if (configuration.Validated().Tile is null)
            throw new InputException("A plan needs a tile.");
        int side = TileSource.StreamedSide(configuration);
        Graph.Graph graph = new TrainingGraph(configuration, (side, side), residentPixels: 0).Graph;
        return Planner.Plan(
            graph, device, new() { Numerics = NumericsRule.Of(configuration.Precision), Recompute = configuration.Recompute });
    }

    /// <summary>
    /// Trains until the last step or until cancelled, and saves all then. Before every validation it saves the state, so that whatever
    /// ends that takes no step with it; after it the newest model and, where it is better than all before, the best model. Without
    /// validation images the newest counts as the best, and so it does before the first validation, where there is no file of a model yet.
    /// </summary>
    /// <param name="files">Where to save; null to save nothing.</param>
    /// <param name="progress">
    /// Told of every step, in order, on the calling thread; of one with a validation after it is saved. What it throws stops the run
    /// as a cancellation does, and is thrown on when all is saved.
    /// </param>
    /// <param name="cancellation">
    /// Stops after the steps in flight, or between two tiles of a validation, which a resumed run begins anew; everything is saved, and a
    /// later run can resume.
    /// </param>
    /// <exception cref="TrainingDivergedException">
    /// The loss or a gradient is no finite number; nothing is saved over the last good model.
    /// </exception>
    /// <exception cref="IOException">A file cannot be written.</exception>
    public TrainingResult Run(
        TrainingFiles? files = null, Action<TrainingReport>? progress = null, CancellationToken cancellation = default)
    {
        ExceptionDispatchInfo? failure = null;
        using CancellationTokenSource stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        // What an interrupted run may not have come to write; a validation that it did not come to is done first, and writes as any does.
        if (_unvalidated is null)
            Save(files, Prepare);

        int interval = Configuration.EffectiveValidationInterval;
        while ((_unvalidated is not null || Step < Configuration.Steps) && !stopping.IsCancellationRequested)
        {
            long stop = Math.Min((Step / interval + 1) * interval, Configuration.Steps);
            _unvalidated ??= RunSteps(stop, Tell, stopping.Token);
            if (_unvalidated is { } last)
                Validate(last, files, Tell, Prepare, stopping.Token);
        }

        Save(files, Prepare);
        failure?.Throw();
        return new(Step, Step >= Configuration.Steps && _unvalidated is null, _best, BestStep, _keptModel);

        void Tell(TrainingReport report)
        {
            if (failure is not null)
                return;
            try
            {
                progress?.Invoke(report);
            }
            catch (Exception exception)
            {
                Fail(exception);
            }
        }

        void Prepare()
        {
            if (failure is not null)
                return;
            try
            {
                BeforeState?.Invoke();
            }
            catch (Exception exception)
            {
                Fail(exception);
            }
        }

        void Fail(Exception exception)
        {
            failure = ExceptionDispatchInfo.Capture(exception);
            stopping.Cancel();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _validator?.Dispose();
        _session.Dispose();
    }

    /// <summary>The configuration with everything filled in that was left open, if it can be trained.</summary>
    internal static TrainingConfiguration FilledIn(
        TrainingConfiguration configuration, TrainingData data, IComputeDevice device, TrainingState? resume)
    {
        configuration = (configuration with
        {
            Network = configuration.Network with { InChannels = data.Channels, Classes = data.Classes.Length },
            Tile = configuration.Tile ?? resume?.Configuration.Tile,
            LearningRate = configuration.EffectiveLearningRate,
        }).Validated();
        configuration.Precision.RequireOn(device.Properties);
        return configuration.Tile is null ? configuration with { Tile = TrainingTile.Choose(configuration, data, device) } : configuration;
    }

    private static long ResidentBytes(IComputeDevice device) => device.Properties is { } properties
        ? Math.Min(properties.DeviceMemory / 4, properties.MaxAllocationSize)
        : GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4;

    private void RequireFit(UNetModel? initial, TrainingState? resume)
    {
        UNetConfiguration network = Configuration.Network;
        if (initial?.Configuration.DifferenceFrom(network) is (string initialHas, string networkHas))
        {
            throw new InputException(
                $"The model to start from has {initialHas}, the network to train has {networkHas}; they must agree in all but dropout.");
        }

        if (resume is null)
            return;
        if (resume.Configuration.Network != network)
        {
            throw new InputException(
                $"The state to resume is of {resume.Configuration.Network}, not of {network}; give the options of the interrupted run.");
        }

        if (resume.Configuration.Optimizer != Configuration.Optimizer)
        {
            throw new InputException(
                $"The state to resume was trained with {resume.Configuration.Optimizer}, not with {Configuration.Optimizer}; "
                    + "give the options of the interrupted run.");
        }

        if (resume.Configuration.Precision != Configuration.Precision)
        {
            throw new InputException(
                $"The state to resume was trained in the precision {resume.Configuration.Precision}, not {Configuration.Precision}; "
                    + "give the options of the interrupted run.");
        }

        if (resume.DataFingerprint != _fingerprint)
        {
            throw new InputException(
                "The state to resume was trained on other images or classes; give those of the interrupted run, or start anew.");
        }
    }

    private void Restore(TrainingState state)
    {
        foreach (Value whole in _graph.OptimizerStates)
        {
            Dictionary<string, NamedTensor> parts = state.Optimizer.Single(part => part.Name == whole.Name).Tensors
                .ToDictionary(tensor => tensor.Name);
            foreach (Value parameter in _graph.Graph.Parameters)
                _session.Write(whole, parts[parameter.Name].Elements, parameter.Start);
        }

        (Step, _best, _bestStep, _unvalidated) = (state.Step, state.Best, state.BestStep, state.Unvalidated);
    }

    /// <summary>Runs up to a step; keeps the report of that last step back, so that a validation can be added to it.</summary>
    private TrainingReport? RunSteps(long stop, Action<TrainingReport> progress, CancellationToken cancellation)
    {
        long submitted = Step;
        while (true)
        {
            while (submitted < stop && submitted - Step < _session.MaxInFlight && !cancellation.IsCancellationRequested)
                Submit(submitted++);
            if (submitted == Step)
                return null;

            _session.Complete(_report);
            string? skipped = null;
            if (!Array.TrueForAll(_report, float.IsFinite))
                skipped = WhySkipped() ?? throw Diverged(submitted);
            double loss = _report[1] == 0 ? 0 : (double)_report[0] / _report[1];
            if (_graph.LossScaling is not null)
                _lossScale = _report[ReportedScale];
            TrainingReport report = new(
                Step + 1, Configuration.Steps, loss, _report[2], _schedule.At(Step), Skipped: skipped, LossScale: _lossScale);
            Step++;
            if (Step == stop)
                return report;
            progress(report);
        }
    }

    private void Submit(long step)
    {
        _graph.SetStep(_stepWords, step, _schedule.At(step));
        for (int i = 0; i < Configuration.Batch; i++)
            _tiles.Place(_session, _graph.Tiles, _stepWords, step, i, _sampler.Sample(step, i));
        _session.Submit(_stepWords, _tiles.Copies);
    }

    /// <summary>
    /// Why the step whose report is not finite was skipped, on the device, and training may go on: with a scale of the loss that can
    /// still be lowered. Null where that is not the reason.
    /// </summary>
    private string? WhySkipped()
    {
        if (_graph.LossScaling is not { } scaling || _lossScale <= new LossScaling().Smallest)
            return null;
        return float.IsFinite(_report[0])
            ? scaling.Culprit(_graph.Graph, _report.AsSpan(ReportedScale + 1))?.Name ?? "all parameters"
            : "loss";
    }

    private void SetLossScale(LossScaleState state)
    {
        if (_graph.LossScaling is not { } scaling)
            return;
        _session.Write(scaling.LossScale, [state.Scale]);
        _session.Write(scaling.GoodSteps, [state.GoodSteps]);
        _lossScale = state.Scale;
    }

    /// <summary>
    /// Finds the tensor to name. The step that went wrong changed no parameter, but gradients of later steps in flight have
    /// overwritten its own: it is computed again.
    /// </summary>
    private TrainingDivergedException Diverged(long submitted)
    {
        for (long step = Step + 1; step < submitted; step++)
            _session.Complete(_report);
        Submit(Step);
        _session.Complete(_report);
        Value? culprit = _graph.Graph.Parameters.FirstOrDefault(
            parameter => !Array.TrueForAll(_session.ReadAll(_graph.Graph.GradientOf(parameter)!), float.IsFinite));
        return new(Step, culprit?.Name ?? "loss");
    }

    /// <summary>
    /// Writes the state, judges the parameters and writes the models. A validation that is cancelled leaves all as if it had not begun.
    /// </summary>
    private void Validate(
        TrainingReport report, TrainingFiles? files, Action<TrainingReport> tell, Action prepare, CancellationToken cancellation)
    {
        ValidationScore? score = null;
        if (_validator is not null)
        {
            SaveState(files, prepare);
            try
            {
                score = _validator.Score(_session.ReadParameters(_graph.Graph), cancellation);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                return;
            }

            // What the state on file lacks, a resumed run finds again: it is written anew only if no step follows.
            _savedState = _savedModels = -1;
        }

        // Written so that a score that is not defined, because every pixel is ignored, never holds the place.
        bool isBest = score is null || _best is null || !(score.MeanIoU <= _best.MeanIoU);
        if (isBest)
            (_best, _bestStep) = (score, Step);
        _unvalidated = null;
        report = report with { Validation = score, IsBest = isBest };
        if (_validator is not null)
        {
            // The state on file says that this is still to come.
            SaveModels(files);
            tell(report);
            return;
        }

        tell(report);
        Save(files, prepare);
    }

    /// <summary>Writes what is not on file yet.</summary>
    private void Save(TrainingFiles? files, Action prepare)
    {
        // The state first: if the machine stops before the models are written, a resumed run writes them.
        SaveState(files, prepare);
        SaveModels(files);
    }

    private void SaveState(TrainingFiles? files, Action prepare)
    {
        if (files is null || Step == 0 || _savedState == Step)
            return;
        prepare();
        State.Write(files.State);
        _savedState = Step;
    }

    private void SaveModels(TrainingFiles? files)
    {
        if (files is null || Step == 0 || _savedModels == Step)
            return;
        UNetModel model = Model;
        model.Write(files.Last);
        // A model that nothing is known of is better than none, but not than one that may have been validated.
        _keptModel = _best is null && _validator is not null && File.Exists(files.Model);
        if (BestStep == Step && !_keptModel)
            model.Write(files.Model);
        _savedModels = Step;
    }
}
