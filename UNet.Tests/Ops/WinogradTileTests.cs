using UNet.Shaders;
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

/// <summary>
/// The tiles of convolutions by Winograd's algorithm on GPUs: which one is taken, and that the choice changes no bit. What they compute,
/// the op checks compare.
/// </summary>
public class WinogradTileTests
{
    private static readonly DeviceProperties Gpu = TestDevice.Shared.Properties with
    {
        Type = DeviceType.Discrete, MaxWorkgroupInvocations = 1024, MaxSharedMemory = 48 * 1024,
    };

    [Theory]
    [InlineData(64, 80_656, 1, false, 132, 64, 32)] // 568 x 568 pixels on a large GPU
    [InlineData(512, 676, 1, false, 132, 32, 32)] // 52 x 52: large tiles would leave a third of the GPU idle
    [InlineData(64, 64, 228, true, 132, 32, 32)] // a weight gradient
    [InlineData(1024, 196, 1, false, 20, 64, 32)]
    [InlineData(32, 80_656, 1, false, 20, 32, 64)]
    public void TheTileThatIsDoneFirstIsTaken(
        long rows, long columns, long products, bool gathers, int computeUnits, int tileRows, int tileColumns)
    {
        WinogradTile tile = WinogradTile.For(rows, columns, products, gathers, Gpu with { ComputeUnits = computeUnits });
        Assert.Equal((tileRows, tileColumns), ((int)tile.Rows, (int)tile.Columns));
    }

    [Fact]
    public void DevicesWithLittleSharedMemoryOrFewInvocationsDoWithout()
    {
        Assert.Contains("Winograd", Names(Gpu));
        Assert.DoesNotContain("Winograd", Names(Gpu with { MaxSharedMemory = 32 * 1024 }));
        Assert.DoesNotContain("Winograd", Names(Gpu with { MaxWorkgroupInvocations = 128 }));

        static IEnumerable<string> Names(DeviceProperties device)
            => Planner.Supported(new SampleGraph(new OpSample(new Conv2d(8), [new Shape(1, 8, 6, 6)])).Graph.Invocations[0], device)
                .Select(implementation => implementation.Name);
    }

    /// <summary>Those tiles whose shared memory the device has.</summary>
    [Fact]
    public void TilesOfEverySizeGiveTheSameBits()
    {
        SampleGraph subject = new(new OpSample(new Conv2d(40, Padding: 1), [Shape.Parse("2x12x7x10")]));
        Dictionary<Value, float[]>? expected = null;
        Implementation forward = Conv2d.StaticInfo.Forward.Implementations.Single(IsWinograd);
        Assert.Equal(4, forward.Tilings.Length);
        foreach (Tiling tiling in forward.Tilings.Where(tiling => tiling.Values["TILE_DEPTH"] == 4))
        {
            ExecutionPlan plan = Planner.Plan(subject.Graph, TestDevice.Shared.Properties, new()
            {
                Choose = (_, candidates) => candidates.Single(IsWinograd),
                Tile = (_, implementation) => IsWinograd(implementation) ? tiling : null,
            });
            using VulkanSession session = new(TestDevice.Shared, plan, options: new() { Poison = true });
            subject.WriteData(session);
            session.Run();
            Dictionary<Value, float[]> actual
                = subject.Written.ToDictionary(written => written.Value, written => session.ReadAll(written.Value));
            expected ??= actual;
            Assert.All(actual, pair => Assert.Equal(expected[pair.Key], pair.Value));
        }

        static bool IsWinograd(Implementation implementation) => implementation.Name == "Winograd";
    }
}
