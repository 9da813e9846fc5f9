using System.Collections.Immutable;
using UNet.Shaders;
using UNet.Vulkan.Device;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Ops.Declaration;

namespace UNet.Vulkan.Ops;

/// <summary>
/// How convolutions for processors by Winograd's F(4x4,3x3) are cut into parts, of some of an image's tiles and some of the channels read,
/// so that what lies in memory between their kernels is bounded. See <c>shaders/common/winograd_f43_lanes.glsl</c>.
/// </summary>
internal static class WinogradF43Lanes
{
    /// <summary>Tiles that there are at least where it pays.</summary>
    private const int LeastTiles = 24;

    /// <summary>Rows and columns of a tile's results.</summary>
    private const int Results = (int)Conv2dMultiplyForwardF43Lanes.Fixed.Results;

    /// <summary>Elements of a transformed tile or kernel.</summary>
    private const int Elements = (int)Conv2dMultiplyForwardF43Lanes.Fixed.Elements;

    /// <summary>
    /// Channels read that a part takes at most. With half as many, products are read and added to twice as often; with twice as many, which
    /// is faster with AVX-512 but not with AVX2, a driver takes seconds more for the code of the products where it has not kept it.
    /// </summary>
    private const int MostRead = 128;

    /// <summary>What their number is a multiple of: two for each block of code.</summary>
    private const int ReadStep = 2 * (int)Conv2dMultiplyForwardF43Lanes.Fixed.MostCodeBlocks;

    /// <summary>Runs of such sums over the same tiles, at most: more make the code long.</summary>
    private const int MostRuns = 3;

    /// <summary>
    /// Elements that the tiles and products of a part of an image should have (4 MiB), for caches to hold them. With half as many, what a
    /// dispatch costs by itself shows: some 0.05 ms, in which processors wait for each other.
    /// </summary>
    private const long SmallPart = 1_048_576;

    /// <summary>Elements that they should have at most (32 MiB).</summary>
    private const long LargestPart = 8_388_608;

    /// <summary>
    /// How many times the elements of a chunk's weights they may be where nothing is read twice but weights, by each part, or where each
    /// part has to transform these anew.
    /// </summary>
    private const long WeightTimes = 3;

    /// <summary>
    /// Elements up to which the transformed weights of all channels read are kept (40 MiB), rather than those of one part.
    /// </summary>
    private const long LargestWeights = 10_485_760;

    /// <summary>Sums that a lane has in registers at most.</summary>
    private static int MostSums => (int)Conv2dMultiplyForwardF43Lanes.Spec.Default.TileSums;

    /// <summary>Tiles of a workgroup that multiplies.</summary>
    private static int TileStep => (int)Conv2dMultiplyForwardF43Lanes.Info.LocalSize.X;

    /// <summary>Whether the device can bind all that lies between the kernels.</summary>
    /// <param name="source">Shape of what is read.</param>
    /// <param name="result">Shape of what is written.</param>
    /// <param name="device">The device.</param>
    public static bool Fits(Shape source, Shape result, DeviceProperties device)
        => new[] { Packed(result.C, source.C), Tiles(source, result).WithImages(1), Products(source, result).WithImages(1) }
            .All(shape => shape.Length * sizeof(float) <= device.MaxStorageBufferRange);

    /// <summary>
    /// Whether a convolution or its gradient to the input is worth the transforms. Measured on a processor with AVX-512, as shares of the
    /// time of the best other kernels: in a network of width 64 0.54 to 0.9, with subgroups of 8 and 16 alike; between 32 and 64 channels
    /// 0.9 to 1, between 32 and 32 1.1 to 1.5. With 25 tiles of 512 channels 0.88, with 36 of 1024 0.77, but with 16 tiles 1.4.
    /// </summary>
    /// <param name="source">Shape of what is read.</param>
    /// <param name="result">Shape of what is written.</param>
    /// <param name="device">The device.</param>
    public static bool Pays(Shape source, Shape result, DeviceProperties device)
        => Math.Min(source.C, result.C) >= 32 && source.C + result.C >= 96 && HasEnoughTiles(result)
            && !UnrolledConvolution.Pays(source, result, device);

