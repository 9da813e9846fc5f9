using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using UNet.Generators.Diagnostics;
using UNet.Generators.Emission;

namespace UNet.Generators.Ops;

/// <summary>
/// Completes each partial record with <c>[Op]</c>: roles, passes, kernel arguments filled by name, the declarations that a
/// person must implement, and a catalogue of all ops with their samples.
/// </summary>
[Generator(LanguageNames.CSharp)]
public sealed class OpGenerator : IIncrementalGenerator
{
    // Names of the pipeline's steps, by which tests see what was served from cache.
    internal const string OpsStep = "Ops";
    internal const string CatalogStep = "OpCatalog";
    internal const string DiagnosticsStep = "OpDiagnostics";
    internal const string UnusedKernelsStep = "UnusedKernels";

    private const string Library = "UNet.Vulkan";
    private const string KernelAssembly = "UNet.Shaders";

    /// <summary>Kernels under these folders need no op: they are run by tests and benchmarks.</summary>
    private static readonly string[] ExemptFolders = ["test/", "bench/"];

    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        IncrementalValuesProvider<OpParseResult> results = context.SyntaxProvider.ForAttributeWithMetadataName(
            "UNet.Vulkan.Ops.Declaration.OpAttribute",
            static (node, _) => node is TypeDeclarationSyntax,
            static (attribute, _) => OpParser.Parse(attribute));

        IncrementalValuesProvider<OpModel> ops = results
            .Where(static result => result.Model is not null)
            .Select(static (result, _) => result.Model!)
            .WithTrackingName(OpsStep);

        IncrementalValuesProvider<DiagnosticInfo> diagnostics = results
            .SelectMany(static (result, _) => result.Diagnostics)
            .WithTrackingName(DiagnosticsStep);

        IncrementalValueProvider<string> assembly = context.CompilationProvider
            .Select(static (compilation, _) => compilation.AssemblyName ?? "");

        IncrementalValueProvider<(EquatableArray<OpCatalogEntry> Entries, string Assembly)> catalog = ops
            .Select(static (op, _) => new OpCatalogEntry(op.FullName, op.Samples))
            .Collect()
            .Select(static (entries, _) => entries.ToEquatableArray())
            .Combine(assembly)
            .WithTrackingName(CatalogStep);

        IncrementalValueProvider<EquatableArray<string>> kernels = context.CompilationProvider
            .Select(static (compilation, cancellation) => compilation.AssemblyName == Library
                ? KernelsOf(compilation, cancellation)
                : EquatableArray<string>.Empty);

        IncrementalValuesProvider<string> unused = ops
            .SelectMany(static (op, _) => op.Kernels.Select(kernel => kernel.Path))
            .Collect()
            .Combine(kernels)
            .SelectMany(static (pair, _) => pair.Right.Except(pair.Left))
            .WithTrackingName(UnusedKernelsStep);

        context.RegisterSourceOutput(ops,
            static (output, op) => output.AddSource($"{op.Namespace}.{op.Name}.g.cs".TrimStart('.'), OpEmitter.Emit(op)));
        context.RegisterSourceOutput(diagnostics, static (output, diagnostic) => output.ReportDiagnostic(diagnostic.ToDiagnostic()));
        context.RegisterSourceOutput(unused,
            static (output, kernel) => output.ReportDiagnostic(Diagnostic.Create(OpDiagnostics.UnusedKernel, Location.None, kernel)));
        context.RegisterSourceOutput(catalog, static (output, catalog) =>
        {
            // An assembly without ops gets no catalogue.
            if (catalog.Entries.Count > 0)
                output.AddSource("OpCatalog.g.cs",
                    OpCatalogEmitter.Emit(catalog.Entries, catalog.Assembly + ".Ops", isPublic: catalog.Assembly == Library));
        });
    }

    private static EquatableArray<string> KernelsOf(Compilation compilation, CancellationToken cancellation)
    {
        IAssemblySymbol? shaders = compilation.SourceModule.ReferencedAssemblySymbols
            .FirstOrDefault(assembly => assembly.Name == KernelAssembly);
        INamespaceSymbol? space = shaders?.GlobalNamespace.GetNamespaceMembers().FirstOrDefault(member => member.Name == "UNet")
            ?.GetNamespaceMembers().FirstOrDefault(member => member.Name == "Shaders");
        if (space is null)
            return EquatableArray<string>.Empty;
        List<string> kernels = [];
        foreach (INamedTypeSymbol type in space.GetTypeMembers())
        {
            cancellation.ThrowIfCancellationRequested();
            AttributeData? attribute = type.GetAttributes()
                .FirstOrDefault(a => a.AttributeClass?.ToDisplayString() == "UNet.Shaders.KernelAttribute");
            if (attribute?.ConstructorArguments[0].Value is string path
                && !ExemptFolders.Any(folder => path.StartsWith(folder, StringComparison.Ordinal)))
                kernels.Add(path);
        }
        return kernels.OrderBy(path => path, StringComparer.Ordinal).ToEquatableArray();
    }
}
