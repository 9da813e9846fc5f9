namespace UNet.Tests;

/// <summary>Bytes that a thread takes from the managed heap, for tests that say it takes none.</summary>
internal static class AllocatedBytes
{
    /// <summary>
    /// Bytes so far, from which to measure. The runtime hands out memory to a thread in blocks, and a collection that another
    /// thread brings about can count the unused rest of a block, less than 8 KiB, as taken. A collection first leaves no rest.
    /// </summary>
    public static long Start()
    {
        GC.Collect();
        return SoFar;
    }

    /// <summary>Bytes so far.</summary>
    public static long SoFar => GC.GetAllocatedBytesForCurrentThread();
}
