using UNet.Vulkan.Execution;
using UNet.Vulkan.Formats;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Model;
using UNet.Vulkan.Ops;
using UNet.Vulkan.Planning;

namespace UNet.Vulkan.Inference;

/// <summary>A U-Net on a device that is applied to whole images, tile by tile.</summary>
internal sealed class TiledNetwork : IDisposable
{
    private readonly UNetConfiguration _configuration;
    private readonly TileGeometry _geometry;
    private readonly int _tile;
    private readonly Graph.Graph _graph;
    private readonly Value _input;
    private readonly Session _session;
    private readonly float[] _inputTile;
    private readonly float[] _outputTile;

    /// <param name="configuration">The network's form; dropout is left out.</param>
    /// <param name="device">Where to compute.</param>
    /// <param name="tile">Side of the input tiles.</param>
    /// <param name="probabilities">Softmax of the logits instead of the logits.</param>
    /// <param name="options">How to plan; null for the default.</param>
    /// <exception cref="InputException">The tile does not fit the network.</exception>
    public TiledNetwork(UNetConfiguration configuration, IComputeDevice device, int tile, bool probabilities, PlanOptions? options = null)
    {
        (_configuration, _geometry, _tile) = (configuration, new TileGeometry(configuration), tile);
        int output = _geometry.OutputOf(tile);
        (_graph, _input, Value result) = GraphOf(configuration, tile, probabilities);
        _inputTile = new float[configuration.InChannels * tile * tile];
        _outputTile = new float[configuration.Classes * output * output];
        _session = device.CreateSession(_graph, options ?? new PlanOptions(), result);
    }

    /// <summary>The network for one tile, with its input and its result.</summary>
    public static (Graph.Graph Graph, Value Input, Value Result) GraphOf(UNetConfiguration configuration, int tile, bool probabilities)
    {
        Graph.Graph graph = new();
        Value input = graph.Input("image", new Shape(1, configuration.InChannels, tile, tile));
        Value result = graph.AppendNetwork(configuration, input);
        if (probabilities)
            result = graph.Add("softmax", new Softmax(), result).Output;
        result.Keep = true;
        return (graph, input, result);
    }

    public void WriteParameters(IEnumerable<NamedTensor> parameters) => _session.WriteParameters(_graph, parameters);

    /// <summary>Applies the network.</summary>
    /// <param name="image">Normalised values [channels, height, width].</param>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    /// <param name="cancellation">Looked at between two tiles.</param>
    /// <returns>Logits or probabilities [classes, height, width].</returns>
    public float[] Apply(ReadOnlySpan<float> image, int height, int width, CancellationToken cancellation)
    {
        int outputSide = _geometry.OutputOf(_tile);
        float[] result = new float[checked(_configuration.Classes * height * width)];
        foreach (TileSpan rows in OverlapTiles.Along(_geometry, _tile, height))
        {
            foreach (TileSpan columns in OverlapTiles.Along(_geometry, _tile, width))
            {
                cancellation.ThrowIfCancellationRequested();
                MirrorExtrapolation.CopyTile(
                    image, _configuration.InChannels, height, width, rows.Origin, columns.Origin, _tile, _inputTile);
                _session.Write(_input, _inputTile);
                _session.Run(report: _outputTile);
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

        return result;
    }

    public void Dispose() => _session.Dispose();
}