    /// <summary>Whether there are so many tiles that it may pay.</summary>
    /// <param name="result">Shape of what the convolution writes, or of what its gradient to the input does.</param>
    public static bool HasEnoughTiles(Shape result) => TileCount(result) >= LeastTiles;

    /// <summary>Into how many parts the work is cut, for those that follow each other to use the same memory.</summary>
    /// <param name="source">Shape of what is read.</param>
    /// <param name="result">Shape of what is written.</param>
    public static int PartCount(Shape source, Shape result) => TileParts(source, result) * Chunks(source.C);

    /// <summary>Transformed tiles of a part [N,tiles,elements,channels read and two unused].</summary>
    /// <param name="source">Shape of what is read.</param>
    /// <param name="result">Shape of what is written.</param>
    public static Shape Tiles(Shape source, Shape result)
        => new(source.N, TilesTogether(source, result), Elements, ReadTogether(source.C) + 2);

    /// <summary>Products of a part [N,tiles,pairs of channels written,2·elements], up to the last channel of a block.</summary>
    /// <param name="source">Shape of what is read.</param>
    /// <param name="result">Shape of what is written.</param>
    public static Shape Products(Shape source, Shape result)
        => new(source.N, TilesTogether(source, result), WrittenWhole(result.C) / 2, 2 * Elements);

    /// <summary>
    /// Transformed weights [chunks of channels read,elements·blocks of channels written,channels of a chunk,channels of a block].
    /// </summary>
    /// <param name="written">Channels that are written.</param>
    /// <param name="read">Channels that are read.</param>
    public static Shape Packed(int written, int read)
    {
        var one = new Shape(1, Elements * Blocks(written), ReadTogether(read), WrittenTogether(written));
        return one.Length * Chunks(read) <= LargestWeights ? one.WithImages(Chunks(read)) : one;
    }

    /// <summary>
    /// An invocation for each channel of a chunk of those read and each pair of channels written; none where weights of all chunks are
    /// kept, once the parts of the first tiles have packed them.
    /// </summary>
    /// <param name="packed">Shape of the transformed weights.</param>
    /// <param name="read">Channels that are read.</param>
    /// <param name="part">The part of the work.</param>
    /// <param name="info">The kernel.</param>
    public static WorkgroupCount Packing(Shape packed, int read, int part, KernelInfo info)
        => packed.N == Chunks(read) && part >= Chunks(read)
            ? WorkgroupCount.None
            : WorkgroupCount.Linear((long)packed.C / Elements * packed.H * packed.W / 2, info.LocalSize.X);

    /// <summary>Tiles, pairs of channels read, images.</summary>
    /// <param name="tiles">Shape of the transformed tiles.</param>
    /// <param name="info">The kernel.</param>
    /// <param name="tilePairs">Pairs of channels that an invocation takes.</param>
    public static WorkgroupCount Transforming(Shape tiles, KernelInfo info, uint tilePairs)
        => WorkgroupCount.Cover(tiles.C, info.LocalSize.X, tiles.W / 2 - 1, tilePairs) with { Z = (uint)tiles.N };

    /// <summary>Tiles, channels written, elements of images.</summary>
    /// <param name="tiles">Shape of the transformed tiles.</param>
    /// <param name="packed">Shape of the transformed weights.</param>
    /// <param name="tilesTogether">Tiles that a workgroup takes.</param>
    /// <param name="channelsTogether">Channels of a block that a workgroup takes at most.</param>
    public static WorkgroupCount Multiplying(Shape tiles, Shape packed, uint tilesTogether, uint channelsTogether)
        => WorkgroupCount.Cover(tiles.C, tilesTogether) with
        {
            Y = (uint)(packed.C / Elements) * WorkgroupCount.Cover(packed.W, channelsTogether).X,
            Z = (uint)(tiles.N * Elements),
        };

