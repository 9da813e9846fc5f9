using System.Collections.Immutable;
using UNet.Shaders;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Ops.Declaration;

namespace UNet.Vulkan.Planning;

/// <summary>An invocation with all that planning has decided of it.</summary>
/// <param name="Invocation">The invocation.</param>
/// <param name="Implementation">The implementation that computes it.</param>
/// <param name="Tiling">The implementation's tiling that was chosen; null where the op's rule says it.</param>
/// <param name="Values">
/// The value of each role, in the roles' order, with the scratch of the implementation; null for other scratch.
/// </param>
internal sealed record PlannedInvocation(
    Invocation Invocation, Implementation Implementation, Tiling? Tiling, ImmutableArray<Value?> Values)
{
    /// <summary>
    /// Places in <see cref="Implementation.Kernels"/> of those that run: planning leaves some out, and has some that pack run by
    /// themselves, as the same invocation once more.
    /// </summary>
    public ImmutableArray<int> Kernels { get; init; } = [.. Enumerable.Range(0, Implementation.Kernels.Length)];

    /// <summary>Whether its kernels do nothing but pack, at another time than the others, which do the invocation's arithmetic.</summary>
    public bool PacksAlone { get; init; }

    /// <summary>How the result lies where the implementation stores it as packed rows (<see cref="StoredRows"/>).</summary>
    public ResultRows? Result { get; init; }

    /// <summary>Shapes of all roles, in their order; scratch roles' entries are unset.</summary>
    public Shape[] Shapes { get; } = Invocation.Node.Shapes;

    /// <summary>Values that the kernels that run read or write in the given way, scratch and gradients included.</summary>
    public IEnumerable<Value> Touched(BufferAccess access)
        => Kernels.SelectMany(kernel => Implementation.Kernels[kernel].Uses)
            .Where(use => (use.Access & access) != 0).Select(ValueOf).Distinct();

    /// <summary>The value, or the gradient, that a kernel of the implementation uses.</summary>
    public Value ValueOf(RoleUse use) => (use.IsGradient ? Invocation.Gradients : Values)[use.Role.Index]!;
}
