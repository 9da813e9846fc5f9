using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text;
using Silk.NET.Vulkan;
using UNet.Shaders;
using VkDevice = Silk.NET.Vulkan.Device;

namespace UNet.Vulkan.Device;

/// <summary>
/// Kernels as shader objects (VK_EXT_shader_object), whose code a driver gives away, to be kept in files. Made for lavapipe, which puts
/// nothing into a pipeline cache: it keeps the processor's instructions in a cache of its own, but works through the SPIR-V of every
/// kernel in every process. For the longest kernels, whose loops are all unrolled, that takes 0.4 s, and their code from a file 0.02 s.
/// </summary>
/// <param name="device">The device, opened with the extension.</param>
/// <param name="kept">Where the code is kept; null for nowhere.</param>
internal sealed unsafe class ShaderObjects(VulkanDevice device, ShaderCodeFolder? kept)
{
    /// <summary>Of which the address of the code is a multiple, by the specification.</summary>
    private const int CodeAlignment = 16;

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

    /// <summary>Makes a kernel of its kept code, or else of its SPIR-V.</summary>
    /// <param name="kernel">The kernel.</param>
    /// <param name="create">What it is made of, with its SPIR-V.</param>
    /// <returns>The kernel, and its code if that is new and will be kept.</returns>
    /// <exception cref="DeviceException">The driver cannot compile it.</exception>
    public (ShaderEXT Shader, byte[] NewCode) Create(KernelInfo kernel, ShaderCreateInfoEXT create)
    {
        string name = NameOf(create);
        if (kept?.Find(name) is { Length: > 0 } code && CreateOf(code, create) is ShaderEXT found)
            return (found, []);
        ShaderEXT shader;
        _create(device.Handle, 1, &create, null, &shader).Check(device.Name, $"compiling '{kernel}'");
        code = kept is null ? [] : CodeOf(shader);
        if (code.Length > 0)
            kept!.Add(name, code);
        return (shader, code);
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
    public void Save() => kept?.Save();

    private static nint Function(VulkanDevice device, string name) => (nint)device.Vk.GetDeviceProcAddr(device.Handle, name).Handle;

    /// <summary>Makes a kernel of its code; null where the driver refuses that.</summary>
    private ShaderEXT? CreateOf(byte[] code, ShaderCreateInfoEXT create)
    {
        create.CodeType = ShaderCodeTypeEXT.BinaryExt;
        create.CodeSize = (nuint)code.Length;
        create.PCode = NativeMemory.AlignedAlloc(create.CodeSize, CodeAlignment);
        try
        {
            code.CopyTo(new Span<byte>(create.PCode, code.Length));
            ShaderEXT shader;
            return _create(device.Handle, 1, &create, null, &shader) == Result.Success ? shader : null;
        }
        finally
        {
            NativeMemory.AlignedFree(create.PCode);
        }
    }

    /// <summary>The code of a kernel; empty where the driver does not give it away.</summary>
    private byte[] CodeOf(ShaderEXT shader)
    {
        nuint size = 0;
        if (_read(device.Handle, shader, &size, null) != Result.Success)
            return [];
        byte[] code = new byte[size];
        fixed (byte* first = code)
            return _read(device.Handle, shader, &size, first) == Result.Success ? code : [];
    }

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
        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }
}
