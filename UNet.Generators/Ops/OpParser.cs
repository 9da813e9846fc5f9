using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using UNet.Generators.Diagnostics;
using UNet.Generators.Emission;

namespace UNet.Generators.Ops;

/// <summary>
/// Reads an op's declaration and joins it by name with the interfaces of its kernels, which the kernel generator stated
/// as attributes in another assembly.
/// </summary>
internal sealed partial class OpParser
{
    private const string Declarations = "UNet.Vulkan.Ops.Declaration.";

    private readonly INamedTypeSymbol _op;
    private readonly Compilation _compilation;
    private readonly Place? _place;
    private readonly List<DiagnosticInfo> _diagnostics = [];

    private OpParser(INamedTypeSymbol op, Compilation compilation, Place? place) => (_op, _compilation, _place) = (op, compilation, place);

    public static OpParseResult Parse(GeneratorAttributeSyntaxContext context)
    {
        TypeDeclarationSyntax declaration = (TypeDeclarationSyntax)context.TargetNode;
        Place? place = Place.Of(declaration.Identifier.GetLocation());
        OpParser parser = new((INamedTypeSymbol)context.TargetSymbol, context.SemanticModel.Compilation, place);
        OpModel? model = parser.ParseOp(declaration);
        return new(model, parser._diagnostics.ToEquatableArray());
    }

    private OpModel? ParseOp(TypeDeclarationSyntax declaration)
    {
        bool isPartial = declaration.Modifiers.Any(modifier => modifier.ValueText == "partial");
        if (!_op.IsRecord || _op.IsValueType || !isPartial || !_op.IsSealed || _op.Arity > 0 || _op.ContainingType is not null)
        {
            Report(OpDiagnostics.Declaration, _place, _op.Name, "is no op", "declare it as a 'sealed partial record' in a namespace");
            return null;
        }
        ParseRoles();
        if (!ParseVariant())
            return null;
        ParseImplementations();
        // Nothing can be said of roles while a kernel is unknown, which is the compiler's error already.
        if (!HasBrokenKernel())
            CheckRoles();
        SampleModel[] samples = ParseSamples();
        IEnumerable<IPropertySymbol> printed = _op.GetMembers().OfType<IPropertySymbol>()
            .Where(p => p is { IsStatic: false, IsOverride: false, Parameters.Length: 0, GetMethod: not null })
            .Where(p => p.DeclaredAccessibility == Accessibility.Public);
        return new(
            _op.ContainingNamespace.IsGlobalNamespace ? "" : _op.ContainingNamespace.ToDisplayString(),
            _op.Name,
            _op.DeclaredAccessibility == Accessibility.Public ? "public" : "internal",
            !_isWithoutGradient,
            _roles.Select(ToModel).ToEquatableArray(),
            BuildPasses(),
            _kernels.Select(kernel => kernel.Call).ToEquatableArray(),
            samples.ToEquatableArray(),
            printed.Select(property => property.Name).ToEquatableArray(),
            _op.GetMembers("ToString").Any(member => !member.IsImplicitlyDeclared),
            HandWritten(_op).Where(member => member.Value.DeclaredAccessibility == Accessibility.Internal).Select(member => member.Key)
                .OrderBy(key => key, StringComparer.Ordinal).ToEquatableArray(),
            BuildVariant());
    }

    private bool HasAttribute(string name)
        => _op.GetAttributes().Any(attribute => attribute.AttributeClass?.ToDisplayString() == Declarations + name);

    /// <summary>The value of an attribute's named argument; an enum's is its number.</summary>
    private static T Named<T>(AttributeData attribute, string name, T otherwise)
    {
        foreach (KeyValuePair<string, TypedConstant> argument in attribute.NamedArguments)
        {
            if (argument.Key == name && argument.Value.Value is T value)
                return value;
        }
        return otherwise;
    }

    /// <summary>Name of the enum's member that an attribute's argument is.</summary>
    private static string NamedMember(AttributeData attribute, string name, string otherwise)
    {
        TypedConstant argument = attribute.NamedArguments.FirstOrDefault(argument => argument.Key == name).Value;
        return argument.Type?.GetMembers().OfType<IFieldSymbol>()
            .FirstOrDefault(member => member.HasConstantValue && Equals(member.ConstantValue, argument.Value))?.Name ?? otherwise;
    }

    private void Report(DiagnosticDescriptor descriptor, Place? place, params string[] arguments)
        => _diagnostics.Add(DiagnosticInfo.Create(descriptor, place ?? _place, arguments));
}
