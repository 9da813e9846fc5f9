using Microsoft.CodeAnalysis;
using UNet.Generators.Diagnostics;
using UNet.Generators.Emission;

namespace UNet.Generators.Ops;

internal sealed partial class OpParser
{
    private const string GradientPrefix = "d_";
    private const string TunablePrefix = "TILE_";

    private static readonly Dictionary<string, string> ShapeComponents = new()
    {
        ["n"] = "N", ["c"] = "C", ["h"] = "H", ["w"] = "W", ["length"] = "Length",
    };

    /// <summary>Joins the names of a kernel's interface with the op; the index of the kernel among those of the op.</summary>
    private int ParseKernel(INamedTypeSymbol kernel, Place? place)
    {
        string type = kernel.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat);
        int known = _kernels.FindIndex(other => other.Call.Type == type);
        if (known >= 0)
            return known;
        string path = type;
        List<RoleUseModel> uses = [];
        List<ArgumentModel> push = [];
        List<ArgumentModel> spec = [];
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
                    uses.Add(ResolveBuffer(name, (int)attribute.ConstructorArguments[1].Value!, path, place));
                    break;
                case "UNet.Shaders.KernelPushAttribute":
                    Resolve(push, "push-constant member", name, name, (string)attribute.ConstructorArguments[1].Value!, path, place);
                    break;
                case "UNet.Shaders.KernelConstantAttribute" when !name.StartsWith(TunablePrefix, StringComparison.Ordinal):
                    Resolve(spec, "specialization constant", name, name.ToLowerInvariant(), (string)attribute.ConstructorArguments[1].Value!, path, place);
                    break;
            }
        }
        _kernels.Add(new(new(type, path, uses.ToEquatableArray(), push.ToEquatableArray(), spec.ToEquatableArray())));
        return _kernels.Count - 1;
    }

    private RoleUseModel ResolveBuffer(string name, int access, string path, Place? place)
    {
        DeclaredRole? role = _roles.FirstOrDefault(candidate => candidate.BufferName == name);
        bool isGradient = role is null && name.StartsWith(GradientPrefix, StringComparison.Ordinal);
        if (isGradient)
            role = _roles.FirstOrDefault(candidate => GradientPrefix + candidate.BufferName == name);
        if (role is null)
            Report(OpDiagnostics.Buffer, place, name, path, _op.Name, Naming.ToPascal(isGradient ? name.Substring(GradientPrefix.Length) : name));
        else
            role.IsBound = true;
        return new(name, role?.Index ?? -1, isGradient, access);
    }

    private void Resolve(List<ArgumentModel> arguments, string what, string declaredName, string name, string type, string path, Place? place)
    {
        List<(string Meaning, string? Expression)> candidates = [];
        int split = name.LastIndexOf('_');
        if (split > 0 && ShapeComponents.TryGetValue(name.Substring(split + 1), out string? component)
            && _roles.FirstOrDefault(candidate => candidate.BufferName == name.Substring(0, split)) is { } role)
            candidates.Add(($"the shape component {role.Name}.{component}", Convert($"shapes.{role.Name}.{component}", component == "Length" ? SpecialType.System_Int64 : SpecialType.System_Int32, type)));
        if (name == "first_image")
            candidates.Add(("the first image bound", Convert("buffers.FirstImage", SpecialType.System_Int32, type)));
        string propertyName = Naming.ToPascal(name);
        IPropertySymbol? property = _op.GetMembers(propertyName).OfType<IPropertySymbol>().FirstOrDefault(p => !p.IsStatic);
        if (property is not null)
            candidates.Add(($"the property {propertyName}", Convert($"this.{propertyName}", property.Type.SpecialType, type)));

        if (candidates.Count == 0)
        {
            Report(OpDiagnostics.Member, place, what, declaredName, path, _op.Name,
                $"it is neither <role>_<n|c|h|w|length> nor first_image nor a property {propertyName}");
        }
        else if (candidates.Count > 1)
            Report(OpDiagnostics.Ambiguous, place, what, declaredName, path, string.Join(" or ", candidates.Select(candidate => candidate.Meaning)));
        else if (candidates[0].Expression is null)
        {
            Report(OpDiagnostics.Member, place, what, declaredName, path, _op.Name,
                $"{candidates[0].Meaning} has the type {property?.Type.ToDisplayString() ?? "int"}, which cannot become {type}");
        }
        else
            arguments.Add(new(Naming.ToPascal(declaredName), candidates[0].Expression!));
    }

    /// <summary>An expression of GLSL type <paramref name="to"/>; null where the conversion would lose a fraction or has no meaning.</summary>
    private static string? Convert(string expression, SpecialType from, string to)
    {
        string target = to == "uint64_t" ? "ulong" : to;
        bool isInteger = from is SpecialType.System_Int32 or SpecialType.System_UInt32 or SpecialType.System_Int64 or SpecialType.System_UInt64;
        return from switch
        {
            SpecialType.System_Boolean => target == "float" ? $"({expression} ? 1f : 0f)" : $"({expression} ? ({target})1 : ({target})0)",
            SpecialType.System_Single or SpecialType.System_Double => target == "float" ? $"(float){expression}" : null,
            _ when isInteger => target == "float" ? $"(float){expression}" : $"checked(({target}){expression})",
            _ => null,
        };
    }
}
