using System.Buffers.Binary;
using System.Runtime.InteropServices;
using UNet.Shaders;
using UNet.Tests.Ops;
using UNet.Vulkan.Device;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Ops.Declaration;
using Xunit;

namespace UNet.Tests.Generators;

/// <summary>What the generator makes of <see cref="RowSum"/>: catalogue, roles, passes, and every kernel's arguments.</summary>
public class RowSumTests
{
    private static readonly RowSum Op = new(Scale: 0.5f, Parts: 3);
    private static readonly Shape[] Shapes = Op.InferShapes([Shape.Parse("2x3x5x7")]);

    /// <summary>Value ranges in arena 0 and gradients in arena 1, told apart by the role's index.</summary>
    private sealed class Binding : IBufferBinding
    {
        public int FirstImage => 0;

        public int Part => 0;

        public int SubgroupSize => 8;

        public NumericsClass Numerics => default;

        public int MatrixSize => 0;

        public DeviceProperties Device => DeviceProperties.Minimum;

        public Tiling? Tiling { get; init; }

        public BufferRange Value(Role role) => new(0, 256 * role.Index, 64);

        public BufferRange Gradient(Role role) => new(1, 256 * role.Index, 64);
    }

    private static BufferRange Value(Role role) => new Binding().Value(role);

    private static KernelDispatch Dispatch(int pass, int implementation, int kernel)
        => Op.Dispatch(Op.Info.Passes[pass].Implementations[implementation], kernel, Shapes, new Binding());

    private static byte[] Bytes(params object[] words)
    {
        List<byte> bytes = [];
        foreach (object word in words)
        {
            bytes.AddRange(word switch
            {
                int integer => BitConverter.GetBytes(integer),
                float single => BitConverter.GetBytes(single),
                ulong address => BitConverter.GetBytes(address),
                _ => throw new ArgumentException(word.GetType().Name),
            });
        }
        return [.. bytes];
    }

    [Fact]
    public void StandsInTheCatalogueOfItsAssemblyWithItsSamples()
    {
        Assert.Contains(RowSum.StaticInfo, OpCatalog.Ops);
        OpSample[] samples = [.. OpCatalog.SamplesOf(RowSum.StaticInfo)];
        Assert.Equal(2, samples.Length);
        Assert.Equal([Shape.Parse("1x2x33x129")], samples[1].Inputs);
        Assert.Equal(new RowSum(0.5f, 3), samples[1].Op);
        Assert.Equal("RowSum(Scale: 0.5, Parts: 3)", samples[1].Op.ToString());
        Assert.DoesNotContain(RowSum.StaticInfo, UNet.Vulkan.Ops.OpCatalog.Ops);
    }

    [Fact]
    public void RolesSayWhatKernelsDoWithThem()
    {
        Assert.Equal(["x", "y", "partial"], Op.Info.Roles.Select(role => role.BufferName));
        Assert.Equal([RoleKind.Input, RoleKind.Output, RoleKind.Scratch], Op.Info.Roles.Select(role => role.Kind));
        Assert.Equal([true, true, false], Op.Info.Roles.Select(role => role.HasGradient));
        Assert.All(Op.Info.Roles, role => Assert.True(role.PerImage));
        Assert.Same(RowSum.X, Op.Info.Roles[0]);
    }

    [Fact]
    public void PassesHoldImplementationsInTheirOrder()
    {
        Assert.Equal(["forward", "backward x"], Op.Info.Passes.Select(pass => pass.Name));
        Assert.Equal(["", "Split", "Address"], Op.Info.Forward.Implementations.Select(implementation => implementation.Name));
        Assert.Equal([[], [RowSum.Partial], []],
            Op.Info.Forward.Implementations.Select(implementation => implementation.Scratch.ToArray()));
        Assert.Equal([RowSum.X], Op.Info.Forward.ValuesRead);
        Assert.Equal([RowSum.Y], Op.Info.Forward.ValuesWritten);
        Assert.Empty(Op.Info.Passes[1].ValuesRead);
        Assert.Equal([RowSum.Y], Op.Info.Passes[1].GradientsRead);
        Assert.Equal([RowSum.X], Op.Info.Passes[1].Gradients);
    }

    [Fact]
    public void ShapesFollowFromTheInput()
    {
        Assert.Equal("2x3x5x1", Shapes[RowSum.Y.Index].ToString());
        Assert.Equal(0, Shapes[RowSum.Partial.Index].Rank);
        Assert.Equal("2x3x5x3", Op.ScratchShape(RowSum.Partial, Shapes).ToString());
        Assert.Throws<ArgumentException>(() => Op.ScratchShape(RowSum.X, Shapes));
        Assert.Throws<ArgumentException>(() => Op.FanIn(RowSum.X, Shapes));
        Assert.Throws<ArgumentException>(() => Op.InferShapes([]));
    }

