using UNet.Tests.Device;
using UNet.Vulkan.Device;
using UNet.Vulkan.Ops;
using Xunit;

namespace UNet.Tests.Ops;

/// <summary>
/// The tiles of convolutions from windows in shared memory: which one is taken. What they compute, <see cref="Checks.HardwareKernelTests"/>
/// compare, and on GPUs the op checks.
/// </summary>
public class WindowTileTests
{
    private static readonly DeviceProperties Gpu = TestDevice.Shared.Properties with { Type = DeviceType.Discrete };

    [Theory]
    [InlineData(64, 323_760, 132, 64, 128)] // 568 x 568 pixels on a large GPU
    [InlineData(1024, 840, 132, 32, 64)] // the bottleneck: fewer large tiles than would keep the GPU busy
    [InlineData(1024, 840, 20, 64, 128)]
    [InlineData(32, 323_760, 20, 32, 128)]
    public void TheTileThatKeepsTheDeviceBusyIsTaken(long channels, long line, int computeUnits, int rows, int columns)
        => Assert.Equal(
            new WindowTile((uint)rows, (uint)columns), WindowTile.For(channels, line, images: 1, Gpu with { ComputeUnits = computeUnits }));
}
