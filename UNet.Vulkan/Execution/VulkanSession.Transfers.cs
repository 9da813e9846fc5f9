using System.Buffers;
using System.Runtime.InteropServices;
using UNet.Shaders;
using UNet.Vulkan.Device;
using UNet.Vulkan.Formats;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Memory;
using UNet.Vulkan.Planning;

namespace UNet.Vulkan.Execution;

/// <content>Values in and out, and checks of arguments.</content>
public sealed partial class VulkanSession
{
    /// <inheritdoc/>
    /// <exception cref="DeviceException">The device failed.</exception>
    public override void Write(Value value, ReadOnlySpan<float> elements, long start = 0)
        => Write(value, ElementType.Float32, elements, start);

    /// <inheritdoc/>
    /// <exception cref="DeviceException">The device failed.</exception>
    public override void Write(Value value, ReadOnlySpan<uint> elements, long start = 0)
        => Write(value, ElementType.UInt32, elements, start);

    /// <inheritdoc/>
    /// <exception cref="DeviceException">The device failed.</exception>
    public override void Write(Value value, SpanAction<float, long> write)
    {
        Unprepare(value);
        BufferRange range = Part(value, ElementType.Float32, 0, value.Shape.Length);
        _staging.Write(
            _arenas[range], range.Offset, range.Length,
            (piece, start) => write(MemoryMarshal.Cast<byte, float>(piece), start / sizeof(float)));
    }

    /// <inheritdoc/>
    /// <exception cref="DeviceException">The device failed.</exception>
    public override void Read(Value value, Span<float> elements, long start = 0)
        => Read(value, ElementType.Float32, elements, start);

    /// <inheritdoc/>
    /// <exception cref="DeviceException">The device failed.</exception>
    public override void Read(Value value, Span<uint> elements, long start = 0)
        => Read(value, ElementType.UInt32, elements, start);

    /// <inheritdoc/>
    public override string? FindStrayWrite()
    {
        if (!_isPoisoned)
            return null;
        _device.WaitIdle();
        for (int arena = 0; arena < _plan.ArenaSizes.Length; arena++)
        {
            byte[] bytes = new byte[_plan.ArenaSizes[arena]];
            _staging.Read(_arenas.Buffers[arena], 0, bytes);
            long end = 0;
            foreach (BufferRange range in _plan.Ranges.Values.Where(range => range.Arena == arena)
                .OrderBy(range => range.Offset).Append(new BufferRange(arena, bytes.Length, 0)))
            {
                // Poison comes in words; the first word after a value may begin with the value's last bytes.
                for (long at = (end + 3) / 4 * 4; at + 4 <= range.Offset; at += 4)
                {
                    if (BitConverter.ToUInt32(bytes, (int)at) != Arenas.Poison)
                    {
                        string before = _plan.Ranges.Where(pair => pair.Value.Arena == arena && pair.Value.End <= at)
                            .MaxBy(pair => pair.Value.End).Key?.Name ?? "the first value";
                        return $"byte {at} of arena {arena}, {at - end} bytes behind {before}, was overwritten";
                    }
                }
                end = Math.Max(end, range.End);
            }
        }
        return null;
    }

    private void Write<T>(Value value, ElementType element, ReadOnlySpan<T> elements, long start) where T : unmanaged
    {
        BufferRange range = Part(value, element, start, elements.Length);
        Unprepare(value);
        foreach (Range piece in new SpanPieces(elements.Length))
            _staging.Write(MemoryMarshal.AsBytes(elements[piece]), _arenas[range], StartOf(piece, range, element));
    }

    private void Read<T>(Value value, ElementType element, Span<T> elements, long start) where T : unmanaged
    {
        BufferRange range = Part(value, element, start, elements.Length);
        foreach (Range piece in new SpanPieces(elements.Length))
            _staging.Read(_arenas[range], StartOf(piece, range, element), MemoryMarshal.AsBytes(elements[piece]));
    }

    private static long StartOf(Range piece, BufferRange range, ElementType element)
        => range.Offset + (long)piece.Start.Value * element.SizeInBytes();

    /// <summary>The bytes of some elements of a kept value.</summary>
    private BufferRange Part(Value value, ElementType element, long start, long count)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        Require(value, element, start, count);
        return Part(value, start, count);
    }

    private BufferRange Part(Value value, long start, long count)
    {
        RequireElements(value, start, count);
        int size = value.Element.SizeInBytes();
        BufferRange whole = Locate(value);
        return new(whole.Arena, whole.Offset + start * size, count * size);
    }

    /// <summary>Where a value begins; a part of a value may be known through its whole only.</summary>
    private BufferRange Locate(Value value)
    {
        if (_plan.Ranges.TryGetValue(value, out BufferRange range))
            return range;
        if (value.Whole is Value whole && _plan.Ranges.TryGetValue(whole, out BufferRange outer))
            return new(outer.Arena, outer.Offset + value.Start * whole.Element.SizeInBytes(), value.SizeInBytes);
        throw new ArgumentException($"The value '{value.Name}' is not in the session's schedule.", nameof(value));
    }

    private BufferRange LocateReported(Value value)
    {
        if (value.Element != ElementType.Float32 || !value.IsKept)
            throw new ArgumentException(
                $"The value '{value.Name}' cannot be reported: "
                + "it must be a kept one of type Float32.", nameof(value));
        return Locate(value) with { Length = value.SizeInBytes };
    }

    private void CheckCopy(in SlotCopy copy)
    {
        Require(copy);
        (BufferRange source, BufferRange destination) = Ranges(copy);
        if (source.Overlaps(destination))
            throw new ArgumentException($"A copy from '{copy.Source.Name}' to '{copy.Destination.Name}' overlaps itself.", nameof(copy));
    }

    private (BufferRange Source, BufferRange Destination) Ranges(in SlotCopy copy)
        => (Part(copy.Source, copy.SourceStart, copy.Count), Part(copy.Destination, copy.DestinationStart, copy.Count));

    /// <summary>Whether a copy must wait for an earlier one of the same prologue.</summary>
    private bool TouchesEarlier(BufferRange source, BufferRange destination, ReadOnlySpan<SlotCopy> earlier)
    {
        foreach (ref readonly SlotCopy copy in earlier)
        {
            (BufferRange read, BufferRange written) = Ranges(copy);
            if (written.Overlaps(source) || written.Overlaps(destination) || read.Overlaps(destination))
                return true;
        }
        return false;
    }
}
