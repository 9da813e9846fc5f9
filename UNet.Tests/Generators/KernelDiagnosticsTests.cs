using Xunit;

namespace UNet.Tests.Generators;

/// <summary>Each diagnostic of the kernel generator, by id, place and message.</summary>
public class KernelDiagnosticsTests
{
    private const string Size = "layout(local_size_x = 64) in;\n";
    private const string X = "layout(set = 0, binding = 0, std430) readonly buffer X { float x[]; };\n";
    private const string Main = "void main() { }\n";

    private static void Check(string id, string message, string marked, string name = "a/b")
    {
        MarkedText text = new(marked);
        GeneratorRun run = GeneratorRun.Kernels((name, text.Text));
        text.IsOnlyDiagnostic(run.Diagnostics, GeneratorRun.KernelPath(name), id, message);
        // A warning leaves the kernel usable; an error must not leave a half-true interface behind.
        Assert.Equal(id == "UNET007" ? 2 : 0, run.Result.GeneratedSources.Length);
    }

    [Theory]
    [InlineData("[|#if|] FAST\n#endif\n")]
    [InlineData("[|#ifdef|] FAST\n#endif\n")]
    [InlineData("[|#line|] 3\n")]
    [InlineData("[|float|] accumulator;\n")]
    [InlineData("[|=|]\n")]
    [InlineData("[|uniform|] sampler2D image;\n")]
    [InlineData("layout(set = 0, binding = 0, std430) [|shared|] buffer X { float x[]; };\n")]
    [InlineData("layout(set = 0, binding = 0, std430) readonly buffer X { float x[[|4|]]; };\n")]
    [InlineData("layout(set = 0, binding = 0, std430) readonly buffer X { float x[]; [|uint|] n; };\n")]
    [InlineData("layout(set = 0, binding = 0, std430) readonly buffer X { float x[]; } [|instance|];\n")]
    [InlineData("layout(push_constant, std430) uniform Push { uint n; } [|push|];\n")]
    [InlineData("layout(push_constant, std430) uniform Push { float n[|[|]4]; };\n")]
    [InlineData("layout(push_constant, std430) uniform Push { uint n[[|COUNT|]]; };\n")]
    [InlineData("layout(push_constant, std430) uniform Push { uint n[[|0|]]; };\n")]
    [InlineData("layout(constant_id = 0) const uint N = [|M|];\n")]
    [InlineData("layout(constant_id = 0) const uint N = [|1.5|];\n")]
    [InlineData("layout(constant_id = 0) const uint N = -[|1|];\n")]
    [InlineData("layout(constant_id = 0) const float N = [|1e99|];\n")]
    [InlineData("layout(local_size_y = [|(|]2)) in;\n")]
    public void SyntaxThatIsNotUnderstood(string declaration) => Check("UNET001", "is not understood here", Size + declaration + Main);

    [Fact]
    public void BodyThatDoesNotEnd() => Check("UNET001", "expected '}'", Size + "void main() { if (true) { }[||]");

    [Theory]
    [InlineData("layout(set = 0, binding = 0, std430) readonly buffer X { [|vec3|] x[]; };\n", "a buffer's element")]
    [InlineData("layout(set = 0, binding = 0, std430) readonly buffer X { [|bool|] x[]; };\n", "a buffer's element")]
    [InlineData("struct Pair { float a, b; };\nlayout(set = 0, binding = 0, std430) readonly buffer X { [|Pair|] x[]; };\n",
        "a buffer's element")]
    [InlineData("layout(push_constant, std430) uniform Push { [|vec4|] x; };\n", "a push-constant member")]
    [InlineData("layout(push_constant, std430) uniform Push { [|bool|] x; };\n", "a push-constant member")]
    [InlineData("layout(constant_id = 0) const [|bool|] X = 1;\n", "a specialization constant")]
    public void UnsupportedTypes(string declaration, string message) => Check("UNET002", message, Size + declaration + Main);

