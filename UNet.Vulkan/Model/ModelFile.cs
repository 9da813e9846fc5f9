using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using UNet.Vulkan.Formats;
using UNet.Vulkan.Graph;

namespace UNet.Vulkan.Model;

/// <summary>
/// Model files: safetensors with the parameters by name in PyTorch's layouts, and metadata that says what network they
/// make. Metadata values are strings, with JSON inside; nothing in a file tells time, path or machine.
/// </summary>
/// <remarks>
/// <c>format_version</c>: <c>1</c>; <c>architecture</c>: <c>unet</c>; <c>configuration</c>: an object with the properties of
/// <see cref="UNetConfiguration"/>, of which <c>architecture</c> (<c>paper</c> or <c>phseg_v5</c>) came later: a file without
/// it holds the paper's; <c>input_channels</c>: their number; <c>normalization</c>: its name; <c>classes</c>: an array of
/// <c>value</c> and <c>name</c>. A training state has all of these too.
/// </remarks>
internal static class ModelFile
{
    public const string FormatVersion = "1";
    public const string Architecture = "unet";

    /// <summary>Says what a file is that is more than a model; model files do not have it.</summary>
    public const string KindKey = "kind";

    private const string FormatVersionKey = "format_version";
    private const string ArchitectureKey = "architecture";
    private const string ConfigurationKey = "configuration";
    private const string InputChannelsKey = "input_channels";
    private const string NormalizationKey = "normalization";
    private const string ClassesKey = "classes";

    /// <exception cref="InputException">The file cannot be read, is damaged, or is no model of this program.</exception>
    public static UNetModel Read(string path)
    {
        SafetensorsFile file = SafetensorsFile.Read(path);
        (UNetConfiguration configuration, ImmutableArray<ClassLabel> classes, string normalization) = ReadMetadata(file.Metadata, path);
        RequireModel(file.Metadata, path);
        RequireParameters([.. file.Tensors.Select(tensor => tensor.Name)], name => file.Find(name)?.Dimensions, configuration, path);
        return new(configuration, ReadParameters(file, configuration, prefix: "", path), classes, normalization);
    }

    /// <exception cref="InputException">The metadata are those of something that is more than a model.</exception>
    public static void RequireModel(IReadOnlyDictionary<string, string> metadata, string path)
    {
        if (metadata.TryGetValue(KindKey, out string? kind))
            throw new InputException($"'{path}' is a {kind.Replace('_', ' ')}, not a model; give the model that was written beside it.");
    }

    /// <summary>Compares the tensors of a model's file with those of its configuration.</summary>
    /// <param name="tensors">Names of the file's tensors.</param>
    /// <param name="dimensionsOf">Dimensions of the file's tensor of a name, or null.</param>
    /// <param name="configuration">The network's form.</param>
    /// <param name="path">The file, for messages.</param>
    /// <exception cref="InputException">A parameter is missing, has another shape, or is none of the network's.</exception>
    public static void RequireParameters(
        IReadOnlyCollection<string> tensors, Func<string, ImmutableArray<int>?> dimensionsOf, UNetConfiguration configuration, string path)
    {
        ImmutableArray<(string Name, Shape Shape)> parameters = UNetParameters.Describe(configuration);
        foreach ((string name, Shape shape) in parameters)
            RequireShape(name, dimensionsOf(name), shape, path);
        if (tensors.Count == parameters.Length)
            return;
        string strange = tensors.Except(parameters.Select(parameter => parameter.Name)).First();
        throw new InputException(
            $"'{path}' has a tensor '{strange}' that its configuration does not know; it is no model of this program.");
    }

    public static SafetensorsFile ToFile(UNetModel model)
        => new(model.Parameters, Metadata(model.Configuration, model.Classes, model.Normalization));

