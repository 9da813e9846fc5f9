using UNet.Shaders;
using UNet.Vulkan.Device;
using Xunit;

namespace UNet.Tests.Device;

public sealed class VulkanDeviceTests
{
    [Fact]
    public void OnlyADeviceThatWasOpenedForItTellsOfKernels()
    {
        KernelInfo kernel = KernelCatalog.All.First(kernel => kernel.IsEmbedded);
        InvalidOperationException refusal = Assert.Throws<InvalidOperationException>(() => TestDevice.Shared.StatisticsOf(kernel, []));
        Assert.Contains(nameof(DeviceOptions.KernelStatistics), refusal.Message, StringComparison.Ordinal);
    }
}
