using System.Collections.Immutable;
using System.Runtime.InteropServices;
using UNet.Shaders;
using UNet.Vulkan.Graph;

namespace UNet.Vulkan.Memory;

/// <summary>
/// Memory of the processor that is made ready in the background, with values in it, while a device is opened: where the processor is
/// the device, a session takes it as its own, and its values are in their place already.
/// </summary>
public sealed unsafe class PreparedMemory : IDisposable
{
    /// <summary>Boundary at which devices take memory of the processor; what one asks for is compared with it.</summary>
    internal const int Alignment = 64 << 10;

    /// <summary>Addresses for what a session needs besides the values. None of it is taken before it is touched.</summary>
    private const long Room = 1L << 30;

    private const int PieceBytes = 4 << 20;

    private readonly ImmutableDictionary<string, BufferRange> _places;
    private readonly Action<string, Span<float>, long> _read;
    private readonly Task<bool> _filling;
    private readonly Lock _lock = new();
    private readonly byte* _start;
    private volatile bool _isFreed;

    private PreparedMemory(ImmutableDictionary<string, BufferRange> places, Action<string, Span<float>, long> read)
    {
        (_places, _read) = (places, read);
        long used = places.Values.Select(place => place.End).DefaultIfEmpty().Max();
        Size = (used + Room) / Alignment * Alignment;
        _start = (byte*)NativeMemory.AlignedAlloc((nuint)Size, Alignment);
        _filling = Task.Run(Fill);
    }

    /// <summary>Bytes of addresses; a session takes from the first on as many as it needs.</summary>
    internal long Size { get; }

    /// <summary>Whether a session took it.</summary>
    internal bool IsTaken { get; private set; }

    /// <summary>Begins to fill memory; null where there are not enough addresses.</summary>
    /// <param name="places">Names of Float32 values, and where they lie.</param>
    /// <param name="read">Reads a value's elements from a given one on; what it throws leaves all values to others.</param>
    internal static PreparedMemory? Begin(ImmutableDictionary<string, BufferRange> places, Action<string, Span<float>, long> read)
    {
        try
        {
            return new(places, read);
        }
        catch (OutOfMemoryException)
        {
            return null;
        }
    }

    /// <summary>Waits for the values, and gives the first byte to the first who asks; null to all others.</summary>
    internal byte* Take()
    {
        lock (_lock)
        {
            if (IsTaken || _isFreed)
                return null;
            IsTaken = true;
            Finish();
            return _start;
        }
    }

    /// <summary>Frees it if nobody has taken it: it will not be.</summary>
    internal void Decline()
    {
        lock (_lock)
        {
            if (!IsTaken)
                Free();
        }
    }

    /// <summary>Whether a value lies in a range of what was taken.</summary>
    internal bool Holds(string name, BufferRange range)
        => IsTaken && _filling.Result && _places.TryGetValue(name, out BufferRange place) && place == range;

    /// <summary>Frees it; who took it does not use it any more.</summary>
    public void Dispose()
    {
        lock (_lock)
            Free();
    }

    private void Free()
    {
        if (_isFreed)
            return;
        _isFreed = true;
        Finish();
        NativeMemory.AlignedFree(_start);
    }

    private void Finish() => ((IAsyncResult)_filling).AsyncWaitHandle.WaitOne();

    /// <summary>Whether all values are there.</summary>
    private bool Fill()
    {
        try
        {
            foreach ((string name, BufferRange place) in _places.OrderBy(pair => pair.Value.Offset))
            {
                for (long at = 0; at < place.Length; at += PieceBytes)
                {
                    if (_isFreed)
                        return false;
                    var piece = new Span<byte>(_start + place.Offset + at, (int)Math.Min(PieceBytes, place.Length - at));
                    FreshMemory.Populate(piece);
                    _read(name, MemoryMarshal.Cast<byte, float>(piece), at / sizeof(float));
                }
            }
            return true;
        }
        catch (InputException)
        {
            // Whoever reads the values next finds out why.
            return false;
        }
    }
}
