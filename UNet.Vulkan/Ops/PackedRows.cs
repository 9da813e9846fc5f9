using UNet.Shaders;
using UNet.Vulkan.Device;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Ops.Declaration;

namespace UNet.Vulkan.Ops;

/// <summary>
/// Tensors as rows of 16 bits, from which matrix units compute convolutions (<c>shaders/common/rows_packing.glsl</c>): how large they are,
/// and the grids of the kernels that write them or add up what was made of them. <see cref="RowTile"/> has those of the products.
/// </summary>
internal static class PackedRows
{
    /// <summary>Places that an image's rows are filled up to a multiple of, so that no tile reaches beyond them.</summary>
    private const int PackedPlaces = 128;

    /// <summary>To this multiple packed weights are filled up with zeros, along the channels of the target.</summary>
    private const int PackedTargets = 64;

    /// <summary>Channels of the target in the widest tile of a convolution.</summary>
    private const int MostColumns = 128;

    /// <summary>To this multiple the channels of rows are filled up with zeros: those that matrix units multiply at a time.</summary>
    private const int PackedSources = (int)Conv2dPackWeightRows.Fixed.RowChannels;

    /// <summary>Rows behind all others, for what tiles load beyond the last channel of a row.</summary>
    private const int SpareRows = 16;

    /// <summary>
    /// To this multiple the rows of an image are filled up: 256 bytes of 16 channels, so that each image can be bound by itself.
    /// </summary>
    private const int ImageRows = 8;

    /// <summary>Runs below which a workgroup that adds up runs takes as many channels instead.</summary>
    private const uint FewRuns = 8;

    /// <summary>Rows of a source, as Float16: the line that its taps reach, and what the last tile reads behind it.</summary>
    /// <param name="channels">Channels of the source.</param>
    /// <param name="target">Shape of the target of the convolution.</param>
    /// <param name="kernel">Rows and columns of the kernel.</param>
    public static Shape Of(int channels, Shape target, int kernel)
    {
        int width = LineWidth(target, kernel);
        return Of(channels, target.N, Filled(target.H * width, PackedPlaces), width, kernel);
    }

    /// <summary>
    /// Rows of the gradient of a convolution's output, as Float16, with the zeros before it: what the tiles of the gradient to the input
    /// read, and what those of the gradient to the weight do.
    /// </summary>
    /// <param name="x">Shape of the convolution's input.</param>
    /// <param name="y">Shape of its output.</param>
    /// <param name="kernel">Rows and columns of the kernel.</param>
    /// <param name="padding">Rows and columns of zeros on each side of the input.</param>
    public static Shape OfGradient(Shape x, Shape y, int kernel, int padding)
    {
        int width = LineWidth(y, kernel);
        int forInput = checked(padding * (width + 1) + Filled(x.H * width, PackedPlaces));
        return Of(y.C, y.N, Math.Max(forInput, Filled(y.H * width, PackedPlaces)), width, kernel);
    }

    /// <summary>Where pixels of the gradient of a convolution's output lie in such rows.</summary>
    /// <param name="kernel">Rows and columns of the kernel.</param>
    public static RowLayout LayoutOfGradient(int kernel) => new(Gap: kernel - 1, Margin: kernel - 1);

    /// <summary>
    /// Places of a row of the line of a convolution's input: its pixels and the padding on both sides. The gradient of the output lies on
    /// the same line, with zeros behind its pixels.
    /// </summary>
    /// <param name="y">Shape of the convolution's output.</param>
    /// <param name="kernel">Rows and columns of the kernel.</param>
    public static int LineWidth(Shape y, int kernel) => y.W + kernel - 1;

    /// <summary>
    /// Numbers of packed weights: a row for each channel of the target, and what tiles of the gradient to the input load behind the last
    /// channel of the source.
    /// </summary>
    public static int WeightLength(int targetChannels, int sourceChannels, int kernel)
        => checked(Targets(targetChannels) * kernel * kernel * Sources(sourceChannels) + MostColumns);

    /// <summary>
    /// Channels of rows that hold the four pixels of a window: those of one corner after the other
    /// (<c>shaders/common/window_channels.glsl</c>).
    /// </summary>
    public static int WindowChannels(int channels) => checked(4 * Sources(channels));

    /// <summary>Whether two tensors side by side share no multiple of 16 channels of packed rows.</summary>
    public static bool ArePackedApart(int channels, int otherChannels) => (channels | otherChannels) % PackedSources == 0;

