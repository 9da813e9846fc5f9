using Microsoft.CodeAnalysis;
using UNet.Generators.Diagnostics;
using UNet.Generators.Emission;

namespace UNet.Generators.Ops;

internal sealed partial class OpParser
{
    private INamedTypeSymbol? _other;
    private Place? _variantPlace;

    /// <summary>
    /// Takes over scratch of the op of which this one is a variant, that which this one's kernels bind and it does not declare itself.
    /// False where there is no such op, which is an error of the compiler's already.
    /// </summary>
    private bool ParseVariant()
    {
        AttributeData? attribute = _op.GetAttributes().FirstOrDefault(candidate => candidate.AttributeClass is { Arity: 1 } type
            && type.ContainingNamespace.ToDisplayString() + "." + type.Name == Declarations + "VariantOfAttribute");
        if (attribute is null)
            return true;
        _other = attribute.AttributeClass!.TypeArguments[0] as INamedTypeSymbol;
        if (_other is not { TypeKind: TypeKind.Class })
            return false;
        _variantPlace = Place.Of(attribute.ApplicationSyntaxReference);
        HashSet<string> bound = [.. KernelsOf(_op).SelectMany(kernel => kernel.GetAttributes())
            .Where(candidate => candidate.AttributeClass?.ToDisplayString() == "UNet.Shaders.KernelBufferAttribute")
            .Select(candidate => candidate.ConstructorArguments[0].Value).OfType<string>()];
        foreach (IPropertySymbol property in _other.GetMembers().OfType<IPropertySymbol>())
        {
            AttributeData? scratch = property.GetAttributes().FirstOrDefault(
                candidate => candidate.AttributeClass?.ToDisplayString() == Declarations + "ScratchAttribute");
            if (scratch is not null && bound.Contains(Naming.ToSnake(property.Name)) && _roles.All(role => role.Name != property.Name))
                _roles.Add(new DeclaredRole(_roles.Count, property, "Scratch", scratch, FullName(_other)));
        }
        return true;
    }

    private static IEnumerable<ITypeSymbol> KernelsOf(INamedTypeSymbol op) => op.GetAttributes()
        .Where(attribute => attribute.AttributeClass is { IsGenericType: true, Name: "ForwardAttribute" or "BackwardAttribute" })
        .SelectMany(attribute => attribute.AttributeClass!.TypeArguments).Distinct<ITypeSymbol>(SymbolEqualityComparer.Default);

    private static string FullName(ITypeSymbol type) => type.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat);

    /// <summary>
    /// What the op takes over from the one of which it is a variant: all that a person wrote there, and not here, about a kernel of both,
    /// or an implementation whose name both have.
    /// </summary>
    private VariantModel? BuildVariant()
    {
        if (_other is null)
            return null;
        Dictionary<string, IMethodSymbol> own = HandWritten(_op);
        List<string> taken = [];
        HashSet<string> wanted = [.. KeysOfKernels().Concat(KeysOfImplementations()).Where(key => !own.ContainsKey(key))];
        foreach (KeyValuePair<string, IMethodSymbol> member in HandWritten(_other).Where(member => wanted.Contains(member.Key)))
        {
            taken.Add(member.Key);
            if (!_compilation.IsSymbolAccessibleWithin(member.Value, _op))
                Report(OpDiagnostics.Inaccessible, _variantPlace, _op.Name,
                    member.Value.ToDisplayString(SymbolDisplayFormat.CSharpShortErrorMessageFormat), _other.Name);
        }
        return new(FullName(_other), taken.OrderBy(key => key, StringComparer.Ordinal).ToEquatableArray());
    }

    private IEnumerable<string> KeysOfKernels()
        => _kernels.Select(kernel => kernel.Call.Type).SelectMany(type => new[] { MemberKey.Grid(type), MemberKey.Tile(type) });

    private IEnumerable<string> KeysOfImplementations()
        => _implementations.Where(implementation => implementation is { Like: null, Name.Length: > 0 }).Select(other => other.Name)
            .SelectMany(name => new[] { MemberKey.Supports(name), MemberKey.Suits(name), MemberKey.PartCount(name) });

    /// <summary>The members of an op that a person wrote and others may take over, by their keys.</summary>
    private static Dictionary<string, IMethodSymbol> HandWritten(INamedTypeSymbol op)
    {
        Dictionary<string, IMethodSymbol> members = [];
        foreach (IMethodSymbol method in op.GetMembers().OfType<IMethodSymbol>().Where(method => !method.IsImplicitlyDeclared))
        {
            ITypeSymbol? kernel = method.Parameters.Select(parameter => parameter.Type).FirstOrDefault(type => type.Name == "Spec")
                ?.ContainingType;
            string? key = (method.Name, method.Parameters.Length) switch
            {
                ("Grid", _) when kernel is not null => MemberKey.Grid(FullName(kernel)),
                ("Tile", _) when kernel is not null => MemberKey.Tile(FullName(kernel)),
                // With a third parameter it only says where an implementation cannot run although another one can.
                (_, 2) when method.Name.StartsWith("Supports", StringComparison.Ordinal) => method.Name,
                (_, 3) when method.Name.StartsWith("Suits", StringComparison.Ordinal) => method.Name,
                (_, 2) when method.Name.StartsWith("PartCount", StringComparison.Ordinal) => method.Name,
                _ => null,
            };
            if (key is not null)
                members[key] = method;
        }
        return members;
    }
}
