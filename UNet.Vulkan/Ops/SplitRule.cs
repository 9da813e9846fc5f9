using System.Numerics;
using UNet.Shaders;
using UNet.Vulkan.Graph;

namespace UNet.Vulkan.Ops;

/// <summary>
/// Into how many runs, of rows or of pixels, the pixels of one image are split where a weight gradient is summed over them. A function
/// of the shapes alone, so that the order of the sum, and with it every bit, is the same on every device and in every run.
/// </summary>
internal static class SplitRule
{
    /// <summary>Workgroups to aim for where a weight gradient is a matrix product: enough for a large GPU.</summary>
    private const long WantedWorkgroups = 2048;

    /// <summary>Runs to aim for where output channels have few weights, so that a workgroup sums several of them over a run.</summary>
    private const long WantedRuns = 264;

    /// <summary>Weights of an output channel that are few: an invocation has registers for the window that they multiply.</summary>
    internal const int FewWeights = 28;

    /// <summary>
    /// The same where it is computed from packed rows: two for each compute unit of a large GPU, which is all that run at a time.
    /// </summary>
    private const long WantedRowWorkgroups = 264;

    /// <summary>Pixels that a run should have at least.</summary>
    private const long ShortestRun = 64;

    /// <summary>Elements whose runs fill a large device with eight invocations each.</summary>
    private const long ManyElements = 4096;

    /// <summary>Independent sums to aim for: enough to fill a large device.</summary>
    private const long WantedSums = 16_384;

    /// <summary>
    /// Blocks of <see cref="BlockChannels"/> squared to aim for, counted over all runs: processors compute them whole, a core each.
    /// </summary>
    private const long WantedBlocks = 16;

    /// <summary>Input and output channels of such a block.</summary>
    private const int BlockChannels = 64;

    /// <summary>Rows that a run has at least, unless there are <see cref="WantedSums"/> to reach.</summary>
    private const int BlockRows = 16;

    /// <summary>Elements that the partial sums of one image should have at most (8 MiB); a single run may need more.</summary>
    private const long LargestPartial = 2_097_152;

    /// <summary>The same where it is a matrix product, for GPUs (32 MiB).</summary>
    private const long LargestRuns = 8_388_608;

    /// <summary>
    /// Into how many runs the pixels of all images are split where a weight gradient is a matrix product, of which each 64 output
    /// channels and 16 input channels with nine taps count as a workgroup: for each image at least 1, and the same number whatever
    /// the batch.
    /// </summary>
    /// <param name="images">Images in the batch.</param>
    /// <param name="pixels">Pixels of each image.</param>
    /// <param name="weight">Shape of the weight.</param>
    /// <param name="biases">Elements of the bias.</param>
    public static int Runs(int images, long pixels, Shape weight, int biases)
    {
        long tiles = (long)WorkgroupCount.Cover(weight.N, 64, weight.Length / weight.N, 16 * 9).Total;
        long wanted = weight.Length / weight.N <= FewWeights ? WantedRuns : WantedWorkgroups;
        long forOccupancy = (wanted + tiles - 1) / tiles;
        long forMemory = LargestRuns / weight.Length;
        return images * Aligned((int)Math.Clamp(Math.Min(forOccupancy, forMemory), 1, Math.Max(1, pixels / ShortestRun)), biases);
    }

    /// <summary>
    /// As many runs, or a few less, that the sums of an image's biases fill a multiple of 256 bytes, so that it can be bound by itself; of
    /// the largest power of 2 below that where there are fewer runs.
    /// </summary>
    private static int Aligned(int runs, int biases)
    {
        int step = Graph.Graph.PartAlignment / (int)BigInteger.GreatestCommonDivisor(Graph.Graph.PartAlignment, biases);
        while (step > runs)
            step /= 2;
        return runs - runs % step;
    }

    /// <summary>
    /// Into how many runs the line of all images is split where a weight gradient is computed from packed rows
    /// (<see cref="RowTile"/>): for each image at least 1, and the same number whatever the batch.
    /// </summary>
    /// <param name="images">Images in the batch.</param>
    /// <param name="pixels">Pixels of each image.</param>
    /// <param name="leftChannels">Channels of the left rows.</param>
    /// <param name="rightChannels">Channels of the right rows.</param>
    /// <param name="kernel">Rows and columns of the kernel.</param>
    /// <param name="biases">Elements of the bias.</param>
    public static int RowRuns(int images, long pixels, int leftChannels, int rightChannels, int kernel, int biases)
    {
        long tiles = kernel * (long)WorkgroupCount.Cover(leftChannels, BlockChannels, rightChannels, BlockChannels).Total;
        return images * Aligned((int)Math.Clamp(WantedRowWorkgroups / tiles, 1, Math.Max(1, pixels / ShortestRun)), biases);
    }

    /// <summary>
    /// Invocations that share the runs of an element where they are added up: more, the more runs and the fewer elements there are.
    /// </summary>
    /// <param name="runs">Runs of an image.</param>
    /// <param name="elements">Elements of the weight.</param>
    public static uint LanesOf(int runs, long elements) => runs <= 32 ? 1u : elements >= ManyElements ? 8u : 32u;

    /// <summary>
    /// Runs of all images: for each at least 1 and at most one a row. The number for one image does not depend on the
    /// batch, so that a batch can be bound one image at a time.
    /// </summary>
    /// <param name="images">Images in the batch.</param>
    /// <param name="rows">Rows of each image.</param>
    /// <param name="weight">Shape of the weight.</param>
    /// <param name="biases">Elements of the bias.</param>
    public static int Splits(int images, int rows, Shape weight, int biases)
    {
        long forOccupancy = WantedSums / ((long)weight.N * weight.C);
        long forBlocks = WantedBlocks / (long)WorkgroupCount.Cover(weight.N, BlockChannels, weight.C, BlockChannels).Total;
        long forMemory = LargestPartial / weight.Length;
        long wanted = Math.Max(forOccupancy, Math.Min(forBlocks, rows / BlockRows));
        return images * Aligned((int)Math.Clamp(Math.Min(wanted, forMemory), 1, rows), biases);
    }
}
