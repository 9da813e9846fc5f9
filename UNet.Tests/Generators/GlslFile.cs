using System.Diagnostics.CodeAnalysis;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;

namespace UNet.Tests.Generators;

/// <summary>A GLSL file as the build hands it to the kernel generator.</summary>
internal sealed class GlslFile(string name, string glsl) : AdditionalText
{
    public string Name { get; } = name;

    public override string Path => GeneratorRun.KernelPath(Name);

    public override SourceText GetText(CancellationToken cancellationToken = default) => SourceText.From(glsl);
}

/// <summary>The build's metadata of <see cref="GlslFile"/>s.</summary>
internal sealed class KernelNames : AnalyzerConfigOptionsProvider
{
    public override AnalyzerConfigOptions GlobalOptions { get; } = new Metadata(null);

    public override AnalyzerConfigOptions GetOptions(SyntaxTree tree) => GlobalOptions;

    public override AnalyzerConfigOptions GetOptions(AdditionalText textFile) => new Metadata((textFile as GlslFile)?.Name);

    private sealed class Metadata(string? name) : AnalyzerConfigOptions
    {
        public override bool TryGetValue(string key, [NotNullWhen(true)] out string? value)
        {
            value = key == "build_metadata.AdditionalFiles.KernelName" ? name : null;
            return value is not null;
        }
    }
}