    [Theory]
    [InlineData("[|layout|](set = 0, binding = 0) readonly buffer X { float x[]; };\n", "std430")]
    [InlineData("[|layout|](set = 0, std430) readonly buffer X { float x[]; };\n", "binding")]
    [InlineData("layout([|set|] = 1, binding = 0, std430) readonly buffer X { float x[]; };\n", "set 0")]
    [InlineData("layout(set = 0, binding = [|N|], std430) readonly buffer X { float x[]; };\n", "decimal literal")]
    [InlineData("layout(std430, [|offset|] = 0, binding = 0) readonly buffer X { float x[]; };\n", "binding, set, std430")]
    [InlineData("layout(std430) [|uniform|] Block { uint n; };\n", "push constants")]
    [InlineData("layout(push_constant) uniform A { uint a; };\nlayout(push_constant) [|uniform|] B { uint b; };\n",
        "one push-constant block")]
    [InlineData("[|layout|](constant_id) const uint N = 1;\n", "constant_id = N")]
    [InlineData("layout(local_size_y = [|ROWS|]) in;\n", "decimal literal")]
    [InlineData("layout([|local_size_y_id|] = 0) in;\n", "as literals")]
    [InlineData("layout(local_size_x_id = [|N|]) in;\n", "decimal literal")]
    public void UnsupportedLayouts(string declaration, string message)
    {
        MarkedText text = new(Size + declaration + Main);
        GeneratorRun run = GeneratorRun.Kernels(("a/b", text.Text));
        // Where a qualifier is refused, what it would have said may be missing too: the first complaint counts.
        text.IsOnlyDiagnostic(run.Diagnostics.Take(1), GeneratorRun.KernelPath("a/b"), "UNET003", message);
        Assert.Empty(run.Result.GeneratedSources);
    }

    [Fact]
    public void MissingWorkgroupSize() => Check("UNET003", "no workgroup size", "[|#version 460|]\n" + X + Main);

    [Fact]
    public void PushConstantsOver128Bytes()
    {
        string members = string.Concat(Enumerable.Range(0, 33).Select(i => $"uint m{i};"));
        Check("UNET004", "132 bytes", $"{Size}layout(push_constant, std430) [|uniform|] Push {{ {members} }};\n{Main}");
    }

    [Theory]
    [InlineData("layout(set = 0, binding = 0, std430) writeonly buffer Y { float [|y|][]; };\n", "'x' has it already")]
    [InlineData("layout(set = 0, binding = 2, std430) writeonly buffer Y { float [|y|][]; };\n", "none has 1")]
    public void Bindings(string declaration, string message) => Check("UNET005", message, Size + X + declaration + Main);

    [Theory]
    [InlineData("layout(constant_id = 0) const uint [|B|] = 1;\n", "'A' has it already")]
    [InlineData("layout(constant_id = 2) const uint [|B|] = 1;\n", "none has 1")]
    public void ConstantIds(string declaration, string message)
        => Check("UNET006", message, Size + "layout(constant_id = 0) const uint A = 1;\n" + declaration + Main);

    [Theory]
    [InlineData("float v = x[0] + 1.0;", "only read", "'readonly'")]
    [InlineData("x[0] = 1.0;", "only written", "'writeonly'")]
    [InlineData("if (x.length() > 3) x[f(x2[1])].y = 1.0;", "only written", "'writeonly'")]
    public void BuffersWithoutQualifier(string body, string use, string remedy)
    {
        string glsl = Size + "layout(set = 0, binding = 0, std430) buffer X { vec2 [|x|][]; };\nvoid main() { " + body + " }\n";
        Check("UNET007", use, glsl);
        Check("UNET007", remedy, glsl);
    }

    /// <summary>Only a macro may use a buffer under another name; other words may have its name in them.</summary>
    [Theory]
    [InlineData("#extension GL_EXT_control_flow_attributes : require\n")]
    [InlineData("#define MAX_X max_x + 1 // x\n")]
    public void DirectivesThatDoNotNameTheBuffer(string directive) => Check("UNET007", "only read", directive + Size
        + "layout(set = 0, binding = 0, std430) buffer X { float [|x|][]; };\nvoid main() { float v = x[0]; }\n");

