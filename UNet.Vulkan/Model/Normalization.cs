namespace UNet.Vulkan.Model;

/// <summary>What is done to an image's raw values before the network sees them; its name stands in the model file.</summary>
public static class Normalization
{
    /// <summary>
    /// Each image (each page of a stack) minus its mean, divided by its standard deviation, both over all channels
    /// together; an image of one value gives zeros.
    /// </summary>
    public const string PerImageStandard = "per-image-standard";

    /// <summary>Whether this version knows a normalisation of that name.</summary>
    public static bool IsKnown(string name) => name == PerImageStandard;

    /// <summary>The normalised copy of an image.</summary>
    /// <param name="name">A normalisation's name.</param>
    /// <param name="pixels">Raw values of all channels.</param>
    /// <exception cref="InputException">The name is not known, or a value is not finite.</exception>
    public static float[] Apply(string name, ReadOnlySpan<float> pixels)
    {
        if (!IsKnown(name))
            throw new InputException($"The normalisation '{name}' is not known to this version; '{PerImageStandard}' is.");

        double mean = 0;
        foreach (float pixel in pixels)
            mean += pixel;
        mean /= pixels.Length;
        double variance = 0;
        foreach (float pixel in pixels)
            variance += (pixel - mean) * (pixel - mean);
        variance /= pixels.Length;
        if (!double.IsFinite(variance))
            throw new InputException("An image has values that are no finite numbers; replace them before use.");

        float[] normalized = new float[pixels.Length];
        // Rounding of the mean leaves a constant image a variance of about (2^-53 · mean)².
        double scale = variance > 1e-24 * mean * mean ? 1 / Math.Sqrt(variance) : 0;
        for (int i = 0; i < normalized.Length; i++)
            normalized[i] = (float)((pixels[i] - mean) * scale);
        return normalized;
    }
}
