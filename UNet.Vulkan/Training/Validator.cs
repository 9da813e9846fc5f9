using System.Collections.Immutable;
using UNet.Vulkan.Device;
using UNet.Vulkan.Evaluation;
using UNet.Vulkan.Execution;
using UNet.Vulkan.Formats;
using UNet.Vulkan.Inference;
using UNet.Vulkan.Model;

namespace UNet.Vulkan.Training;

/// <summary>Judges parameters by whole validation images: overlap-tile inference, then sums over all pixels, each once.</summary>
internal sealed class Validator : IDisposable
{
    private readonly ImmutableArray<(TrainingImage Image, PreparedImage Prepared)> _images;
    private readonly TiledNetwork _network;
    private readonly int _classes;

    /// <summary>Brings a network to the device, whose parameters come with each score.</summary>
    /// <param name="configuration">The network's form.</param>
    /// <param name="images">Whole images with the class of each pixel.</param>
    /// <param name="prepared">The same images as the network sees them, with the weight of each pixel.</param>
    /// <param name="device">Where to compute; it must outlive the validator.</param>
    /// <param name="memory">Bytes that it should take at most.</param>
    /// <exception cref="InputException">An image is too large.</exception>
    public Validator(
        TrainingConfiguration configuration, ImmutableArray<TrainingImage> images, ImmutableArray<PreparedImage> prepared,
        IComputeDevice device, long memory = long.MaxValue)
    {
        _classes = configuration.Network.Classes;
        _images = [.. images.Zip(prepared)];
        UNetConfiguration network = configuration.Network;
        foreach (TrainingImage image in images)
            Segmentation.RequireSize(network, image.Height, image.Width, $"The image '{image.Name}'");
        int tile = TileFor(network, TrainingData.LargestSide(images), device.Properties, memory);
        _network = new TiledNetwork(network, device, tile, probabilities: false);
    }

    /// <summary>The tile to validate with: not that of training, for the smaller a tile, the more of it is border.</summary>
    /// <param name="network">The network's form.</param>
    /// <param name="largestSide">Height or width of the largest image.</param>
    /// <param name="device">A Vulkan device, or null for the processor.</param>
    /// <param name="memory">Bytes to take at most, if the smallest tile does not take more.</param>
    internal static int TileFor(UNetConfiguration network, int largestSide, DeviceProperties? device, long memory)
    {
        TileGeometry geometry = new(network);
        int tile = OverlapTiles.GoodTile(geometry, largestSide, OverlapTiles.DefaultLimit(network));
        return memory == long.MaxValue || SegmentationMemory.BytesOf(network, tile, device) <= memory
            ? tile
            : Math.Min(tile, SegmentationMemory.LargestTile(network, device, memory) ?? geometry.MinimumInput);
    }

    /// <summary>Judges parameters.</summary>
    /// <param name="parameters">All parameters of the network.</param>
    /// <param name="cancellation">Looked at between two tiles.</param>
    /// <exception cref="OperationCanceledException">It was stopped; the next score is not disturbed by that.</exception>
    public ValidationScore Score(IEnumerable<NamedTensor> parameters, CancellationToken cancellation)
    {
        _network.WriteParameters(parameters);
        (double losses, double weights) = (0, 0);
        ConfusionMatrix confusion = new(_classes);
        foreach ((TrainingImage image, PreparedImage prepared) in _images)
        {
            float[] logits = _network.Apply(prepared.Pixels, image.Height, image.Width, cancellation);
            for (int i = 0; i < prepared.Labels.Length; i++)
            {
                if (prepared.Weights[i] == 0)
                    continue;
                losses += prepared.Weights[i] * CrossEntropy(logits, i, prepared.Labels.Length, (int)prepared.Labels[i]);
                weights += prepared.Weights[i];
            }

            confusion.Add(new Segmentation(_classes, image.Height, image.Width, logits).MostProbable(), image.Classes);
        }

        Score iou = new IntersectionOverUnion().Measure(confusion);
        return new(weights == 0 ? 0 : losses / weights, iou.Value, iou.PerClass);
    }

    public void Dispose() => _network.Dispose();

    /// <summary>log Σ_k exp(z_k) - z_t of one pixel, with the largest logit taken out of the sum.</summary>
    private double CrossEntropy(float[] logits, int pixel, int pixels, int trueClass)
    {
        double largest = double.NegativeInfinity;
        for (int k = 0; k < _classes; k++)
            largest = Math.Max(largest, logits[k * pixels + pixel]);
        double sum = 0;
        for (int k = 0; k < _classes; k++)
            sum += Math.Exp(logits[k * pixels + pixel] - largest);
        return Math.Log(sum) + largest - logits[trueClass * pixels + pixel];
    }
}
