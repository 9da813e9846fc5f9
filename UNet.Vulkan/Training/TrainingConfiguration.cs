using UNet.Vulkan.Model;

namespace UNet.Vulkan.Training;

/// <summary>How the training tiles are varied.</summary>
public enum Augmentation
{
    /// <summary>Tiles as they lie in the image.</summary>
    None,

    /// <summary>One of the eight turns by 90° and reflections, drawn for each tile.</summary>
    Flips,

    /// <summary>
    /// Turned by any angle, reflected, deformed elastically and varied in gray values, as in Ronneberger et al. 2015; how
    /// much is said by <see cref="TrainingConfiguration.Deformation"/>.
    /// </summary>
    Paper,
}

/// <summary>Where training tiles are taken from.</summary>
public enum PlaceSampling
{
    /// <summary>Every place as often as any other.</summary>
    Uniform,

    /// <summary>
    /// A place as often as the pixel at the centre of the tile's output weighs in the <see cref="WeightMap"/>, among the
    /// places of its image; every image as often as any other.
    /// </summary>
    Weight,
}

/// <summary>What happens to the learning rate after the warm-up.</summary>
public enum LearningRateDecay
{
    /// <summary>It stays.</summary>
    Constant,

    /// <summary>Half a cosine down to 0 at the end of the run.</summary>
    Cosine,
}

/// <summary>
/// How a network is trained. The defaults are measured on electron-microscopy slices at width 16; the paper gives
/// momentum, initialisation and one large tile a step, but no learning rate. Two runs of equal configuration, data and
/// device give the same bytes, if the tile is given: one that is left to be chosen is chosen by measured time.
/// </summary>
public sealed record TrainingConfiguration
{
    /// <summary>The network's form; its channels and classes must be those of the data.</summary>
    public UNetConfiguration Network { get; init; } = new();

    /// <summary>Side of the square input tiles, or null for the choice of <see cref="TrainingTile"/>.</summary>
    public int? Tile { get; init; }

    /// <summary>Tiles a step.</summary>
    public int Batch { get; init; } = 1;

    /// <summary>In which numbers convolutions are computed.</summary>
    public Precision Precision { get; init; }

    /// <summary>Steps of the whole run.</summary>
    public int Steps { get; init; } = 4000;

    /// <summary>How parameters follow their gradients.</summary>
    public Optimizer Optimizer { get; init; }

    /// <summary>Peak learning rate; null for the optimizer's default.</summary>
    public double? LearningRate { get; init; }

    /// <summary>Peak learning rate.</summary>
    public double EffectiveLearningRate => LearningRate ?? Optimizer.LearningRate();

    /// <summary>Momentum m of v = m·v + g; p -= lr·v. Of SGD alone.</summary>
    public double Momentum { get; init; } = 0.99;

    /// <summary>Weight decay: the share of a parameter that a learning rate of 1 would take away each step. Of AdamW alone.</summary>
    public double WeightDecay { get; init; } = 0.01;

    /// <summary>Steps over which the learning rate rises linearly to its peak; at most a quarter of the run is used.</summary>
    public int WarmUpSteps { get; init; } = 100;

    /// <summary>What the learning rate does afterwards.</summary>
    public LearningRateDecay Decay { get; init; } = LearningRateDecay.Cosine;

    /// <summary>Gradients whose norm over all parameters is larger are scaled down to it; 0 = never.</summary>
    public double MaximumGradientNorm { get; init; } = 1;

    /// <summary>How tiles are varied.</summary>
    public Augmentation Augmentation { get; init; } = Augmentation.Flips;

    /// <summary>How much tiles are varied by <see cref="Augmentation.Paper"/>; others take no notice of it.</summary>
    public TileDeformation Deformation { get; init; } = new();

    /// <summary>How much each pixel counts in the loss, in training and in validation.</summary>
    public WeightMap WeightMap { get; init; }

    /// <summary>The weight map's numbers.</summary>
    public WeightMapParameters WeightMapParameters { get; init; } = new();

    /// <summary>Where tiles are taken from.</summary>
    public PlaceSampling Sampling { get; init; }

    /// <summary>Compute activations again where the backward pass needs them, instead of keeping them: less memory, more time.</summary>
    public bool Recompute { get; init; }

    /// <summary>Makes initial values, sampling and dropout.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Steps between two validations, each of which also saves; null for max(50, steps / 20).</summary>
    public int? ValidationInterval { get; init; }

    /// <summary>Steps between two validations.</summary>
    public int EffectiveValidationInterval => ValidationInterval ?? Math.Max(50, Steps / 20);

    /// <summary>The configuration itself, if it can be trained.</summary>
    /// <exception cref="InputException">A number is out of its range.</exception>
    public TrainingConfiguration Validated()
    {
        Network.Validated();
        if (Tile is { } tile)
            new TileGeometry(Network).OutputOf(tile);
        Require(Batch is >= 1 and <= 1024, $"A batch has 1 to 1024 tiles, not {Batch}.");
        Require(Steps >= 1, $"A run has at least 1 step, not {Steps}.");
        Require(Enum.IsDefined(Optimizer), "An unknown optimizer.");
        Require(Enum.IsDefined(Precision), "An unknown precision.");
        // Devices compute in 32 bits, in which a number may become 0, 1 or infinite.
        Require(float.IsFinite((float)EffectiveLearningRate) && (float)EffectiveLearningRate > 0,
            $"The learning rate must be positive, and in 32 bits neither 0 nor infinite, as {LearningRate} is.");
        Require(float.IsFinite((float)WeightDecay) && WeightDecay >= 0, $"The weight decay must be 0 or positive, not {WeightDecay}.");
        Require(Momentum >= 0 && (float)Momentum < 1, $"The momentum lies in 0 to 1, 1 (in 32 bits) excluded; {Momentum} does not.");
        Require(WarmUpSteps >= 0, $"The warm-up cannot have {WarmUpSteps} steps.");
        Require(Enum.IsDefined(Decay) && Enum.IsDefined(Augmentation), "An unknown learning-rate decay or augmentation.");
        Deformation.Validated();
        Require(Enum.IsDefined(WeightMap) && Enum.IsDefined(Sampling), "An unknown weight map or way of sampling.");
        WeightMapParameters.ValidatedFor(WeightMap);
        Require(float.IsFinite((float)MaximumGradientNorm) && (MaximumGradientNorm == 0 || (float)MaximumGradientNorm > 0),
            $"The largest gradient norm must be positive in 32 bits, or 0 for no clipping; {MaximumGradientNorm} is neither.");
        Require(ValidationInterval is null or >= 1, $"There is at least 1 step between two validations, not {ValidationInterval}.");
        return this;

        static void Require(bool holds, string message)
        {
            if (!holds)
                throw new InputException(message);
        }
    }
}
