using System.Collections.Immutable;
using UNet.Vulkan.Ops.Declaration;
using UNet.Vulkan.Planning;

namespace UNet.Vulkan.Graph;

/// <summary>An op in a graph, connected to values.</summary>
/// <param name="Name">Such as <c>encoder.0.conv1</c>.</param>
/// <param name="Op">The op.</param>
/// <param name="Values">The value of each role, in the roles' order; null for scratch, which planning provides.</param>
public sealed record Node(string Name, Op Op, ImmutableArray<Value?> Values)
{
    /// <summary>The first output.</summary>
    public Value Output => Values[Op.Info.Roles.First(role => role.Kind == RoleKind.Output).Index]!;

    /// <summary>The value of a role.</summary>
    public Value this[Role role] => Values[role.Index]!;

    /// <summary>Shapes of all roles, in their order.</summary>
    public Shape[] Shapes => [.. Values.Select(value => value?.Shape ?? default)];

    /// <inheritdoc/>
    public override string ToString() => $"{Name}: {Op}";
}

/// <summary>One pass of one node: what a schedule lists.</summary>
/// <param name="Node">The node.</param>
/// <param name="Pass">Its forward pass or one of its backward passes.</param>
/// <param name="Gradients">The gradient of each role that the pass reads or writes, in the roles' order; null elsewhere.</param>
public sealed record Invocation(Node Node, Pass Pass, ImmutableArray<Value?> Gradients)
{
    /// <summary>Values that the pass reads.</summary>
    public IEnumerable<Value> Reads
        => Pass.ValuesRead.Select(role => Node[role]).Concat(Pass.GradientsRead.Select(role => Gradients[role.Index]!));

    /// <summary>Values that the pass writes.</summary>
    public IEnumerable<Value> Writes
        => Pass.ValuesWritten.Select(role => Node[role]).Concat(Pass.Gradients.Select(role => Gradients[role.Index]!));

    /// <inheritdoc/>
    public override string ToString() => $"{Node.Name} {Pass.Name}";
}

/// <summary>
/// A network and what is done with it, as a list of invocations in the order of execution. Adding a node appends its
/// forward pass; <see cref="Autodiff.AppendBackward"/> appends backward passes; nodes added later (an optimizer) follow them.
/// </summary>
/// <remarks>
/// Parameters are parts of one flat vector, and so are their gradients, at the same places: an optimizer is a few ops
/// over whole vectors. Parts start at multiples of 256 bytes, so that each can be bound by itself on every device.
/// </remarks>
public sealed class Graph
{
    /// <summary>Elements of four bytes in 256 bytes, the largest alignment that a Vulkan device may ask for.</summary>
    public const int PartAlignment = 64;

    private readonly List<Value> _values = [];
    private readonly List<Value> _parameters = [];
    private readonly List<Node> _nodes = [];
    private readonly List<Invocation> _invocations = [];
    private readonly Dictionary<Value, Value> _gradients = [];
    private readonly HashSet<string> _names = [];

    /// <summary>All values in the order of creation.</summary>
    public IReadOnlyList<Value> Values => _values;

    /// <summary>All nodes in the order of creation.</summary>
    public IReadOnlyList<Node> Nodes => _nodes;

    /// <summary>The schedule: all invocations in the order of execution.</summary>
    public IReadOnlyList<Invocation> Invocations => _invocations;

    /// <summary>The parameters in the order of creation.</summary>
    public IReadOnlyList<Value> Parameters => _parameters;

    /// <summary>The node and role to which a parameter belongs.</summary>
    public (Node Node, Role Role) OwnerOf(Value parameter)
        => _nodes.SelectMany(node => node.Op.Info.Roles.Where(role => role.Kind == RoleKind.Parameter), (node, role) => (node, role))
            .First(owner => owner.node[owner.role] == parameter);

    /// <summary>The flat vector of all parameters, or null where there is none.</summary>
    public Value? FlatParameters { get; private set; }

