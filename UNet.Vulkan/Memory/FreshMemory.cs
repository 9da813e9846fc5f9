using System.Runtime.InteropServices;

namespace UNet.Vulkan.Memory;

/// <summary>
/// Memory that nobody has touched yet. An operating system gives out its pages one by one, each when it is touched, and in a virtual
/// machine such an interruption can take ten times as long as clearing the page.
/// </summary>
internal static unsafe partial class FreshMemory
{
    /// <summary><c>MADV_POPULATE_WRITE</c> of Linux 5.14.</summary>
    private const int PopulateForWriting = 23;

    /// <summary>While a call lasts, no other thread can change what memory the process has, which compiling kernels does all the time.</summary>
    private const long BytesAtATime = 4 << 20;

    /// <summary>
    /// Asks Linux for all pages of a range in a few calls, and leaves what is in them as it is. Where that does not work, an older Linux
    /// or another system, pages come as they are touched: nothing but time depends on it.
    /// </summary>
    /// <param name="start">First byte.</param>
    /// <param name="bytes">Bytes, writable and all to be used soon.</param>
    public static void Populate(byte* start, long bytes)
    {
        // Other systems have no such call; their C libraries may know the number by another meaning.
        if (!OperatingSystem.IsLinux())
            return;
        nint page = (nint)start & ~((nint)Environment.SystemPageSize - 1);
        nint end = (nint)start + (nint)bytes;
        for (; page < end; page += (nint)BytesAtATime)
            _ = Advise(page, (nint)Math.Min(BytesAtATime, end - page), PopulateForWriting);
    }

    /// <inheritdoc cref="Populate(byte*, long)"/>
    /// <param name="memory">All bytes of the range.</param>
    public static void Populate(Span<byte> memory)
    {
        fixed (byte* start = memory)
            Populate(start, memory.Length);
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(nint start, nint length, int advice);
}
