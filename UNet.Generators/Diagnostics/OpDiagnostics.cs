using Microsoft.CodeAnalysis;

namespace UNet.Generators.Diagnostics;

/// <summary>What can be wrong with the declaration of an op. Each is reported at the attribute or property concerned.</summary>
internal static class OpDiagnostics
{
    public static readonly DiagnosticDescriptor Declaration = Error("UNET020", "Malformed op",
        "'{0}' {1}; {2}");

    public static readonly DiagnosticDescriptor Member = Error("UNET021", "Unmatched kernel argument",
        "The {0} '{1}' of kernel '{2}' matches nothing of {3}: {4}");

    public static readonly DiagnosticDescriptor Ambiguous = Error("UNET022", "Ambiguous kernel argument",
        "The {0} '{1}' of kernel '{2}' could be {3}; rename one of them");

    public static readonly DiagnosticDescriptor Buffer = Error("UNET023", "Unmatched buffer",
        "The buffer '{0}' of kernel '{1}' matches no role of {2}; declare a role '{3}' or rename the buffer");

    public static readonly DiagnosticDescriptor UnusedRole = Error("UNET024", "Role that no kernel binds",
        "No kernel of {0} has a buffer '{1}' or 'd_{1}' for the role '{2}'; bind it in a kernel or remove the role");

    public static readonly DiagnosticDescriptor Write = Error("UNET025", "Kernel writes what it may only read",
        "Kernel '{0}' writes '{1}', which is {2}; declare the buffer readonly, or give the role another attribute");

    public static readonly DiagnosticDescriptor NoGradientWritten = Error("UNET026", "Gradient that no kernel writes",
        "No backward kernel of {0} writes 'd_{1}'; add one, or {2}");

    public static readonly DiagnosticDescriptor NoSample = Error("UNET027", "Op without a sample",
        "{0} has no [Sample], so no check would run on it; add one such as [Sample(\"{1}\")]");

    public static readonly DiagnosticDescriptor BadSample = Error("UNET028", "Malformed sample",
        "The sample of {0} cannot be used: {1}");

    public static readonly DiagnosticDescriptor UnusedKernel = Warning("UNET029", "Shader that no op uses",
        "No op uses the kernel '{0}' (shaders/{0}.comp); name it in a [Forward] or [Backward] attribute or remove the file");

    public static readonly DiagnosticDescriptor Passes = Error("UNET030", "Ambiguous backward passes",
        "The kernels of this backward implementation of {0} {1}");

    public static readonly DiagnosticDescriptor ImplementationName = Error("UNET031", "Name of an implementation",
        "This implementation of the {0} pass of {1} {2}");

    public static readonly DiagnosticDescriptor NotWritten = Error("UNET032", "Output that is not written",
        "The forward implementation {0} of {1} writes no '{2}'; every implementation must write every output and saved role");

    public static readonly DiagnosticDescriptor Gradient = Error("UNET033", "Gradient where there is none",
        "Kernel '{0}' binds 'd_{1}', but {2}");

    public static readonly DiagnosticDescriptor PlainImplementation = Error("UNET034", "Restricted plain implementation",
        "The first implementation of the {0} pass of {1} serves every device and rounding rule; remove {2}, or put a plain one before it");

    public static readonly DiagnosticDescriptor Tiles = Error("UNET035", "Malformed tiles",
        "The Tiles of this implementation of {0} cannot be used: {1}");

    public static readonly DiagnosticDescriptor Inaccessible = Error("UNET036", "Private member of another op",
        "{0} takes over {1} from {2}, of which it is a variant, but cannot call it; make it internal there, or declare one here");

    public static readonly DiagnosticDescriptor Element = Error("UNET037", "Buffer of other elements than its role",
        "Kernel '{0}' declares '{1}' as a buffer of {2}, but the role '{3}' holds {4}; "
            + "declare it as one of {5}, or say the role's Element");

    private static DiagnosticDescriptor Error(string id, string title, string message)
        => new(id, title, message, "UNet.Ops", DiagnosticSeverity.Error, isEnabledByDefault: true);

    private static DiagnosticDescriptor Warning(string id, string title, string message)
        => new(id, title, message, "UNet.Ops", DiagnosticSeverity.Warning, isEnabledByDefault: true);
}
