using System.Collections.Immutable;
using UNet.Tests.Device;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Ops;
using Xunit;

namespace UNet.Tests.Ops;

/// <summary>How weight gradients for processors by Winograd's algorithms are cut.</summary>
public class WinogradWeightLanesTests
{
    /// <summary>
    /// Pieces of 64 by 64 channels are dealt out as evenly as can be, to as many subgroups as there is memory for; their number is even,
    /// for two subgroups of 8 may share a workgroup.
    /// </summary>
    [Theory]
    [InlineData(512, 512, 1, 16)] // 64 pieces, four for each; 18 subgroups, for which there is memory, would have four or three
    [InlineData(1024, 1024, 1, 18)]
    [InlineData(64, 64, 16, 16)]
    [InlineData(64, 64, 1, 2)]
    [InlineData(192, 64, 1, 4)]
    public void PiecesAreDealtEvenly(int outChannels, int inChannels, int runs, int subgroups)
    {
        Shape memory = WinogradWeightLanes.Tiles(
            WinogradWeightLanes.F43Elements, images: 1, runs, new Shape(outChannels, inChannels, 3, 3));
        Assert.Equal(subgroups, memory.N);
    }

    /// <summary>Whatever the channels, tiles of them are whole subgroups, and blocks whole parts of tiles.</summary>
    [Theory]
    [InlineData(64)]
    [InlineData(80)]
    [InlineData(96)]
    [InlineData(129)]
    public void BlocksDivideTiles(int channels)
    {
        ImmutableDictionary<string, uint> constants = ConstantsOf(channels, registers: 32);
        Assert.Equal(constants["TILE_INPUTS"], constants["TILE_OUTPUTS"]);
        Assert.InRange(constants["TILE_INPUTS"], 16u, 64u);
        Assert.Equal(0u, constants["TILE_INPUTS"] % 16);
        Assert.Equal(0u, constants["TILE_INPUTS"] % constants["TILE_C"]);
        Assert.Equal(0u, constants["TILE_C"] % 16);
        Assert.Equal(constants["TILE_C"], constants["TILE_K"]);
    }

    /// <summary>
    /// Fewer sums at a time are as fast where registers are few, and compile sooner. That they are the same bits,
    /// <see cref="WinogradF43LanesTests"/> see to.
    /// </summary>
    [Theory]
    [InlineData(16, 16, 16)]
    [InlineData(32, 16, 32)]
    [InlineData(64, 16, 32)]
    [InlineData(80, 16, 16)]
    [InlineData(512, 16, 32)]
    public void FewRegistersHaveSmallBlocks(int channels, uint inputs, uint outputs)
    {
        ImmutableDictionary<string, uint> constants = ConstantsOf(channels, registers: 16);
        Assert.Equal((inputs, outputs), (constants["TILE_C"], constants["TILE_K"]));
        Assert.Equal(0u, constants["TILE_INPUTS"] % inputs);
        Assert.Equal(0u, constants["TILE_OUTPUTS"] % outputs);
    }

    private static ImmutableDictionary<string, uint> ConstantsOf(int channels, int registers)
        => WinogradWeightLanes.Constants(
            new Shape(channels, channels, 3, 3), TestDevice.Shared.Properties with { VectorRegisters = registers });
}
