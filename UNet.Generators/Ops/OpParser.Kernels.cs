using Microsoft.CodeAnalysis;
using UNet.Generators.Diagnostics;
using UNet.Generators.Emission;

namespace UNet.Generators.Ops;

internal sealed partial class OpParser
{
    private const string GradientPrefix = "d_";
    private const string ResultBinding = "buffers.Result!";
    private const string NumericsClassName = Declarations + "NumericsClass";

    private static readonly Dictionary<string, string> ShapeComponents = new()
    {
        ["n"] = "N", ["c"] = "C", ["h"] = "H", ["w"] = "W", ["length"] = "Length",
    };

    /// <summary>How a result lies where it is stored as packed rows.</summary>
    private static readonly Dictionary<string, string> LayoutOfResult = new()
    {
        ["result_c"] = "Pixels.C", ["result_h"] = "Pixels.H", ["result_w"] = "Pixels.W", ["result_gap"] = "Layout.Gap",
        ["result_margin"] = "Layout.Margin", ["result_window"] = "Layout.Window", ["result_first_channel"] = "Layout.FirstChannel",
    };

    /// <summary>
    /// What a buffer may take the elements of a role for: the element, a vector of such, or a wider unsigned word that holds the bits of
    /// several.
    /// </summary>
    private static readonly Dictionary<string, string[]> BufferElements = new()
    {
        ["Float32"] = ["float", "vec2", "vec4", "uint64_t"],
        ["UInt32"] = ["uint", "uvec2", "uvec4", "uint64_t"],
        ["Float16"] = ["float16_t", "f16vec2", "f16vec4", "uint", "uvec2", "uvec4", "uint64_t"],
        ["UInt8"] = ["uint8_t", "uint16_t", "uint", "uvec2", "uvec4", "uint64_t"],
    };

    private const string PushMember = "push-constant member";
    private const string Constant = "specialization constant";

    /// <summary>What the name of a kernel's argument can stand for.</summary>
    /// <param name="Role">The role of whose shape it is a component.</param>
    /// <param name="IsPushed">It differs between dispatches of one kernel, which are told apart by push constants alone.</param>
    private sealed record Meaning(string Text, string Expression, ITypeSymbol Type, DeclaredRole? Role = null, bool IsPushed = false);

    /// <summary>Joins the names of a kernel's interface with the op; the index of the kernel among those of the op.</summary>
    private int ParseKernel(INamedTypeSymbol kernel, Place? place)
    {
        string type = FullName(kernel);
        int known = _kernels.FindIndex(other => other.Call.Type == type);
        if (known >= 0)
            return known;
        string path = type;
        List<RoleUseModel> uses = [];
        List<ArgumentModel> push = [];
        List<ArgumentModel> spec = [];
        List<ScratchArgument> scratchShapes = [];
        bool hasTiles = false;
        foreach (AttributeData attribute in kernel.GetAttributes())
        {
            if (attribute.ConstructorArguments.Length == 0 || attribute.ConstructorArguments[0].Value is not string name)
                continue;
            switch (attribute.AttributeClass?.ToDisplayString())
            {
                case "UNet.Shaders.KernelAttribute":
                    path = name;
                    break;
                case "UNet.Shaders.KernelBufferAttribute":
                    uses.Add(ResolveBuffer(name, (int)attribute.ConstructorArguments[1].Value!,
                        (string)attribute.ConstructorArguments[2].Value!, path, place));
                    break;
                case "UNet.Shaders.KernelPushAttribute":
                    Resolve(push, scratchShapes, PushMember, name, name, (string)attribute.ConstructorArguments[1].Value!, path, place);
                    break;
                case "UNet.Shaders.KernelConstantAttribute" when Naming.IsTunable(name):
                    hasTiles = true;
                    break;
                case "UNet.Shaders.KernelConstantAttribute":
                    Resolve(spec, scratchShapes, Constant, name, name.ToLowerInvariant(),
                        (string)attribute.ConstructorArguments[1].Value!, path, place);
                    break;
            }
        }
        KernelCallModel call = new(
            type, path, hasTiles, IsTiled: false, uses.ToEquatableArray(), push.ToEquatableArray(), spec.ToEquatableArray());
        _kernels.Add(new(call, scratchShapes));
        return _kernels.Count - 1;
    }

    private RoleUseModel ResolveBuffer(string name, int access, string element, string path, Place? place)
    {
        DeclaredRole? role = _roles.FirstOrDefault(candidate => candidate.BufferName == name);
        bool isGradient = role is null && name.StartsWith(GradientPrefix, StringComparison.Ordinal);
        if (isGradient)
            role = _roles.FirstOrDefault(candidate => GradientPrefix + candidate.BufferName == name);
        if (role is null)
            Report(OpDiagnostics.Buffer, place, name, path, _op.Name,
                Naming.ToPascal(isGradient ? name.Substring(GradientPrefix.Length) : name));
        else
        {
            role.IsBound = true;
            string[] elements = BufferElements[role.Element];
            // That other elements have no gradients is said elsewhere.
            if (!elements.Contains(element) && !(isGradient && role.Element != "Float32"))
                Report(OpDiagnostics.Element, place, path, name, element, role.Name, role.Element, string.Join(", ", elements));
        }
        return new(name, role?.Index ?? -1, isGradient, access);
    }

