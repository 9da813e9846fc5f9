using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using UNet.Generators.Diagnostics;
using UNet.Generators.Emission;

namespace UNet.Generators.Kernels;

/// <summary>
/// Makes a typed kernel of each GLSL file that the build hands over with <c>KernelName</c> metadata, and a catalogue of them. Files with
/// <c>IncludeName</c> metadata are those that kernels include.
/// </summary>
[Generator(LanguageNames.CSharp)]
public sealed class KernelGenerator : IIncrementalGenerator
{
    // Names of the pipeline's steps, by which tests see what was served from cache.
    internal const string SourcesStep = "KernelSources";
    internal const string KernelsStep = "Kernels";
    internal const string CatalogStep = "KernelCatalog";
    internal const string DiagnosticsStep = "KernelDiagnostics";

    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        IncrementalValuesProvider<(AdditionalText Text, AnalyzerConfigOptionsProvider Options)> files =
            context.AdditionalTextsProvider.Combine(context.AnalyzerConfigOptionsProvider);

        IncrementalValueProvider<EquatableArray<IncludeSource>> includes = files
            .Select(static (file, cancellation) => Read(
                file.Text, file.Options, "IncludeName", static (name, _, text) => new IncludeSource(name, text), cancellation))
            .Where(static source => source is not null)
            .Collect()
            .Select(static (sources, _) => sources.Select(source => source!).ToEquatableArray());

        IncrementalValuesProvider<KernelSource> sources = files
            .Select(static (file, cancellation) => Read(
                file.Text, file.Options, "KernelName", static (name, path, text) => new KernelSource(name, path, text), cancellation))
            .Where(static source => source is not null)
            .Combine(includes)
            .Select(static (pair, _) => pair.Left!.WithIncluded(pair.Right))
            .WithTrackingName(SourcesStep);

        IncrementalValuesProvider<KernelParseResult> results = sources.Select(static (source, _) => KernelParser.Parse(source));

        IncrementalValuesProvider<KernelModel> kernels = results
            .Where(static result => result.Model is not null)
            .Select(static (result, _) => result.Model!)
            .Collect()
            .SelectMany(static (kernels, _) => DistinctTypes(kernels))
            .WithTrackingName(KernelsStep);

        IncrementalValuesProvider<DiagnosticInfo> diagnostics = results
            .SelectMany(static (result, _) => result.Diagnostics)
            .WithTrackingName(DiagnosticsStep);

        IncrementalValuesProvider<DiagnosticInfo> collisions = sources
            .Select(static (source, _) => (source.Name, source.Path))
            .Collect()
            .SelectMany(static (files, _) => Collisions(files));

        IncrementalValueProvider<EquatableArray<(string Name, string TypeName)>> catalog = kernels
            .Select(static (kernel, _) => (kernel.Name, kernel.TypeName))
            .Collect()
            .Select(static (names, _) => names.ToEquatableArray())
            .WithTrackingName(CatalogStep);

        context.RegisterSourceOutput(kernels,
            static (output, kernel) => output.AddSource(kernel.TypeName + ".g.cs", KernelEmitter.Kernel(kernel)));
        context.RegisterSourceOutput(diagnostics, static (output, diagnostic) => output.ReportDiagnostic(diagnostic.ToDiagnostic()));
        context.RegisterSourceOutput(collisions, static (output, diagnostic) => output.ReportDiagnostic(diagnostic.ToDiagnostic()));
        context.RegisterSourceOutput(catalog, static (output, kernels) =>
        {
            // An assembly without kernels, such as the library, gets no catalogue.
            if (kernels.Count > 0)
                output.AddSource("KernelCatalog.g.cs", KernelEmitter.Catalog(kernels));
        });
    }

    /// <summary>Files whose kernels would have the same type, as <c>a_b/c</c> and <c>a/b_c</c> have.</summary>
    private static IEnumerable<DiagnosticInfo> Collisions(ImmutableArray<(string Name, string Path)> files)
    {
        foreach (var same in files.GroupBy(file => Naming.ToPascal(file.Name), StringComparer.OrdinalIgnoreCase))
        {
            foreach ((string name, string path) in same.Skip(1))
            {
                yield return DiagnosticInfo.Create(KernelDiagnostics.Name, new(path, default, default), name,
                    $"and '{same.First().Name}' are the same type {same.Key} in C#", "rename one of the files");
            }
        }
    }

    /// <summary>One kernel for each type name; <see cref="Collisions"/> reports the others.</summary>
    private static IEnumerable<KernelModel> DistinctTypes(ImmutableArray<KernelModel> kernels)
        => kernels.GroupBy(kernel => kernel.TypeName, StringComparer.OrdinalIgnoreCase).Select(same => same.First());

    /// <summary>What a file is to the generator; null where it has no name of that kind.</summary>
    private static T? Read<T>(
        AdditionalText file, AnalyzerConfigOptionsProvider options, string metadata, Func<string, string, string, T> create,
        CancellationToken cancellation)
        where T : class
    {
        if (!options.GetOptions(file).TryGetValue("build_metadata.AdditionalFiles." + metadata, out string? name) || name.Length == 0)
            return null;
        return file.GetText(cancellation)?.ToString() is string content ? create(name, file.Path, content) : null;
    }
}
