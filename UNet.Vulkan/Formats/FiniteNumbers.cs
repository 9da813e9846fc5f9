using System.Numerics;
using System.Runtime.InteropServices;

namespace UNet.Vulkan.Formats;

/// <summary>Looks for numbers that are infinite or none, as fast as memory is read.</summary>
public static class FiniteNumbers
{
    /// <summary>The bits of the exponent, which are all set in what is not finite.</summary>
    private const uint Exponent = 0x7F80_0000;

    /// <summary>Whether all values are finite.</summary>
    public static bool AreAll(ReadOnlySpan<float> values)
    {
        Vector<uint> exponent = new(Exponent);
        ReadOnlySpan<Vector<uint>> vectors = MemoryMarshal.Cast<float, Vector<uint>>(values);
        foreach (Vector<uint> bits in vectors)
        {
            if (Vector.EqualsAny(bits & exponent, exponent))
                return false;
        }

        foreach (float value in values[(vectors.Length * Vector<uint>.Count)..])
        {
            if (!float.IsFinite(value))
                return false;
        }

        return true;
    }
}
