using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace UNet.Vulkan.Device;

/// <summary>How wide the vectors are that Mesa's lavapipe computes with, which decides its subgroup size.</summary>
internal static partial class ProcessorVectors
{
    private const string Variable = "LP_NATIVE_VECTOR_WIDTH";

    /// <summary>
    /// Asks lavapipe for vectors of 512 bits where the processor has them: it takes 256 by itself. Whoever sets the variable
    /// has the last word. To be called before the loader loads a driver.
    /// </summary>
    public static void UseWidest()
    {
        if (OperatingSystem.IsLinux() && Avx512F.IsSupported && Environment.GetEnvironmentVariable(Variable) is null)
            _ = SetEnvironmentVariable(Variable, "512", 0);
    }

    /// <summary>Environment.SetEnvironmentVariable changes a copy that native libraries do not see.</summary>
    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironmentVariable(string name, string value, int overwrite);
}
