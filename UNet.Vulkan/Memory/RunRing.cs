using UNet.Vulkan.Device;

namespace UNet.Vulkan.Memory;

/// <summary>
/// Host memory that changes with every run, one entry for each run in flight: the words of the step slot on the way in,
/// the reported values on the way out.
/// </summary>
internal sealed unsafe class RunRing : IDisposable
{
    // Entries do not share a cache line, nor the unit in which a device writes host memory.
    private const long Alignment = 256;

    private readonly long _entrySize;
    private readonly long _reportStart;

    /// <summary>Allocates the ring.</summary>
    /// <param name="device">The device.</param>
    /// <param name="entries">Runs in flight.</param>
    /// <param name="stepBytes">Bytes of the step slot; 0 where there is none.</param>
    /// <param name="reportBytes">Bytes of all reported values.</param>
    public RunRing(VulkanDevice device, int entries, long stepBytes, long reportBytes)
    {
        (_reportStart, _entrySize) = (Align(stepBytes), SizeFor(1, stepBytes, reportBytes));
        Buffer = new DeviceBuffer(device, entries * _entrySize, BufferPlace.Host, "the ring of step entries");
    }

    /// <summary>Bytes of a ring.</summary>
    public static long SizeFor(int entries, long stepBytes, long reportBytes)
        => entries * Math.Max(Align(stepBytes) + Align(reportBytes), Alignment);

    public DeviceBuffer Buffer { get; }

    /// <summary>Byte at which an entry's step words begin.</summary>
    public long StepOffset(int entry) => entry * _entrySize;

    /// <summary>Byte at which an entry's report begins.</summary>
    public long ReportOffset(int entry) => entry * _entrySize + _reportStart;

    /// <summary>An entry's step words.</summary>
    public Span<uint> Step(int entry, int words) => new(Buffer.Mapped + StepOffset(entry), words);

    /// <summary>An entry's reported values.</summary>
    public ReadOnlySpan<float> Report(int entry, int count) => new(Buffer.Mapped + ReportOffset(entry), count);

    public void Dispose() => Buffer.Dispose();

    private static long Align(long size) => (size + Alignment - 1) / Alignment * Alignment;
}
