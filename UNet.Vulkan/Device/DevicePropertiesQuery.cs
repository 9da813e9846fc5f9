using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Silk.NET.Core;
using Silk.NET.Vulkan;

namespace UNet.Vulkan.Device;

/// <summary>Reads <see cref="DeviceProperties"/> from a Vulkan device.</summary>
internal static unsafe partial class DevicePropertiesQuery
{
    public const string CooperativeMatrix = "VK_KHR_cooperative_matrix";
    public const string HostMemory = "VK_EXT_external_memory_host";
    public const string ShaderObjects = "VK_EXT_shader_object";

    /// <summary>The oldest version of Mesa whose lavapipe was seen to run every kernel to its end; that of 24.0 was seen not to.</summary>
    private static readonly Version OldestLavapipe = new(25, 0);

    /// <summary>
    /// A device's entry in the list: its properties, and whether this library can use it. One whose driver fails hides no other.
    /// </summary>
    public static ListedDevice List(Vk vk, PhysicalDevice device, int index)
    {
        PhysicalDeviceProperties basic;
        vk.GetPhysicalDeviceProperties(device, &basic);
        var version = (Version32)basic.ApiVersion;
        if (basic.ApiVersion < (uint)VulkanInstance.MinimumVersion)
        {
            return new(index, ReadBasic(basic),
                $"it has Vulkan {version.Major}.{version.Minor}, and 1.2 is the least; "
                    + "update its driver, or choose another device with --device.");
        }
        try
        {
            DeviceProperties properties = Read(vk, device, basic);
            return new(
                index, properties,
                FindQueueFamily(vk, device) is null
                    ? "it has no queue for compute; choose another device with --device."
                    : RefusalOf(properties));
        }
        catch (DeviceException exception)
        {
            return new(index, ReadBasic(basic), exception.Message);
        }
    }

    /// <summary>Why this library cannot use a device of such properties, as the end of a sentence, or null.</summary>
    public static string? RefusalOf(DeviceProperties device)
    {
        if (device.MaxStorageBuffers < DeviceProperties.Minimum.MaxStorageBuffers)
        {
            return $"its kernels bind {device.MaxStorageBuffers} buffers at most, and "
                + $"{DeviceProperties.Minimum.MaxStorageBuffers} is the least; choose another device with --device.";
        }

        // As many loops as there are, one after the other or one in the other, share these turns.
        return device.DriverName == "llvmpipe" && MesaVersion().Match(device.DriverInfo) is { Success: true } match
            && Version.Parse(match.Groups[1].ValueSpan) is { } mesa && mesa < OldestLavapipe
                ? $"lavapipe of Mesa {mesa} ends the loops of a kernel after 65535 turns, so that results would be wrong; "
                    + $"update it to Mesa {OldestLavapipe} or newer, or choose another device with --device."
                : null;
    }

    /// <summary>
    /// The queue family that runs compute shaders, and the valid bits of its timestamps. One without graphics is
    /// preferred: long work there does not hold up the desktop.
    /// </summary>
    public static (uint Index, int TimestampBits)? FindQueueFamily(Vk vk, PhysicalDevice device)
    {
        uint count = 0;
        vk.GetPhysicalDeviceQueueFamilyProperties(device, &count, null);
        var families = new QueueFamilyProperties[count];
        fixed (QueueFamilyProperties* first = families)
            vk.GetPhysicalDeviceQueueFamilyProperties(device, &count, first);
        int best = -1;
        for (int i = 0; i < count; i++)
        {
            if (!families[i].QueueFlags.HasFlag(QueueFlags.ComputeBit) || families[i].QueueCount == 0)
                continue;
            if (best < 0
                || (!families[i].QueueFlags.HasFlag(QueueFlags.GraphicsBit) && families[best].QueueFlags.HasFlag(QueueFlags.GraphicsBit)))
                best = i;
        }
        return best < 0 ? null : ((uint)best, (int)families[best].TimestampValidBits);
    }

    /// <summary>Names of the device's extensions.</summary>
    public static HashSet<string> ListExtensions(Vk vk, PhysicalDevice device)
    {
        uint count = 0;
        vk.EnumerateDeviceExtensionProperties(device, (byte*)null, &count, null).Check("the device", "listing extensions");
        var listed = new ExtensionProperties[count];
        fixed (ExtensionProperties* first = listed)
            vk.EnumerateDeviceExtensionProperties(device, (byte*)null, &count, first).Check("the device", "listing extensions");
        return Names(listed.AsSpan(0, (int)count));
    }

