namespace UNet.Vulkan.Model;

/// <summary>
/// Which sizes a U-Net takes and gives. Sizes are of one side; height and width follow the same rule.
/// </summary>
/// <remarks>
/// With D = depth and b = the side of the bottleneck's input, every level halves what its two convolutions leave, so a
/// valid network takes in = 2·(2·(...b...) + 4) + 4 = 2^D·b + 4·(2^D - 1) and gives out = 2^D·(b - 4) - 4·(2^D - 1):
/// a border of 6·2^D - 4 pixels is lost on every side (92 at depth 4, where in = 16b + 60 and out = 16b - 124).
/// A network with same padding takes every multiple of 2^D and gives the same size.
/// </remarks>
public sealed class TileGeometry
{
    /// <summary>No input has a longer side: its pixels could not be counted in 32 bits.</summary>
    public const int LargestInput = 1 << 16;

    private readonly int _depth;
    private readonly ConvolutionPadding _padding;

    /// <summary>The sizes of one network.</summary>
    /// <exception cref="InputException">The configuration makes no network.</exception>
    public TileGeometry(UNetConfiguration configuration)
        => (_depth, _padding) = (configuration.Validated().Depth, configuration.Padding);

    /// <summary>Step from one size that fits to the next: 2^depth.</summary>
    public int Stride => 1 << _depth;

    /// <summary>Pixels that the output lacks on each side of the input; 0 with same padding.</summary>
    public int Border => _padding == ConvolutionPadding.Valid ? 6 * Stride - 4 : 0;

    /// <summary>
    /// How far, on each side, the network looks beyond a block of outputs that begins at a multiple of
    /// <see cref="Stride"/>; rounded up to such a multiple (96 at depth 4). Outputs of a same-padded network that lie this
    /// far inside a tile are those of an endless image.
    /// </summary>
    public int ReceptiveBorder
    {
        get
        {
            // Two convolutions a level add 2. On the way down from the output, an up-convolution halves; then a pool doubles.
            int reach = 0;
            for (int level = 0; level < _depth; level++)
                reach = (reach + 2 + 1) / 2;
            reach += 2;
            for (int level = 0; level < _depth; level++)
                reach = 2 * reach + 2;
            return (reach + Stride - 1) / Stride * Stride;
        }
    }

    /// <summary>The smallest input that gives any output.</summary>
    public int MinimumInput
    {
        get
        {
            if (_padding == ConvolutionPadding.Same)
                return Stride;
            // out >= 1 asks for b >= 8 - 3 / 2^D.
            int bottleneck = _depth == 1 ? 7 : 8;
            return Stride * bottleneck + 4 * (Stride - 1);
        }
    }

    /// <summary>Whether the network takes inputs of this size.</summary>
    public bool Fits(int input) => input >= MinimumInput && (input - MinimumInput) % Stride == 0;

    /// <summary>The output's size for an input's.</summary>
    /// <exception cref="InputException">The network does not take this size; the message names the nearest ones that it takes.</exception>
    public int OutputOf(int input)
    {
        if (input > LargestInput)
            throw new InputException($"A tile of {input} pixels is too large; the largest is {LargestInputUpTo(LargestInput)}.");
        if (Fits(input))
            return input - 2 * Border;
        if (input < MinimumInput)
            throw new InputException($"A tile of {input} pixels is too small for this network; the smallest is {MinimumInput}.");
        int below = LargestInputUpTo(input);
        throw new InputException($"A tile of {input} pixels does not fit a network of depth {_depth}; {below} and {below + Stride} do.");
    }

    /// <summary>The largest input that fits and is not over <paramref name="limit"/>, or the smallest one if none is.</summary>
    public int LargestInputUpTo(int limit)
        => MinimumInput + Math.Max(0, limit - MinimumInput) / Stride * Stride;

    /// <summary>The smallest input whose output has at least <paramref name="output"/> pixels.</summary>
    public int SmallestInputFor(int output)
        => MinimumInput + (Math.Max(0, output - (MinimumInput - 2 * Border)) + Stride - 1) / Stride * Stride;
}
