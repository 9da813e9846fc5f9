using System.Globalization;
using System.Runtime.InteropServices;
using UNet.Vulkan.Memory;
using Xunit;

namespace UNet.Tests.Memory;

public sealed unsafe class FreshMemoryTests
{
    private const int Pages = 16_000;

    [Fact]
    public void MemoryIsLeftAsItIs()
    {
        byte[] bytes = [.. Enumerable.Range(0, 20_000_000).Select(i => (byte)(i * 7))];
        byte[] same = [.. bytes];
        foreach ((int start, int length) in new[] { (0, 20_000_000), (1, 9_000_001), (4095, 2), (5, 0) })
            FreshMemory.Populate(same.AsSpan(start, length));
        Assert.True(bytes.AsSpan().SequenceEqual(same));
    }

    [Fact]
    public void PopulatedMemoryIsTouchedWithoutAnInterruption()
    {
        Assert.SkipUnless(
            OperatingSystem.IsLinux() && Environment.OSVersion.Version >= new Version(5, 14),
            "Only Linux, from 5.14 on, gives out pages at once.");
        int page = Environment.SystemPageSize;
        byte* memory = (byte*)NativeMemory.Alloc((nuint)Pages, (nuint)page);
        try
        {
            FreshMemory.Populate(memory, (long)Pages * page);
            long before = Faults();
            for (long i = 0; i < Pages; i++)
                memory[i * page] = 1;
            Assert.InRange(Faults() - before, 0, Pages / 10);
        }
        finally
        {
            NativeMemory.Free(memory);
        }
    }

    /// <summary>How often this thread touched a page that was not there: field 10 of what Linux tells of it.</summary>
    private static long Faults()
        => long.Parse(File.ReadAllText("/proc/thread-self/stat").Split(") ")[^1].Split(' ')[7], CultureInfo.InvariantCulture);
}
