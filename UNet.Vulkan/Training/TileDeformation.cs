using UNet.Vulkan.Random;

namespace UNet.Vulkan.Training;

/// <summary>How a deformed tile is read between the pixels of its image.</summary>
public enum Interpolation
{
    /// <summary>From the four nearest pixels, linearly.</summary>
    Linear,

    /// <summary>From the sixteen nearest pixels, by cubic convolution (Keys 1981, a = -1/2).</summary>
    Cubic,
}

/// <summary>
/// How much tiles are varied by <see cref="Augmentation.Paper"/>: turned, reflected, deformed elastically, and changed in
/// their gray values. Ronneberger et al. 2015 give the grid of 3 x 3 vectors and its 10 pixels; range of rotation and gray
/// values are those of the authors' later recipe (Falk et al. 2019, "U-Net: deep learning for cell counting, detection,
/// and morphometry").
/// </summary>
public sealed record TileDeformation
{
    /// <summary>Pixels from one vector of the elastic grid to the next; null for three vectors across the input tile.</summary>
    public double? ElasticSpacing { get; init; }

    /// <summary>Standard deviation of each component of the elastic grid's vectors, in pixels; 0 = not elastic.</summary>
    public double ElasticSigma { get; init; } = 10;

    /// <summary>
    /// Range of the angle in degrees, drawn uniformly from half of it below zero to half of it above: 360 for any angle, 0
    /// for none. Half of the tiles are reflected as well.
    /// </summary>
    public double Rotation { get; init; } = 360;

    /// <summary>
    /// Factor of the variation of gray values, 0 for none. With 1 the black point moves by up to 0.05 of the image's range,
    /// the white point by up to 0.05, and gamma lies in 0.8 to 1.25 (it stands for the slope of 0.8 to 1.2 of Falk et al.).
    /// </summary>
    public double GrayVariation { get; init; } = 1;

    /// <summary>How tiles are read between pixels; labels and weights are always those of the nearest pixel.</summary>
    public Interpolation Interpolation { get; init; } = Interpolation.Cubic;

    /// <summary>The deformation itself, if it can be computed.</summary>
    /// <exception cref="InputException">A number is out of its range.</exception>
    public TileDeformation Validated()
    {
        Require(
            ElasticSpacing is null or >= 4 and <= 1e6,
            $"The vectors of the elastic grid stand 4 pixels or more apart, not {ElasticSpacing}.");
        Require(ElasticSigma is >= 0 and <= 1000, $"The standard deviation of the elastic grid is 0 to 1000 pixels, not {ElasticSigma}.");
        Require(Rotation is >= 0 and <= 360, $"The rotation's range is 0 to 360 degrees, not {Rotation}.");
        Require(GrayVariation is >= 0 and <= 5, $"The factor of the gray-value variation is 0 to 5, not {GrayVariation}.");
        Require(Enum.IsDefined(Interpolation), "An unknown interpolation.");
        return this;

        static void Require(bool holds, string message)
        {
            if (!holds)
                throw new InputException(message);
        }
    }

    /// <summary>Pixels from one vector to the next.</summary>
    /// <param name="tile">Side of the input tile.</param>
    internal float SpacingOf(int tile) => (float)(ElasticSpacing ?? (tile - 1) / 2.0);

    /// <summary>Rows and columns of the grid, which begins at the tile's first pixel and reaches its last.</summary>
    /// <param name="tile">Side of the input tile.</param>
    internal int VectorsOf(int tile) => (int)Math.Ceiling((tile - 1) / SpacingOf(tile)) + 1;

    /// <summary>
    /// How far beyond a tile its deformation can read, whatever is drawn: the corners of the turned tile, the largest
    /// displacement and the pixels of the interpolation.
    /// </summary>
    /// <param name="tile">Side of the input tile.</param>
    internal int MarginOf(int tile)
    {
        // Between vectors, cubic convolution overshoots by at most 5/4 along each axis: the sum of its weights' magnitudes.
        double shift = 1.25 * 1.25 * RandomStream.LargestNormal * ElasticSigma;
        double angle = Math.Min(Rotation / 2, 45) * Math.PI / 180;
        double half = (tile - 1) / 2.0;
        double reach = half * (Math.Cos(angle) + Math.Sin(angle)) + shift;
        // The interpolation reads 2 pixels beyond; 1 is left for roundings.
        return (int)Math.Ceiling(reach - half) + 3;
    }
}
