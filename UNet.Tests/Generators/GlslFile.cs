using System.Diagnostics.CodeAnalysis;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;

namespace UNet.Tests.Generators;

/// <summary>A GLSL file as the build hands it to the kernel generator: a kernel, or one that kernels include, whose name says so.</summary>
internal sealed class GlslFile(string name, string glsl) : AdditionalText
{
    public string Name { get; } = name;

    /// <summary>The metadata that holds the name.</summary>
    public string Metadata => Name.EndsWith(".glsl", StringComparison.Ordinal) ? "IncludeName" : "KernelName";

    public override string Path => GeneratorRun.KernelPath(Name);

    public override SourceText GetText(CancellationToken cancellationToken = default) => SourceText.From(glsl);
}

/// <summary>The build's metadata of <see cref="GlslFile"/>s.</summary>
internal sealed class KernelNames : AnalyzerConfigOptionsProvider
{
    public override AnalyzerConfigOptions GlobalOptions { get; } = new Metadata(null);

    public override AnalyzerConfigOptions GetOptions(SyntaxTree tree) => GlobalOptions;

    public override AnalyzerConfigOptions GetOptions(AdditionalText textFile) => new Metadata(textFile as GlslFile);

    private sealed class Metadata(GlslFile? file) : AnalyzerConfigOptions
    {
        public override bool TryGetValue(string key, [NotNullWhen(true)] out string? value)
        {
            value = file is not null && key == "build_metadata.AdditionalFiles." + file.Metadata ? file.Name : null;
            return value is not null;
        }
    }
}
