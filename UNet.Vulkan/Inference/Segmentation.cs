using UNet.Vulkan.Model;

namespace UNet.Vulkan.Inference;

/// <summary>What the network says about every pixel of an image.</summary>
/// <param name="Classes">Number of classes.</param>
/// <param name="Height">Rows.</param>
/// <param name="Width">Columns.</param>
/// <param name="Probabilities">Probability of each class at each pixel, [class][row][column]; they sum to 1 over the classes.</param>
public sealed record Segmentation(int Classes, int Height, int Width, float[] Probabilities)
{
    /// <summary>Refuses an image of more pixels than an array has elements for, one a class or channel and pixel.</summary>
    /// <param name="configuration">The network's form, of which channels and classes matter.</param>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    /// <param name="image">What to call the image in the message, such as <c>The image 'a.png'</c>.</param>
    /// <exception cref="InputException">The image is too large.</exception>
    public static void RequireSize(UNetConfiguration configuration, int height, int width, string image)
    {
        int most = Array.MaxLength / Math.Max(configuration.InChannels, configuration.Classes);
        if ((long)height * width <= most)
            return;
        throw new InputException(
            $"{image} of {height} x {width} pixels is too large: with {configuration.InChannels} "
                + $"channel{(configuration.InChannels == 1 ? "" : "s")} and {configuration.Classes} classes at most {most} pixels can be "
                + "segmented at a time; cut it into smaller images.");
    }

    /// <summary>The most probable class of each pixel, [row][column]; of equal ones the first.</summary>
    public byte[] MostProbable()
    {
        byte[] classes = new byte[Height * Width];
        float[] largest = [.. Probabilities.AsSpan(0, classes.Length)];
        for (int c = 1; c < Classes; c++)
        {
            ReadOnlySpan<float> plane = Probabilities.AsSpan(c * classes.Length, classes.Length);
            for (int i = 0; i < classes.Length; i++)
            {
                if (plane[i] > largest[i])
                    (classes[i], largest[i]) = ((byte)c, plane[i]);
            }
        }

        return classes;
    }

    /// <summary>Probability of each pixel to be anything but class 0, the background, [row][column].</summary>
    public float[] Foreground()
    {
        float[] foreground = Probabilities[..(Height * Width)];
        for (int i = 0; i < foreground.Length; i++)
            foreground[i] = 1 - foreground[i];
        return foreground;
    }
}
