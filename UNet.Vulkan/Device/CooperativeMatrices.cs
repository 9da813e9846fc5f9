using Silk.NET.Vulkan;

namespace UNet.Vulkan.Device;

/// <summary>Which matrices a device with VK_KHR_cooperative_matrix multiplies.</summary>
internal static unsafe class CooperativeMatrices
{
    /// <summary>Rows and columns that the <c>*_matrix</c> kernels can do with, the better ones first: GPUs have 16.</summary>
    private static readonly int[] Sizes = [16, 8];

    /// <summary>Invocations of the workgroups of the <c>*_matrix2</c> kernels.</summary>
    private const int WorkgroupInvocations = 256;

    /// <summary>Rows and columns of the matrices of Float16 that subgroups multiply and add in Float32; 0 where there are none.</summary>
    public static int SizeOfFloat16(Vk vk, PhysicalDevice device)
    {
        CooperativeMatrixPropertiesKHR[] listed = List(vk, device);
        return Sizes.FirstOrDefault(size => Multiplies(listed, (uint)size));
    }

    /// <summary>
    /// Of what the extents of matrices of Float16 must be multiples that a workgroup of <see cref="WorkgroupInvocations"/> multiplies and
    /// adds in Float32: the finest that the device with VK_NV_cooperative_matrix2 lists; the default where it lists none.
    /// </summary>
    public static MatrixGranularity GranularityOfFloat16(Vk vk, PhysicalDevice device)
    {
        nint address = vk.GetInstanceProcAddr(vk.CurrentInstance!.Value, "vkGetPhysicalDeviceCooperativeMatrixFlexibleDimensionsPropertiesNV");
        if (address == 0)
            return default;
        var list = (delegate* unmanaged<PhysicalDevice, uint*, CooperativeMatrixFlexibleDimensionsPropertiesNV*, Result>)address;
        uint count = 0;
        list(device, &count, null).Check("the device", "listing cooperative matrices");
        var listed = new CooperativeMatrixFlexibleDimensionsPropertiesNV[count];
        Array.Fill(listed, new() { SType = StructureType.CooperativeMatrixFlexibleDimensionsPropertiesNV });
        fixed (CooperativeMatrixFlexibleDimensionsPropertiesNV* first = listed)
            list(device, &count, first).Check("the device", "listing cooperative matrices");

        MatrixGranularity finest = default;
        foreach (CooperativeMatrixFlexibleDimensionsPropertiesNV candidate in listed)
        {
            bool fits = candidate.Scope == ScopeKHR.WorkgroupKhr && candidate.WorkgroupInvocations == WorkgroupInvocations;
            bool isMixed = (candidate.AType, candidate.BType) == (ComponentTypeKHR.Float16Khr, ComponentTypeKHR.Float16Khr)
                && (candidate.CType, candidate.ResultType) == (ComponentTypeKHR.Float32Khr, ComponentTypeKHR.Float32Khr);
            MatrixGranularity granularity = new((int)candidate.MGranularity, (int)candidate.NGranularity, (int)candidate.KGranularity);
            if (fits && isMixed && !candidate.SaturatingAccumulation && (finest == default || granularity.Volume < finest.Volume))
                finest = granularity;
        }
        return finest;
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
