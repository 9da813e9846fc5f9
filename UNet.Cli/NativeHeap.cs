using System.Runtime.InteropServices;

namespace UNet.Cli;

/// <summary>
/// The heap of the C library, which drivers take their memory from. glibc lets it grow by 128 KiB at a time and takes larger blocks from
/// the system each by itself; to compile kernels for a software driver asks for many of either. Each time all other threads that ask
/// the system for memory wait, such as the one that prepares the device's.
/// </summary>
internal static partial class NativeHeap
{
    // Parameters of mallopt, from glibc's malloc.h.
    private const int TrimThreshold = -1;
    private const int TopPad = -2;
    private const int MmapThreshold = -3;

    /// <summary>
    /// Has it grow in large steps, of addresses: what is not used is not taken from anybody. Does nothing where it is not glibc's.
    /// </summary>
    public static void GrowInLargeSteps()
    {
        if (!OperatingSystem.IsLinux())
            return;
        try
        {
            _ = SetOption(TopPad, 16 << 20);
            _ = SetOption(MmapThreshold, 32 << 20);
            _ = SetOption(TrimThreshold, 64 << 20);
        }
        catch (EntryPointNotFoundException)
        {
            // Another C library.
        }
    }

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int SetOption(int parameter, int value);
}
