using UNet.Tests.Device;
using UNet.Vulkan.Checks;
using UNet.Vulkan.Device;
using UNet.Vulkan.Execution;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Ops;
using UNet.Vulkan.Ops.Declaration;
using UNet.Vulkan.Planning;
using Xunit;

namespace UNet.Tests.Ops;

/// <summary>The tiles of convolutions from windows in shared memory: which one is taken, and that the choice changes no bit.</summary>
public class WindowTileTests
{
    private static readonly DeviceProperties Gpu = TestDevice.Shared.Properties with { Type = DeviceType.Discrete };

    [Theory]
    [InlineData(64, 323_760, 132, 64, 128)] // 568 x 568 pixels on a large GPU
    [InlineData(1024, 840, 132, 32, 64)] // the bottleneck: fewer large tiles than would keep the GPU busy
    [InlineData(1024, 840, 20, 64, 128)]
    [InlineData(32, 323_760, 20, 32, 128)]
    public void TheTileThatKeepsTheDeviceBusyIsTaken(long channels, long line, int computeUnits, int rows, int columns)
        => Assert.Equal(new WindowTile((uint)rows, (uint)columns), WindowTile.For(channels, line, images: 1, Gpu with { ComputeUnits = computeUnits }));

    /// <summary>Channels, rows and the line end within a tile of every size.</summary>
    [Fact]
    public void TilesOfEverySizeGiveTheSameBits()
    {
        SampleGraph subject = new(new OpSample(new Conv2d(70), [Shape.Parse("2x7x9x19")]));
        Dictionary<Value, float[]>? expected = null;
        foreach (Tiling tiling in Tiling.Parse(WindowTile.Tiles))
        {
            ExecutionPlan plan = Planner.Plan(subject.Graph, Gpu, new()
            {
                Choose = (_, candidates) => candidates.FirstOrDefault(candidate => candidate.Name == "Window") ?? candidates[0],
                Tile = (_, implementation) => implementation.Name == "Window" ? tiling : null,
            });
            Assert.Equal(2, plan.Dispatches.Count(planned => planned.Dispatch.Kernel.Name.EndsWith("_window", StringComparison.Ordinal)
                && planned.Dispatch.Constants.Contains(tiling.Values["TILE_ROWS"]) && planned.Dispatch.Constants.Contains(tiling.Values["TILE_COLUMNS"])));
            using VulkanSession session = new(TestDevice.Shared, plan, options: new() { Poison = true });
            subject.WriteData(session);
            session.Run();
            Dictionary<Value, float[]> actual
                = subject.Written.ToDictionary(written => written.Value, written => session.ReadAll(written.Value));
            expected ??= actual;
            Assert.All(actual, pair => Assert.Equal(expected[pair.Key], pair.Value));
        }
    }
}