    /// <summary>What a kernel only reads, a file that it includes may write.</summary>
    [Theory]
    [InlineData("void f(float v) { float y = v; }\n", true)]
    [InlineData("void f(float v) { x[0] = v; }\n", false)]
    [InlineData("#define f(v) x[0] = v\n", false)]
    [InlineData("#include \"common/missing.glsl\"\n", false)]
    public void BuffersThatIncludedFilesUse(string included, bool isOnlyRead)
    {
        const string glsl = Size + "layout(set = 0, binding = 0, std430) buffer X { float x[]; };\n#include \"common/f.glsl\"\n"
            + "void main() { f(x[0]); }\n";
        GeneratorRun run = GeneratorRun.Kernels(("a/b", glsl), ("common/f.glsl", included));
        Assert.Equal(isOnlyRead ? ["UNET007"] : [], run.Diagnostics.Select(diagnostic => diagnostic.Id));
        run = GeneratorRun.Kernels(("a/b", glsl), ("common/f.glsl", "#include \"common/g.glsl\""), ("common/g.glsl", included));
        Assert.Equal(isOnlyRead ? ["UNET007"] : [], run.Diagnostics.Select(diagnostic => diagnostic.Id));
    }

    [Fact]
    public void AddressesThatIncludedFilesUse() => GeneratorRun.Kernels(
        ("a/b", Size + "layout(buffer_reference, std430) buffer Source { float at[]; };\n"
            + "layout(push_constant) uniform Push { Source x; };\n#include \"f.glsl\"\nvoid main() { f(x, x.at[0]); }\n"),
        ("f.glsl", "void f(Source to, float v) { to.at[1] = v; }\n")).Compiles();

    [Fact]
    public void AddressesWithoutQualifier() => Check("UNET007", "declare it 'readonly'",
        Size + "layout(buffer_reference, std430) buffer Source { float at[]; };\nlayout(push_constant) uniform Push { Source [|x|]; };\n"
        + "void main() { float v = x.at[0]; }\n");

    [Theory]
    [InlineData("x[0] += 1.0;")]
    [InlineData("x[0]++;")]
    [InlineData("--x[0];")]
    [InlineData("x[0] = x[1];")]
    [InlineData("atomicAdd(x[0], 1);")]
    [InlineData("STORE(0, 1.0);")]
    public void BuffersReadAndWrittenInPlaceNeedNoQualifier(string body)
    {
        const string declarations = "#define STORE(i, v) x[i] = v\nlayout(set = 0, binding = 0, std430) buffer X { float x[]; };\n";
        string glsl = Size + declarations + "void main() { " + body + " }\n";
        GeneratorRun.Kernels(("a/b", glsl)).Compiles();
    }

    [Theory]
    [InlineData("layout(set = 0, binding = 0, std430) readonly buffer X { float [|inputImage|][]; };\n", "snake_case")]
    [InlineData("layout(push_constant) uniform Push { uint [|Width|]; };\n", "snake_case")]
    [InlineData("layout(constant_id = 0) const uint [|Parts|] = 1;\n", "UPPER_SNAKE_CASE")]
    [InlineData("layout(push_constant) uniform Push { uint x1_a; uint [|x1_a|]; };\n", "the same word X1A")]
    public void Names(string declaration, string message) => Check("UNET008", message, Size + declaration + Main);

    [Fact]
    public void FileNames() => Check("UNET008", "rename the file", "[|layout|](local_size_x = 64) in;\n" + Main, "conv2d/forwardFast");

    [Fact]
    public void TwoFilesOfOneType()
    {
        GeneratorRun run = GeneratorRun.Kernels(("a/b_c", Size + Main), ("a_b/c", Size + Main));
        Assert.Equal("UNET008", Assert.Single(run.Diagnostics).Id);
        Assert.Equal(GeneratorRun.KernelPath("a_b/c"), run.Diagnostics[0].Location.GetLineSpan().Path);
        Assert.Equal(["ABC.g.cs", "KernelCatalog.g.cs"], run.Result.GeneratedSources.Select(source => source.HintName));
    }

    [Fact]
    public void OneBrokenKernelDoesNotTakeTheOthersAlong()
    {
        GeneratorRun run = GeneratorRun.Kernels(("a/b", Size + Main), ("a/c", Size + "nonsense"));
        Assert.Single(run.Diagnostics);
        Assert.Equal(["AB.g.cs", "KernelCatalog.g.cs"], run.Result.GeneratedSources.Select(source => source.HintName));
    }
}
