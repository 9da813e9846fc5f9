using System.CommandLine;
using System.CommandLine.Parsing;
using UNet.Vulkan;
using UNet.Vulkan.Execution;
using UNet.Vulkan.Model;
using UNet.Vulkan.Training;

namespace UNet.Cli.Commands;

/// <summary>
/// The options of <c>unet train</c> that make up a <see cref="TrainingConfiguration"/>. What is not given keeps the
/// library's default or, when a run is resumed, the run's own value.
/// </summary>
internal sealed class TrainingOptions
{
    private static readonly TrainingConfiguration Default = new();
    private const string TileOption = "--tile";

    private static readonly string[] ShapeOptions =
    [
        "--arch", "--width", "--depth", "--padding", "--dropout", TileOption, "--batch", "--precision", "--optimizer", "--augment",
        "--recompute",
    ];

    private readonly List<Setting> _settings = [];
    private readonly Range _deformationSettings;
    private readonly Option<int?> _steps;
    private readonly Option<int?> _epochs;

    /// <summary>Makes the options.</summary>
    public TrainingOptions()
    {
        UNetConfiguration network = Default.Network;
        Add(CommandOptions.Choice("--arch",
                "Form of the network: the paper's, or that of the authors' release, with a ReLU after each up-convolution, more "
                    + $"channels in the last one, and dropout [default: {network.Architecture.Name()}].",
                [.. UNetArchitectureNames.All.Select(entry => (entry.Key, entry.Value))]),
            WithArchitecture);
        Add(CommandOptions.Whole("--width", "N", $"Channels of the first level; each level doubles them [default: {network.Width}].", 1),
            (configuration, value) => configuration with { Network = configuration.Network with { Width = value } });
        Add(CommandOptions.Whole("--depth", "N", $"Number of levels above the bottleneck [default: {network.Depth}].", 1),
            (configuration, value) => configuration with { Network = configuration.Network with { Depth = value } });
        Add(CommandOptions.Choice("--padding", $"Padding of the convolutions [default: {network.Padding.ToString().ToLowerInvariant()}].",
                ("valid", ConvolutionPadding.Valid), ("same", ConvolutionPadding.Same)),
            (configuration, value) => configuration with { Network = configuration.Network with { Padding = value } });
        Add(CommandOptions.Real("--dropout", "P",
                "Probability of dropping activations of the two deepest levels "
                    + $"[default: {network.Dropout}; {UNetArchitecture.PhsegV5.DefaultDropout()} with --arch phseg_v5].",
                value => value is >= 0 and < 1, "a number from 0 to below 1"),
            (configuration, value) => configuration with { Network = configuration.Network with { Dropout = value } });
        Add(CommandOptions.Whole(TileOption, "N", "Side of the square input tiles [default: fits images and device].", 1),
            (configuration, value) => configuration with { Tile = value });
        Add(CommandOptions.Whole("--batch", "N", $"Tiles a step [default: {Default.Batch}].", 1),
            (configuration, value) => configuration with { Batch = value });
        Add(CommandOptions.Precision(), (configuration, value) => configuration with { Precision = value });
        _steps = Add(CommandOptions.Whole("--steps", "N", $"Steps of the whole run [default: {Default.Steps}].", 1),
            (configuration, value) => configuration with { Steps = value });
        _epochs = CommandOptions.Whole("--epochs", "N", "Length of the run as passes over the training images, in place of --steps.", 1);
        Add(CommandOptions.Choice("--optimizer",
                "How parameters follow their gradients: as in the paper, with momentum, or by Adam with weight decay, which needs fewer "
                    + $"steps where the classes differ in texture alone [default: {Default.Optimizer.ToString().ToLowerInvariant()}].",
                ("sgd", Optimizer.Sgd), ("adamw", Optimizer.AdamW)),
            (configuration, value) => configuration with { Optimizer = value });
        Add(CommandOptions.Real("--lr", "X",
                $"Peak learning rate [default: {Optimizer.Sgd.LearningRate()}; {Optimizer.AdamW.LearningRate()} with --optimizer adamw].",
                value => value > 0, "a number above 0"),
            (configuration, value) => configuration with { LearningRate = value });
        Add(CommandOptions.Real("--momentum", "X", $"Momentum of sgd [default: {Default.Momentum}].",
                value => value is >= 0 and < 1, "a number from 0 to below 1"),
            (configuration, value) => configuration with { Momentum = value });
        Add(CommandOptions.Real("--weight-decay", "X", $"Weight decay of adamw [default: {Default.WeightDecay}].",
                value => value >= 0, "a number of 0 or more"),
            (configuration, value) => configuration with { WeightDecay = value });
        Add(CommandOptions.Real("--clip", "X", $"Largest norm of the gradient, 0 for no limit [default: {Default.MaximumGradientNorm}].",
                value => value >= 0, "a number of 0 or more"),
            (configuration, value) => configuration with { MaximumGradientNorm = value });
        Add(CommandOptions.Choice("--augment",
                "How tiles are varied: turned, mirrored, deformed elastically and changed in gray values as in the paper; turned by "
                    + "quarters and mirrored; or not at all "
                    + $"[default: {Default.Augmentation.ToString().ToLowerInvariant()}].",
                ("paper", Augmentation.Paper), ("flips", Augmentation.Flips), ("none", Augmentation.None)),
            (configuration, value) => configuration with { Augmentation = value });
        Option<bool> recompute = new("--recompute")
        {
            Description = "Compute activations again where the backward pass needs them instead of keeping them: less memory for "
                + "more time, with the same result.",
        };
        _settings.Add(new(recompute, (configuration, result) => configuration with { Recompute = result.GetValue(recompute) }));
        int firstDeformation = _settings.Count;
        TileDeformation deformation = Default.Deformation;
        AddDeformation(CommandOptions.Real("--elastic-spacing", "PX",
                "Pixels between the vectors of the elastic deformation [default: 3 vectors across the tile].",
                value => value >= 4, "a number of 4 or more"),
            (deformation, value) => deformation with { ElasticSpacing = value });
        AddDeformation(CommandOptions.Real("--elastic-sigma", "PX",
                $"Standard deviation of these vectors, 0 for none [default: {deformation.ElasticSigma}].",
                value => value >= 0, "a number of 0 or more"),
            (deformation, value) => deformation with { ElasticSigma = value });
        AddDeformation(CommandOptions.Real("--rotation", "DEGREES",
                $"Range of the angle, half of it to either side [default: {deformation.Rotation}, any angle].",
                value => value is >= 0 and <= 360, "a number from 0 to 360"),
            (deformation, value) => deformation with { Rotation = value });
        AddDeformation(CommandOptions.Real("--gray-variation", "FACTOR",
                $"Factor of the changes of black, white and gamma, 0 for none [default: {deformation.GrayVariation}].",
                value => value >= 0, "a number of 0 or more"),
            (deformation, value) => deformation with { GrayVariation = value });
        AddDeformation(CommandOptions.Choice("--interpolation",
                $"How tiles are read between pixels [default: {deformation.Interpolation.ToString().ToLowerInvariant()}].",
                ("linear", Interpolation.Linear), ("cubic", Interpolation.Cubic)),
            (deformation, value) => deformation with { Interpolation = value });
        _deformationSettings = firstDeformation.._settings.Count;
        AddWeights();
        Add(CommandOptions.Whole("--seed", "N", $"Seed of all random numbers [default: {Default.Seed}].", 0),
            (configuration, value) => configuration with { Seed = (ulong)value });
    }

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (Setting setting in _settings)
        {
            command.Options.Add(setting.Option);
            if (setting.Option == _steps)
                command.Options.Add(_epochs);
        }
    }

    /// <summary>Adds only the options that decide what a step takes: network, tile, batch, optimizer and the like.</summary>
    /// <param name="command">The command.</param>
    /// <param name="tile">What to say of the tile, whose default needs images where a command trains.</param>
    public void AddShapeTo(Command command, string tile)
    {
        foreach (Setting setting in _settings.Where(setting => ShapeOptions.Contains(setting.Option.Name)))
        {
            command.Options.Add(setting.Option);
            if (setting.Option.Name == TileOption)
                setting.Option.Description = tile;
        }
    }

    /// <summary>The configuration that was asked for; a number of epochs is not turned into steps yet.</summary>
    /// <param name="result">What was given.</param>
    /// <param name="resumed">The configuration of the run that is resumed.</param>
    /// <param name="initial">The form of the model to start from, which the network then takes.</param>
    /// <exception cref="InputException">An option contradicts the run that is resumed, the model, or another option.</exception>
    public TrainingConfiguration Configure(ParseResult result, TrainingConfiguration? resumed = null, UNetConfiguration? initial = null)
    {
        if (IsGiven(result, _steps) && IsGiven(result, _epochs))
            throw new InputException("--steps and --epochs both say how long to train; give one of them.");

        TrainingConfiguration configuration = resumed ?? (initial is null ? Default : Default with { Network = initial });
        foreach (Setting setting in _settings.Where(setting => IsGiven(result, setting.Option)))
        {
            TrainingConfiguration changed = setting.Apply(configuration, result);
            if (resumed is not null && changed with { Recompute = resumed.Recompute } != resumed)
                throw new InputException($"{setting.Option.Name} differs from the run to resume, which goes on with its own options; "
                    + "leave it out.");
            if (initial is not null && initial.DifferenceFrom(changed.Network) is not null)
                throw new InputException($"{setting.Option.Name} differs from the model to start from, which is {initial}; leave it out.");
            configuration = changed;
        }

        if (configuration.Augmentation != Augmentation.Paper
            && _settings[_deformationSettings].Find(setting => IsGiven(result, setting.Option)) is { } deformation)
        {
            throw new InputException($"{deformation.Option.Name} says how --augment paper varies tiles; give that as well, or leave out "
                + $"{deformation.Option.Name}.");
        }

        if (resumed is null)
            RequireEffect(result, configuration);
        return configuration;
    }

    /// <summary>
    /// The same configuration with the number of steps that the epochs ask for, and the tile that they were counted with.
    /// </summary>
    /// <param name="result">What was given.</param>
    /// <param name="configuration">The configuration.</param>
    /// <param name="data">The images whose pixels are counted.</param>
    /// <param name="device">Where to train.</param>
    /// <param name="resumed">The configuration of the run that is resumed.</param>
    /// <exception cref="InputException">There would be too many steps, or more or fewer than the run to resume has.</exception>
    public TrainingConfiguration WithEpochs(
        ParseResult result, TrainingConfiguration configuration, TrainingData data, IComputeDevice device,
        TrainingConfiguration? resumed = null)
    {
        if (result.GetValue(_epochs) is not { } epochs)
            return configuration;
        configuration = configuration with
        {
            Network = configuration.Network with { InChannels = data.Channels, Classes = data.Classes.Length },
        };
        int tile = configuration.Tile ?? TrainingTile.Choose(configuration, data, device);
        long steps = (long)epochs * data.StepsPerEpoch(new TileGeometry(configuration.Network).OutputOf(tile), configuration.Batch);
        if (resumed is not null && steps != resumed.Steps)
        {
            throw new InputException($"--epochs {epochs} would be {steps} steps, but the run to resume has {resumed.Steps}, which stay; "
                + "leave out --epochs.");
        }

        return steps <= int.MaxValue
            ? configuration with { Tile = tile, Steps = (int)steps }
            : throw new InputException($"--epochs {epochs} would be {steps} steps; give fewer.");
    }

    /// <summary>Refuses options of which nothing would come.</summary>
    private static void RequireEffect(ParseResult result, TrainingConfiguration configuration)
    {
        Require("--weight-decay", configuration.Optimizer == Optimizer.AdamW, "is of --optimizer adamw alone; give that as well");
        Require("--momentum", configuration.Optimizer == Optimizer.Sgd, "is of --optimizer sgd alone; choose that");
        Require("--sampling", configuration.Sampling == PlaceSampling.Uniform || configuration.WeightMap != WeightMap.None,
            "weight goes by the weights of a --weight-map; give that as well");

        void Require(string option, bool hasEffect, string reason)
        {
            if (!hasEffect && result.GetResult(option) is OptionResult { Implicit: false })
                throw new InputException($"{option} {reason}, or leave out {option}.");
        }
    }

    /// <summary>Another architecture brings its own dropout; --dropout comes later and has the last word.</summary>
    private static TrainingConfiguration WithArchitecture(TrainingConfiguration configuration, UNetArchitecture architecture)
        => architecture == configuration.Network.Architecture
            ? configuration
            : configuration with
            {
                Network = configuration.Network with { Architecture = architecture, Dropout = architecture.DefaultDropout() },
            };

    private void AddWeights()
    {
        Add(CommandOptions.Choice("--weight-map",
                "Weight of a pixel in the loss: paper and falk stress the background between instances and separate instances "
                    + "that touch, balance goes by how rare the class is "
                    + $"[default: {Default.WeightMap.ToString().ToLowerInvariant()}].",
                ("paper", WeightMap.Paper), ("falk", WeightMap.Falk), ("balance", WeightMap.Balance), ("none", WeightMap.None)),
            (configuration, value) => configuration with { WeightMap = value });
        WeightMapParameters parameters = new();
        Add(CommandOptions.Real("--weight-w0", "X",
                "Weight of the background between instances that lie close together "
                    + $"[default: paper {parameters.SeparationWeightIn(WeightMap.Paper)}, "
                    + $"falk {parameters.SeparationWeightIn(WeightMap.Falk)}].",
                value => value >= 0, "a number of 0 or more"),
            (configuration, value) => WithWeights(configuration, weights => weights with { SeparationWeight = value }));
        Add(CommandOptions.Real("--weight-sigma", "PX",
                "How close together that is "
                    + $"[default: paper {parameters.SeparationSigmaIn(WeightMap.Paper)}, "
                    + $"falk {parameters.SeparationSigmaIn(WeightMap.Falk)}].",
                value => value > 0, "a number above 0"),
            (configuration, value) => WithWeights(configuration, weights => weights with { SeparationSigma = value }));
        Add(CommandOptions.Choice("--class-balance",
                "Whether the weight map paper also balances the classes [default: on].", ("on", Switch.On), ("off", Switch.Off)),
            (configuration, value) => WithWeights(configuration, weights => weights with { ClassBalance = value == Switch.On }));
        Add(CommandOptions.Choice("--sampling",
                "Where tiles are taken from: anywhere alike, or more often where pixels weigh more in the weight map "
                    + $"[default: {Default.Sampling.ToString().ToLowerInvariant()}].",
                ("uniform", PlaceSampling.Uniform), ("weight", PlaceSampling.Weight)),
            (configuration, value) => configuration with { Sampling = value });

        static TrainingConfiguration WithWeights(TrainingConfiguration configuration, Func<WeightMapParameters, WeightMapParameters> change)
            => configuration with { WeightMapParameters = change(configuration.WeightMapParameters) };
    }

    private static bool IsGiven(ParseResult result, Option option) => result.GetResult(option) is { Implicit: false };

    private Option<T?> Add<T>(Option<T?> option, Func<TrainingConfiguration, T, TrainingConfiguration> apply)
        where T : struct
    {
        _settings.Add(new(option, (configuration, result) => apply(configuration, result.GetValue(option)!.Value)));
        return option;
    }

    private void AddDeformation<T>(Option<T?> option, Func<TileDeformation, T, TileDeformation> apply)
        where T : struct
        => Add(option, (configuration, value) => configuration with { Deformation = apply(configuration.Deformation, value) });

    private sealed record Setting(Option Option, Func<TrainingConfiguration, ParseResult, TrainingConfiguration> Apply);
}
