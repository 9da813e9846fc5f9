using Microsoft.CodeAnalysis;

namespace UNet.Generators.Diagnostics;

/// <summary>What can be wrong with a GLSL kernel. Each is reported in its <c>.comp</c> file.</summary>
internal static class KernelDiagnostics
{
    public static readonly DiagnosticDescriptor Syntax = Error("UNET001", "GLSL not understood",
        "'{0}' is not understood here: {1}");

    public static readonly DiagnosticDescriptor Type = Error("UNET002", "Unsupported type",
        "'{0}' has the type '{1}', which {2} cannot have; use one of {3}");

    public static readonly DiagnosticDescriptor Layout = Error("UNET003", "Unsupported layout",
        "The layout '{0}' is not supported here: {1}");

    public static readonly DiagnosticDescriptor PushSize = Error("UNET004", "Push constants too large",
        "The push-constant block has {0} bytes; Vulkan guarantees 128, so move members to a buffer or make them specialization constants");

    public static readonly DiagnosticDescriptor Binding = Error("UNET005", "Duplicate or gapped binding",
        "The buffer '{0}' has binding {1}, but {2}; number the bindings 0, 1, 2, ... without gaps");

    public static readonly DiagnosticDescriptor ConstantId = Error("UNET006", "Duplicate or gapped constant_id",
        "The constant '{0}' has constant_id {1}, but {2}; number the ids 0, 1, 2, ... without gaps");

    public static readonly DiagnosticDescriptor Qualifier = Warning("UNET007", "Buffer without readonly or writeonly",
        "The buffer '{0}' is only {1} here; declare it '{2}', so that no barrier and no lifetime is longer than needed");

    public static readonly DiagnosticDescriptor Name = Error("UNET008", "Name that C# cannot mirror",
        "The name '{0}' {1}; {2}");

    private static DiagnosticDescriptor Error(string id, string title, string message)
        => new(id, title, message, "UNet.Kernels", DiagnosticSeverity.Error, isEnabledByDefault: true);

    private static DiagnosticDescriptor Warning(string id, string title, string message)
        => new(id, title, message, "UNet.Kernels", DiagnosticSeverity.Warning, isEnabledByDefault: true);
}
