using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;
using UNet.Generators.Kernels;
using UNet.Generators.Ops;
using Xunit;

namespace UNet.Tests.Generators;

/// <summary>A run of one of the two generators on text, and what came of it.</summary>
internal sealed class GeneratorRun
{
    /// <summary>Where <see cref="Ops"/> puts its file.</summary>
    public const string OpPath = "/ops/Op.cs";

    private static readonly CSharpParseOptions ParseOptions = new(LanguageVersion.Preview, DocumentationMode.Diagnose);

    /// <summary>What the test program itself runs on: the framework, the kernels' types and the library.</summary>
    private static readonly ImmutableArray<MetadataReference> References =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Append(typeof(Shaders.KernelInfo).Assembly.Location)
            .Append(typeof(Vulkan.Ops.Declaration.Op).Assembly.Location)
            .Where(path => Path.GetFileName(path) is { } name
                && (name.StartsWith("System.", StringComparison.Ordinal) || name is "UNet.Shaders.dll" or "UNet.Vulkan.dll"))
            .DistinctBy(Path.GetFileName)
            .Select(path => MetadataReference.CreateFromFile(path)),
    ];

    private readonly Compilation _input;
    private readonly Compilation _output;
    private readonly GeneratorDriver _driver;
    private readonly ImmutableArray<GlslFile> _files;

    private GeneratorRun(GeneratorDriver driver, Compilation input, ImmutableArray<GlslFile> files)
    {
        (_input, _files) = (input, files);
        _driver = driver.RunGeneratorsAndUpdateCompilation(input, out _output, out _);
        Result = _driver.GetRunResult().Results.Single();
        Assert.Null(Result.Exception);
    }

    public GeneratorRunResult Result { get; }

    public ImmutableArray<Diagnostic> Diagnostics => Result.Diagnostics;

    /// <summary>Where a kernel's GLSL file lies.</summary>
    public static string KernelPath(string name) => $"/shaders/{name}.comp";

    /// <summary>Runs the kernel generator on GLSL files by kernel name.</summary>
    public static GeneratorRun Kernels(params (string Name, string Glsl)[] kernels)
    {
        ImmutableArray<GlslFile> files = [.. kernels.Select(kernel => new GlslFile(kernel.Name, kernel.Glsl))];
        GeneratorDriver driver = CSharpGeneratorDriver.Create(
            [new KernelGenerator().AsSourceGenerator()], files, ParseOptions, new KernelNames(),
            new GeneratorDriverOptions(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true));
        return new(driver, CSharpCompilation.Create("Kernels", [], References, Options()), files);
    }

    /// <summary>Runs the op generator on a C# file that uses the kernels of another run.</summary>
    public static GeneratorRun Ops(string source, GeneratorRun? kernels = null, string assembly = "Sample")
    {
        GeneratorDriver driver = CSharpGeneratorDriver.Create(
            [new OpGenerator().AsSourceGenerator()], parseOptions: ParseOptions,
            driverOptions: new GeneratorDriverOptions(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true));
        IEnumerable<MetadataReference> references = kernels is null ? References : References.Append(kernels.Emit());
        return new(driver, CSharpCompilation.Create(assembly, [Parse(source)], references, Options()), []);
    }

    /// <summary>The same generator, with what it keeps from this run, after an edit of the C# file.</summary>
    public GeneratorRun AfterEdit(string source)
        => new(_driver, _input.ReplaceSyntaxTree(_input.SyntaxTrees.Single(), Parse(source)), _files);

    /// <summary>The same generator, with what it keeps from this run, after an edit of a GLSL file.</summary>
    public GeneratorRun AfterEdit(string name, string glsl)
    {
        GlslFile old = _files.Single(file => file.Name == name);
        GlslFile edited = new(name, glsl);
        return new(_driver.ReplaceAdditionalText(old, edited), _input, _files.Replace(old, edited));
    }

    /// <summary>The generated file of that name.</summary>
    public string File(string name) => Result.GeneratedSources.Single(source => source.HintName == name).SourceText.ToString();

    /// <summary>Why each output of a step is what it is.</summary>
    public IncrementalStepRunReason[] Reasons(string step)
        => [.. Result.TrackedSteps[step].SelectMany(run => run.Outputs).Select(output => output.Reason)];

    /// <summary>Why each file that the generator handed over is what it is.</summary>
    public IncrementalStepRunReason[] OutputReasons()
        => [.. Result.TrackedOutputSteps.Values.SelectMany(steps => steps).SelectMany(run => run.Outputs).Select(output => output.Reason)];

    /// <summary>Fails unless everything, generated code included, compiles without a warning.</summary>
    public GeneratorRun Compiles()
    {
        Assert.Empty(Diagnostics);
        Assert.Empty(Complaints(_output.GetDiagnostics()));
        return this;
    }

    private MetadataReference Emit()
    {
        using MemoryStream stream = new();
        Assert.Empty(Diagnostics);
        Assert.Empty(Complaints(_output.Emit(stream).Diagnostics));
        return MetadataReference.CreateFromImage(stream.ToArray());
    }

    private static IEnumerable<Diagnostic> Complaints(IEnumerable<Diagnostic> diagnostics)
        => diagnostics.Where(diagnostic => diagnostic.Severity >= DiagnosticSeverity.Warning);

    private static SyntaxTree Parse(string source) => CSharpSyntaxTree.ParseText(SourceText.From(source), ParseOptions, OpPath);

    // As in the projects: undocumented members are no warning, malformed documentation is.
    private static CSharpCompilationOptions Options() => new(
        OutputKind.DynamicallyLinkedLibrary,
        nullableContextOptions: NullableContextOptions.Enable,
        specificDiagnosticOptions: [new("CS1591", ReportDiagnostic.Suppress)]);
}
