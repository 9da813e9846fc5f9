using UNet.Shaders;
using UNet.Vulkan.Device;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Model;
using UNet.Vulkan.Ops;
using UNet.Vulkan.Planning;
using UNet.Vulkan.Training;
using Xunit;

namespace UNet.Tests.Ops;

/// <summary>Convolutions from packed rows: where they are planned, and what that takes. What they compute, the op checks compare.</summary>
public class RowTileTests
{
    /// <summary>Bytes that a training step of the paper's network may take.</summary>
    private const long MostMemory = 950_000_000;

    /// <summary>A GPU with matrix units.</summary>
    internal static readonly DeviceProperties Gpu = DeviceProperties.Minimum with
    {
        Type = DeviceType.Discrete,
        HasFloat16 = true,
        MatrixSize = 16,
        CanFixSubgroupSize = true,
        SubgroupSize = 32,
        MaxSharedMemory = 49_152,
        MaxWorkgroupInvocations = 1024,
        MaxStorageBufferRange = uint.MaxValue,
        ComputeUnits = 132,
    };

    [Fact]
    public void MatrixUnitsTakePackedRows()
    {
        Assert.SkipUnless(Conv2dForwardRowsMatrix.Info.IsEmbedded, "This build has no kernels for matrix units.");
        PlannedDispatch[] planned = [.. Plan(Gpu).Dispatches];
        // All convolutions but the first, whose input has one channel, and the 1x1 head; and the up-convolutions, of whose passes only that
        // to the input is a convolution's.
        Assert.Equal(17, planned.Count(dispatch => dispatch.Dispatch.Kernel == Conv2dForwardRowsMatrix.Info));
        Assert.Equal(17, planned.Count(dispatch => dispatch.Dispatch.Kernel == Conv2dBackwardWeightRowsMatrix.Info));
        Assert.Equal(13 + 4, planned.Count(dispatch => dispatch.Dispatch.Kernel == Conv2dBackwardInputRowsMatrix.Info));
        Assert.Equal(4, planned.Count(dispatch => dispatch.Dispatch.Kernel == CropConcatConv2dBackwardInputRowsMatrix.Info));
        Assert.Equal(4, planned.Count(dispatch => dispatch.Dispatch.Kernel == ConvTranspose2dForwardRowsMatrix.Info));
        Assert.Equal(4, planned.Count(dispatch => dispatch.Dispatch.Kernel == ConvTranspose2dBackwardWeightRowsMatrix.Info));
    }

    /// <summary>Once in a step: for the forward pass and both gradients, and the gradient of the output for these two.</summary>
    [Fact]
    public void TensorsArePackedOnce()
    {
        Assert.SkipUnless(Conv2dForwardRowsMatrix.Info.IsEmbedded, "This build has no kernels for matrix units.");
        PlannedDispatch[] planned = [.. Plan(Gpu).Dispatches];
        Assert.Equal(13 + 4, planned.Count(dispatch => dispatch.Dispatch.Kernel == Conv2dPackPixelRows.Info));
        Assert.Equal(4, planned.Count(dispatch => dispatch.Dispatch.Kernel == CropConcatConv2dPackPixelRows.Info));
        Assert.Equal(17, planned.Count(dispatch => dispatch.Dispatch.Kernel == Conv2dPackGradientRows.Info));
        Assert.Equal(4, planned.Count(dispatch => dispatch.Dispatch.Kernel == ConvTranspose2dPackGradientRows.Info));
    }

    [Fact]
    public void PackedRowsLeaveTheMemoryOfAStepInBounds()
    {
        Assert.SkipUnless(Conv2dForwardRowsMatrix.Info.IsEmbedded, "This build has no kernels for matrix units.");
        Assert.InRange(Plan(Gpu).ArenaSizes.Sum(), 1, MostMemory);
    }

    [Theory]
    [InlineData(64, 568, 128, 64)]
    [InlineData(512, 54, 128, 64)]
    [InlineData(1024, 28, 64, 64)] // the bottleneck: fewer large tiles than compute units
    [InlineData(1024, 14, 64, 64)] // no tile gives each of them a workgroup
    public void ConvolutionsLeaveNoComputeUnitWithoutAWorkgroup(int channels, int size, int rows, int columns)
        => Assert.Equal(new RowTile((uint)rows, (uint)columns), RowTile.For(new Shape(1, channels, size, size), lineWidth: size + 2, Gpu));

    [Theory]
    [InlineData(1024, 512, 128, 64)]
    [InlineData(128, 64, 128, 64)]
    [InlineData(64, 128, 64, 192)]
    [InlineData(64, 64, 64, 192)]
    [InlineData(16, 16, 64, 64)]
    public void TilesOfWeightGradientsAreNoLargerThanTheProduct(int outChannels, int inChannels, int rows, int columns)
        => Assert.Equal(new RowTile((uint)rows, (uint)columns), RowTile.ForWeight(new Shape(4, outChannels, inChannels, 9), kernel: 3, Gpu));

    private static ExecutionPlan Plan(DeviceProperties device)
        => Trainer.Plan(new TrainingConfiguration { Network = new UNetConfiguration(), Tile = 572, Precision = Precision.Mixed }, device);
}