    /// <summary>The metadata that a model file and a training state share.</summary>
    public static Dictionary<string, string> Metadata(
        UNetConfiguration configuration, ImmutableArray<ClassLabel> classes, string normalization) => new()
    {
        [FormatVersionKey] = FormatVersion,
        [ArchitectureKey] = Architecture,
        [ConfigurationKey] = JsonText.Write(json => WriteConfiguration(json, configuration)),
        [InputChannelsKey] = configuration.InChannels.ToString(CultureInfo.InvariantCulture),
        [NormalizationKey] = normalization,
        [ClassesKey] = JsonText.Write(json =>
        {
            json.WriteStartArray();
            foreach (ClassLabel label in classes)
            {
                json.WriteStartObject();
                json.WriteNumber("value", label.Value);
                json.WriteString("name", label.Name);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }),
    };

    /// <exception cref="InputException">The metadata are not those of this program's files, or contradict each other.</exception>
    public static (UNetConfiguration Configuration, ImmutableArray<ClassLabel> Classes, string Normalization) ReadMetadata(
        IReadOnlyDictionary<string, string> metadata, string path)
    {
        string version = Text(metadata, FormatVersionKey, path);
        if (version != FormatVersion)
            throw new InputException($"'{path}' has format version {version}; this program reads version {FormatVersion}.");
        string architecture = Text(metadata, ArchitectureKey, path);
        if (architecture != Architecture)
            throw new InputException($"'{path}' holds a network of architecture '{architecture}'; this program knows '{Architecture}'.");

        UNetConfiguration configuration = JsonText.Read(Text(metadata, ConfigurationKey, path), path, ReadConfiguration);
        try
        {
            configuration.Validated();
        }
        catch (InputException exception)
        {
            throw new InputException($"'{path}' is damaged: {exception.Message}", exception);
        }

        ImmutableArray<ClassLabel> classes = JsonText.Read(Text(metadata, ClassesKey, path), path, json => json.EnumerateArray()
            .Select(label => new ClassLabel(label.GetProperty("value").GetInt32(), label.GetProperty("name").GetString() ?? ""))
            .ToImmutableArray());
        if (classes.Length != configuration.Classes)
            throw new InputException(
                $"'{path}' names {classes.Length} classes for a network of {configuration.Classes}; the file is damaged.");
        int[] values = [.. classes.Select(label => label.Value)];
        if (values.Any(value => value < 0) || values.Distinct().Count() != values.Length)
        {
            throw new InputException(
                $"'{path}' names classes of the label values {string.Join(", ", values)}, which must differ and be 0 or more; the file is "
                    + "damaged.");
        }

        string normalization = Text(metadata, NormalizationKey, path);
        return Normalization.IsKnown(normalization)
            ? (configuration, classes, normalization)
            : throw new InputException($"'{path}' asks for the normalisation '{normalization}', which this version does not know.");
    }

    /// <exception cref="InputException">
    /// A parameter is missing, has another shape than the configuration says, or has values that are not finite.
    /// </exception>
    public static ImmutableArray<NamedTensor> ReadParameters(
        SafetensorsFile file, UNetConfiguration configuration, string prefix, string path)
        => [.. UNetParameters.Describe(configuration).Select(parameter =>
        {
            NamedTensor? tensor = file.Find(prefix + parameter.Name);
            RequireShape(prefix + parameter.Name, tensor?.Dimensions, parameter.Shape, path);
            if (!FiniteNumbers.AreAll(tensor!.Elements))
                throw NotFinite(path, tensor.Name);
            return tensor with { Name = parameter.Name };
        })];

    /// <summary>Says that a file's numbers are none.</summary>
    public static InputException NotFinite(string path, string tensor)
        => new($"'{path}': tensor '{tensor}' has values that are no finite numbers; the file is damaged.");

    private static void RequireShape(string name, ImmutableArray<int>? dimensions, Shape shape, string path)
    {
        if (dimensions is not { } found)
            throw new InputException($"'{path}' lacks the tensor '{name}' that its configuration asks for.");
        if (!found.SequenceEqual(shape.Dimensions))
            throw new InputException($"'{path}': tensor '{name}' is {string.Join('x', found)}, its configuration asks for {shape}.");
    }

    public static string Text(IReadOnlyDictionary<string, string> metadata, string key, string path)
        => metadata.TryGetValue(key, out string? text)
            ? text
            : throw new InputException($"'{path}' has no '{key}' in its metadata: it was not written by this program.");

    private static void WriteConfiguration(Utf8JsonWriter json, UNetConfiguration configuration)
    {
        json.WriteStartObject();
        json.WriteString("architecture", configuration.Architecture.Name());
        json.WriteNumber("in_channels", configuration.InChannels);
        json.WriteNumber("classes", configuration.Classes);
        json.WriteNumber("width", configuration.Width);
        json.WriteNumber("depth", configuration.Depth);
        json.WriteString("padding", configuration.Padding == ConvolutionPadding.Same ? "same" : "valid");
        json.WriteNumber("dropout", configuration.Dropout);
        json.WriteEndObject();
    }

    private static UNetConfiguration ReadConfiguration(JsonElement json) => new()
    {
        Architecture = json.TryGetProperty("architecture", out JsonElement name)
            ? ArchitectureNamed(name.GetString() ?? "")
            : UNetArchitecture.Paper,
        InChannels = json.GetProperty("in_channels").GetInt32(),
        Classes = json.GetProperty("classes").GetInt32(),
        Width = json.GetProperty("width").GetInt32(),
        Depth = json.GetProperty("depth").GetInt32(),
        Padding = json.GetProperty("padding").GetString() switch
        {
            "valid" => ConvolutionPadding.Valid,
            "same" => ConvolutionPadding.Same,
            string other => throw new FormatException($"'{other}' is no padding"),
            null => throw new FormatException("the padding is missing"),
        },
        Dropout = json.GetProperty("dropout").GetDouble(),
    };

    private static UNetArchitecture ArchitectureNamed(string name)
        => UNetArchitectureNames.All.TryGetValue(name, out UNetArchitecture known)
            ? known
            : throw new FormatException($"'{name}' is no architecture");
}
