using System.Buffers;
using System.Runtime.ExceptionServices;
using UNet.Shaders;
using UNet.Vulkan.Device;

namespace UNet.Vulkan.Memory;

/// <summary>
/// Carries bytes between the processor and the arenas, in chunks through host-visible memory, and waits for each. What the processor
/// writes into memory that it shares with the device, it writes at once.
/// </summary>
internal sealed unsafe class Staging : IDisposable
{
    private const long ChunkSize = 16L << 20;

    /// <summary>Of large transfers each processor copies such pieces: memory that is touched for the first time is slow to come.</summary>
    private const int PieceSize = 1 << 20;

    private readonly VulkanDevice _device;
    private readonly CommandBuffers _pool;
    private readonly Timeline _timeline;
    private readonly DeviceBuffer _buffer;
    private readonly Silk.NET.Vulkan.CommandBuffer _commands;
    private ulong _transfers;
    private long _finished = -1;

    /// <summary>Allocates the chunk.</summary>
    /// <param name="device">The device.</param>
    /// <param name="pool">Gives the command buffer, and frees it.</param>
    /// <param name="largest">Bytes of the largest transfer that will be asked for; the chunk need not be larger.</param>
    public Staging(VulkanDevice device, CommandBuffers pool, long largest)
    {
        (_device, _pool) = (device, pool);
        _commands = pool.Allocate();
        _timeline = new Timeline(device);
        try
        {
            _buffer = new DeviceBuffer(device, SizeFor(largest), BufferPlace.Host, "the staging buffer");
        }
        catch
        {
            _timeline.Dispose();
            throw;
        }
    }

    /// <summary>Bytes of the chunk where no transfer is larger than <paramref name="largest"/>.</summary>
    public static long SizeFor(long largest) => Math.Clamp(largest, 16, ChunkSize);

    /// <summary>Copies bytes to the device, and waits. Everything submitted before is done first.</summary>
    public void Write(ReadOnlySpan<byte> bytes, DeviceBuffer destination, long start)
    {
        if (destination.Mapped is not null)
        {
            FinishAll();
            if (bytes.Length > PieceSize)
                CopyInPieces(bytes, destination.Mapped + start);
            else
                bytes.CopyTo(new Span<byte>(destination.Mapped + start, bytes.Length));
            return;
        }
        while (!bytes.IsEmpty)
        {
            int count = (int)Math.Min(bytes.Length, _buffer.Size);
            bytes[..count].CopyTo(new Span<byte>(_buffer.Mapped, count));
            Begin();
            _pool.Copy(_commands, _buffer, 0, destination, start, count);
            Finish();
            bytes = bytes[count..];
            start += count;
        }
    }

    /// <summary>
    /// Has bytes written piece by piece, to their place where the processor sees it, by all processors, else to the chunk, and waits.
    /// Everything submitted before is done first.
    /// </summary>
    /// <param name="destination">The buffer.</param>
    /// <param name="start">The first byte to write.</param>
    /// <param name="bytes">How many, a multiple of 4.</param>
    /// <param name="write">
    /// Fills a piece, of a multiple of 4 bytes, with those from a given one on, counted from <paramref name="start"/>.
    /// </param>
    public void Write(DeviceBuffer destination, long start, long bytes, SpanAction<byte, long> write)
    {
        if (destination.Mapped is not null)
        {
            FinishAll();
            WriteInPieces(destination.Mapped + start, bytes, write);
            return;
        }
        long most = _buffer.Size / sizeof(uint) * sizeof(uint);
        for (long at = 0; at < bytes; at += most)
        {
            int count = (int)Math.Min(most, bytes - at);
            write(new Span<byte>(_buffer.Mapped, count), at);
            Begin();
            _pool.Copy(_commands, _buffer, 0, destination, start + at, count);
            Finish();
        }
    }

    /// <summary>Copies bytes from the device, and waits. Everything submitted before is done first.</summary>
    public void Read(DeviceBuffer source, long start, Span<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            int count = (int)Math.Min(bytes.Length, _buffer.Size);
            Begin();
            _pool.Copy(_commands, source, start, _buffer, 0, count);
            Finish();
            new ReadOnlySpan<byte>(_buffer.Mapped, count).CopyTo(bytes);
            bytes = bytes[count..];
            start += count;
        }
    }

    /// <summary>Fills parts of buffers, of whole words, with one word, and waits.</summary>
    public void Fill(IEnumerable<(DeviceBuffer Buffer, long Start, long Bytes)> parts, uint word)
    {
        Begin();
        foreach ((DeviceBuffer buffer, long start, long bytes) in parts)
            _pool.Fill(_commands, buffer, start, bytes, word);
        Finish();
    }

    public void Dispose()
    {
        _buffer.Dispose();
        _timeline.Dispose();
    }

    private static void CopyInPieces(ReadOnlySpan<byte> bytes, byte* destination)
    {
        fixed (byte* first = bytes)
        {
            nint from = (nint)first;
            WriteInPieces(destination, bytes.Length, (piece, at) => new ReadOnlySpan<byte>((byte*)from + at, piece.Length).CopyTo(piece));
        }
    }

    /// <summary>What <paramref name="write"/> throws is thrown once no other piece is being written.</summary>
    private static void WriteInPieces(byte* destination, long bytes, SpanAction<byte, long> write)
    {
        nint to = (nint)destination;
        ExceptionDispatchInfo? failure = null;
        Parallel.For(0, (bytes + PieceSize - 1) / PieceSize, (piece, state) =>
        {
            long at = piece * PieceSize;
            try
            {
                write(new Span<byte>((byte*)to + at, (int)Math.Min(PieceSize, bytes - at)), at);
            }
            catch (Exception exception)
            {
                failure ??= ExceptionDispatchInfo.Capture(exception);
                state.Stop();
            }
        });
        failure?.Throw();
    }

    /// <summary>Waits for everything submitted. Mostly one write follows another: a model's parameters are many.</summary>
    private void FinishAll()
    {
        if (_device.Submissions == _finished)
            return;
        Begin();
        Finish();
    }

    private void Begin()
    {
        _pool.Begin(_commands, Silk.NET.Vulkan.CommandBufferUsageFlags.OneTimeSubmitBit);
        _pool.FullBarrier(_commands);
    }

    private void Finish()
    {
        _pool.HostBarrier(_commands);
        _pool.End(_commands);
        _device.Submit([_commands], _timeline, ++_transfers);
        // What other sessions start does not touch this one's memory.
        long started = _device.Submissions;
        _timeline.Wait(_transfers);
        _finished = started;
    }
}