    /// <summary>Workgroups that pack rows.</summary>
    public static WorkgroupCount Packing(Shape rows) => WorkgroupCount.Cover(
        rows.W, Conv2dPackPixelRows.Fixed.Eights * 8, rows.H, Conv2dPackPixelRows.Fixed.Places, rows.N);

    /// <summary>Workgroups that pack weights: each takes more channels of the target where there is only one tap.</summary>
    public static WorkgroupCount Packing(int targetChannels, int sourceChannels, int kernel)
        => WorkgroupCount.Cover(
            Sources(sourceChannels), Conv2dPackWeightRows.Fixed.Sources, Targets(targetChannels),
            kernel == 1 ? Conv2dPackWeightRows.Fixed.TargetsOfOneTap : Conv2dPackWeightRows.Fixed.TargetsOfMore);

    /// <summary>
    /// Workgroups that compute pixel by pixel and store packed rows (<c>shaders/common/turned_rows.glsl</c>): columns along x, blocks of
    /// rows along y, images times blocks of channels along z.
    /// </summary>
    /// <param name="result">Shape of the result.</param>
    /// <param name="kernel">The kernel, a workgroup of which has a column for each invocation along x.</param>
    /// <param name="blocks">Blocks of rows.</param>
    public static WorkgroupCount Turning(Shape result, KernelInfo kernel, int blocks)
        => WorkgroupCount.Cover(
            result.W, kernel.LocalSize.X, blocks, 1, (long)result.N * WorkgroupCount.Cover(result.C, PackedSources).X);

    /// <summary>Workgroups that add up the rows of each run.</summary>
    public static WorkgroupCount Adding(Shape rows, int runs) => WorkgroupCount.Cover(rows.W, Conv2dBackwardBiasRows.Fixed.Channels, runs);

    /// <summary>Weight gradients of runs of the line, tap by tap: channels of the left rows by those of the right ones.</summary>
    /// <param name="runs">Runs of all images.</param>
    /// <param name="leftChannels">Channels of the left rows.</param>
    /// <param name="rightChannels">Channels of the right rows.</param>
    /// <param name="kernel">Rows and columns of the kernel.</param>
    public static Shape TapWeight(int runs, int leftChannels, int rightChannels, int kernel)
        => new(runs, kernel * kernel, Sources(leftChannels), Sources(rightChannels));

    /// <summary>
    /// Workgroups that add up such runs: of the channels of the right rows along x, of some of the left rows each along y, and behind those
    /// of the biases.
    /// </summary>
    /// <param name="taps">Taps of each pair of channels.</param>
    /// <param name="leftChannels">Channels of the left rows.</param>
    /// <param name="rightChannels">Channels of the right rows, each with all taps.</param>
    /// <param name="biases">Elements of the bias.</param>
    /// <param name="left">Channels of the left rows of a workgroup.</param>
    public static WorkgroupCount AddingTaps(int taps, int leftChannels, int rightChannels, int biases, uint left)
    {
        uint invocations = WeightGradientSumTapRuns.Info.LocalSize.X;
        WorkgroupCount weights = WorkgroupCount.Cover(rightChannels, invocations / (uint)taps, leftChannels, left);
        return new WorkgroupCount(Math.Max(weights.X, WorkgroupCount.Cover(biases, invocations).X), weights.Y + 1, 1);
    }

    /// <summary>Channels of the left rows of a workgroup that adds up runs: several where each has few runs to load at a time.</summary>
    /// <param name="runs">Runs of an image.</param>
    public static uint LeftChannels(int runs) => runs < FewRuns ? FewRuns : 1u;

    /// <summary>So many places, what the taps of the last one reach, and the rows behind.</summary>
    private static Shape Of(int channels, int images, int places, int lineWidth, int kernel)
        => new(images, 1, Filled(checked(places + (kernel - 1) * (lineWidth + 1) + SpareRows), ImageRows), Sources(channels));

    /// <summary>Whether a device can bind such rows.</summary>
    internal static bool IsBindable(Shape source, DeviceProperties device)
        => source.Length * ElementType.Float16.SizeInBytes() <= device.MaxStorageBufferRange;

    /// <summary>Channels of packed rows of so many.</summary>
    internal static int Sources(int channels) => Filled(channels, PackedSources);

    /// <summary>Rows of packed weights of so many channels of the target.</summary>
    internal static int Targets(int channels) => Filled(channels, PackedTargets);

    private static int Filled(int count, int multiple) => checked((int)(WorkgroupCount.Cover(count, multiple).X * multiple));
}
