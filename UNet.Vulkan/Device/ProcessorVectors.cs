using System.Runtime.InteropServices;

namespace UNet.Vulkan.Device;

/// <summary>
/// How wide the vectors are that Mesa's lavapipe computes with, which decides its subgroup size, and how many registers hold one.
/// </summary>
internal static partial class ProcessorVectors
{
    private const string Variable = "LP_NATIVE_VECTOR_WIDTH";

    /// <summary>
    /// Asks lavapipe for vectors of 512 bits where the processor has them: it takes 256 by itself. Whoever sets the variable
    /// has the last word. To be called before the loader loads a driver.
    /// </summary>
    public static void UseWidest()
    {
        if (OperatingSystem.IsLinux() && Environment.GetEnvironmentVariable(Variable) is null && Has("avx512f"))
            _ = SetEnvironmentVariable(Variable, "512", 0);
    }

    /// <summary>
    /// Registers that hold a vector: 16 of x86 processors without AVX-512, 32 of those with it, whatever a vector's width, and of others.
    /// </summary>
    public static int CountRegisters()
        => RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.X86 && !Has("avx512vl") ? 16 : 32;

    /// <summary>
    /// What Linux says: a program compiled ahead of time takes <c>Avx512F.IsSupported</c> from the machine it was compiled for.
    /// </summary>
    private static bool Has(string feature)
    {
        try
        {
            return File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("flags", StringComparison.Ordinal)) is { } flags
                && flags.Split(' ').Contains(feature);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Environment.SetEnvironmentVariable changes a copy that native libraries do not see.</summary>
    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironmentVariable(string name, string value, int overwrite);
}