    [Fact]
    public void SupportsAsksTheNamedImplementation()
    {
        DeviceProperties plain = DeviceProperties.Minimum;
        Implementation[] forward = [.. Op.Info.Forward.Implementations];
        Shape[] narrow = Op.InferShapes([Shape.Parse("2x3x5x2")]);
        Assert.Equal([true, true, false], forward.Select(implementation => Op.Supports(implementation, Shapes, plain)));
        Assert.Equal([true, false, true],
            forward.Select(implementation => Op.Supports(implementation, narrow, plain with { HasBufferAddresses = true })));
        Assert.True(Op.Supports(Op.Info.Passes[1].Implementations[0], Shapes, plain));
    }

    [Fact]
    public void PlainKernelGetsItsArguments()
    {
        KernelDispatch dispatch = Dispatch(0, 0, 0);
        Assert.Equal(TestRowSumForward.Info, dispatch.Kernel);
        Assert.Equal([Value(RowSum.X), Value(RowSum.Y)], dispatch.Buffers);
        Assert.Equal(Bytes(30, 7, 0.5f), dispatch.Push);
        Assert.Empty(dispatch.Constants);
        Assert.Equal(new WorkgroupCount(1), dispatch.Groups);
    }

    [Fact]
    public void SplitKernelsShareScratch()
    {
        KernelDispatch partial = Dispatch(0, 1, 0);
        Assert.Equal([Value(RowSum.X), Value(RowSum.Partial)], partial.Buffers);
        Assert.Equal(Bytes(90, 7), partial.Push);
        Assert.Equal([3u], partial.Constants);
        Assert.Equal(new WorkgroupCount(2), partial.Groups);

        KernelDispatch combine = Dispatch(0, 1, 1);
        Assert.Equal([Value(RowSum.Partial), Value(RowSum.Y)], combine.Buffers);
        Assert.Equal(Bytes(30, 3, 0.5f), combine.Push);
    }

    [Fact]
    public void AddressesStandInThePushConstantsAsZeros()
    {
        KernelDispatch dispatch = Dispatch(0, 2, 0);
        Assert.Equal([BufferForm.Address, BufferForm.Address], dispatch.Kernel.Buffers.Select(buffer => buffer.Form));
        Assert.Equal([8, 16], dispatch.Kernel.Buffers.Select(buffer => buffer.PushOffset));
        Assert.Equal([Value(RowSum.X), Value(RowSum.Y)], dispatch.Buffers);
        Assert.Equal(Bytes(30, 0, 0ul, 0ul, 7, 0.5f), dispatch.Push);
        Assert.Equal([2u], dispatch.Constants);
    }

    [Fact]
    public void ATilingChangesConstantsAndGrid()
    {
        Implementation address = Op.Info.Forward.Implementations[2];
        Assert.Equal(["TILE_ROWS: 1", "TILE_ROWS: 5"], address.Tilings.Select(tiling => tiling.Name));
        KernelDispatch dispatch = Op.Dispatch(
            address, 0, Op.InferShapes([Shape.Parse("2x3x50x7")]), new Binding { Tiling = address.Tilings[1] });
        Assert.Equal([5u], dispatch.Constants);
        Assert.Equal(new WorkgroupCount(1), dispatch.Groups);
        Assert.Equal(new WorkgroupCount(3), Op.Dispatch(address, 0, Op.InferShapes([Shape.Parse("2x3x50x7")]), new Binding()).Groups);
        Assert.Empty(Op.Info.Forward.Implementations[0].Tilings);
    }

    [Fact]
    public void BackwardBindsGradients()
    {
        KernelDispatch dispatch = Dispatch(1, 0, 0);
        Assert.Equal([new BufferRange(1, 256, 64), new BufferRange(1, 0, 64)], dispatch.Buffers);
        Assert.Equal(Bytes(210, 7, 0.5f), dispatch.Push);
        Assert.Equal(new WorkgroupCount(4), dispatch.Groups);
        Assert.Throws<ArgumentException>(() => Dispatch(1, 0, 1));
    }

    [Fact]
    public void TheKernelsOfTheCatalogueAreEmbeddedInTheOrderOfTheirNames()
    {
        Assert.Equal(KernelCatalog.All.Select(kernel => kernel.Name).Order(StringComparer.Ordinal),
            KernelCatalog.All.Select(kernel => kernel.Name));
        Assert.All(
            KernelCatalog.All.Where(kernel => kernel.IsEmbedded),
            kernel => Assert.Equal(0x07230203u, BinaryPrimitives.ReadUInt32LittleEndian(kernel.LoadSpirV())));
        Assert.Equal(4, Marshal.SizeOf<ReluForward.Push>());
    }
}
