using Silk.NET.Vulkan;

namespace UNet.Vulkan.Device;

/// <summary>The features that kernels may use: asked of a device, then switched on as it has them.</summary>
internal unsafe ref struct DeviceFeatureChain
{
    public DeviceFeatureChain() { }

    public PhysicalDeviceFeatures Core = default;
    public PhysicalDeviceVulkan11Features Core11 = new() { SType = StructureType.PhysicalDeviceVulkan11Features };
    public PhysicalDeviceVulkan12Features Core12 = new() { SType = StructureType.PhysicalDeviceVulkan12Features };
    public PhysicalDeviceCooperativeMatrixFeaturesKHR CooperativeMatrix = new() { SType = StructureType.PhysicalDeviceCooperativeMatrixFeaturesKhr };

    /// <summary>Asks the device, and keeps only what kernels may use.</summary>
    /// <param name="vk">Vulkan.</param>
    /// <param name="device">The device, of Vulkan 1.2 or newer.</param>
    /// <param name="cooperativeMatrix">The device lists VK_KHR_cooperative_matrix.</param>
    public void Query(Vk vk, PhysicalDevice device, bool cooperativeMatrix)
    {
        PhysicalDeviceCooperativeMatrixFeaturesKHR matrix = new() { SType = StructureType.PhysicalDeviceCooperativeMatrixFeaturesKhr };
        PhysicalDeviceVulkan12Features core12 = new() { SType = StructureType.PhysicalDeviceVulkan12Features, PNext = cooperativeMatrix ? &matrix : null };
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
        CooperativeMatrix.CooperativeMatrix = matrix.CooperativeMatrix && core12.VulkanMemoryModel;
    }
}