    /// <summary>
    /// What the kernels that multiply do at a time, as their constants: where there are 32 registers, what they say themselves, measured
    /// with AVX-512. Where there are 16, a workgroup is a subgroup, whose lanes have two tiles each and 12 sums, for a run of channels.
    /// </summary>
    /// <param name="device">The device.</param>
    public static ImmutableDictionary<string, uint> Constants(DeviceProperties device)
        => device.VectorRegisters >= 32
            ? ImmutableDictionary<string, uint>.Empty
            : Tiling.Of(
                "TILE_CHANNELS, TILE_SUMS, TILE_VECTORS, TILE_INVOCATIONS",
                (uint)MostSums, 6u, 16u / (uint)device.SubgroupSize, (uint)device.SubgroupSize).Values;

    /// <summary>Tiles, pairs of channels written, images; none before the products of the last chunk of channels read.</summary>
    /// <param name="products">Shape of the products.</param>
    /// <param name="read">Channels that are read.</param>
    /// <param name="part">The part of the work.</param>
    /// <param name="info">The kernel.</param>
    /// <param name="tilePairs">Pairs of channels that an invocation takes.</param>
    public static WorkgroupCount Storing(Shape products, int read, int part, KernelInfo info, uint tilePairs)
        => (part + 1) % Chunks(read) != 0
            ? WorkgroupCount.None
            : WorkgroupCount.Cover(products.C, info.LocalSize.X, products.H, tilePairs) with { Z = (uint)products.N };

    private static int Chunks(int read) => (read + MostRead - 1) / MostRead;

    private static int ReadTogether(int read) => RoundUp((read + Chunks(read) - 1) / Chunks(read), ReadStep);

    /// <summary>
    /// Equal blocks of equal runs: 66 for any multiple of 64, so that all layers with so many channels share a kernel. What is compiled for
    /// each of them takes a driver a tenth of a second in every process.
    /// </summary>
    private static int WrittenTogether(int written)
    {
        int blocks = (written + MostRuns * MostSums - 1) / (MostRuns * MostSums);
        int together = (written + blocks - 1) / blocks;
        return RoundUp(together, 2 * ((together + MostSums - 1) / MostSums));
    }

    private static int Blocks(int written) => (written + WrittenTogether(written) - 1) / WrittenTogether(written);

    private static int WrittenWhole(int written) => Blocks(written) * WrittenTogether(written);

    /// <summary>
    /// Equal parts of the tiles of an image: small ones where products are read again, with each chunk after the first. In the paper's
    /// network that takes 0.79 to 0.91 of the time of parts of up to 32 MiB.
    /// </summary>
    private static int TilesTogether(Shape source, Shape result)
    {
        (int read, int written) = (ReadTogether(source.C), WrittenWhole(result.C));
        bool areProductsReadAgain = Chunks(source.C) > 1;
        bool areWeightsKept = Packed(result.C, source.C).N == Chunks(source.C);
        long part = areProductsReadAgain && areWeightsKept
            ? SmallPart
            : Math.Clamp(WeightTimes * Elements * read * written, SmallPart, LargestPart);
        long most = Math.Max(part / (Elements * (read + written)) / TileStep, 1) * TileStep;
        long parts = (TileCount(result) + most - 1) / most;
        return RoundUp((TileCount(result) + parts - 1) / parts, TileStep);
    }

    private static int TileParts(Shape source, Shape result)
        => (int)((TileCount(result) + TilesTogether(source, result) - 1) / TilesTogether(source, result));

    private static long TileCount(Shape result)
        => WorkgroupCount.Cover(result.H, Results).X * (long)WorkgroupCount.Cover(result.W, Results).X;

    private static int RoundUp(long number, int step) => (int)((number + step - 1) / step * step);
}
