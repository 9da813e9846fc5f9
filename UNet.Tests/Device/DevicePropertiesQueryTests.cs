using System.Runtime.InteropServices;
using Silk.NET.Core;
using Silk.NET.Core.Contexts;
using Silk.NET.Vulkan;
using UNet.Vulkan.Device;
using Xunit;

namespace UNet.Tests.Device;

public sealed unsafe class DevicePropertiesQueryTests
{
    [Fact]
    public void ADeviceWhoseDriverFailsIsListedAsRefused()
    {
        using Vk vk = new(new FailingDriver());
        ListedDevice listed = DevicePropertiesQuery.List(vk, default, index: 3);
        Assert.Equal((3, "GPU", DeviceType.Discrete), (listed.Index, listed.Properties.Name, listed.Properties.Type));
        Assert.Contains("listing extensions (VK_ERROR_INITIALIZATION_FAILED)", listed.Refusal, StringComparison.Ordinal);
        DeviceList list = new([listed], null);
        Assert.Contains("'GPU' cannot be used: Vulkan failed", DeviceChoice.Choose("auto", list, requireVulkan: false).Note);
    }

    /// <summary>It was seen to compute weight gradients in part only.</summary>
    [Theory]
    [InlineData("llvmpipe", "Mesa 24.0.5-1ubuntu1 (LLVM 17.0.6)", true)]
    [InlineData("llvmpipe", "Mesa 25.0.7-2~bpo12+1 (LLVM 15.0.6)", false)]
    [InlineData("llvmpipe", "Mesa 26.2.0-devel (git-0123456789)", false)]
    [InlineData("llvmpipe", "", false)]
    [InlineData("radv", "Mesa 24.0.5-1ubuntu1", false)]
    public void ALavapipeThatEndsLoopsEarlyIsRefused(string driver, string version, bool isRefused)
    {
        string? refusal = DevicePropertiesQuery.RefusalOf(DeviceProperties.Minimum with { DriverName = driver, DriverInfo = version });
        Assert.Equal(isRefused, refusal is not null);
        if (isRefused)
            Assert.Contains("Mesa 24.0 ends the loops of a kernel after 65535 turns", refusal, StringComparison.Ordinal);
    }

    /// <summary>The kernels that tests run there are chosen by what it is said to have.</summary>
    [Fact]
    public void LavapipeHasWhatItsKernelsUse()
    {
        DeviceProperties properties = TestDevice.Shared.Properties;
        Assert.SkipUnless(properties.DriverName == "llvmpipe", "The tests run on another device.");
        Assert.True(properties.HasSubgroupBroadcast);
    }

    /// <summary>A driver that says what its device is and fails when it is asked for extensions.</summary>
    private sealed class FailingDriver : INativeContext
    {
        public nint GetProcAddress(string proc, int? slot = null)
            => TryGetProcAddress(proc, out nint address, slot) ? address : throw new EntryPointNotFoundException(proc);

        public bool TryGetProcAddress(string proc, out nint addr, int? slot = null)
        {
            addr = proc switch
            {
                "vkGetPhysicalDeviceProperties" => (nint)(delegate* unmanaged<PhysicalDevice, PhysicalDeviceProperties*, void>)&Basic,
                "vkGetPhysicalDeviceProperties2" => (nint)(delegate* unmanaged<PhysicalDevice, PhysicalDeviceProperties2*, void>)&More,
                "vkEnumerateDeviceExtensionProperties"
                    => (nint)(delegate* unmanaged<PhysicalDevice, byte*, uint*, ExtensionProperties*, Result>)&Extensions,
                _ => 0,
            };
            return addr != 0;
        }

        public void Dispose()
        {
        }

        [UnmanagedCallersOnly]
        private static void Basic(PhysicalDevice device, PhysicalDeviceProperties* properties)
        {
            *properties = new() { ApiVersion = new Version32(1, 3, 0), DeviceType = PhysicalDeviceType.DiscreteGpu };
            "GPU\0"u8.CopyTo(new Span<byte>(properties->DeviceName, 4));
        }

        [UnmanagedCallersOnly]
        private static void More(PhysicalDevice device, PhysicalDeviceProperties2* properties)
        {
        }

        [UnmanagedCallersOnly]
        private static Result Extensions(PhysicalDevice device, byte* layer, uint* count, ExtensionProperties* properties)
            => Result.ErrorInitializationFailed;
    }
}
