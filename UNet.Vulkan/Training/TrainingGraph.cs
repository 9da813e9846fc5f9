using System.Collections.Immutable;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Model;
using UNet.Vulkan.Ops;

namespace UNet.Vulkan.Training;

/// <summary>
/// One training step as a graph: tiles are cut out of the image slots, go through the network to the loss and back, and
/// the parameters are updated by the optimizer, with clipping.
/// </summary>
internal sealed class TrainingGraph
{
    private readonly Value _stepNumber;
    private readonly Value _learningRate;
    private readonly AdamW _adam;
    private readonly Value? _corrections;

    /// <param name="configuration">Everything filled in.</param>
    /// <param name="slot">Height and width of the image slots.</param>
    /// <param name="residentPixels">Pixels of the data set that is kept beside the slots; 0 for none.</param>
    public TrainingGraph(TrainingConfiguration configuration, (int Height, int Width) slot, int residentPixels)
    {
        Shape single = new(1);
        _stepNumber = Graph.StepEntry("step.number", single);
        _learningRate = Graph.StepEntry("step.learning_rate", single, ElementType.Float32);
        if (configuration.Optimizer == Optimizer.AdamW)
            _corrections = Graph.StepEntry("step.corrections", new Shape(2), ElementType.Float32);
        Tiles = new TileSampling(Graph, configuration, slot, residentPixels);
        Value logits = Graph.AppendNetwork(configuration.Network, Tiles.X, new DropoutSource(configuration.Seed, _stepNumber));
        Node loss = Graph.Add("loss", new SoftmaxCrossEntropy(), logits, Tiles.Target, Tiles.PixelWeight);
        Graph.AppendBackward(loss[SoftmaxCrossEntropy.Loss]);

        float maximumNorm = (float)configuration.MaximumGradientNorm;
        _adam = new AdamW((float)configuration.WeightDecay);
        OptimizerGraph optimizer = _corrections is null
            ? OptimizerGraph.AppendSgd(Graph, _learningRate, (float)configuration.Momentum, maximumNorm)
            : OptimizerGraph.AppendAdamW(Graph, _learningRate, _corrections, _adam, maximumNorm);
        (LossSums, OptimizerStates, GradientNorm) = (loss[SoftmaxCrossEntropy.Sums], optimizer.States, optimizer.GradientNorm);
        LossSums.Keep = true;
        if (configuration.Precision == Precision.Mixed)
            LossScaling = LossScalingGraph.Append(Graph, optimizer, new LossScaling());
    }

    public Graph.Graph Graph { get; } = new();

    /// <summary>Where the network's input comes from.</summary>
    public TileSampling Tiles { get; }

    /// <summary>What the optimizer keeps from step to step, each laid out as the flat vector of parameters.</summary>
    public ImmutableArray<Value> OptimizerStates { get; }

    /// <summary>Sum of weighted losses and sum of weights [2].</summary>
    public Value LossSums { get; }

    /// <summary>Norm of all gradients [1], before clipping.</summary>
    public Value GradientNorm { get; }

    /// <summary>Dynamic loss scaling; null where the precision needs none.</summary>
    public LossScalingGraph? LossScaling { get; }

    /// <summary>What every step reports, in this order: of the loss scaling only where there is one.</summary>
    public Value[] Reports => LossScaling is null
        ? [LossSums, GradientNorm]
        : [LossSums, GradientNorm, LossScaling.LossScale, .. LossScaling.LastNotFinite];

    /// <summary>Number of words in the step slot.</summary>
    public int StepWords => (int)Graph.StepSlot!.Shape.Length;

    /// <summary>Fills the step slot's words that do not depend on a tile.</summary>
    public void SetStep(Span<uint> words, long step, double learningRate)
    {
        words[(int)_stepNumber.Start] = (uint)step;
        words[(int)_learningRate.Start] = BitConverter.SingleToUInt32Bits((float)learningRate);
        if (_corrections is null)
            return;
        (float first, float second) = _adam.CorrectionsAt(step);
        words[(int)_corrections.Start] = BitConverter.SingleToUInt32Bits(first);
        words[(int)_corrections.Start + 1] = BitConverter.SingleToUInt32Bits(second);
    }
}
