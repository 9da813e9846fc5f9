using System.Runtime.InteropServices;

namespace UNet.Vulkan.Memory;

/// <summary>
/// Memory that nobody has touched yet, or that nobody needs any more. An operating system gives out its pages one by one, each when it is
/// touched, and in a virtual machine such an interruption can take ten times as long as clearing the page.
/// </summary>
internal static unsafe partial class FreshMemory
{
    /// <summary><c>MADV_POPULATE_WRITE</c> of Linux 5.14.</summary>
    private const int PopulateForWriting = 23;

    /// <summary><c>MADV_DONTNEED</c>.</summary>
    private const int GiveUp = 4;

    /// <summary>
    /// While a call lasts, no other thread can change what memory the process has, which compiling kernels does all the time.
    /// </summary>
    private const long BytesAtATime = 4 << 20;

    /// <summary>
    /// Asks Linux for all pages of a range in a few calls, and leaves what is in them as it is. Where that does not work, an older Linux
    /// or another system, pages come as they are touched: nothing but time depends on it.
    /// </summary>
    /// <param name="start">First byte.</param>
    /// <param name="bytes">Bytes, writable and all to be used soon.</param>
    public static void Populate(byte* start, long bytes)
    {
        nint page = (nint)start & ~((nint)Environment.SystemPageSize - 1);
        AdviseInPieces(page, (nint)start + (nint)bytes - page, PopulateForWriting);
    }

    /// <summary>
    /// Gives the pages of a range back before it is freed at once, which would keep all other threads from asking for memory meanwhile.
    /// </summary>
    /// <param name="start">First byte.</param>
    /// <param name="bytes">Bytes whose content nobody needs any more.</param>
    public static void GiveBack(byte* start, long bytes)
    {
        nint mask = Environment.SystemPageSize - 1;
        nint page = ((nint)start + mask) & ~mask;
        AdviseInPieces(page, (((nint)start + (nint)bytes) & ~mask) - page, GiveUp);
    }

    private static void AdviseInPieces(nint start, nint length, int advice)
    {
        // Other systems have no such calls; their C libraries may know the numbers by another meaning.
        if (!OperatingSystem.IsLinux())
            return;
        for (nint at = 0; at < length; at += (nint)BytesAtATime)
            _ = Advise(start + at, (nint)Math.Min(BytesAtATime, length - at), advice);
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
