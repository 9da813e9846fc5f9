using UNet.Vulkan.Device;
using Xunit;

namespace UNet.Tests.Device;

public sealed class DeviceChoiceTests
{
    private static readonly DeviceList Workstation = List(
        ("llvmpipe (LLVM 19.1.7, 256 bits)", DeviceType.Software, null),
        ("SwiftShader Device (Subzero)", DeviceType.Software, null),
        ("Intel(R) UHD Graphics 630", DeviceType.Integrated, null),
        ("NVIDIA GeForce GTX 480", DeviceType.Discrete, "it has Vulkan 1.0, and 1.2 is the least."),
        ("AMD Radeon RX 6700 XT", DeviceType.Discrete, null),
        ("AMD Radeon RX 7900 XT", DeviceType.Discrete, null));

    private static readonly DeviceList Nothing = new([], "Vulkan lists no device.");

    private static DeviceList List(params (string Name, DeviceType Type, string? Refusal)[] devices)
        => new([.. devices.Select(
            (device, i) => new ListedDevice(i, new DeviceProperties { Name = device.Name, Type = device.Type }, device.Refusal))], null);

    [Theory]
    [InlineData("auto", 4)]
    [InlineData("AUTO", 4)]
    [InlineData("0", 0)]
    [InlineData("5", 5)]
    [InlineData("intel", 2)]
    [InlineData("rx 7900", 5)]
    [InlineData("Radeon", 4)]
    [InlineData("swift", 1)]
    public void ChoosesByRankPlaceOrName(string text, int index)
        => Assert.Equal(index, DeviceChoice.Choose(text, Workstation, requireVulkan: false).Device?.Index);

    [Fact]
    public void LavapipeIsPreferredToSwiftShader()
    {
        DeviceList software = List(("SwiftShader Device", DeviceType.Software, null), ("llvmpipe (LLVM 19)", DeviceType.Software, null));
        Assert.Equal(1, DeviceChoice.Choose("auto", software, requireVulkan: true).Device?.Index);
    }

    [Fact]
    public void TheProcessorIsChosenByItsNameEvenWhereVulkanIsRequired()
        => Assert.True(DeviceChoice.Choose("cpu", Workstation, requireVulkan: true).IsReference);

    [Fact]
    public void AutoFallsBackToTheProcessorAndSaysWhy()
    {
        DeviceChoice choice = DeviceChoice.Choose("auto", Nothing, requireVulkan: false);
        Assert.True(choice.IsReference);
        Assert.Equal("Vulkan lists no device.", choice.Note);
    }

    [Fact]
    public void AutoDoesNotFallBackWhereVulkanIsRequired()
    {
        DeviceException exception = Assert.Throws<DeviceException>(() => DeviceChoice.Choose("auto", Nothing, requireVulkan: true));
        Assert.Contains("UNET_REQUIRE_VULKAN", exception.Message);
    }

    [Theory]
    [InlineData("3", "Vulkan 1.0")]
    [InlineData("GTX", "Vulkan 1.0")]
    [InlineData("6", "0 'llvmpipe")]
    [InlineData("Matrox", "There is no device 'Matrox'")]
    public void WhatCannotBeHadIsRefusedWithAReason(string text, string part)
        => Assert.Contains(
            part, Assert.Throws<DeviceException>(() => DeviceChoice.Choose(text, Workstation, requireVulkan: false)).Message);

    [Fact]
    public void DevicesCanBeListedAndOpenedInAnyOrder()
    {
        DeviceList list = DeviceList.Enumerate();
        Assert.Equal(list.Devices.AsEnumerable(), DeviceList.Enumerate().Devices);
        using VulkanDevice first = TestDevice.Open(validation: false);
        using VulkanDevice second = VulkanDevice.Open(
            DeviceChoice.Choose("auto", list, requireVulkan: true), new() { PipelineCache = false });
        Assert.Equal(first.Properties, second.Properties);
        Assert.Equal(list.Devices.AsEnumerable(), DeviceList.Enumerate().Devices);
    }

    [Fact]
    public void TheDevicesOfThisComputerAreListedWithTheirLimits()
    {
        DeviceList list = DeviceList.Enumerate();
        Assert.Null(list.Reason);
        Assert.Equal(Enumerable.Range(0, list.Devices.Length), list.Devices.Select(device => device.Index));
        foreach (DeviceProperties device in list.Devices.Where(device => device.Refusal is null).Select(device => device.Properties))
        {
            Assert.NotEmpty(device.Name);
            Assert.NotEmpty(device.DriverName);
            Assert.True(device.ApiVersion >= new Version(1, 2));
            Assert.NotEqual(Guid.Empty, device.PipelineCacheUuid);
            Assert.InRange(device.DeviceMemory, 1 << 20, long.MaxValue);
            Assert.InRange(device.MaxStorageBufferRange, 1 << 27, long.MaxValue);
            Assert.InRange(device.MaxAllocationSize, 1 << 30, long.MaxValue);
            Assert.InRange(device.MinStorageBufferOffsetAlignment, 1, 256);
            Assert.InRange(device.MaxWorkgroupInvocations, 128u, uint.MaxValue);
            Assert.InRange(device.MaxPushConstants, 128, int.MaxValue);
            Assert.InRange(device.MaxSharedMemory, 16_384, int.MaxValue);
            Assert.InRange(device.SubgroupSize, 1, 128);
            Assert.True(device.VectorRegisters is 32 || (device.IsSoftware && device.VectorRegisters == 16), $"{device.VectorRegisters}");
        }
    }
}
