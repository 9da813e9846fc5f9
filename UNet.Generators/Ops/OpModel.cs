using UNet.Generators.Diagnostics;
using UNet.Generators.Emission;

namespace UNet.Generators.Ops;

/// <summary>Everything that an op's generated half depends on, and nothing else.</summary>
/// <param name="Printed">Public properties that stand in the op's text form.</param>
/// <param name="DeclaresToString">The record has a text form of its own.</param>
/// <param name="Internal">Keys of hand-written members that other ops may call.</param>
/// <param name="Variant">What it takes over from the op of which it is a variant; null where it is none.</param>
internal sealed record OpModel(
    string Namespace,
    string Name,
    string Accessibility,
    bool HasGradient,
    EquatableArray<RoleModel> Roles,
    EquatableArray<PassModel> Passes,
    EquatableArray<KernelCallModel> Kernels,
    EquatableArray<SampleModel> Samples,
    EquatableArray<string> Printed,
    bool DeclaresToString,
    EquatableArray<string> Internal,
    VariantModel? Variant)
{
    public string FullName => Namespace.Length == 0 ? $"global::{Name}" : $"global::{Namespace}.{Name}";

    /// <summary>Whether a member is that of the op of which this one is a variant.</summary>
    public bool Takes(string key) => Variant?.Members.Contains(key) == true;
}

/// <param name="Op">Fully qualified name of the op of which this one is a variant.</param>
/// <param name="Members">Keys of the members that are that op's.</param>
internal sealed record VariantModel(string Op, EquatableArray<string> Members)
{
    public string Name => Op.Substring(Op.LastIndexOfAny(['.', ':']) + 1);
}

/// <summary>
/// Keys of members that a person writes: about a kernel, of which there is an overload for each, and about an implementation, which have
/// its name in theirs.
/// </summary>
internal static class MemberKey
{
    public static string Grid(string kernelType) => $"Grid({kernelType})";

    public static string Tile(string kernelType) => $"Tile({kernelType})";

    public static string Supports(string implementation) => "Supports" + implementation;

    public static string Suits(string implementation) => "Suits" + implementation;

    public static string PartCount(string implementation) => "PartCount" + implementation;
}

/// <param name="Kind">Name of a member of <c>RoleKind</c>.</param>
/// <param name="Element">Name of a member of <c>ElementType</c>.</param>
/// <param name="Init">Name of a member of <c>Init</c>.</param>
/// <param name="IsResult">Scratch whose shape and layout are those that planning says.</param>
/// <param name="RunsOf">Name of the role to whose gradient the runs in it add up; null where it holds none.</param>
/// <param name="SharedWith">Fully qualified name of the op that declares it and says its shape; null where this op does.</param>
internal sealed record RoleModel(
    int Index,
    string Name,
    string BufferName,
    string Kind,
    string Element,
    bool HasGradient,
    string Init,
    bool PerImage,
    bool IsResult,
    string? RunsOf,
    string Accessibility,
    string? SharedWith)
{
    public bool IsScratch => Kind == "Scratch";

    /// <summary>Scratch whose shape this op says.</summary>
    public bool HasOwnShape => IsScratch && !IsResult && SharedWith is null;

    public bool IsInteger => Element is "UInt32" or "UInt8";
}

/// <param name="Gradients">Indices of the roles whose gradients the pass writes.</param>
internal sealed record PassModel(EquatableArray<int> Gradients, EquatableArray<ImplementationModel> Implementations);

/// <param name="Suits">Name of a member of <c>DeviceKind</c>.</param>
/// <param name="Numerics">Name of a member of <c>NumericsClass</c>.</param>
/// <param name="Kernels">Indices into <see cref="OpModel.Kernels"/>.</param>
/// <param name="Scratch">Indices of the scratch roles that the kernels use.</param>
/// <param name="Tiles">As declared; empty where there is nothing to choose.</param>
/// <param name="Like">Name of the implementation that computes the same; null where this one stands for itself.</param>
internal sealed record ImplementationModel(
    string Name, string Suits, string Numerics, EquatableArray<int> Kernels, EquatableArray<int> Scratch, string Tiles, string? Like)
{
    /// <summary>
    /// Name of the implementation whose <c>Supports</c>, <c>Suits</c> and <c>PartCount</c> hold; empty for the plain one.
    /// </summary>
    public string AskedName => Like ?? Name;
}

/// <summary>How an op calls a kernel: the same in every implementation.</summary>
/// <param name="Type">Fully qualified type of the kernel.</param>
/// <param name="Path">Its path below <c>shaders/</c>.</param>
/// <param name="HasTiles">It has constants <c>TILE_*</c>.</param>
/// <param name="IsTiled">An implementation's <c>Tiles</c> names some of them.</param>
internal sealed record KernelCallModel(
    string Type,
    string Path,
    bool HasTiles,
    bool IsTiled,
    EquatableArray<RoleUseModel> Uses,
    EquatableArray<ArgumentModel> Push,
    EquatableArray<ArgumentModel> Spec)
{
    public string TypeName => Type.Substring(Type.LastIndexOf('.') + 1);

    /// <summary>It is told which part of the work it does.</summary>
    public bool RunsInParts => Push.Any(argument => argument.Member == "Part");
}

/// <param name="Role">Index of the role; -1 where the buffer's name matches none.</param>
/// <param name="Access">Bits of <c>BufferAccess</c>.</param>
internal sealed record RoleUseModel(string BufferName, int Role, bool IsGradient, int Access)
{
    public bool Reads => (Access & 1) != 0;

    public bool Writes => (Access & 2) != 0;
}

/// <summary>A member of a kernel's <c>Push</c> or <c>Spec</c> and the expression that fills it.</summary>
internal sealed record ArgumentModel(string Member, string Expression);

/// <param name="Shapes">Dimensions of each input and state role, joined by commas.</param>
internal sealed record SampleModel(string Arguments, EquatableArray<string> Shapes);

/// <summary>The model is null where the declaration is no op at all.</summary>
internal sealed record OpParseResult(OpModel? Model, EquatableArray<DiagnosticInfo> Diagnostics);