    /// <summary>The names in a list of extensions.</summary>
    public static HashSet<string> Names(ReadOnlySpan<ExtensionProperties> extensions)
    {
        HashSet<string> names = new(StringComparer.Ordinal);
        fixed (ExtensionProperties* first = extensions)
        {
            for (int i = 0; i < extensions.Length; i++)
                names.Add(Marshal.PtrToStringUTF8((nint)first[i].ExtensionName) ?? "");
        }
        return names;
    }

    private static DeviceProperties ReadBasic(in PhysicalDeviceProperties basic)
    {
        var version = (Version32)basic.ApiVersion;
        PhysicalDeviceLimits limits = basic.Limits;
        fixed (byte* name = basic.DeviceName, uuid = basic.PipelineCacheUuid)
        {
            return new()
            {
                Name = Marshal.PtrToStringUTF8((nint)name) ?? "",
                Type = basic.DeviceType switch
                {
                    PhysicalDeviceType.DiscreteGpu => DeviceType.Discrete,
                    PhysicalDeviceType.IntegratedGpu => DeviceType.Integrated,
                    PhysicalDeviceType.VirtualGpu => DeviceType.Virtual,
                    PhysicalDeviceType.Cpu => DeviceType.Software,
                    _ => DeviceType.Other,
                },
                DriverVersion = basic.DriverVersion,
                ApiVersion = new((int)version.Major, (int)version.Minor, (int)version.Patch),
                VendorId = basic.VendorID,
                DeviceId = basic.DeviceID,
                PipelineCacheUuid = new Guid(new ReadOnlySpan<byte>(uuid, 16), bigEndian: true),
                MaxStorageBufferRange = limits.MaxStorageBufferRange,
                MinStorageBufferOffsetAlignment = (int)limits.MinStorageBufferOffsetAlignment,
                MaxStorageBuffers = Math.Min(limits.MaxPerStageDescriptorStorageBuffers, limits.MaxDescriptorSetStorageBuffers),
                MaxWorkgroupInvocations = limits.MaxComputeWorkGroupInvocations,
                MaxWorkgroupCountX = limits.MaxComputeWorkGroupCount[0],
                MaxWorkgroupCountY = limits.MaxComputeWorkGroupCount[1],
                MaxWorkgroupCountZ = limits.MaxComputeWorkGroupCount[2],
                MaxSharedMemory = (int)limits.MaxComputeSharedMemorySize,
                MaxPushConstants = (int)limits.MaxPushConstantsSize,
            };
        }
    }

    private static DeviceProperties Read(Vk vk, PhysicalDevice device, in PhysicalDeviceProperties basic)
    {
        // maxBufferSize came with 1.3; before, maxMemoryAllocationSize is the only bound.
        PhysicalDeviceVulkan13Properties core13 = new()
        {
            SType = StructureType.PhysicalDeviceVulkan13Properties,
            MaxBufferSize = ulong.MaxValue,
        };
        bool has13 = HasVulkan13(basic.ApiVersion);
        PhysicalDeviceVulkan12Properties core12 = new()
        {
            SType = StructureType.PhysicalDeviceVulkan12Properties,
            PNext = has13 ? &core13 : null,
        };
        PhysicalDeviceVulkan11Properties core11 = new() { SType = StructureType.PhysicalDeviceVulkan11Properties, PNext = &core12 };
        PhysicalDeviceProperties2 properties = new() { SType = StructureType.PhysicalDeviceProperties2, PNext = &core11 };
        vk.GetPhysicalDeviceProperties2(device, &properties);

        HashSet<string> extensions = ListExtensions(vk, device);
        var features = new DeviceFeatureChain();
        features.Query(vk, device, has13, extensions);

        PhysicalDeviceMemoryProperties memory;
        vk.GetPhysicalDeviceMemoryProperties(device, &memory);
        long deviceMemory = 0;
        for (int i = 0; i < memory.MemoryHeapCount; i++)
        {
            if (memory.MemoryHeaps[i].Flags.HasFlag(MemoryHeapFlags.DeviceLocalBit))
                deviceMemory = Math.Max(deviceMemory, Clamp(memory.MemoryHeaps[i].Size));
        }

        const SubgroupFeatureFlags Broadcasts = SubgroupFeatureFlags.BasicBit | SubgroupFeatureFlags.BallotBit;
        int timestampBits = FindQueueFamily(vk, device)?.TimestampBits ?? 0;
        DeviceProperties common = ReadBasic(basic);
        return common with
        {
            DriverName = Marshal.PtrToStringUTF8((nint)core12.DriverName) ?? "",
            DriverInfo = Marshal.PtrToStringUTF8((nint)core12.DriverInfo) ?? "",
            DeviceMemory = deviceMemory,
            MaxAllocationSize = Math.Min(Clamp(core11.MaxMemoryAllocationSize), Clamp(core13.MaxBufferSize)),
            SubgroupSize = (int)core11.SubgroupSize,
            VectorRegisters = common.IsSoftware ? ProcessorVectors.CountRegisters() : 32,
            MaxWorkgroupSubgroups = core13.MaxComputeWorkgroupSubgroups,
            ComputeUnits = CountComputeUnits(vk, device, extensions) is > 0 and int counted ? counted : Guess(common.Type),
            TimestampPeriod = timestampBits > 0 && float.IsFinite(basic.Limits.TimestampPeriod) ? basic.Limits.TimestampPeriod : 0,
            HostMemoryAlignment = extensions.Contains(HostMemory) ? HostMemoryAlignment(vk, device) : 0,
            HasBufferAddresses = features.Core12.BufferDeviceAddress,
            HasSubgroupBroadcast = (core11.SubgroupSupportedOperations & Broadcasts) == Broadcasts
                && core11.SubgroupSupportedStages.HasFlag(ShaderStageFlags.ComputeBit) && features.Core12.SubgroupBroadcastDynamicId,
            HasInt64 = features.Core.ShaderInt64,
            HasFloat16 = features.Core12.ShaderFloat16,
            HasStorage16Bit = features.HasStorage16Bit,
            CanFixSubgroupSize = features.Core13.SubgroupSizeControl && features.Core13.ComputeFullSubgroups
                && core13.RequiredSubgroupSizeStages.HasFlag(ShaderStageFlags.ComputeBit),
            HasShaderObjects = features.ShaderObjects.ShaderObject,
            HasCooperativeMatrix = features.CooperativeMatrix.CooperativeMatrix,
            MatrixSize = features.CooperativeMatrix.CooperativeMatrix ? CooperativeMatrices.SizeOfFloat16(vk, device) : 0,
        };
    }

