using Silk.NET.Vulkan;

namespace UNet.Vulkan.Device;

/// <summary>The features that kernels may use: asked of a device, then switched on as it has them.</summary>
internal unsafe ref struct DeviceFeatureChain
{
    public DeviceFeatureChain() { }

    public PhysicalDeviceFeatures Core = default;
    public PhysicalDeviceVulkan11Features Core11 = new() { SType = StructureType.PhysicalDeviceVulkan11Features };
    public PhysicalDeviceVulkan12Features Core12 = new() { SType = StructureType.PhysicalDeviceVulkan12Features };
    public PhysicalDeviceVulkan13Features Core13 = new() { SType = StructureType.PhysicalDeviceVulkan13Features };
    public PhysicalDeviceCooperativeMatrixFeaturesKHR CooperativeMatrix = new()
    {
        SType = StructureType.PhysicalDeviceCooperativeMatrixFeaturesKhr,
    };

    /// <summary>Asks the device, and keeps only what kernels may use.</summary>
    /// <param name="vk">Vulkan.</param>
    /// <param name="device">The device, of Vulkan 1.2 or newer.</param>
    /// <param name="has13">The device is of Vulkan 1.3 or newer.</param>
    /// <param name="cooperativeMatrix">The device lists VK_KHR_cooperative_matrix.</param>
    public void Query(Vk vk, PhysicalDevice device, bool has13, bool cooperativeMatrix)
    {
        PhysicalDeviceCooperativeMatrixFeaturesKHR matrix = new() { SType = StructureType.PhysicalDeviceCooperativeMatrixFeaturesKhr };
        PhysicalDeviceVulkan13Features core13 = new()
        {
            SType = StructureType.PhysicalDeviceVulkan13Features,
            PNext = cooperativeMatrix ? &matrix : null,
        };
        PhysicalDeviceVulkan12Features core12 = new()
        {
            SType = StructureType.PhysicalDeviceVulkan12Features,
            PNext = has13 ? &core13 : core13.PNext,
        };
        PhysicalDeviceVulkan11Features core11 = new() { SType = StructureType.PhysicalDeviceVulkan11Features, PNext = &core12 };
        PhysicalDeviceFeatures2 all = new() { SType = StructureType.PhysicalDeviceFeatures2, PNext = &core11 };
        vk.GetPhysicalDeviceFeatures2(device, &all);

        // Named one by one: switching on everything would turn on costly ones, such as robust buffer access.
        Core = new() { ShaderInt64 = all.Features.ShaderInt64, ShaderInt16 = all.Features.ShaderInt16 };
        Core11.StorageBuffer16BitAccess = core11.StorageBuffer16BitAccess;
        Core12.TimelineSemaphore = core12.TimelineSemaphore;
        Core12.BufferDeviceAddress = core12.BufferDeviceAddress;
        Core12.ShaderFloat16 = core12.ShaderFloat16;
        Core12.ShaderInt8 = core12.ShaderInt8;
        Core12.StorageBuffer8BitAccess = core12.StorageBuffer8BitAccess;
        Core12.ScalarBlockLayout = core12.ScalarBlockLayout;
        Core12.VulkanMemoryModel = core12.VulkanMemoryModel;
        Core12.VulkanMemoryModelDeviceScope = core12.VulkanMemoryModelDeviceScope;
        Core13.SubgroupSizeControl = core13.SubgroupSizeControl;
        Core13.ComputeFullSubgroups = core13.ComputeFullSubgroups;
        CooperativeMatrix.CooperativeMatrix = matrix.CooperativeMatrix && core12.VulkanMemoryModel;
    }
}
