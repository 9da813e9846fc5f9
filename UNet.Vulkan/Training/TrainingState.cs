using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using UNet.Vulkan.Formats;
using UNet.Vulkan.Model;
using UNet.Vulkan.Planning;

namespace UNet.Vulkan.Training;

/// <summary>
/// All that a run needs to go on exactly as if it had not been interrupted, in one self-contained safetensors file:
/// parameters, what the optimizer keeps of each (such as <c>velocity.{parameter}</c>), and as metadata steps done,
/// configuration, best score and the hash of the data.
/// </summary>
public sealed record TrainingState
{
    private const string Kind = "training_state";
    private const string TrainingKey = "training";
    private const string ProgressKey = "progress";
    private const string DataKey = "data_sha256";
    private const string NumericsKey = "numerics";

    /// <summary>How the run was set up, with everything filled in.</summary>
    public required TrainingConfiguration Configuration { get; init; }

    /// <summary>The network as it was.</summary>
    public required UNetModel Model { get; init; }

    /// <summary>What the optimizer keeps of each parameter: all of its <see cref="OptimizerDefaults.StateNames"/>.</summary>
    public required ImmutableArray<OptimizerState> Optimizer { get; init; }

    /// <summary>Steps done.</summary>
    public required long Step { get; init; }

    /// <summary>The best score so far; null before the first validation, and without validation images.</summary>
    public ValidationScore? Best { get; init; }

    /// <summary>
    /// Steps after which the best score was reached. Where there is none, <see cref="Step"/>: the newest model counts as the best.
    /// </summary>
    public long BestStep { get; init; }

    /// <summary>
    /// What is to be told of the last step, where the validation after it is still to come; null where it is done, or none is due.
    /// </summary>
    public TrainingReport? Unvalidated { get; init; }

    /// <summary>Where dynamic loss scaling stands; null in a precision that needs none.</summary>
    public LossScaleState? LossScale { get; init; }

    /// <summary>How the run rounds: a resumed run must round in the same way.</summary>
    public NumericsRule Numerics { get; init; } = NumericsRule.Direct;

    /// <summary>Hash of the images and classes that the run was trained on.</summary>
    public required string DataFingerprint { get; init; }

    /// <summary>Reads a state file.</summary>
    /// <exception cref="InputException">The file cannot be read, is damaged, or is no training state of this program.</exception>
    public static TrainingState Read(string path)
    {
        SafetensorsFile file = SafetensorsFile.Read(path);
        (UNetConfiguration network, ImmutableArray<ClassLabel> classes, string normalization) = ModelFile.ReadMetadata(file.Metadata, path);
        if (file.Metadata.GetValueOrDefault(ModelFile.KindKey) != Kind)
            throw new InputException($"'{path}' is no training state.");
        ImmutableArray<NamedTensor> parameters = ModelFile.ReadParameters(file, network, prefix: "", path);
        TrainingConfiguration configuration = JsonText.Read(
            ModelFile.Text(file.Metadata, TrainingKey, path), path, TrainingConfigurationJson.Read);
        TrainingState state = new()
        {
            Configuration = configuration with { Network = network },
            Model = new(network, parameters, classes, normalization),
            Optimizer = [.. configuration.Optimizer.StateNames().Select(
                name => new OptimizerState(name, ModelFile.ReadParameters(file, network, Prefix(name), path)))],
            Step = 0,
            Numerics = ReadNumerics(ModelFile.Text(file.Metadata, NumericsKey, path), path),
            DataFingerprint = ModelFile.Text(file.Metadata, DataKey, path),
        };
        return JsonText.Read(ModelFile.Text(file.Metadata, ProgressKey, path), path, json =>
        {
            state = state with
            {
                Step = json.GetProperty("step").GetInt64(),
                BestStep = json.GetProperty("best_step").GetInt64(),
                Best = json.TryGetProperty("best_score", out JsonElement score) ? ReadScore(score) : null,
                LossScale = json.TryGetProperty("loss_scale", out JsonElement scale)
                    ? new(scale.GetSingle(), json.GetProperty("loss_scale_good_steps").GetInt32())
                    : null,
            };
            return json.TryGetProperty("unvalidated", out JsonElement report)
                ? state with { Unvalidated = ReadReport(report, state) }
                : state;
        });
    }

