namespace UNet.Vulkan.Random;

/// <summary>The four 32-bit words that <see cref="Philox"/> makes of one counter.</summary>
public readonly record struct PhiloxBlock(uint Word0, uint Word1, uint Word2, uint Word3);

/// <summary>
/// Philox4x32-10, the counter-based random number generator of Salmon et al., "Parallel random numbers: as easy as 1, 2, 3"
/// (SC 2011). It has no state: the same key and counter give the same words everywhere, on the processor and in a shader.
/// </summary>
public static class Philox
{
    private const uint Multiplier0 = 0xD2511F53;
    private const uint Multiplier1 = 0xCD9E8D57;
    private const uint Weyl0 = 0x9E3779B9;
    private const uint Weyl1 = 0xBB67AE85;
    private const int Rounds = 10;

    /// <summary>
    /// The words of one logical element. Key = (low half of the seed, high half of the seed xor stream);
    /// counter = (low and high half of the index, low and high half of the step).
    /// </summary>
    /// <param name="seed">The user's seed.</param>
    /// <param name="stream">What the numbers are for; see <see cref="RandomStreams"/>.</param>
    /// <param name="step">Training step, or 0.</param>
    /// <param name="index">Logical index: for a tensor, the row-major NCHW index including the batch.</param>
    public static PhiloxBlock Block(ulong seed, uint stream, ulong step, ulong index) => Block(
        new PhiloxBlock((uint)index, (uint)(index >> 32), (uint)step, (uint)(step >> 32)), (uint)seed, (uint)(seed >> 32) ^ stream);

    /// <summary>The bare function: ten rounds over a counter with a key of two words.</summary>
    public static PhiloxBlock Block(PhiloxBlock counter, uint key0, uint key1)
    {
        (uint c0, uint c1, uint c2, uint c3) = counter;
        for (int round = 0; round < Rounds; round++)
        {
            ulong product0 = (ulong)Multiplier0 * c0;
            ulong product1 = (ulong)Multiplier1 * c2;
            (c0, c1, c2, c3) = ((uint)(product1 >> 32) ^ c1 ^ key0, (uint)product1, (uint)(product0 >> 32) ^ c3 ^ key1, (uint)product0);
            key0 += Weyl0;
            key1 += Weyl1;
        }

        return new(c0, c1, c2, c3);
    }
}
