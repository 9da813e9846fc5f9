using System.Runtime.InteropServices;
using UNet.Vulkan.Execution;
using UNet.Vulkan.Formats;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Memory;
using UNet.Vulkan.Model;
using UNet.Vulkan.Ops;
using UNet.Vulkan.Planning;
using UNet.Vulkan.Training;

namespace UNet.Vulkan.Inference;

/// <summary>
/// A U-Net on a device that is applied to whole images, tile by tile. The input tile is an entry of the step slot, so that the
/// next tile is on its way while the device computes the one before.
/// </summary>
internal sealed class TiledNetwork : IDisposable
{
    private readonly UNetConfiguration _configuration;
    private readonly TileGeometry _geometry;
    private readonly int _tile;
    private readonly Graph.Graph _graph;
    private readonly Value _input;
    private readonly Session _session;
    private readonly uint[] _words;
    private readonly float[] _outputTile;

    /// <param name="configuration">The network's form; dropout is left out.</param>
    /// <param name="device">Where to compute.</param>
    /// <param name="tile">Side of the input tiles.</param>
    /// <param name="probabilities">Softmax of the logits instead of the logits.</param>
    /// <param name="start">Writes the parameters of the graph into its session; null where <see cref="WriteParameters"/> will.</param>
    /// <param name="memory">Memory that is ready for the session, and must outlive it.</param>
    /// <param name="precision">In which numbers to compute.</param>
    /// <exception cref="InputException">The tile does not fit the network.</exception>
    public TiledNetwork(
        UNetConfiguration configuration, IComputeDevice device, int tile, bool probabilities, Action<Session, Graph.Graph>? start = null,
        PreparedMemory? memory = null, Precision precision = Precision.Float32)
    {
        (_configuration, _geometry, _tile) = (configuration, new TileGeometry(configuration), tile);
        int output = _geometry.OutputOf(tile);
        (_graph, _input, Value result) = GraphOf(configuration, tile, probabilities);
        _words = new uint[_graph.StepSlot!.Shape.Length];
        _outputTile = new float[configuration.Classes * output * output];
        PlanOptions options = new() { Numerics = NumericsRule.Of(precision) };
        _session = device.CreateSession(_graph, options, session => start?.Invoke(session, _graph), memory, result);
    }

    /// <summary>The network for one tile, with its input (an entry of the step slot) and its result.</summary>
    public static (Graph.Graph Graph, Value Input, Value Result) GraphOf(UNetConfiguration configuration, int tile, bool probabilities)
    {
        Graph.Graph graph = new();
        Value input = graph.StepEntry("image", new Shape(1, configuration.InChannels, tile, tile), ElementType.Float32);
        Value result = graph.AppendNetwork(configuration, input);
        if (probabilities)
            result = graph.Add("softmax", new Softmax(), result).Output;
        result.Keep = true;
        return (graph, input, result);
    }

    /// <summary>Time in which tiles were on the device.</summary>
    public TimeSpan Busy => _session.Busy;

    public void WriteParameters(IEnumerable<NamedTensor> parameters) => _session.WriteParameters(_graph, parameters);

    /// <summary>Applies the network to an image that <see cref="Segmentation.RequireSize"/> allows.</summary>
    /// <param name="image">Normalised values [channels, height, width].</param>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    /// <param name="cancellation">Looked at between two tiles.</param>
    /// <param name="progress">Told after each tile what share of the tiles is done; what it throws, this throws.</param>
    /// <returns>Logits or probabilities [classes, height, width].</returns>
    public float[] Apply(ReadOnlySpan<float> image, int height, int width, CancellationToken cancellation, Action<double>? progress = null)
    {
        float[] result = new float[_configuration.Classes * height * width];
        List<TileSpan> columnSpans = [.. OverlapTiles.Along(_geometry, _tile, width)];
        List<TileSpan> rowSpans = [.. OverlapTiles.Along(_geometry, _tile, height)];
        int completed = 0;
        Queue<(TileSpan Rows, TileSpan Columns)> inFlight = new();
        try
        {
            foreach (TileSpan rows in rowSpans)
            {
                foreach (TileSpan columns in columnSpans)
                {
                    cancellation.ThrowIfCancellationRequested();
                    if (inFlight.Count == _session.MaxInFlight)
                        CompleteOldest();
                    MirrorExtrapolation.CopyTile(
                        image, _configuration.InChannels, height, width, rows.Origin, columns.Origin, _tile, InputTile);
                    _session.Submit(_words, []);
                    inFlight.Enqueue((rows, columns));
                }
            }

            while (inFlight.Count > 0)
                CompleteOldest();
        }
        finally
        {
            // Whatever ended this image, the next one finds the session as this one did.
            for (; inFlight.Count > 0; inFlight.Dequeue())
                _session.Complete([]);
        }

        return result;

        void CompleteOldest()
        {
            _session.Complete(_outputTile);
            (TileSpan rows, TileSpan columns) = inFlight.Dequeue();
            Place(rows, columns, result, height, width);
            progress?.Invoke((double)++completed / (rowSpans.Count * columnSpans.Count));
        }
    }

    public void Dispose() => _session.Dispose();

    /// <summary>The input among the words of the step.</summary>
    private Span<float> InputTile => MemoryMarshal.Cast<uint, float>(_words.AsSpan((int)_input.Start, (int)_input.Shape.Length));

    /// <summary>Copies what a tile contributes to the image.</summary>
    private void Place(TileSpan rows, TileSpan columns, float[] result, int height, int width)
    {
        int outputSide = _geometry.OutputOf(_tile);
        for (int c = 0; c < _configuration.Classes; c++)
        {
            for (int row = 0; row < rows.Count; row++)
            {
                _outputTile.AsSpan((c * outputSide + rows.Skip + row) * outputSide + columns.Skip, columns.Count)
                    .CopyTo(result.AsSpan((c * height + rows.Start + row) * width + columns.Start));
            }
        }
    }
}