    /// <summary>The flat vector of all parameters' gradients, or null before <see cref="Autodiff.AppendBackward"/>.</summary>
    public Value? FlatGradients { get; private set; }

    /// <summary>The words that change from run to run (Session.Submit fills them), or null where there is none.</summary>
    public Value? StepSlot { get; private set; }

    /// <summary>The gradient of the loss, which whoever creates a session sets to 1; null before differentiation.</summary>
    public Value? LossGradient { get; internal set; }

    /// <summary>The gradient of a value, or null where none is computed.</summary>
    public Value? GradientOf(Value value) => _gradients.GetValueOrDefault(value);

    /// <summary>A value that is written from outside and kept.</summary>
    /// <exception cref="ArgumentException">The graph has a value of that name.</exception>
    public Value Input(string name, Shape shape, ElementType element = ElementType.Float32)
        => Create(name, shape, element, ValueKind.Input);

    /// <summary>A Float32 value that ops read and update from run to run.</summary>
    /// <exception cref="ArgumentException">The graph has a value of that name.</exception>
    public Value State(string name, Shape shape) => Create(name, shape, ElementType.Float32, ValueKind.State);

    /// <summary>
    /// A small value that is given anew with every run: a part of <see cref="StepSlot"/>. A Float32 entry holds the bits
    /// of its numbers in the slot's words, from <see cref="Value.Start"/> on.
    /// </summary>
    /// <exception cref="ArgumentException">Elements of that type have no four bytes, or the graph has a value of that name.</exception>
    /// <exception cref="PlanException">The slot would have more elements than 31 bits count.</exception>
    public Value StepEntry(string name, Shape shape, ElementType element = ElementType.UInt32)
    {
        if (element.SizeInBytes() != sizeof(uint))
            throw new ArgumentException($"An entry of the step slot has elements of four bytes, not {element}.", nameof(element));
        StepSlot ??= Create("step", new Shape(1), ElementType.UInt32, ValueKind.Input);
        return CreatePart(name, shape, element, ValueKind.Input, StepSlot);
    }

    /// <summary>A part of a kept value, from element <paramref name="start"/> (a multiple of <see cref="PartAlignment"/>) on.</summary>
    /// <exception cref="ArgumentException">The value is not kept, or the graph has a value of that name.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The part does not lie within the value, or its start is no such multiple.</exception>
    public Value Part(Value whole, string name, long start, Shape shape)
    {
        // Of others, planning may shorten the life by what it leaves out, or write over them, without a look at their parts.
        if (!whole.IsKept)
            throw new ArgumentException($"'{name}' cannot be a part of {whole}, which is not kept.", nameof(whole));
        if (start % PartAlignment != 0 || start < 0 || start + shape.Length > whole.Shape.Length)
            throw new ArgumentOutOfRangeException(nameof(start), start, $"'{name}' [{shape}] is no aligned part of {whole}.");
        return Register(new Value(_values.Count, name, shape, whole.Element, whole.Kind, whole, start));
    }

