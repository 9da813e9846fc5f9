using UNet.Shaders;
using UNet.Vulkan.Device;
using Xunit;

namespace UNet.Tests.Device;

public sealed class PipelineCacheTests
{
    private static readonly byte[] Data = [.. Enumerable.Range(0, 1000).Select(i => (byte)i)];

    [Fact]
    public void WhatWasStoredIsLoaded()
    {
        using TemporaryFolder folder = new();
        var file = new DriverCacheFile(folder.File("sub/cache.bin"));
        Assert.Empty(file.Load());
        file.Store(Data);
        Assert.Equal(Data, file.Load());
        file.Store([]);
        Assert.Empty(file.Load());
        Assert.Single(Directory.GetFiles(folder.File("sub")));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 10)]
    [InlineData(3, 1016)]
    [InlineData(9, 1016)]
    [InlineData(500, 1016)]
    [InlineData(0, 900)]
    public void ADamagedFileIsPassedOver(int flipped, int length)
    {
        using TemporaryFolder folder = new();
        var file = new DriverCacheFile(folder.File("cache.bin"));
        file.Store(Data);
        byte[] bytes = File.ReadAllBytes(file.Path);
        Assert.Equal(1016, bytes.Length);
        bytes[flipped] ^= 1;
        File.WriteAllBytes(file.Path, bytes[..length]);
        Assert.Empty(file.Load());
    }

    [Fact]
    public void AFolderThatCannotBeWrittenIsPassedOver()
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder.File("occupied"), "");
        var file = new DriverCacheFile(folder.File("occupied/cache.bin"));
        file.Store(Data);
        Assert.Empty(file.Load());
    }

    [Fact]
    public void DevicesAndDriversHaveFilesOfTheirOwn()
    {
        DeviceProperties device = DeviceProperties.Minimum with
        {
            PipelineCacheUuid = Guid.Parse("00112233-4455-6677-8899-aabbccddeeff"),
            VendorId = 0x10de,
            DeviceId = 0x2330,
            DriverVersion = 0x1234,
        };
        string path = DriverCacheFile.OfPipelines(device)!.Path;
        Assert.Equal("pipelines-00112233445566778899aabbccddeeff-10de2330-00001234.bin", Path.GetFileName(path));
        Assert.Equal("unet-vulkan", Path.GetFileName(Path.GetDirectoryName(path)));
        Assert.NotEqual(path, DriverCacheFile.OfPipelines(device with { DriverVersion = 1 })?.Path);
        Assert.NotEqual(path, DriverCacheFile.OfPipelines(device with { DeviceId = 1 })?.Path);
    }

    [Fact]
    public void ACacheThatIsTheSameIsNotWrittenAgain()
    {
        using TemporaryFolder folder = new();
        (byte[] Content, DateTime Written) first = Start();
        File.SetLastWriteTimeUtc(Directory.GetFiles(folder.Path).Single(), new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        (byte[] Content, DateTime Written) second = Start();
        // What a driver puts into it the second time is its own business.
        Assert.Equal(first.Content.AsSpan().SequenceEqual(second.Content), second.Written.Year == 2020);

        (byte[] Content, DateTime Written) Start()
        {
            using VulkanDevice device = TestDevice.Open(validation: false, folder.Path);
            _ = device.Pipelines.Get(ReluForward.Info, []);
            device.Pipelines.Save();
            string file = Assert.Single(Directory.GetFiles(folder.Path));
            return (File.ReadAllBytes(file), File.GetLastWriteTimeUtc(file));
        }
    }

    [Fact]
    public void WhatCannotBeCompiledIsToldWhereItIsAskedFor()
    {
        using VulkanDevice device = TestDevice.Open(validation: false);
        KernelInfo greedy = ReluForward.Info with { PushSize = device.Properties.MaxPushConstants + 4 };
        device.Pipelines.Prepare([(greedy, []), (ReluBackward.Info, []), (ReluBackward.Info, [])], TestContext.Current.CancellationToken);
        Assert.Contains(
            "push constants", Assert.Throws<DeviceException>(() => device.Pipelines.Get(greedy, [])).Message, StringComparison.Ordinal);
        Assert.Same(device.Pipelines.Get(ReluBackward.Info, []), device.Pipelines.Get(ReluBackward.Info, []));
    }

    [Fact]
    public void AKernelThatFailedOnceIsCompiledAnew()
    {
        using VulkanDevice device = TestDevice.Open(validation: false);
        // Kernels are compared by name.
        KernelInfo greedy = ReluForward.Info with { PushSize = device.Properties.MaxPushConstants + 4 };
        Assert.Throws<DeviceException>(() => device.Pipelines.Get(greedy, []));
        Assert.Same(device.Pipelines.Get(ReluForward.Info, []), device.Pipelines.Get(ReluForward.Info, []));
    }

    [Fact]
    public void AWorkgroupLargerThanTheDevicesIsRefused()
    {
        using VulkanDevice device = TestDevice.Open(validation: false);
        KernelInfo wide = ReluForward.Info with { LocalSize = new(device.Properties.MaxWorkgroupInvocations, 2) };
        DeviceException refusal = Assert.Throws<DeviceException>(() => device.Pipelines.Get(wide, []));
        Assert.Contains("invocations", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ASessionLeavesACacheThatTheNextOneUses()
    {
        using TemporaryFolder folder = new();
        for (int start = 0; start < 3; start++)
        {
            using VulkanDevice device = TestDevice.Open(validation: false, folder.Path);
            ReluPlan.Check(device);
            string file = Assert.Single(Directory.GetFiles(folder.Path));
            // A driver that gets a foreign cache, with a good checksum of ours, has to reject it itself.
            if (start == 1)
                new DriverCacheFile(file).Store(Data);
        }
    }
}
