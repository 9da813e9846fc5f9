using Microsoft.CodeAnalysis;
using UNet.Generators.Diagnostics;
using UNet.Generators.Emission;

namespace UNet.Generators.Ops;

internal sealed partial class OpParser
{
    private static readonly string[] ElementNames = ["Float32", "UInt32", "Float16", "UInt8"];
    private static readonly string[] InitNames = ["Zero", "He"];

    /// <summary>Kinds of role by their attribute.</summary>
    private static readonly Dictionary<string, string> KindOfAttribute = new()
    {
        [Declarations + "InputAttribute"] = "Input",
        [Declarations + "ParamAttribute"] = "Parameter",
        [Declarations + "OutputAttribute"] = "Output",
        [Declarations + "SavedAttribute"] = "Saved",
        [Declarations + "StateAttribute"] = "State",
        [Declarations + "ScratchAttribute"] = "Scratch",
    };

    private readonly List<DeclaredRole> _roles = [];

    /// <summary>A role as declared; what kernels say of it is added while implementations are read.</summary>
    private sealed class DeclaredRole(int index, IPropertySymbol property, string kind, AttributeData attribute, string? sharedWith = null)
    {
        /// <summary>Fully qualified name of the op that says which shape it has; null where this one does.</summary>
        public string? SharedWith { get; } = sharedWith;

        public int Index { get; } = index;

        public string Name { get; } = property.Name;

        public string BufferName { get; } = Naming.ToSnake(property.Name);

        public string Kind { get; } = kind;

        public string Accessibility { get; } = Microsoft.CodeAnalysis.CSharp.SyntaxFacts.GetText(property.DeclaredAccessibility);

        public Place? Place { get; } = Place.Of(property.Locations.FirstOrDefault());

        public string Element { get; } = ElementNames[Named(attribute, "Element", 0)];

        public bool IsConstant { get; } = Named(attribute, "Constant", false);

        public bool PerImage { get; } = kind is "Input" or "Output" or "Saved" or "State"
            || (kind == "Scratch" && Named(attribute, "PerImage", false));

        public string Init { get; } = kind == "Parameter" && attribute.ConstructorArguments.FirstOrDefault().Value is int init
            ? InitNames[init]
            : "Zero";

        public bool IsScratch => Kind == "Scratch";

        /// <summary>Holds the result of the implementations that write it.</summary>
        public bool IsResult { get; } = Named(attribute, "IsResult", false);

        /// <summary>Name of the role to whose gradient its runs add up.</summary>
        public string? RunsOf { get; } = Named<string?>(attribute, "RunsOf", null);

        /// <summary>The backward pass owes the role a gradient.</summary>
        public bool NeedsGradient => Element == "Float32" && !IsConstant && Kind is "Input" or "Parameter";

        public bool IsBound { get; set; }

        public bool HasGradient { get; set; }
    }

    private void ParseRoles()
    {
        foreach (IPropertySymbol property in _op.GetMembers().OfType<IPropertySymbol>())
        {
            foreach (AttributeData attribute in property.GetAttributes())
            {
                if (attribute.AttributeClass is null
                    || !KindOfAttribute.TryGetValue(attribute.AttributeClass.ToDisplayString(), out string? kind))
                    continue;
                DeclaredRole role = new(_roles.Count, property, kind, attribute);
                if (!property.IsStatic || !property.IsPartialDefinition || property.SetMethod is not null || property.Type.Name != "Role")
                    Report(OpDiagnostics.Declaration, role.Place, role.Name, "is no role",
                        $"declare it as 'public static partial Role {role.Name} {{ get; }}'");
                else if (_roles.Any(other => other.Name == role.Name))
                    Report(OpDiagnostics.Declaration, role.Place, role.Name, "has two role attributes", "keep one");
                else
                    _roles.Add(role);
                if (role.BufferName.StartsWith("d_", StringComparison.Ordinal))
                    Report(OpDiagnostics.Declaration, role.Place, role.Name,
                        $"would be the buffer '{role.BufferName}', which means a gradient", "rename the role");
            }
        }
    }

    /// <summary>Checks that need to know all kernels.</summary>
    private void CheckRoles()
    {
        foreach (DeclaredRole role in _roles)
        {
            if (role.RunsOf is { } summed && !_roles.Any(other => other.Name == summed && other.Index < role.Index))
                Report(OpDiagnostics.Declaration, role.Place, role.Name, $"holds runs of '{summed}', which is no role before it",
                    "name the role to whose gradient they add up");
            if (!role.IsBound)
                Report(OpDiagnostics.UnusedRole, role.Place, _op.Name, role.BufferName, role.Name);
            else if (role.NeedsGradient && !role.HasGradient && !_isWithoutGradient)
            {
                Report(OpDiagnostics.NoGradientWritten, role.Place, _op.Name, role.BufferName, role.Kind == "Input"
                    ? "mark the input [Input(Constant = true)]"
                    : "mark the op [NoGradient]");
            }
        }
    }

    private static RoleModel ToModel(DeclaredRole role)
        => new(role.Index, role.Name, role.BufferName, role.Kind, role.Element, role.HasGradient, role.Init, role.PerImage,
            role.IsResult, role.RunsOf, role.Accessibility, role.SharedWith);
}
