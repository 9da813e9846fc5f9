using UNet.Vulkan.Model;

namespace UNet.Vulkan.Training;

/// <summary>A training image as the network sees it.</summary>
/// <param name="Height">Rows.</param>
/// <param name="Width">Columns.</param>
/// <param name="Pixels">Normalised values [channels, height, width].</param>
/// <param name="Labels">Class of each pixel [height, width].</param>
/// <param name="Weights">Weight of each pixel in the loss [height, width]; 0 where it is ignored.</param>
internal sealed record PreparedImage(int Height, int Width, float[] Pixels, uint[] Labels, float[] Weights)
{
    /// <exception cref="InputException">The image has values that are not finite.</exception>
    public static PreparedImage From(TrainingImage image, string normalization, float[] weights)
    {
        uint[] labels = Array.ConvertAll(image.Classes, c => (uint)c);
        try
        {
            return new(image.Height, image.Width, Normalization.Apply(normalization, image.Pixels), labels, weights);
        }
        catch (InputException exception)
        {
            throw new InputException($"'{image.Name}': {exception.Message}", exception);
        }
    }
}
