using System.Collections.Immutable;
using UNet.Shaders;
using UNet.Tests.Generators;
using UNet.Vulkan.Execution;
using UNet.Vulkan.Device;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Ops.Declaration;
using UNet.Vulkan.Planning;
using Xunit;

namespace UNet.Tests.Device;

/// <summary>Bindings, addresses, push constants and specialization constants reach the kernel as the generator lays them out.</summary>
public sealed class KernelArgumentsTests
{
    private static readonly RowSum Op = new(Scale: 0.5f, Parts: 3);

    /// <summary>Values in two arenas, not at their beginnings.</summary>
    private sealed class Binding(IReadOnlyDictionary<Role, BufferRange> ranges) : IBufferBinding
    {
        public int FirstImage => 0;

        public int Part => 0;

        public int SubgroupSize => 8;

        public NumericsClass Numerics => default;

        public int MatrixSize => 0;

        public DeviceProperties Device => DeviceProperties.Minimum;

        public Tiling? Tiling => null;

        public BufferRange Value(Role role) => ranges[role];

        public BufferRange Gradient(Role role) => throw new NotSupportedException();
    }

    [Theory]
    [InlineData("")]
    [InlineData("Split")]
    [InlineData("Address")]
    public void EveryFormOfAnOpSumsItsRows(string name)
    {
        Shape[] shapes = Op.InferShapes([Shape.Parse("2x3x50x70")]);
        var x = new Value(0, "x", shapes[RowSum.X.Index], ElementType.Float32, ValueKind.Input);
        var y = new Value(1, "y", shapes[RowSum.Y.Index], ElementType.Float32, ValueKind.Activation) { Keep = true };
        Dictionary<Role, BufferRange> ranges = new()
        {
            [RowSum.X] = new(0, 512, x.SizeInBytes),
            [RowSum.Y] = new(1, 256, y.SizeInBytes),
            [RowSum.Partial] = new(1, 1 << 16, Op.ScratchShape(RowSum.Partial, shapes).Length * sizeof(float)),
        };
        Implementation implementation = Op.Info.Forward.Implementations.Single(one => one.Name == name);
        ImmutableArray<ImmutableArray<PlannedDispatch>> levels =
        [
            .. Enumerable.Range(0, implementation.Kernels.Length).Select(kernel => ImmutableArray.Create(
                new PlannedDispatch(Op.Dispatch(implementation, kernel, shapes, new Binding(ranges)), name, 1))),
        ];
        var plan = new ExecutionPlan(
            [1 << 20, 1 << 20], levels, new Dictionary<Value, BufferRange> { [x] = ranges[RowSum.X], [y] = ranges[RowSum.Y] });

        using var session = new VulkanSession(TestDevice.Shared, plan, options: new() { Poison = true });
        float[] elements = [.. Enumerable.Range(0, (int)x.Shape.Length).Select(i => (float)(i % 17 - 5))];
        session.Write(x, elements);
        session.Run();
        Assert.Equal(elements.Chunk(70).Select(row => 0.5f * row.Sum()), session.ReadAll(y));
    }
}