    /// <summary>Finds the one thing that a push-constant member or specialization constant means.</summary>
    /// <param name="declaredName">As the kernel's GLSL says.</param>
    /// <param name="name">The same in snake_case.</param>
    private void Resolve(
        List<ArgumentModel> arguments, List<ScratchArgument> scratchShapes, string what, string declaredName, string name, string type,
        string path, Place? place)
    {
        List<Meaning> meanings = FindMeanings(name);
        if (meanings.Count == 0)
        {
            Report(OpDiagnostics.Member, place, what, declaredName, path, _op.Name,
                "it is neither <role>_<n|c|h|w|length> nor first_image nor part nor subgroup_size nor matrix_size nor a NumericsClass nor "
                    + (_roles.Any(role => role.IsResult) ? "result_<c|h|w|gap|margin|window|first_channel> nor " : "")
                    + $"a property {Naming.ToPascal(name)}");
        }
        else if (meanings.Count > 1)
        {
            Report(OpDiagnostics.Ambiguous, place, what, declaredName, path, string.Join(" or ", meanings.Select(meaning => meaning.Text)));
        }
        else if (meanings[0].IsPushed && what != PushMember)
        {
            Report(OpDiagnostics.Member, place, what, declaredName, path, _op.Name,
                $"{meanings[0].Text} differs between dispatches of a kernel, so make it a {PushMember}");
        }
        else if (Convert(meanings[0].Expression, meanings[0].Type, type) is not { } expression)
        {
            Report(OpDiagnostics.Member, place, what, declaredName, path, _op.Name,
                $"{meanings[0].Text} has the type {meanings[0].Type.ToDisplayString()}, which cannot become {type}");
        }
        else
        {
            arguments.Add(new(Naming.ToPascal(declaredName), expression));
            if (meanings[0].Role is { IsScratch: true } scratch)
                scratchShapes.Add(new(what, declaredName, scratch));
        }
    }

    private List<Meaning> FindMeanings(string name)
    {
        List<Meaning> meanings = [];
        int split = name.LastIndexOf('_');
        if (split > 0 && ShapeComponents.TryGetValue(name.Substring(split + 1), out string? component)
            && _roles.FirstOrDefault(candidate => candidate.BufferName == name.Substring(0, split)) is { } role)
        {
            ITypeSymbol type = _compilation.GetSpecialType(component == "Length" ? SpecialType.System_Int64 : SpecialType.System_Int32);
            meanings.Add(new($"the shape component {role.Name}.{component}", $"shapes.{role.Name}.{component}", type, role));
        }
        ITypeSymbol number = _compilation.GetSpecialType(SpecialType.System_Int32);
        if (name == "first_image")
            meanings.Add(new("the first image bound", "buffers.FirstImage", number, IsPushed: true));
        if (name == "part")
            meanings.Add(new("the part of the work", "buffers.Part", number, IsPushed: true));
        if (name == "subgroup_size")
            meanings.Add(new("the device's subgroup size", "buffers.SubgroupSize", number));
        if (name == "matrix_size")
            meanings.Add(new("the size of the device's matrices", "buffers.MatrixSize", number));
        if (_compilation.GetTypeByMetadataName(NumericsClassName)?.GetMembers(Naming.ToPascal(name)).Length > 0)
        {
            meanings.Add(new($"whether implementations are of the class {Naming.ToPascal(name)}",
                $"(buffers.Numerics == NumericsClass.{Naming.ToPascal(name)})", _compilation.GetSpecialType(SpecialType.System_Boolean)));
        }
        if (_roles.Any(candidate => candidate.IsResult) && LayoutOfResult.TryGetValue(name, out string? part))
            meanings.Add(new("the layout of the result", $"{ResultBinding}.{part}", number));
        string propertyName = Naming.ToPascal(name);
        if (_op.GetMembers(propertyName).OfType<IPropertySymbol>().FirstOrDefault(property => !property.IsStatic) is { } found)
            meanings.Add(new($"the property {propertyName}", $"this.{propertyName}", found.Type));
        return meanings;
    }

    /// <summary>
    /// An expression of GLSL type <paramref name="to"/>; null where the conversion would lose a fraction or has no meaning.
    /// An enumeration's member stands for its number.
    /// </summary>
    private static string? Convert(string expression, ITypeSymbol from, string to)
    {
        string target = to == "uint64_t" ? "ulong" : to;
        if (from is INamedTypeSymbol { EnumUnderlyingType: not null })
            return to == "float" ? null : $"checked(({target}){expression})";
        return from.SpecialType switch
        {
            SpecialType.System_Boolean => target == "float" ? $"({expression} ? 1f : 0f)" : $"({expression} ? ({target})1 : ({target})0)",
            SpecialType.System_Single or SpecialType.System_Double => target == "float" ? $"(float){expression}" : null,
            SpecialType.System_Int32 or SpecialType.System_UInt32 or SpecialType.System_Int64 or SpecialType.System_UInt64
                => target == "float" ? $"(float){expression}" : $"checked(({target}){expression})",
            _ => null,
        };
    }
}
