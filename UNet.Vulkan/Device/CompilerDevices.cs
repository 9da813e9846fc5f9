using System.Collections.Concurrent;
using System.Collections.Immutable;
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

    /// <summary>Whether they help: Mesa has a cache, without which all work would be done twice, and there is more than one processor.</summary>
    public static bool Pay => Environment.ProcessorCount > 1 && HasCache();

    /// <summary>Compiles kernels, in this order; does nothing where that would not help.</summary>
    /// <returns>How many were compiled.</returns>
    public int Compile(ImmutableArray<(KernelInfo Kernel, ImmutableArray<uint> Constants)> kernels)
    {
        if (kernels.Length < 2 || !Pay)
            return 0;
        int compiled = 0;
        ConcurrentQueue<(KernelInfo Kernel, ImmutableArray<uint> Constants)> queue = new(kernels);
        // Threads of their own: on a pool's, which are as many as processors, whatever else is due would wait meanwhile.
        Thread[] threads = new Thread[Math.Min(Environment.ProcessorCount, kernels.Length)];
        for (int i = 0; i < threads.Length; i++)
        {
            threads[i] = new(() => Interlocked.Add(ref compiled, CompileFrom(queue))) { IsBackground = true };
            threads[i].Start();
        }
        foreach (Thread thread in threads)
            thread.Join();
        return compiled;
    }

    /// <summary>Frees the devices.</summary>
    public void Dispose()
    {
        while (_idle.TryTake(out VulkanDevice? compiler))
            compiler.Dispose();
    }

    private int CompileFrom(ConcurrentQueue<(KernelInfo Kernel, ImmutableArray<uint> Constants)> queue)
    {
        int compiled = 0;
        VulkanDevice? compiler = null;
        try
        {
            while (queue.TryDequeue(out (KernelInfo Kernel, ImmutableArray<uint> Constants) kernel))
            {
                compiler ??= _idle.TryTake(out VulkanDevice? idle) ? idle : device.OpenAgain();
                compiler.Pipelines.Compile(kernel.Kernel, kernel.Constants);
                compiled++;
            }
        }
        catch (DeviceException)
        {
            // The device itself compiles what it must, and tells what is wrong.
        }
        if (compiler is not null)
            _idle.Add(compiler);
        return compiled;
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
