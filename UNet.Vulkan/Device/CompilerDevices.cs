using System.Collections.Concurrent;
using System.Collections.Immutable;
using Silk.NET.Vulkan;
using UNet.Shaders;

namespace UNet.Vulkan.Device;

/// <summary>
/// More devices of lavapipe beside one, for all processors to compile its kernels: lavapipe hands a kernel to LLVM when it is first
/// dispatched, in the thread of the device's queue, one after the other. What comes of it lies in Mesa's cache, where the device finds it.
/// A kernel of no workgroups is compiled like any other.
/// </summary>
/// <param name="device">The device that runs the kernels.</param>
internal sealed class CompilerDevices(VulkanDevice device) : IDisposable
{
    /// <summary>How Mesa's cache is called, by its versions.</summary>
    private static readonly string[] CacheNames = ["mesa_shader_cache_db", "mesa_shader_cache"];

    private readonly ConcurrentBag<VulkanDevice> _idle = [];

    /// <summary>Whether Mesa has a cache, without which all work would be done twice, and there is more than one processor.</summary>
    public static bool Help => Environment.ProcessorCount > 1 && HasCache();

    /// <summary>Compiles kernels, in this order; does nothing where that would not help.</summary>
    /// <returns>How many were compiled.</returns>
    public int Compile(ImmutableArray<(KernelInfo Kernel, ImmutableArray<uint> Constants)> kernels)
    {
        if (kernels.Length < 2 || !Help)
            return 0;
        int compiled = 0;
        var queue = Partitioner.Create(kernels, EnumerablePartitionerOptions.NoBuffering);
        try
        {
            Parallel.ForEach(queue, kernel =>
            {
                VulkanDevice compiler = _idle.TryTake(out VulkanDevice? idle) ? idle : device.OpenAgain();
                try
                {
                    compiler.Pipelines.Compile(kernel.Kernel, kernel.Constants);
                    Interlocked.Increment(ref compiled);
                }
                finally
                {
                    _idle.Add(compiler);
                }
            });
        }
        catch (AggregateException exception) when (exception.InnerExceptions.All(inner => inner is DeviceException))
        {
            // The device itself compiles what it must, and tells what is wrong.
        }
        return compiled;
    }

    /// <summary>Frees the devices.</summary>
    public void Dispose()
    {
        while (_idle.TryTake(out VulkanDevice? compiler))
            compiler.Dispose();
    }

    private static bool HasCache()
    {
        if (Environment.GetEnvironmentVariable("MESA_SHADER_CACHE_DISABLE") is not (null or "" or "0" or "false"))
            return false;
        string folder = Stated("MESA_SHADER_CACHE_DIR") ?? Stated("XDG_CACHE_HOME")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
        // It makes one as soon as devices are listed.
        return CacheNames.Any(name => Directory.Exists(Path.Combine(folder, name)));

        static string? Stated(string variable)
            => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } stated ? stated : null;
    }
}
