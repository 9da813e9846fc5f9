using Silk.NET.Vulkan;

namespace UNet.Vulkan.Device;

/// <summary>Which matrices a device with VK_KHR_cooperative_matrix multiplies.</summary>
internal static unsafe class CooperativeMatrices
{
    /// <summary>Rows and columns that the <c>*_matrix</c> kernels can do with, the better ones first: GPUs have 16.</summary>
    private static readonly int[] Sizes = [16, 8];

    /// <summary>
    /// Rows and columns of the matrices of Float16 that subgroups multiply and add in Float32, in compute shaders; 0 where there are none.
    /// </summary>
    public static int SizeOfFloat16(Vk vk, PhysicalDevice device)
    {
        PhysicalDeviceCooperativeMatrixPropertiesKHR matrix = new()
        {
            SType = StructureType.PhysicalDeviceCooperativeMatrixPropertiesKhr,
        };
        PhysicalDeviceProperties2 properties = new() { SType = StructureType.PhysicalDeviceProperties2, PNext = &matrix };
        vk.GetPhysicalDeviceProperties2(device, &properties);
        if (!matrix.CooperativeMatrixSupportedStages.HasFlag(ShaderStageFlags.ComputeBit))
            return 0;
        CooperativeMatrixPropertiesKHR[] listed = List(vk, device);
        return Sizes.FirstOrDefault(size => Multiplies(listed, (uint)size));
    }

    private static bool Multiplies(CooperativeMatrixPropertiesKHR[] all, uint size)
    {
        foreach (CooperativeMatrixPropertiesKHR listed in all)
        {
            bool fits = (listed.MSize, listed.NSize, listed.KSize) == (size, size, size) && listed.Scope == ScopeKHR.SubgroupKhr;
            bool isMixed = (listed.AType, listed.BType) == (ComponentTypeKHR.Float16Khr, ComponentTypeKHR.Float16Khr)
                && (listed.CType, listed.ResultType) == (ComponentTypeKHR.Float32Khr, ComponentTypeKHR.Float32Khr);
            if (fits && isMixed && !listed.SaturatingAccumulation)
                return true;
        }
        return false;
    }

    private static CooperativeMatrixPropertiesKHR[] List(Vk vk, PhysicalDevice device)
    {
        nint address = vk.GetInstanceProcAddr(vk.CurrentInstance!.Value, "vkGetPhysicalDeviceCooperativeMatrixPropertiesKHR");
        if (address == 0)
            return [];
        var list = (delegate* unmanaged<PhysicalDevice, uint*, CooperativeMatrixPropertiesKHR*, Result>)address;
        uint count = 0;
        list(device, &count, null).Check("the device", "listing cooperative matrices");
        var listed = new CooperativeMatrixPropertiesKHR[count];
        Array.Fill(listed, new() { SType = StructureType.CooperativeMatrixPropertiesKhr });
        fixed (CooperativeMatrixPropertiesKHR* first = listed)
            list(device, &count, first).Check("the device", "listing cooperative matrices");
        return listed;
    }
}
