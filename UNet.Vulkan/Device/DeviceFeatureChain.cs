using Silk.NET.Vulkan;

namespace UNet.Vulkan.Device;

/// <summary>The features that kernels may use: asked of a device, then switched on as it has them.</summary>
internal unsafe ref struct DeviceFeatureChain
{
    public DeviceFeatureChain() { }

    public PhysicalDeviceFeatures Core = default;
    public PhysicalDeviceVulkan12Features Core12 = new() { SType = StructureType.PhysicalDeviceVulkan12Features };
    public PhysicalDeviceVulkan13Features Core13 = new() { SType = StructureType.PhysicalDeviceVulkan13Features };
    public PhysicalDeviceCooperativeMatrixFeaturesKHR CooperativeMatrix = new()
    {
        SType = StructureType.PhysicalDeviceCooperativeMatrixFeaturesKhr,
    };
    public PhysicalDeviceShaderObjectFeaturesEXT ShaderObjects = new() { SType = StructureType.PhysicalDeviceShaderObjectFeaturesExt };

    /// <summary>Storage buffers can have elements of 16 bits. No kernel has such buffers, so it is not switched on.</summary>
    public bool HasStorage16Bit = false;

    /// <summary>Asks the device, and keeps only what kernels may use.</summary>
    /// <param name="vk">Vulkan.</param>
    /// <param name="device">The device, of Vulkan 1.2 or newer.</param>
    /// <param name="has13">The device is of Vulkan 1.3 or newer.</param>
    /// <param name="extensions">What the device lists.</param>
    public void Query(Vk vk, PhysicalDevice device, bool has13, IReadOnlySet<string> extensions)
    {
        PhysicalDeviceShaderObjectFeaturesEXT shaderObjects = new() { SType = StructureType.PhysicalDeviceShaderObjectFeaturesExt };
        void* chain = extensions.Contains(DevicePropertiesQuery.ShaderObjects) ? &shaderObjects : null;
        PhysicalDeviceCooperativeMatrixFeaturesKHR matrix = new()
        {
            SType = StructureType.PhysicalDeviceCooperativeMatrixFeaturesKhr,
            PNext = chain,
        };
        chain = extensions.Contains(DevicePropertiesQuery.CooperativeMatrix) ? &matrix : chain;
        PhysicalDeviceVulkan13Features core13 = new() { SType = StructureType.PhysicalDeviceVulkan13Features, PNext = chain };
        PhysicalDeviceVulkan12Features core12 = new()
        {
            SType = StructureType.PhysicalDeviceVulkan12Features,
            PNext = has13 ? &core13 : chain,
        };
        PhysicalDeviceVulkan11Features core11 = new() { SType = StructureType.PhysicalDeviceVulkan11Features, PNext = &core12 };
        PhysicalDeviceFeatures2 all = new() { SType = StructureType.PhysicalDeviceFeatures2, PNext = &core11 };
        vk.GetPhysicalDeviceFeatures2(device, &all);

        // Named one by one: switching on everything would turn on costly ones, such as robust buffer access.
        Core = new() { ShaderInt64 = all.Features.ShaderInt64 };
        HasStorage16Bit = core11.StorageBuffer16BitAccess;
        Core12.TimelineSemaphore = core12.TimelineSemaphore;
        Core12.BufferDeviceAddress = core12.BufferDeviceAddress;
        Core12.ShaderFloat16 = core12.ShaderFloat16;
        Core12.SubgroupBroadcastDynamicId = core12.SubgroupBroadcastDynamicId;
        Core12.VulkanMemoryModel = core12.VulkanMemoryModel;
        Core13.SubgroupSizeControl = core13.SubgroupSizeControl;
        Core13.ComputeFullSubgroups = core13.ComputeFullSubgroups;
        CooperativeMatrix.CooperativeMatrix = matrix.CooperativeMatrix && core12.VulkanMemoryModel;
        ShaderObjects.ShaderObject = shaderObjects.ShaderObject;
    }
}