    /// <summary>
    /// Steps done and steps of the whole run of a state file whose run is not finished: steps are to come, or the validation after the
    /// last one. Null for one that is finished, and where there is no state that can be read. The parameters are not looked at.
    /// </summary>
    public static (long Step, long Steps)? UnfinishedRunOf(string path)
    {
        try
        {
            using SafetensorsReader file = SafetensorsReader.Open(path);
            if (file.Metadata.GetValueOrDefault(ModelFile.KindKey) != Kind)
                return null;
            long steps = JsonText.Read(
                ModelFile.Text(file.Metadata, TrainingKey, path), path, TrainingConfigurationJson.Read).Steps;
            (long step, bool isUnvalidated) = JsonText.Read(
                ModelFile.Text(file.Metadata, ProgressKey, path), path,
                json => (json.GetProperty("step").GetInt64(), json.TryGetProperty("unvalidated", out _)));
            return step < steps || isUnvalidated ? (step, steps) : null;
        }
        catch (InputException)
        {
            return null; // nothing to go on from
        }
    }

    /// <summary>Writes the file: under a temporary name, flushed to disk, then renamed.</summary>
    /// <exception cref="IOException">The folder is missing, full or not writable.</exception>
    public void Write(string path)
    {
        Dictionary<string, string> metadata = ModelFile.Metadata(Configuration.Network, Model.Classes, Model.Normalization);
        metadata[ModelFile.KindKey] = Kind;
        metadata[TrainingKey] = JsonText.Write(json => TrainingConfigurationJson.Write(json, Configuration));
        metadata[NumericsKey] = Numerics.Name;
        metadata[DataKey] = DataFingerprint;
        metadata[ProgressKey] = JsonText.Write(json =>
        {
            json.WriteStartObject();
            json.WriteNumber("step", Step);
            json.WriteNumber("best_step", BestStep);
            if (LossScale is not null)
            {
                json.WriteNumber("loss_scale", LossScale.Scale);
                json.WriteNumber("loss_scale_good_steps", LossScale.GoodSteps);
            }

            if (Best is not null)
                WriteScore(json, Best);
            if (Unvalidated is { } report)
                WriteReport(json, report);
            json.WriteEndObject();
        });
        IEnumerable<NamedTensor> kept = Optimizer.SelectMany(state => state.Tensors.Select(
            tensor => tensor with { Name = Prefix(state.Name) + tensor.Name }));
        new SafetensorsFile(Model.Parameters.Concat(kept), metadata).Write(path);
    }

    private static NumericsRule ReadNumerics(string name, string path) => NumericsRule.Named(name)
        ?? throw new InputException($"The state '{path}' was computed with numerics '{name}', which this version does not have.");

    private static string Prefix(string state) => $"{state}.";

    private static void WriteScore(Utf8JsonWriter json, ValidationScore score)
    {
        json.WriteStartObject("best_score");
        json.WriteString("loss", Text(score.Loss));
        json.WriteString("mean_iou", Text(score.MeanIoU));
        json.WriteStartArray("iou");
        foreach (double iou in score.IoU)
            json.WriteStringValue(Text(iou));
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static ValidationScore ReadScore(JsonElement json) => new(
        Number(json.GetProperty("loss")),
        Number(json.GetProperty("mean_iou")),
        [.. json.GetProperty("iou").EnumerateArray().Select(Number)]);

    private static void WriteReport(Utf8JsonWriter json, TrainingReport report)
    {
        json.WriteStartObject("unvalidated");
        json.WriteString("loss", Text(report.Loss));
        json.WriteString("gradient_norm", Text(report.GradientNorm));
        json.WriteString("learning_rate", Text(report.LearningRate));
        if (report.Skipped is not null)
            json.WriteString("skipped", report.Skipped);
        json.WriteEndObject();
    }

    private static TrainingReport ReadReport(JsonElement json, TrainingState state) => new(
        state.Step,
        state.Configuration.Steps,
        Number(json.GetProperty("loss")),
        Number(json.GetProperty("gradient_norm")),
        Number(json.GetProperty("learning_rate")),
        Skipped: json.TryGetProperty("skipped", out JsonElement skipped) ? skipped.GetString() : null,
        LossScale: state.LossScale?.Scale);

    // JSON has no NaN, which an undefined IoU is, nor the loss of a step that was skipped: numbers stand as text.
    private static string Text(double number) => number.ToString("R", CultureInfo.InvariantCulture);

    private static double Number(JsonElement text) => double.Parse(text.GetString() ?? "", CultureInfo.InvariantCulture);
}
