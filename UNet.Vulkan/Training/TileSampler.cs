using System.Collections.Immutable;
using UNet.Vulkan.Model;
using UNet.Vulkan.Random;

namespace UNet.Vulkan.Training;

/// <summary>Where a training tile lies.</summary>
/// <param name="Image">Index of the image.</param>
/// <param name="OriginY">Row of the input tile's first pixel in the image; negative above it.</param>
/// <param name="OriginX">Column of the input tile's first pixel in the image; negative left of it.</param>
/// <param name="Orientation">0 to 7: which turn and reflection; 0 leaves the tile as it is.</param>
public readonly record struct TilePlacement(int Image, int OriginY, int OriginX, int Orientation);

/// <summary>
/// Draws training tiles. Stateless: the tiles of a step follow from the seed and the step's number, so that a resumed run
/// sees what an uninterrupted one would have seen.
/// </summary>
public sealed class TileSampler
{
    private const int NumbersPerTile = 4;
    private const int Orientations = 8;
    private readonly ulong _seed;
    private readonly ImmutableArray<(int Height, int Width)> _sizes;
    private readonly int _output;
    private readonly int _border;
    private readonly Augmentation _augmentation;
    private readonly ImmutableArray<WeightedPlaces> _places = [];

    /// <summary>A sampler over images of the given sizes.</summary>
    /// <param name="configuration">Seed, network, sampling and augmentation.</param>
    /// <param name="tile">Side of the input tile.</param>
    /// <param name="sizes">Height and width of each training image.</param>
    /// <param name="weights">Weight of each pixel of each training image; only read where sampling follows the weights.</param>
    /// <exception cref="InputException">The tile does not fit the network.</exception>
    public TileSampler(
        TrainingConfiguration configuration, int tile, IEnumerable<(int Height, int Width)> sizes, IEnumerable<float[]>? weights = null)
    {
        TileGeometry geometry = new(configuration.Network);
        (_seed, _augmentation) = (configuration.Seed, configuration.Augmentation);
        (_border, _output) = (geometry.Border, geometry.OutputOf(tile));
        _sizes = [.. sizes];
        if (configuration.Sampling == PlaceSampling.Weight)
        {
            ArgumentNullException.ThrowIfNull(weights);
            _places = [.. _sizes.Zip(weights, (size, pixels) => new WeightedPlaces(pixels, size.Height, size.Width, _output))];
        }
    }

    /// <summary>
    /// The placement of one tile: an image drawn uniformly, then a place drawn uniformly among those where the whole output
    /// lies within the image. Where the image is smaller than the output, it is centred; its surroundings are mirrored in
    /// the input and have weight 0 in the loss. With <see cref="PlaceSampling.Weight"/> the place is drawn by the weight of
    /// the pixel in the middle of the output.
    /// </summary>
    /// <param name="step">The step, from 0.</param>
    /// <param name="index">Index of the tile in the batch.</param>
    public TilePlacement Sample(long step, int index)
    {
        RandomStream random = new(_seed, RandomStreams.Sampling, (ulong)step);
        long first = (long)index * NumbersPerTile;
        int image = random.Below(first, _sizes.Length);
        (int y, int x) = Place(random, first, image);
        return new(
            image,
            y - _border,
            x - _border,
            _augmentation == Augmentation.Flips ? random.Below(first + 3, Orientations) : 0);
    }

    /// <summary>Row and column of the output's first pixel in the image.</summary>
    private (int Y, int X) Place(RandomStream random, long first, int image)
    {
        if (!_places.IsEmpty && _places[image].HasWeight)
            return _places[image].At(random.Uniform(first + 1), random.Uniform(first + 2));
        (int height, int width) = _sizes[image];
        return (Origin(random, first + 1, height), Origin(random, first + 2, width));
    }

    private int Origin(RandomStream random, long index, int side)
        => side >= _output ? random.Below(index, side - _output + 1) : -((_output - side) / 2);
}
