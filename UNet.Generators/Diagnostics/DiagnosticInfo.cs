using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;
using UNet.Generators.Emission;

namespace UNet.Generators.Diagnostics;

/// <summary>A place in a file, without the syntax tree that a <see cref="Location"/> would keep alive.</summary>
internal sealed record Place(string Path, TextSpan Span, LinePositionSpan Lines)
{
    public static Place? Of(Location? location)
        => location is { SourceTree: not null }
            ? new(location.SourceTree.FilePath, location.SourceSpan, location.GetLineSpan().Span)
            : null;

    public static Place? Of(SyntaxReference? reference) => Of(reference?.GetSyntax().GetLocation());

    public Location ToLocation() => Location.Create(Path, Span, Lines);
}

/// <summary>A diagnostic as data, so that it can be compared and kept between runs.</summary>
internal sealed record DiagnosticInfo(DiagnosticDescriptor Descriptor, Place? Place, EquatableArray<string> Arguments)
{
    public static DiagnosticInfo Create(DiagnosticDescriptor descriptor, Place? place, params string[] arguments)
        => new(descriptor, place, new(arguments));

    public Diagnostic ToDiagnostic() => Diagnostic.Create(Descriptor, Place?.ToLocation() ?? Location.None, [.. Arguments]);
}
