using UNet.Vulkan.Graph;
using UNet.Vulkan.Model;
using UNet.Vulkan.Ops;

namespace UNet.Vulkan.Training;

/// <summary>
/// One training step as a graph: tiles are cut out of the image slots, go through the network to the loss and back, and
/// the parameters are updated by SGD with momentum and clipping.
/// </summary>
internal sealed class TrainingGraph
{
    private readonly Value _height;
    private readonly Value _width;
    private readonly Value _originY;
    private readonly Value _originX;
    private readonly Value _orientation;
    private readonly Value _stepNumber;
    private readonly Value _learningRate;

    /// <param name="configuration">Everything filled in.</param>
    /// <param name="slot">Height and width of the image slots.</param>
    /// <param name="residentPixels">Pixels of the data set that is kept beside the slots; 0 for none.</param>
    public TrainingGraph(TrainingConfiguration configuration, (int Height, int Width) slot, int residentPixels)
    {
        (int batch, int tile, UNetConfiguration network) = (configuration.Batch, configuration.Tile!.Value, configuration.Network);
        if (residentPixels > 0)
        {
            Images = Graph.Input("data.image", new Shape(checked(residentPixels * network.InChannels)));
            Labels = Graph.Input("data.label", new Shape(residentPixels), ElementType.UInt32);
            Weights = Graph.Input("data.weight", new Shape(residentPixels));
        }

        ImageSlot = Graph.Input("slot.image", new Shape(batch, network.InChannels, slot.Height, slot.Width));
        LabelSlot = Graph.Input("slot.label", new Shape(batch, 1, slot.Height, slot.Width), ElementType.UInt32);
        WeightSlot = Graph.Input("slot.weight", new Shape(batch, 1, slot.Height, slot.Width));

        Shape perTile = new(batch), single = new(1);
        _stepNumber = Graph.StepEntry("step.number", single);
        _learningRate = Graph.StepEntry("step.learning_rate", single, ElementType.Float32);
        _height = Graph.StepEntry("step.height", perTile);
        _width = Graph.StepEntry("step.width", perTile);
        _originY = Graph.StepEntry("step.origin_y", perTile);
        _originX = Graph.StepEntry("step.origin_x", perTile);
        _orientation = Graph.StepEntry("step.orientation", perTile);

        Node sample = Graph.Add("sample", new SampleTile(tile, new TileGeometry(network).OutputOf(tile)),
            ImageSlot, LabelSlot, WeightSlot, _height, _width, _originY, _originX, _orientation);
        Value logits = Graph.AppendNetwork(network, sample[SampleTile.X], new DropoutSource(configuration.Seed, _stepNumber));
        Node loss = Graph.Add("loss", new SoftmaxCrossEntropy(), logits, sample[SampleTile.Target], sample[SampleTile.PixelWeight]);
        Graph.AppendBackward(loss[SoftmaxCrossEntropy.Loss]);

        OptimizerGraph optimizer = OptimizerGraph.AppendSgd(
            Graph, _learningRate, (float)configuration.Momentum, (float)configuration.MaximumGradientNorm);
        (LossSums, Velocity, GradientNorm) = (loss[SoftmaxCrossEntropy.Sums], optimizer.Velocity, optimizer.GradientNorm);
        LossSums.Keep = true;
    }

    public Graph.Graph Graph { get; } = new();

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

    /// <summary>Velocity of the optimizer, laid out as the flat vector of parameters.</summary>
    public Value Velocity { get; }

    /// <summary>Sum of weighted losses and sum of weights [2].</summary>
    public Value LossSums { get; }

    /// <summary>Norm of all gradients [1], before clipping.</summary>
    public Value GradientNorm { get; }

    /// <summary>Number of words in the step slot.</summary>
    public int StepWords => (int)Graph.StepSlot!.Shape.Length;

    /// <summary>Fills the step slot's words that do not depend on a tile.</summary>
    public void SetStep(Span<uint> words, long step, double learningRate)
    {
        words[(int)_stepNumber.Start] = (uint)step;
        words[(int)_learningRate.Start] = BitConverter.SingleToUInt32Bits((float)learningRate);
    }

    /// <summary>Fills the words of one tile of the batch: the size of the image in its slot, and the place in that image.</summary>
    public void SetTile(Span<uint> words, int index, int height, int width, int originY, int originX, int orientation)
    {
        words[(int)_height.Start + index] = (uint)height;
        words[(int)_width.Start + index] = (uint)width;
        words[(int)_originY.Start + index] = (uint)originY;
        words[(int)_originX.Start + index] = (uint)originX;
        words[(int)_orientation.Start + index] = (uint)orientation;
    }
}
