using System.Collections.Immutable;
using UNet.Shaders;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Ops.Declaration;

namespace UNet.Vulkan.Planning;

/// <summary>What a kernel that writes nothing but scratch computes.</summary>
internal sealed record Packing(Op Op, Shape[] Shapes, KernelUse Kernel, ImmutableArray<Value> Read, ImmutableArray<Value> Written)
{
    /// <summary>
    /// Null where the kernel writes anything else, reads scratch, does not write its scratch alone or not all at once, or has tiles, by
    /// which that might be laid out.
    /// </summary>
    public static Packing? Of(KernelUse kernel, PlannedInvocation planned)
    {
        RoleUse[] written = [.. kernel.Uses.Where(use => use.Access.HasFlag(BufferAccess.Write))];
        RoleUse[] read = [.. kernel.Uses.Except(written)];
        bool packs = written.All(use => use.Role.Kind == RoleKind.Scratch && use.Access == BufferAccess.Write)
            && read.All(use => use.Role.Kind != RoleKind.Scratch)
            && !planned.Implementation.Kernels.Where(other => other != kernel).SelectMany(other => other.Uses)
                .Any(use => use.Access.HasFlag(BufferAccess.Write) && written.Any(own => own.Role == use.Role))
            && !(kernel.RunsInParts && planned.Invocation.Node.Op.PartCount(planned.Implementation, planned.Shapes) > 1)
            && !kernel.Kernel.Constants.Any(constant => constant.Name.StartsWith("TILE_", StringComparison.Ordinal));
        return packs
            ? new Packing(
                planned.Invocation.Node.Op, planned.Shapes, kernel, [.. read.Select(planned.ValueOf)],
                [.. written.Select(planned.ValueOf)])
            : null;
    }

    /// <summary>Whether another kernel computes the same.</summary>
    public bool IsSame(Packing other) => Kernel.Kernel == other.Kernel.Kernel && Op == other.Op
        && Shapes.SequenceEqual(other.Shapes) && Read.SequenceEqual(other.Read);

    /// <summary>Whether writing a value, or a part of it, changes what was read or written.</summary>
    public bool DependsOn(Value value)
        => Read.Concat(Written).Any(touched => (touched.Whole ?? touched) == (value.Whole ?? value));

    /// <summary>An invocation's values with this scratch in the place of that of a kernel that computes the same.</summary>
    public ImmutableArray<Value?> Given(ImmutableArray<Value?> values, Packing other)
        => [.. values.Select(
            value => value is not null && other.Written.IndexOf(value) is >= 0 and var place ? Written[place] : value)];
}
