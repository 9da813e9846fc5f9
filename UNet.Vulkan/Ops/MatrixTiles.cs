using UNet.Shaders;
using UNet.Vulkan.Device;

namespace UNet.Vulkan.Ops;

/// <summary>The tiles of convolutions on matrix units: <c>shaders/common/matrix_convolution.glsl</c> and its neighbours.</summary>
internal static class MatrixTiles
{
    /// <summary>Channels of the source that are multiplied at a time.</summary>
    public const int Chunk = 16;

    /// <summary>Channels of the target that a workgroup computes; packed weights are filled up to a multiple of it.</summary>
    private const int Rows = 64;

    /// <summary>Workgroups that a compute unit should have, so that one computes while others wait.</summary>
    private const int BusyWorkgroups = 2;

    /// <summary>Workgroups that cover a convolution: tiles of channels along x, of pixels of the line along y, images along z.</summary>
    public static WorkgroupCount Cover(long targetChannels, long line, uint tilePixels, long images)
        => WorkgroupCount.Cover(targetChannels, Rows, line, tilePixels, images);

    /// <summary>
    /// Pixels of the line that a workgroup computes: fewer where else the compute units would not have the workgroups that they
    /// need. Changes no bit.
    /// </summary>
    public static uint Pixels(long targetChannels, long line, long images, uint subgroupSize, uint matrixSize, DeviceProperties device)
    {
        uint most = Conv2dForwardMatrix.Spec.Default.TileN;
        uint subgroups = Conv2dForwardMatrix.Info.LocalSize.X / subgroupSize;
        bool isEnough = Cover(targetChannels, line, most, images).Total >= (ulong)(BusyWorkgroups * device.ComputeUnits);
        return isEnough || most / 2 < subgroups * matrixSize ? most : most / 2;
    }

    /// <summary>Floats that packed weights take, two numbers of 16 bits each.</summary>
    public static int WeightLength(int targetChannels, int sourceChannels, int kernel)
        => checked((int)(Eights(targetChannels, sourceChannels) * kernel * kernel * 4));

    /// <summary>Workgroups that pack weights: an invocation for each 8 channels of the source of each channel of the target.</summary>
    public static WorkgroupCount Packing(int targetChannels, int sourceChannels, KernelInfo kernel)
        => WorkgroupCount.Linear(Eights(targetChannels, sourceChannels), kernel.LocalSize.X);

    /// <summary>
    /// Output channels that a workgroup of the weight gradient computes: 64, or as many as give each subgroup a matrix.
    /// </summary>
    public static uint WeightRows(uint subgroupSize, uint matrixSize)
        => Math.Max(Rows, Conv2dBackwardWeightMatrix.Info.LocalSize.X / subgroupSize * matrixSize * matrixSize / Chunk);

    private static long Eights(int targetChannels, int sourceChannels)
        => 2L * WorkgroupCount.Cover(sourceChannels, Chunk).X * WorkgroupCount.Cover(targetChannels, Rows).X * Rows;
}
