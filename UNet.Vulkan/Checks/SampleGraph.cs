using UNet.Vulkan.Execution;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Ops.Declaration;
using UNet.Vulkan.Random;

namespace UNet.Vulkan.Checks;

/// <summary>
/// A graph of one op on random data, differentiated where the op has gradients: what checks and benchmarks run. The
/// gradient of the output is a random cotangent.
/// </summary>
public sealed class SampleGraph
{
    private const ulong Seed = 0x5EED;

    /// <summary>Builds the graph of a sample.</summary>
    /// <param name="sample">The op and its input shapes.</param>
    /// <param name="ofFloat16">
    /// Rounds the data to numbers that fit 16 bits, as do the sums of them that Winograd's F(2,3) multiplies.
    /// </param>
    public SampleGraph(OpSample sample, bool ofFloat16 = false)
    {
        (Sample, IsOfFloat16, Graph) = (sample, ofFloat16, new Graph.Graph());
        OpInfo info = sample.Op.Info;
        Value[] given = [.. info.Given.Select((role, index) => role.Kind == RoleKind.State
            ? Graph.State(role.BufferName, sample.Inputs[index])
            : Graph.Input(role.BufferName, sample.Inputs[index], role.Element))];
        Node = Graph.Add(info.Name, sample.Op, given);
        if (info.HasGradient)
            Graph.AppendBackward(Node.Output, [.. info.Given.Where(role => role.HasGradient).Select(role => Node[role])]);
        foreach (Value value in Graph.Values.Where(value => value.Whole is null))
            value.Keep = true;
    }

    /// <summary>The sample.</summary>
    public OpSample Sample { get; }

    /// <summary>Whether all numbers of the data fit 16 bits.</summary>
    public bool IsOfFloat16 { get; }

    /// <summary>The graph; all its values are kept.</summary>
    public Graph.Graph Graph { get; }

    /// <summary>The node of the op.</summary>
    public Node Node { get; }

    /// <summary>Input and parameter roles that have gradients: what a loss can be differentiated by.</summary>
    public IEnumerable<Role> Differentiable
        => Sample.Op.Info.Roles.Where(role => role.HasGradient && role.Kind is RoleKind.Input or RoleKind.Parameter);

    /// <summary>Values that the schedule writes, each with the invocation that does.</summary>
    public IEnumerable<(Value Value, Invocation Invocation)> Written
        => Graph.Invocations.SelectMany(invocation => invocation.Writes.Select(value => (value, invocation)))
            .DistinctBy(pair => pair.value);

    /// <summary>Writes the same random data into any session: inputs, state, parameters and the cotangent.</summary>
    /// <param name="session">The session.</param>
    /// <param name="period">After how many elements they repeat themselves: large tensors of different elements take long to make.</param>
    public void WriteData(Session session, int period = int.MaxValue)
    {
        Shape[] shapes = Node.Shapes;
        foreach (Role role in Sample.Op.Info.Roles.Where(role => role.Kind is RoleKind.Input or RoleKind.State or RoleKind.Parameter))
        {
            Value value = Node[role];
            var random = new RandomStream(Seed, (uint)role.Index);
            if (role.Element == ElementType.Float32)
                session.Write(value, Elements(random, value.Shape.Length, period, normal => Sample.Op.SampleElement(role, normal)));
            else
                session.Write(value, Enumerable.Range(0, (int)value.Shape.Length)
                    .Select(i => Sample.Op.SampleInteger(role, i, random.Word(i), shapes)).ToArray());
        }
        if (Graph.LossGradient is { } cotangent)
            session.Write(cotangent, Elements(new RandomStream(Seed + 1, 0), cotangent.Shape.Length, period, normal => normal));
    }

    private float[] Elements(RandomStream random, long length, int period, Func<float, float> convert)
    {
        float[] elements = new float[length];
        for (int i = 0; i < Math.Min(length, period); i++)
            elements[i] = Rounded(convert((float)random.Normal(i)));
        for (int made = period; made < length; made += period)
            elements.AsSpan(0, (int)Math.Min(period, length - made)).CopyTo(elements.AsSpan(made));
        return elements;
    }

    /// <summary>A multiple of 1/256 up to 2: three of these, halved, have at most the 11 bits of Float16.</summary>
    private float Rounded(float element) => IsOfFloat16 ? Math.Clamp(MathF.Round(element * 256) / 256, -2, 2) : element;
}
