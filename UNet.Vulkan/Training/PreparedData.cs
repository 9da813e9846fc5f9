using System.Collections.Immutable;
using UNet.Vulkan.Model;

namespace UNet.Vulkan.Training;

/// <summary>A data set as training takes it: touching instances separated where weights need it, images normalised and weighed.</summary>
internal sealed class PreparedData
{
    private readonly TrainingConfiguration _configuration;
    private readonly float[] _classWeights;
    private readonly WeightMapCache? _cache;

    /// <param name="data">Validated.</param>
    /// <param name="configuration">Everything filled in.</param>
    /// <param name="cache">Where weight maps with distances are kept between runs; null for nowhere.</param>
    /// <exception cref="InputException">An image has values that are not finite.</exception>
    public PreparedData(TrainingData data, TrainingConfiguration configuration, WeightMapCache? cache)
    {
        (_configuration, _cache) = (configuration, cache);
        Data = configuration.WeightMap.HasDistances() ? data.WithSeparatedInstances() : data;
        _classWeights = Data.ClassWeights(configuration.WeightMapParameters.ClassBalanceIn(configuration.WeightMap));
        Training = Prepare(Data.Training);
        Sampler = new TileSampler(
            configuration,
            configuration.Tile!.Value,
            Training.Select(image => (image.Height, image.Width)),
            Training.Select(image => image.Weights));
    }

    /// <summary>How images are normalised.</summary>
    public static string Normalization => Model.Normalization.PerImageStandard;

    /// <summary>The images, with touching instances separated where weights need it.</summary>
    public TrainingData Data { get; }

    /// <summary>The training images.</summary>
    public ImmutableArray<PreparedImage> Training { get; }

    /// <summary>Draws tiles of the training images.</summary>
    public TileSampler Sampler { get; }

    /// <summary>The validation images, prepared now.</summary>
    /// <exception cref="InputException">An image has values that are not finite.</exception>
    public ImmutableArray<PreparedImage> PrepareValidation() => Prepare(Data.Validation);

    private ImmutableArray<PreparedImage> Prepare(ImmutableArray<TrainingImage> images)
    {
        ImmutableArray<float[]> weights = PixelWeights.Of(images, _configuration, _classWeights, _cache);
        return [.. images.Zip(weights, (image, imageWeights) => PreparedImage.From(image, Normalization, imageWeights))];
    }
}
