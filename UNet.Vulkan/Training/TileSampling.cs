using System.Runtime.InteropServices;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Model;
using UNet.Vulkan.Ops;

namespace UNet.Vulkan.Training;

/// <summary>
/// The part of a graph that cuts training tiles out of image slots, deformed or not, with the slots that it reads and the
/// words of the step that say where.
/// </summary>
internal sealed class TileSampling
{
    private readonly Value _size;
    private readonly Value _origin;
    private readonly Value? _orientation;
    private readonly Value? _transform;
    private readonly Value? _displacement;
    private readonly Value? _gray;

    /// <summary>Appends the slots and the node to a graph.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="configuration">Everything filled in.</param>
    /// <param name="slot">Height and width of the image slots.</param>
    /// <param name="residentPixels">Pixels of the data set that is kept beside the slots; 0 for none.</param>
    public TileSampling(Graph.Graph graph, TrainingConfiguration configuration, (int Height, int Width) slot, int residentPixels)
    {
        (int batch, int tile, UNetConfiguration network) = (configuration.Batch, configuration.Tile!.Value, configuration.Network);
        if (residentPixels > 0)
        {
            Images = graph.Input("data.image", new Shape(checked(residentPixels * network.InChannels)));
            Labels = graph.Input("data.label", new Shape(residentPixels), ElementType.UInt32);
            Weights = graph.Input("data.weight", new Shape(residentPixels));
        }

        ImageSlot = graph.Input("slot.image", new Shape(batch, network.InChannels, slot.Height, slot.Width));
        LabelSlot = graph.Input("slot.label", new Shape(batch, 1, slot.Height, slot.Width), ElementType.UInt32);
        WeightSlot = graph.Input("slot.weight", new Shape(batch, 1, slot.Height, slot.Width));

        _size = graph.StepEntry("step.size", Shape.Of(batch, 2));
        _origin = graph.StepEntry("step.origin", Shape.Of(batch, 2));

        int output = new TileGeometry(network).OutputOf(tile);
        if (configuration.Augmentation == Augmentation.Paper)
        {
            TileDeformation deformation = configuration.Deformation;
            int vectors = deformation.VectorsOf(tile);
            _transform = graph.StepEntry("step.transform", Shape.Of(batch, 4), ElementType.Float32);
            _displacement = graph.StepEntry("step.displacement", Shape.Of(batch, 2, vectors * vectors), ElementType.Float32);
            _gray = graph.StepEntry("step.gray", Shape.Of(batch, 5), ElementType.Float32);
            int taps = deformation.Interpolation == Interpolation.Cubic ? 4 : 2;
            Node node = graph.Add("sample", new SampleDeformedTile(tile, output, vectors, deformation.SpacingOf(tile), taps),
                ImageSlot, LabelSlot, WeightSlot, _size, _origin, _transform, _displacement, _gray);
            (X, Target, PixelWeight) = (
                node[SampleDeformedTile.X], node[SampleDeformedTile.Target], node[SampleDeformedTile.PixelWeight]);
        }
        else
        {
            _orientation = graph.StepEntry("step.orientation", new Shape(batch));
            Node node = graph.Add("sample", new SampleTile(tile, output),
                ImageSlot, LabelSlot, WeightSlot, _size, _origin, _orientation);
            (X, Target, PixelWeight) = (node[SampleTile.X], node[SampleTile.Target], node[SampleTile.PixelWeight]);
        }
    }

    /// <summary>Slot of each tile's image, labels and weights, filled anew with every step.</summary>
    public Value ImageSlot { get; }

    /// <inheritdoc cref="ImageSlot"/>
    public Value LabelSlot { get; }

    /// <inheritdoc cref="ImageSlot"/>
    public Value WeightSlot { get; }

    /// <summary>The data set on the device, image after image without gaps; null where it is streamed.</summary>
    public Value? Images { get; }

    /// <inheritdoc cref="Images"/>
    public Value? Labels { get; }

    /// <inheritdoc cref="Images"/>
    public Value? Weights { get; }

    /// <summary>The network's input tiles [N,C,Tile,Tile].</summary>
    public Value X { get; }

    /// <summary>Class of each output pixel.</summary>
    public Value Target { get; }

    /// <summary>Weight of each output pixel.</summary>
    public Value PixelWeight { get; }

    /// <summary>
    /// Fills the words of one tile of the batch: the size of the image in its slot, the place in that image, and where
    /// tiles are not deformed their orientation.
    /// </summary>
    public void SetTile(Span<uint> words, int index, int height, int width, int originY, int originX, int orientation)
    {
        (Entry(words, _size, index)[0], Entry(words, _size, index)[1]) = ((uint)height, (uint)width);
        (Entry(words, _origin, index)[0], Entry(words, _origin, index)[1]) = ((uint)originY, (uint)originX);
        if (_orientation is not null)
            Entry(words, _orientation, index)[0] = (uint)orientation;
    }

    /// <summary>Draws how one tile of the batch is deformed, and fills its words.</summary>
    /// <param name="words">Words of the step slot.</param>
    /// <param name="step">The step, from 0.</param>
    /// <param name="index">Index of the tile in the batch.</param>
    /// <param name="sampler">Draws the parameters.</param>
    /// <param name="values">Least value of the tile's image, and the range of its values.</param>
    /// <exception cref="InvalidOperationException">Tiles are not deformed.</exception>
    public void SetDeformation(Span<uint> words, long step, int index, DeformationSampler sampler, (float Least, float Range) values)
    {
        if (_transform is null || _displacement is null || _gray is null)
            throw new InvalidOperationException("The graph samples tiles that are not deformed.");
        sampler.Sample(step, index, values, Numbers(words, _transform), Numbers(words, _displacement), Numbers(words, _gray));

        Span<float> Numbers(Span<uint> words, Value entry) => MemoryMarshal.Cast<uint, float>(Entry(words, entry, index));
    }

    /// <summary>Of an entry that has some words for each tile of the batch, those of one tile.</summary>
    private static Span<uint> Entry(Span<uint> words, Value entry, int index)
    {
        int count = (int)entry.Shape.Length / entry.Shape.N;
        return words.Slice((int)entry.Start + index * count, count);
    }
}
