namespace UNet.Vulkan.Random;

/// <summary>
/// Random numbers addressed by index: a seed, a purpose and a step name an endless row of numbers, any of which can be
/// asked for in any order, again and again.
/// </summary>
/// <param name="Seed">The user's seed.</param>
/// <param name="Stream">What the numbers are for; see <see cref="RandomStreams"/>.</param>
/// <param name="Step">Training step, or 0.</param>
public readonly record struct RandomStream(ulong Seed, uint Stream, ulong Step = 0)
{
    /// <summary>No number of <see cref="Normal"/> is farther from 0: the square root of -2 · ln 2^-32 is 6.6604.</summary>
    public const double LargestNormal = 6.6605;

    /// <summary>A uniform 32-bit word: word 0 of the block of this index.</summary>
    public uint Word(long index) => Philox.Block(Seed, Stream, Step, (ulong)index).Word0;

    /// <summary>Uniform in [0, 1), a multiple of 2^-53.</summary>
    public double Uniform(long index) => (Word64(index) >> 11) * (1.0 / (1L << 53));

    /// <summary>Uniform over 0 .. <paramref name="bound"/> - 1 (off by less than bound·2^-64).</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="bound"/> is not positive.</exception>
    public int Below(long index, int bound)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bound);
        return (int)Math.BigMul(Word64(index), (ulong)bound, out _);
    }

    /// <summary>Standard normal, by Box and Muller's transform of two uniform numbers of 32 bits, in double.</summary>
    public double Normal(long index)
    {
        PhiloxBlock block = Philox.Block(Seed, Stream, Step, (ulong)index);
        double radius = Math.Sqrt(-2 * Math.Log((block.Word0 + 1.0) / 4294967296.0));
        return radius * Math.Cos(2 * Math.PI * (block.Word1 / 4294967296.0));
    }

    /// <summary>The numbers 0 .. <paramref name="count"/> - 1 in random order (Fisher and Yates).</summary>
    public int[] Permutation(int count)
    {
        int[] order = new int[count];
        for (int i = 0; i < count; i++)
            order[i] = i;
        for (int i = count - 1; i > 0; i--)
        {
            int j = Below(i, i + 1);
            (order[i], order[j]) = (order[j], order[i]);
        }

        return order;
    }

    private ulong Word64(long index)
    {
        PhiloxBlock block = Philox.Block(Seed, Stream, Step, (ulong)index);
        return (ulong)block.Word1 << 32 | block.Word0;
    }
}
