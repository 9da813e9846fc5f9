using UNet.Vulkan.Execution;
using UNet.Vulkan.Inference;
using UNet.Vulkan.Model;

namespace UNet.Vulkan.Training;

/// <summary>The choice of a tile where the user makes none.</summary>
public static class TrainingTile
{
    /// <summary>The largest tile that the images can fill, up to the paper's 572.</summary>
    public static int Choose(TrainingConfiguration configuration, TrainingData data, IComputeDevice device)
        => Math.Min(
            new TileGeometry(configuration.Network).SmallestInputFor(data.Training.Max(image => Math.Max(image.Height, image.Width))),
            new TileGeometry(configuration.Network).LargestInputUpTo(device.Properties is null ? 188 : Segmenter.LargestDefaultTile));
}
