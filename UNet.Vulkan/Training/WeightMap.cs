namespace UNet.Vulkan.Training;

/// <summary>
/// How much each pixel counts in the loss. Pixels of <see cref="TrainingImage.IgnoredClass"/> weigh nothing whatever the map.
/// </summary>
/// <remarks>
/// The maps with distances take class 0 for the background. d1 and d2 are the distances of a pixel to the nearest and the
/// second-nearest instance (<see cref="Instances.TwoNearestInstances"/>). Instances are those of
/// <see cref="TrainingImage.Instances"/>, of which touching ones are first separated (<see cref="TouchingInstances"/>), else
/// the 4-connected components of each class but the background.
/// </remarks>
public enum WeightMap
{
    /// <summary>All pixels the same: 1.</summary>
    None,

    /// <summary>w_c = N / (K·n_c), for N pixels of K classes, n_c of them of the pixel's class c, over the training images.</summary>
    Balance,

    /// <summary>
    /// The paper's (Ronneberger, Fischer and Brox 2015): w_c + w0·exp(-(d1 + d2)² / (2σ²)), the second term on background
    /// alone. w_c as of <see cref="Balance"/>, or 1 without balancing; w0 = 10 and σ = 5 pixels unless given.
    /// </summary>
    Paper,

    /// <summary>
    /// Its authors' later one (Falk et al. 2019, "U-Net: deep learning for cell counting, detection, and morphometry"):
    /// foreground 1; background v + (1 - v)·exp(-d1² / (2σ1²)) + λ·exp(-(d1 + d2)² / (2σ²)) with v = 0.1 and σ1 = 10 pixels;
    /// λ = 50 and σ = 6 pixels unless given.
    /// </summary>
    Falk,
}
