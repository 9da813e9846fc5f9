using System.Collections.Immutable;
using UNet.Shaders;
using UNet.Vulkan.Device;
using Xunit;

namespace UNet.Tests.Device;

public sealed class ShaderObjectsTests : IDisposable
{
    private static readonly DateTime Old = new(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    private readonly TemporaryFolder _folder = new();

    private string Kernels => ShaderCodeFolder.In(_folder.Path)!.Path;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void OnlyLavapipeHasThem()
    {
        DeviceProperties lavapipe = DeviceProperties.Minimum with { DriverName = "llvmpipe", HasShaderObjects = true };
        Assert.True(ShaderObjects.Pay(lavapipe, new()));
        Assert.False(ShaderObjects.Pay(lavapipe with { HasShaderObjects = false }, new()));
        Assert.False(ShaderObjects.Pay(lavapipe with { DriverName = "radv" }, new()));
        Assert.False(ShaderObjects.Pay(lavapipe, new() { Validation = true }));
        Assert.False(ShaderObjects.Pay(lavapipe, new() { KernelStatistics = true }));
    }

    [Fact]
    public void CodeThatIsKeptIsUsedAgain()
    {
        SkipUnlessTheyPay();
        Run();
        string file = Assert.Single(Directory.GetFiles(Kernels));
        byte[] code = new DriverCacheFile(file).Load();
        Assert.NotEmpty(code);
        File.SetLastWriteTimeUtc(file, Old);
        Run();
        Assert.Equal(file, Assert.Single(Directory.GetFiles(Kernels)));
        Assert.Equal(Old, File.GetLastWriteTimeUtc(file));
        Assert.Equal(code, new DriverCacheFile(file).Load());
    }

    [Theory]
    [InlineData(-1)] // another driver's
    [InlineData(0)] // of its version
    [InlineData(20)] // its checksum
    [InlineData(500)]
    public void CodeThatTheDriverRefusesIsMadeAnew(int damaged)
    {
        SkipUnlessTheyPay();
        Run();
        string file = Assert.Single(Directory.GetFiles(Kernels));
        byte[] code = new DriverCacheFile(file).Load();
        byte[] refused = damaged < 0 ? [1, 2, 3] : [.. code];
        if (damaged >= 0)
            refused[damaged] ^= 1;
        new DriverCacheFile(file).Store(refused);
        Run();
        Assert.Equal(code, new DriverCacheFile(Assert.Single(Directory.GetFiles(Kernels))).Load());
    }

    [Fact]
    public void KernelsAndConstantsHaveFilesOfTheirOwn()
    {
        SkipUnlessTheyPay();
        using (VulkanDevice device = TestDevice.Open(validation: false, _folder.Path))
        {
            _ = device.Pipelines.Get(ReluForward.Info, []);
            _ = device.Pipelines.Get(ReluBackward.Info, []);
            ImmutableArray<uint> constants = DefaultsOf(Conv2dForward.Info);
            _ = device.Pipelines.Get(Conv2dForward.Info, constants);
            _ = device.Pipelines.Get(Conv2dForward.Info, constants.SetItem(0, constants[0] + 1));
            _ = device.Pipelines.Get(ReluForward.Info, []);
            Assert.False(Directory.Exists(Kernels));
            device.Pipelines.Finish();
        }
        Assert.Equal(4, Directory.GetFiles(Kernels).Length);
    }

    [Fact]
    public void MoreDevicesCompileKernels()
    {
        SkipUnlessTheyPay();
        using VulkanDevice device = TestDevice.Open(validation: false, _folder.Path);
        using var compilers = new CompilerDevices(device);
        // With descriptors, with barriers, with addresses.
        KernelInfo[] kernels = [ReluForward.Info, SquareSumSum.Info, Conv2dPackForward.Info];
        Assert.Equal(CompilerDevices.Pay ? 3 : 0, compilers.Compile([.. kernels.Select(kernel => (kernel, DefaultsOf(kernel)))]));
        Assert.Equal(0, compilers.Compile([(ReluForward.Info, [])]));
        KernelInfo greedy = ReluBackward.Info with { PushSize = device.Properties.MaxPushConstants + 4 };
        Assert.InRange(compilers.Compile([(greedy, []), (ReluForward.Info, [])]), 0, 1);
    }

    [Fact]
    public void WithoutAFolderNothingIsKept()
    {
        using VulkanDevice device = TestDevice.Open(validation: false);
        _ = device.Pipelines.Get(ReluForward.Info, []);
        device.Pipelines.Finish();
        Assert.False(Directory.Exists(Kernels));
        Assert.Equal(ShaderObjects.Pay(device.Properties, new()), device.Pipelines.Get(ReluForward.Info, []).Handle.Handle == 0);
    }

    [Theory]
    [InlineData(60, new[] { "0", "1", "2", "3", "4", "5" })]
    [InlineData(59, new[] { "1", "2", "3", "4", "5" })]
    [InlineData(30, new[] { "3", "4", "5" })]
    [InlineData(9, new string[0])]
    public void WhatWasWrittenFirstIsDeletedFirst(long mostBytes, string[] left)
    {
        for (int i = 0; i < 6; i++)
        {
            File.WriteAllBytes(_folder.File($"{i}"), new byte[10]);
            File.SetLastWriteTimeUtc(_folder.File($"{i}"), Old.AddDays(i));
        }
        new ShaderCodeFolder(_folder.Path).Trim(mostBytes);
        Assert.Equal(left, Directory.GetFiles(_folder.Path).Select(Path.GetFileName).Order());
    }

    private static void SkipUnlessTheyPay() => Assert.SkipUnless(
        ShaderObjects.Pay(TestDevice.Shared.Properties, new()), "This driver keeps kernels in its pipeline cache.");

    private static ImmutableArray<uint> DefaultsOf(KernelInfo kernel) => [.. kernel.Constants.Select(constant => constant.DefaultBits)];

    private void Run()
    {
        using VulkanDevice device = TestDevice.Open(validation: false, _folder.Path);
        ReluPlan.Check(device);
    }
}
