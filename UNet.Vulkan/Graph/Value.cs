namespace UNet.Vulkan.Graph;

/// <summary>Why a value exists; decides how long it lives and how memory is reported.</summary>
public enum ValueKind
{
    /// <summary>Written from outside: slots for images, labels, the step's entry, the resident data set.</summary>
    Input,

    /// <summary>Trained.</summary>
    Parameter,

    /// <summary>Gradient of a parameter.</summary>
    ParameterGradient,

    /// <summary>Kept from step to step by an op, such as the optimizer's velocity.</summary>
    State,

    /// <summary>Written by a forward pass.</summary>
    Activation,

    /// <summary>Gradient of an activation.</summary>
    Gradient,

    /// <summary>
    /// Lives within one implementation of one pass, or until other passes of the op have read it too
    /// (<see cref="Planning.SharedPacking"/>).
    /// </summary>
    Scratch,
}

/// <summary>A tensor in a graph: a name, a logical shape and an element type; where it is stored is planning's business.</summary>
public sealed class Value
{
    internal Value(int id, string name, Shape shape, ElementType element, ValueKind kind, Value? whole = null, long start = 0)
        => (Id, Name, Shape, Element, Kind, Whole, Start) = (id, name, shape, element, kind, whole, start);

    /// <summary>Order of creation in its graph.</summary>
    public int Id { get; }

    /// <summary>Such as <c>encoder.0.conv1.weight</c>.</summary>
    public string Name { get; }

    /// <summary>Its logical shape; that of a flat vector grows while parts are added to it.</summary>
    public Shape Shape { get; private set; }

    /// <summary>How its elements are stored.</summary>
    public ElementType Element { get; }

    /// <summary>Why it exists.</summary>
    public ValueKind Kind { get; }

    /// <summary>The value of which this one is a part (a parameter within the flat vector of all of them), or null.</summary>
    public Value? Whole { get; }

    /// <summary>First element within <see cref="Whole"/>.</summary>
    public long Start { get; }

    /// <summary>Bytes of its elements.</summary>
    public long SizeInBytes => Shape.Length * Element.SizeInBytes();

    /// <summary>
    /// Set on an activation or a gradient that is read from outside after a run: it then keeps its memory to itself.
    /// Every other kind but <see cref="ValueKind.Activation"/>, <see cref="ValueKind.Gradient"/> and
    /// <see cref="ValueKind.Scratch"/> is kept anyway.
    /// </summary>
    public bool Keep { get; set; }

    /// <summary>
    /// Set on an activation that is kept for the backward passes even where others are computed again
    /// (<see cref="Planning.PlanOptions.Recompute"/>); from these, the others are.
    /// </summary>
    public bool IsCheckpoint { get; set; }

    /// <summary>Whether the value's content outlives a run.</summary>
    public bool IsKept => Whole?.IsKept ?? (Keep || Kind is not (ValueKind.Activation or ValueKind.Gradient or ValueKind.Scratch));

    /// <summary>Lengthens a flat vector by the part that was just added to it.</summary>
    internal void Grow(int length) => Shape = new Shape(length);

    /// <inheritdoc/>
    public override string ToString() => $"{Name} [{Shape}]";
}