    /// <summary>Adds a node: creates its parameters, saved values and outputs, and appends its forward pass.</summary>
    /// <param name="name">Unique; parameters are called <c>{name}.{role}</c>.</param>
    /// <param name="op">The op.</param>
    /// <param name="given">A value for each input and state role, in the roles' order.</param>
    /// <exception cref="ArgumentException">
    /// The values do not fit the op, the message says why; or the graph has a value of that name.
    /// </exception>
    /// <exception cref="InvalidOperationException">The op has parameters, and the graph was differentiated.</exception>
    /// <exception cref="PlanException">All parameters together would have more elements than 31 bits count.</exception>
    public Node Add(string name, Op op, params ReadOnlySpan<Value> given)
    {
        OpInfo info = op.Info;
        if (given.Length != info.Given.Length)
            throw new ArgumentException(
                $"{name}: {info.Name} takes {info.Given.Length} values ({string.Join(", ", info.Given)}), not {given.Length}.");
        var shapes = new Shape[given.Length];
        for (int i = 0; i < given.Length; i++)
        {
            if (given[i].Element != info.Given[i].Element)
                throw new ArgumentException(
                    $"{name}: {info.Given[i]} has elements {info.Given[i].Element}, not {given[i].Element} ({given[i]}).");
            shapes[i] = given[i].Shape;
        }
        Shape[] inferred;
        try
        {
            inferred = op.InferShapes(shapes);
        }
        catch (ArgumentException problem)
        {
            throw new ArgumentException($"{name}: {problem.Message}", problem);
        }
        var values = new Value?[info.Roles.Length];
        int next = 0;
        foreach (Role role in info.Roles)
        {
            values[role.Index] = role.Kind switch
            {
                RoleKind.Input or RoleKind.State => given[next++],
                RoleKind.Parameter => CreateParameter($"{name}.{role.BufferName}", inferred[role.Index]),
                RoleKind.Output or RoleKind.Saved
                    => Create($"{name}.{role.BufferName}", inferred[role.Index], role.Element, ValueKind.Activation),
                _ => null,
            };
        }
        var node = new Node(name, op, [.. values]);
        _nodes.Add(node);
        Append(new Invocation(node, info.Forward, [.. new Value?[values.Length]]));
        return node;
    }

    internal void Append(Invocation invocation) => _invocations.Add(invocation);

    internal Value CreateGradient(Value value, string suffix = "")
    {
        string name = $"d_{value.Name}{suffix}";
        if (value.Kind != ValueKind.Parameter)
            return Create(name, value.Shape, ElementType.Float32, ValueKind.Gradient);
        FlatGradients ??= Create("d_parameters", FlatParameters!.Shape, ElementType.Float32, ValueKind.ParameterGradient);
        return Register(new Value(
            _values.Count, name, value.Shape, ElementType.Float32, ValueKind.ParameterGradient, FlatGradients, value.Start));
    }

    internal Value CreateLossGradient(Value loss)
        => LossGradient = Create($"d_{loss.Name}", loss.Shape, ElementType.Float32, ValueKind.Input);

    internal void SetGradient(Value value, Value gradient) => _gradients[value] = gradient;

    private Value CreateParameter(string name, Shape shape)
    {
        if (FlatGradients is not null)
            throw new InvalidOperationException($"{name}: parameters cannot be added to a graph that was differentiated.");
        FlatParameters ??= Create("parameters", new Shape(1), ElementType.Float32, ValueKind.Parameter);
        Value parameter = CreatePart(name, shape, ElementType.Float32, ValueKind.Parameter, FlatParameters);
        _parameters.Add(parameter);
        return parameter;
    }

    private Value Create(string name, Shape shape, ElementType element, ValueKind kind)
        => Register(new Value(_values.Count, name, shape, element, kind));

    private Value CreatePart(string name, Shape shape, ElementType element, ValueKind kind, Value whole)
    {
        long start = _values.Where(value => value.Whole == whole).Select(value => value.Start + value.Shape.Length).DefaultIfEmpty(0).Max();
        start = (start + PartAlignment - 1) / PartAlignment * PartAlignment;
        long end = start + shape.Length;
        if (end > int.MaxValue)
        {
            throw new PlanException($"With '{name}' [{shape}] the vector '{whole.Name}' would have {end:N0} elements, "
                + $"more than the {int.MaxValue:N0} that can be counted; use a smaller --tile, --width or --depth.");
        }

        whole.Grow((int)end);
        return Register(new Value(_values.Count, name, shape, element, kind, whole, start));
    }

    private Value Register(Value value)
    {
        if (!_names.Add(value.Name))
            throw new ArgumentException($"The graph already has a value '{value.Name}'.");
        _values.Add(value);
        return value;
    }
}