    /// <summary>Lavapipe tells it in words only, such as <c>Mesa 25.0.7-2 (LLVM 15.0.6)</c>.</summary>
    [GeneratedRegex(@"^Mesa (\d+\.\d+)")]
    private static partial Regex MesaVersion();

    private static long HostMemoryAlignment(Vk vk, PhysicalDevice device)
    {
        PhysicalDeviceExternalMemoryHostPropertiesEXT host = new() { SType = StructureType.PhysicalDeviceExternalMemoryHostPropertiesExt };
        PhysicalDeviceProperties2 properties = new() { SType = StructureType.PhysicalDeviceProperties2, PNext = &host };
        vk.GetPhysicalDeviceProperties2(device, &properties);
        return Clamp(host.MinImportedHostPointerAlignment);
    }

    /// <summary>Whether the functions and features that came with Vulkan 1.3 are there.</summary>
    public static bool HasVulkan13(uint apiVersion) => apiVersion >= (uint)new Version32(1, 3, 0);

    /// <summary>The number that vendors tell by extensions of their own; 0 where there is none.</summary>
    private static int CountComputeUnits(Vk vk, PhysicalDevice device, HashSet<string> extensions)
    {
        PhysicalDeviceShaderSMBuiltinsPropertiesNV nvidia = new() { SType = StructureType.PhysicalDeviceShaderSMBuiltinsPropertiesNV };
        PhysicalDeviceShaderCoreProperties2AMD amd = new() { SType = StructureType.PhysicalDeviceShaderCoreProperties2Amd };
        PhysicalDeviceShaderCoreBuiltinsPropertiesARM arm = new() { SType = StructureType.PhysicalDeviceShaderCoreBuiltinsPropertiesArm };
        void* chain = extensions.Contains("VK_NV_shader_sm_builtins") ? &nvidia
            : extensions.Contains("VK_AMD_shader_core_properties2") ? &amd
            : extensions.Contains("VK_ARM_shader_core_builtins") ? &arm : null;
        if (chain is null)
            return 0;
        PhysicalDeviceProperties2 properties = new() { SType = StructureType.PhysicalDeviceProperties2, PNext = chain };
        vk.GetPhysicalDeviceProperties2(device, &properties);
        return (int)(nvidia.ShaderSmcount + amd.ActiveComputeUnitCount + arm.ShaderCoreCount);
    }

    private static int Guess(DeviceType type) => type switch
    {
        DeviceType.Discrete => 32,
        DeviceType.Software => 1,
        _ => 8,
    };

    private static long Clamp(ulong size) => (long)Math.Min(size, long.MaxValue);
}
