using UNet.Vulkan.Instances;

namespace UNet.Vulkan.Training;

/// <summary>
/// Puts background between instances that touch, so that a network which tells only classes can keep them apart: every
/// pixel that shares an edge with a pixel of another instance of its class becomes background, as in the authors' later
/// recipe (Falk et al. 2019); the ridge is two pixels wide. Instances that meet at corners alone stay as they are: the
/// result's instances are not 4-connected to each other.
/// </summary>
public static class TouchingInstances
{
    /// <summary>The image with background between touching instances; the same where it has no instances.</summary>
    /// <remarks>An instance that is nowhere wider than two pixels and touched all along vanishes.</remarks>
    public static TrainingImage Separate(TrainingImage image)
    {
        if (image.Instances is not { } instances)
            return image;
        byte[] classes = [.. image.Classes];
        int[] separated = [.. instances];
        Span<int> neighbours = stackalloc int[4];
        for (int pixel = 0; pixel < instances.Length; pixel++)
        {
            if (instances[pixel] == 0 || image.Classes[pixel] is 0 or TrainingImage.IgnoredClass)
                continue;
            int found = Neighbours.Of(pixel, image.Height, image.Width, Connectivity.Four, neighbours);
            foreach (int neighbour in neighbours[..found])
            {
                if (instances[neighbour] == 0 || instances[neighbour] == instances[pixel]
                    || image.Classes[neighbour] != image.Classes[pixel])
                    continue;
                (classes[pixel], separated[pixel]) = (0, 0);
                break;
            }
        }

        return image with { Classes = classes, Instances = separated };
    }
}
