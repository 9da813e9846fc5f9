using System.Runtime.InteropServices;

namespace UNet.Vulkan.Formats;

/// <summary>
/// Pieces of a long span of elements of up to four bytes: <see cref="MemoryMarshal.AsBytes{T}(Span{T})"/> counts bytes by 32 bits, so that
/// it takes a quarter of the elements that an array may have.
/// </summary>
/// <param name="length">Elements of the span.</param>
/// <param name="most">Elements of a piece at most.</param>
public struct SpanPieces(int length, int most = SpanPieces.Longest)
{
    /// <summary>Elements of a piece unless told otherwise: 1 GiB where they have four bytes.</summary>
    public const int Longest = 1 << 28;

    private int _end;

    /// <summary>Where the present piece lies in the span.</summary>
    public Range Current { get; private set; }

    /// <summary>Goes through the pieces from the first to the last.</summary>
    public readonly SpanPieces GetEnumerator() => this;

    /// <summary>Goes to the next piece; false where there is none.</summary>
    public bool MoveNext()
    {
        int start = _end;
        _end += Math.Min(most, length - start);
        Current = start.._end;
        return _end > start;
    }
}
