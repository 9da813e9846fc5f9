using System.Collections.Immutable;
using UNet.Shaders;
using UNet.Vulkan.Device;

namespace UNet.Vulkan.Ops.Declaration;

/// <summary>How one kernel of an implementation uses a role's value or gradient.</summary>
/// <param name="Role">The role.</param>
/// <param name="IsGradient">The role's gradient rather than its value.</param>
/// <param name="Access">As the kernel's GLSL says.</param>
public sealed record RoleUse(Role Role, bool IsGradient, BufferAccess Access);

/// <summary>A kernel within an implementation, with one use for each of its buffers in their order.</summary>
public sealed record KernelUse(KernelInfo Kernel, ImmutableArray<RoleUse> Uses)
{
    /// <summary>Whether the kernel runs for each part of the work (<see cref="Op.PartCount"/>), rather than once.</summary>
    public bool RunsInParts => Kernel.PushMembers.Any(member => member.Name == "part");

    /// <summary>Whether it is told which image is bound, so that it can add to what the images before gave.</summary>
    public bool KnowsFirstImage => Kernel.PushMembers.Any(member => member.Name == "first_image");
}

/// <summary>One way to compute a pass: an ordered list of kernels.</summary>
/// <param name="Name">Empty for the first, which supports every shape.</param>
/// <param name="PassIndex">Place of the pass in <see cref="OpInfo.Passes"/>.</param>
/// <param name="Index">Place in <see cref="Pass.Implementations"/>.</param>
/// <param name="Suits">Which devices it is written for.</param>
/// <param name="Numerics">How it rounds.</param>
/// <param name="Kernels">The kernels in the order they run.</param>
public sealed record Implementation(
    string Name, int PassIndex, int Index, DeviceKind Suits, NumericsClass Numerics, ImmutableArray<KernelUse> Kernels)
{
    /// <summary>Whether the build compiled all kernels.</summary>
    public bool IsEmbedded { get; } = Kernels.All(kernel => kernel.Kernel.IsEmbedded);

    /// <summary>The tilings among which measured time may choose; empty where there is nothing to choose.</summary>
    public ImmutableArray<Tiling> Tilings { get; init; } = [];

    /// <summary>
    /// Name of the implementation that computes the same of inputs that this one takes packed already, or stores where it belongs what this
    /// one stores in scratch (<see cref="Role.IsResult"/>); null where this one stands for itself.
    /// </summary>
    public string? Like { get; init; }

    /// <summary>Whether the kernels store the result of the pass in scratch.</summary>
    public bool StoresResult => Scratch.Any(role => role.IsResult);

    /// <summary>The scratch roles that the kernels use.</summary>
    public ImmutableArray<Role> Scratch { get; } =
        [.. Kernels.SelectMany(kernel => kernel.Uses).Select(use => use.Role).Where(role => role.Kind == RoleKind.Scratch).Distinct()];

    /// <summary>
    /// Whether it is written for a device such as this; <see cref="Op.Supports"/> says whether it runs there, <see cref="Op.Suits"/> for
    /// which shapes it is meant.
    /// </summary>
    public bool IsFor(DeviceProperties device) => Suits == DeviceKind.Any || Suits == DeviceKind.Software == device.IsSoftware;
}

/// <summary>The forward pass, or one of the backward passes, of an op.</summary>
/// <param name="Index">0 is the forward pass.</param>
/// <param name="Gradients">Roles whose gradients a backward pass writes; empty for the forward pass.</param>
/// <param name="Implementations">At least one; the first supports every shape.</param>
public sealed record Pass(int Index, ImmutableArray<Role> Gradients, ImmutableArray<Implementation> Implementations)
{
    /// <summary>Whether this is the forward pass.</summary>
    public bool IsForward => Index == 0;

    /// <summary><c>forward</c>, or <c>backward</c> with the gradients' names.</summary>
    public string Name => IsForward ? "forward" : "backward " + string.Join(",", Gradients.Select(role => role.BufferName));

    /// <summary>
    /// Roles whose values the pass reads, over all implementations (so that a choice among them cannot change how a schedule is
    /// rewritten), scratch excluded.
    /// </summary>
    public ImmutableArray<Role> ValuesRead { get; } = Collect(Implementations, gradient: false, BufferAccess.Read);

    /// <summary>Roles whose values the pass writes, scratch excluded.</summary>
    public ImmutableArray<Role> ValuesWritten { get; } = Collect(Implementations, gradient: false, BufferAccess.Write);

    /// <summary>Roles whose gradients the pass reads, but for those that it only adds to after it has written them.</summary>
    public ImmutableArray<Role> GradientsRead { get; } = [.. Collect(Implementations, gradient: true, BufferAccess.Read).Except(Gradients)];

    private static ImmutableArray<Role> Collect(ImmutableArray<Implementation> implementations, bool gradient, BufferAccess access) =>
        [.. implementations.SelectMany(implementation => implementation.Kernels).SelectMany(kernel => kernel.Uses)
            .Where(use => use.IsGradient == gradient && use.Role.Kind != RoleKind.Scratch && (use.Access & access) != 0)
            .Select(use => use.Role).Distinct().OrderBy(role => role.Index)];
}

/// <summary>An instance of an op with input shapes, on which checks and benchmarks run.</summary>
/// <param name="Op">The op.</param>
/// <param name="Inputs">Shape of each input and state role, in their order.</param>
public sealed record OpSample(Op Op, ImmutableArray<Graph.Shape> Inputs)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Op} on {string.Join(", ", Inputs)}";
}

/// <summary>What the generator knows of an op.</summary>
/// <param name="Name">The record's name.</param>
/// <param name="Roles">All roles in the order of declaration.</param>
/// <param name="Passes">The forward pass, then the backward passes in the order of declaration.</param>
/// <param name="HasGradient">False for <c>[NoGradient]</c> ops.</param>
public sealed record OpInfo(string Name, ImmutableArray<Role> Roles, ImmutableArray<Pass> Passes, bool HasGradient)
{
    /// <summary>The forward pass.</summary>
    public Pass Forward => Passes[0];

    /// <summary>The backward passes.</summary>
    public IEnumerable<Pass> Backward => Passes.Skip(1);

    /// <summary>The roles that the graph connects to existing values: inputs and state.</summary>
    public ImmutableArray<Role> Given { get; } = [.. Roles.Where(role => role.Kind is RoleKind.Input or RoleKind.State)];
}
