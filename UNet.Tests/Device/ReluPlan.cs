using System.Collections.Immutable;
using System.Runtime.InteropServices;
using UNet.Shaders;
using UNet.Vulkan.Device;
using UNet.Vulkan.Execution;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Planning;
using Xunit;

namespace UNet.Tests.Device;

/// <summary>Plans made by hand over the simplest kernel, y = max(x, 0), so that sessions are tested without a planner.</summary>
internal sealed class ReluPlan
{
    private readonly List<Value> _values = [];
    private readonly Dictionary<Value, BufferRange> _ranges = [];
    private readonly List<List<PlannedDispatch>> _levels = [];
    private long _end;

    /// <summary>Checks that a device computes the rectifier of four numbers.</summary>
    public static void Check(VulkanDevice device)
    {
        var plan = new ReluPlan();
        Value x = plan.Add("x", 4);
        Value y = plan.Add("y", 4, ValueKind.Activation, keep: true);
        plan.Level().Relu(x, y);
        using var session = new VulkanSession(device, plan.Build());
        session.Write(x, [-1f, 2f, -3f, 4f]);
        session.Run();
        Assert.Equal([0f, 2f, 0f, 4f], session.ReadAll(y));
    }

    /// <summary>A value with memory of its own in arena 0.</summary>
    public Value Add(
        string name, int length, ValueKind kind = ValueKind.Input, ElementType element = ElementType.Float32, bool keep = false)
    {
        var value = new Value(_values.Count, name, new Shape(length), element, kind) { Keep = keep };
        _values.Add(value);
        _ranges.Add(value, new BufferRange(0, _end, value.SizeInBytes));
        _end += (value.SizeInBytes + 255) / 256 * 256;
        return value;
    }

    /// <summary>Begins a level.</summary>
    public ReluPlan Level()
    {
        _levels.Add([]);
        return this;
    }

    /// <summary>Adds y = max(x, 0) to the last level.</summary>
    public ReluPlan Relu(Value x, Value y, long operations = 1)
    {
        int length = (int)x.Shape.Length;
        ImmutableArray<byte> push = [.. MemoryMarshal.AsBytes<uint>([(uint)length])];
        var dispatch = new KernelDispatch(
            ReluForward.Info, [_ranges[x], _ranges[y]], push, [], WorkgroupCount.Linear(length, ReluForward.Info.LocalSize.X));
        _levels[^1].Add(new PlannedDispatch(dispatch, $"{x.Name} to {y.Name}", operations));
        return this;
    }

    public ExecutionPlan Build() => new([_end], [.. _levels.Select(level => level.ToImmutableArray())], _ranges);
}
