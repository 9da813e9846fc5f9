namespace UNet.Vulkan.Inference;

/// <summary>What the network says about every pixel of an image.</summary>
/// <param name="Classes">Number of classes.</param>
/// <param name="Height">Rows.</param>
/// <param name="Width">Columns.</param>
/// <param name="Probabilities">Probability of each class at each pixel, [class][row][column]; they sum to 1 over the classes.</param>
public sealed record Segmentation(int Classes, int Height, int Width, float[] Probabilities)
{
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
