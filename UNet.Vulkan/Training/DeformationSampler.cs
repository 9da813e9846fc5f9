using UNet.Vulkan.Random;

namespace UNet.Vulkan.Training;

/// <summary>
/// Draws the deformations of training tiles. Stateless like <see cref="TileSampler"/>: what a tile undergoes follows from
/// the seed, the step and its index in the batch.
/// </summary>
/// <param name="seed">The user's seed.</param>
/// <param name="deformation">How much to vary.</param>
/// <param name="tile">Side of the input tile.</param>
internal sealed class DeformationSampler(ulong seed, TileDeformation deformation, int tile)
{
    /// <summary>Numbers for angle, reflection, black, white and gamma; those of the grid follow.</summary>
    private const int NumbersBeforeGrid = 5;

    /// <summary>Largest shift of the black and of the white point, as a part of the image's range.</summary>
    private const double LargestShift = 0.05;

    private const double LargestGamma = 1.25;
    private readonly int _vectors = deformation.VectorsOf(tile);

    /// <summary>Fills the parameters of one tile, laid out as <see cref="Ops.SampleDeformedTile"/> takes them.</summary>
    /// <param name="step">The step, from 0.</param>
    /// <param name="index">Index of the tile in the batch.</param>
    /// <param name="values">Least value of the tile's image, and the range of its values.</param>
    /// <param name="transform">Takes the matrix [4].</param>
    /// <param name="displacement">Takes the elastic grid [2 · vectors · vectors].</param>
    /// <param name="gray">Takes the curve of gray values [5].</param>
    public void Sample(
        long step, int index, (float Least, float Range) values, Span<float> transform, Span<float> displacement, Span<float> gray)
    {
        RandomStream random = new(seed, RandomStreams.Augmentation, (ulong)step);
        long first = (long)index * (NumbersBeforeGrid + 2 * _vectors * _vectors);
        double angle = (random.Uniform(first) - 0.5) * deformation.Rotation * Math.PI / 180;
        double reflection = random.Below(first + 1, 2) == 0 ? 1 : -1;
        (double sine, double cosine) = Math.SinCos(angle);
        transform[0] = (float)cosine;
        transform[1] = (float)(-sine * reflection);
        transform[2] = (float)sine;
        transform[3] = (float)(cosine * reflection);

        gray[0] = values.Least;
        gray[1] = deformation.GrayVariation > 0 ? values.Range : 0;
        gray[2] = (float)(Varied(random, first + 2) * LargestShift);
        gray[3] = (float)(1 + Varied(random, first + 3) * LargestShift);
        gray[4] = (float)Math.Exp(Varied(random, first + 4) * Math.Log(LargestGamma));

        for (int i = 0; i < displacement.Length; i++)
            displacement[i] = (float)(random.Normal(first + NumbersBeforeGrid + i) * deformation.ElasticSigma);
    }

    /// <summary>Uniform from -1 to 1 times the factor of variation.</summary>
    private double Varied(RandomStream random, long index) => (2 * random.Uniform(index) - 1) * deformation.GrayVariation;
}
