using UNet.Vulkan.Execution;
using UNet.Vulkan.Model;

namespace UNet.Vulkan.Inference;

/// <summary>Segments images of any size with a trained model, tile by tile.</summary>
public sealed class Segmenter : IDisposable
{
    /// <summary>Brings a model to a device.</summary>
    /// <param name="model">The model.</param>
    /// <param name="device">Where to compute.</param>
    /// <param name="tile">Side of the square input tiles; null for the largest that fits up to 572.</param>
    /// <exception cref="InputException">The tile does not fit the network; the message names the nearest sizes that do.</exception>
    public Segmenter(UNetModel model, IComputeDevice device, int? tile = null)
        => throw new NotSupportedException($"{model} {device} {tile}");

    /// <summary>The model.</summary>
    public UNetModel Model => throw new NotSupportedException();

    /// <summary>Segments one image.</summary>
    /// <param name="pixels">Raw values [channels, height, width]; they are normalised as the model asks.</param>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    /// <param name="cancellation">Stops between two tiles.</param>
    /// <exception cref="InputException">The image does not have the model's channels, or has values that are not finite.</exception>
    public Segmentation Segment(ReadOnlySpan<float> pixels, int height, int width, CancellationToken cancellation = default)
        => throw new NotSupportedException($"{pixels.Length} {height} {width} {cancellation}");

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
