using System.Collections.Immutable;
using UNet.Vulkan.Device;
using UNet.Vulkan.Execution;
using UNet.Vulkan.Formats;
using UNet.Vulkan.Memory;
using UNet.Vulkan.Model;
using UNet.Vulkan.Planning;
using UNet.Vulkan.Training;

namespace UNet.Vulkan.Inference;

/// <summary>
/// Segments images with a trained model, tile by tile, so that they may be as large as <see cref="Segmentation.RequireSize"/> allows,
/// whatever the device's memory. What a pixel gets does not depend on the tiles; see <see cref="OverlapTiles"/>.
/// </summary>
public sealed class Segmenter : IDisposable
{
    private readonly UNetConfiguration _configuration;
    private readonly string _normalization;
    private readonly string _name;
    private readonly Precision _precision;
    private readonly TiledNetwork _network;
    private readonly ImmutableArray<Orientation> _orientations;

    /// <summary>Brings a model to a device.</summary>
    /// <param name="model">The model.</param>
    /// <param name="device">Where to compute; it must outlive the segmenter.</param>
    /// <param name="tile">
    /// Side of the square input tiles; null for the largest up to <see cref="OverlapTiles.DefaultLimit"/>. Who knows the
    /// images' sizes finds one that wastes less with <see cref="OverlapTiles.GoodTile"/>, or one that keeps within some
    /// memory with <see cref="SegmentationMemory.GoodTile"/>.
    /// </param>
    /// <param name="augmentation">In which orientations each image is segmented, to average what the model says.</param>
    /// <param name="precision">In which numbers to compute, whatever the model was trained in; mixed on a Vulkan device only.</param>
    /// <exception cref="InputException">
    /// The tile does not fit the network, and the message names the nearest sizes that do; or mixed precision was asked of the processor.
    /// </exception>
    /// <exception cref="Planning.PlanException">The network does not fit the device's limits with this tile.</exception>
    /// <exception cref="Device.DeviceException">The device has too little memory, or failed.</exception>
    public Segmenter(
        UNetModel model, IComputeDevice device, int? tile = null, TestTimeAugmentation augmentation = TestTimeAugmentation.None,
        Precision precision = Precision.Float32)
        : this(
            model.Configuration, model.Normalization, device, tile, augmentation, precision,
            (session, graph) => session.WriteParameters(graph, model.Parameters))
    {
    }

    /// <summary>
    /// Brings a model from its file to a device. The file is not needed any more after that, unless it was read ahead: then the model
    /// must outlive the segmenter.
    /// </summary>
    /// <inheritdoc cref="Segmenter(UNetModel, IComputeDevice, int?, TestTimeAugmentation, Precision)"/>
    /// <exception cref="InputException">
    /// The tile does not fit the network, mixed precision was asked of the processor, or the file can no longer be read.
    /// </exception>
    public Segmenter(
        StoredModel model, IComputeDevice device, int? tile = null, TestTimeAugmentation augmentation = TestTimeAugmentation.None,
        Precision precision = Precision.Float32)
        : this(model.Configuration, model.Normalization, device, tile, augmentation, precision,
            (session, graph) => session.WriteParameters(graph, model),
            model.Ahead, $"The model '{model.Path}'")
    {
    }

    private Segmenter(
        UNetConfiguration configuration, string normalization, IComputeDevice device, int? tile, TestTimeAugmentation augmentation,
        Precision precision, Action<Session, Graph.Graph> start, PreparedMemory? memory = null, string name = "The model")
    {
        precision.RequireOn(device.Properties);
        (_configuration, _normalization, _name, _precision) = (configuration, normalization, name, precision);
        _orientations = augmentation.Orientations();
        Tile = tile ?? new TileGeometry(configuration).LargestInputUpTo(OverlapTiles.DefaultLimit(configuration));
        _network = new TiledNetwork(configuration, device, Tile, probabilities: true, start, memory, precision);
    }

    /// <summary>Side of the input tiles.</summary>
    public int Tile { get; }

    /// <summary>Time so far in which tiles were on the device, on their way included.</summary>
    public TimeSpan Busy => _network.Busy;

    /// <summary>What segmenting one tile takes on a device: memory and dispatches.</summary>
    /// <param name="configuration">The network's form.</param>
    /// <param name="tile">Side of the input tile.</param>
    /// <param name="device">The device.</param>
    /// <param name="precision">In which numbers to compute.</param>
    /// <exception cref="InputException">The tile does not fit the network.</exception>
    /// <exception cref="PlanException">A tensor does not fit the device's limits.</exception>
    public static ExecutionPlan Plan(
        UNetConfiguration configuration, int tile, DeviceProperties device, Precision precision = Precision.Float32)
    {
        Graph.Graph graph = TiledNetwork.GraphOf(configuration, tile, probabilities: true).Graph;
        return Planner.Plan(graph, device, new() { Numerics = NumericsRule.Of(precision) });
    }

    /// <summary>Segments one image.</summary>
    /// <param name="pixels">Raw values [channels, height, width]; they are normalised as the model asks.</param>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    /// <param name="cancellation">Stops between two tiles.</param>
    /// <param name="progress">
    /// Told after each tile what share of the image is done, from 0 to 1. What it throws ends the segmentation, and this throws it; the
    /// segmenter can be used again.
    /// </param>
    /// <exception cref="InputException">
    /// The image is too large, does not have the model's channels, or has values that are not finite; or the model gives no numbers,
    /// because its parameters are damaged or, in mixed precision, because what it computes leaves the range of 16 bits.
    /// </exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public Segmentation Segment(
        ReadOnlySpan<float> pixels, int height, int width, CancellationToken cancellation = default, Action<double>? progress = null)
    {
        UNetConfiguration configuration = _configuration;
        Segmentation.RequireSize(configuration, height, width, "The image");
        if (height < 1 || width < 1 || pixels.Length != (long)configuration.InChannels * height * width)
        {
            string image = $"image of {height} x {width} pixels";
            throw new InputException($"The model takes {configuration.InChannels} channels; {pixels.Length} values are no such {image}.");
        }

        float[] normalized = Normalization.Apply(_normalization, pixels);
        if (_orientations.Length == 1)
            return Checked(_network.Apply(normalized, height, width, cancellation, progress));

        float[] mean = new float[configuration.Classes * height * width];
        for (int i = 0; i < _orientations.Length; i++)
        {
            (Orientation orientation, int before) = (_orientations[i], i);
            float[] oriented = orientation.Apply(normalized, configuration.InChannels, height, width);
            (int rows, int columns) = orientation.IsTransposed ? (width, height) : (height, width);
            float[] probabilities = _network.Apply(
                oriented, rows, columns, cancellation, share => progress?.Invoke((before + share) / _orientations.Length));
            orientation.AddRestored(probabilities, configuration.Classes, height, width, mean);
        }

        for (int i = 0; i < mean.Length; i++)
            mean[i] /= _orientations.Length;
        return Checked(mean);

        // Numbers may be so large that what is computed of them is none.
        Segmentation Checked(float[] probabilities) => FiniteNumbers.AreAll(probabilities)
            ? new(configuration.Classes, height, width, probabilities)
            : throw new InputException(
                _precision == Precision.Mixed
                    ? $"{_name} gives probabilities that are no numbers in mixed precision, whose range is small; leave it out."
                    : $"{_name} gives probabilities that are no numbers, so its parameters are damaged; train it again.");
    }

    /// <inheritdoc/>
    public void Dispose() => _network.Dispose();
}
