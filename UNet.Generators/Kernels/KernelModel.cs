using UNet.Generators.Diagnostics;
using UNet.Generators.Emission;

namespace UNet.Generators.Kernels;

/// <summary>A GLSL file as it arrives from the build.</summary>
internal sealed record KernelSource(string Name, string Path, string Text)
{
    /// <summary>
    /// The texts of all files that it includes, and of those that they include; null where the build hands over none of such a name.
    /// </summary>
    public EquatableArray<string>? Included { get; init; }
}

/// <summary>A file that kernels include, by the name by which they do.</summary>
internal sealed record IncludeSource(string Name, string Text);

/// <summary>The interface of a kernel: everything that its generated type depends on, and nothing else.</summary>
/// <param name="Summary">The file's first comment.</param>
internal sealed record KernelModel(
    string Name,
    string TypeName,
    string Summary,
    EquatableArray<BufferModel> Buffers,
    EquatableArray<PushModel> Push,
    int PushSize,
    EquatableArray<ConstantModel> Constants,
    EquatableArray<FixedModel> Fixed,
    LocalSize LocalSize);

/// <param name="Access">Name of a member of <c>BufferAccess</c>.</param>
/// <param name="Binding">-1 for an address.</param>
/// <param name="PushOffset">-1 for a storage buffer.</param>
internal sealed record BufferModel(string Name, string Access, string ElementType, int Binding, int PushOffset)
{
    public bool IsAddress => PushOffset >= 0;
}

/// <param name="Length">Elements of an array, which hold their numbers; 0 for a single number.</param>
internal sealed record PushModel(string Name, string Type, int Offset, bool IsAddress, int Length)
{
    /// <summary>Whether it is filled in from elsewhere than a member of the same name.</summary>
    public bool IsGiven => !IsAddress && Length == 0;
}

/// <param name="Literal">The default as a C# literal.</param>
internal sealed record ConstantModel(string Name, string Type, int Id, uint Bits, string Literal)
{
    public bool IsTunable => Type == "uint" && Naming.IsTunable(Name);
}

/// <summary>A number that is no specialization constant, but the same in every pipeline.</summary>
/// <param name="Literal">The number as a C# literal.</param>
internal sealed record FixedModel(string Name, string Literal);

internal sealed record LocalSize(int X, int Y, int Z);

/// <summary>The model is null where a diagnostic is an error.</summary>
internal sealed record KernelParseResult(KernelModel? Model, EquatableArray<DiagnosticInfo> Diagnostics);
