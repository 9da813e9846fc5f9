using System.Collections.Concurrent;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text;
using Silk.NET.Vulkan;
using UNet.Shaders;
using UNet.Vulkan.Formats;
using VkDevice = Silk.NET.Vulkan.Device;

namespace UNet.Vulkan.Device;

/// <summary>
/// Kernels as shader objects (VK_EXT_shader_object), whose code a driver gives away, to be kept in files. Made for lavapipe, which puts
/// nothing into a pipeline cache: it keeps the processor's instructions in a cache of its own, but works through the SPIR-V of every
/// kernel in every process. For the longest kernels, whose loops are all unrolled, that takes 0.4 s, and their code from a file 0.02 s.
/// </summary>
/// <param name="device">The device, opened with the extension.</param>
/// <param name="folder">Where the code is kept, for this driver and others; null for nowhere.</param>
internal sealed unsafe class ShaderObjects(VulkanDevice device, string? folder)
{
    /// <summary>Bytes of files; beyond these, older ones are deleted.</summary>
    private const long MostBytes = 256 << 20;

    /// <summary>Of which the code is a multiple in memory, by the specification.</summary>
    private const int CodeAlignment = 16;

    private readonly ConcurrentDictionary<string, byte[]> _unsaved = [];

    private readonly delegate* unmanaged[Cdecl]<VkDevice, uint, ShaderCreateInfoEXT*, AllocationCallbacks*, ShaderEXT*, Result> _create
        = (delegate* unmanaged[Cdecl]<VkDevice, uint, ShaderCreateInfoEXT*, AllocationCallbacks*, ShaderEXT*, Result>)
            Function(device, "vkCreateShadersEXT");

    private readonly delegate* unmanaged[Cdecl]<VkDevice, ShaderEXT, nuint*, void*, Result> _read
        = (delegate* unmanaged[Cdecl]<VkDevice, ShaderEXT, nuint*, void*, Result>)Function(device, "vkGetShaderBinaryDataEXT");

    private readonly delegate* unmanaged[Cdecl]<CommandBuffer, uint, ShaderStageFlags*, ShaderEXT*, void> _bind
        = (delegate* unmanaged[Cdecl]<CommandBuffer, uint, ShaderStageFlags*, ShaderEXT*, void>)Function(device, "vkCmdBindShadersEXT");

    private readonly delegate* unmanaged[Cdecl]<VkDevice, ShaderEXT, AllocationCallbacks*, void> _destroy
        = (delegate* unmanaged[Cdecl]<VkDevice, ShaderEXT, AllocationCallbacks*, void>)Function(device, "vkDestroyShaderEXT");

    /// <summary>
    /// Whether kernels of a device that is opened like this should be shader objects: other drivers keep more in a pipeline cache.
    /// Validation layers may be older than the extension, and the statistics are of pipelines.
    /// </summary>
    public static bool Pay(DeviceProperties device, DeviceOptions options)
        => device is { DriverName: "llvmpipe", HasShaderObjects: true } && options is { Validation: false, KernelStatistics: false };

    /// <summary>Where their code is kept, or null where the user has no cache folder.</summary>
    /// <param name="folder">Folder to use in place of the user's cache folder.</param>
    public static string? FolderIn(string? folder = null)
    {
        folder ??= CacheFolder.Default;
        return folder is null ? null : Path.Combine(folder, "kernels");
    }

    /// <summary>Makes a kernel of its kept code, or else of its SPIR-V.</summary>
    /// <param name="kernel">The kernel.</param>
    /// <param name="create">What it is made of, with its SPIR-V.</param>
    /// <exception cref="DeviceException">The driver cannot compile it.</exception>
    public ShaderEXT Create(KernelInfo kernel, ShaderCreateInfoEXT create)
    {
        string name = NameOf(create);
        byte[] code = FileOf(name)?.Load() ?? [];
        ShaderEXT shader;
        if (code.Length > 0)
        {
            ShaderCreateInfoEXT kept = create;
            kept.CodeType = ShaderCodeTypeEXT.BinaryExt;
            kept.CodeSize = (nuint)code.Length;
            kept.PCode = NativeMemory.AlignedAlloc(kept.CodeSize, CodeAlignment);
            code.CopyTo(new Span<byte>(kept.PCode, code.Length));
            Result result = _create(device.Handle, 1, &kept, null, &shader);
            NativeMemory.AlignedFree(kept.PCode);
            if (result == Result.Success)
                return shader;
        }
        _create(device.Handle, 1, &create, null, &shader).Check(device.Name, $"compiling '{kernel}'");
        nuint size = 0;
        if (folder is null || _read(device.Handle, shader, &size, null) != Result.Success)
            return shader;
        code = new byte[size];
        fixed (byte* first = code)
        {
            if (_read(device.Handle, shader, &size, first) == Result.Success)
                _unsaved[name] = code;
        }
        return shader;
    }

    /// <summary>Makes dispatches recorded from here on run a kernel.</summary>
    public void Bind(CommandBuffer commands, ShaderEXT shader)
    {
        ShaderStageFlags stage = ShaderStageFlags.ComputeBit;
        _bind(commands, 1, &stage, &shader);
    }

    /// <summary>Frees a kernel.</summary>
    public void Destroy(ShaderEXT shader) => _destroy(device.Handle, shader, null);

    /// <summary>Stores code that no file has yet.</summary>
    public void Save()
    {
        if (_unsaved.IsEmpty)
            return;
        foreach (string name in _unsaved.Keys)
        {
            if (_unsaved.TryRemove(name, out byte[]? code))
                FileOf(name)?.Store(code);
        }
        Trim(folder!, MostBytes);
    }

    /// <summary>Deletes the files that were written first, for those that stay to have so many bytes at most.</summary>
    internal static void Trim(string folder, long mostBytes)
    {
        try
        {
            long bytes = 0;
            foreach (FileInfo file in new DirectoryInfo(folder).GetFiles().OrderByDescending(file => file.LastWriteTimeUtc))
            {
                bytes += file.Length;
                if (bytes > mostBytes)
                    file.Delete();
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Another process may be doing the same.
        }
    }

    private static nint Function(VulkanDevice device, string name) => (nint)device.Vk.GetDeviceProcAddr(device.Handle, name).Handle;

    private DriverCacheFile? FileOf(string name) => folder is null ? null : new(Path.Combine(folder, name));

    /// <summary>
    /// Of all that the code depends on. The driver refuses code of its other versions, but perhaps not of other builds of one; the name of
    /// the device states how wide its vectors are.
    /// </summary>
    private string NameOf(in ShaderCreateInfoEXT create)
    {
        XxHash128 hash = new();
        DeviceProperties properties = device.Properties;
        hash.Append(properties.PipelineCacheUuid.ToByteArray());
        hash.Append(Encoding.UTF8.GetBytes($"{properties.Name} {properties.DriverInfo} {properties.SubgroupSize} {create.Flags}"));
        hash.Append(new ReadOnlySpan<byte>(create.PCode, (int)create.CodeSize));
        if (create.PSpecializationInfo is not null)
            hash.Append(new ReadOnlySpan<byte>(create.PSpecializationInfo->PData, (int)create.PSpecializationInfo->DataSize));
        return Convert.ToHexStringLower(hash.GetCurrentHash()) + ".bin";
    }
}
