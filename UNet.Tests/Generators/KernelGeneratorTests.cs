using Microsoft.CodeAnalysis;
using UNet.Generators.Kernels;
using Xunit;

namespace UNet.Tests.Generators;

/// <summary>What the kernel generator makes of GLSL, and when it works anew.</summary>
public class KernelGeneratorTests
{
    /// <summary>Every kind of declaration that a kernel may have.</summary>
    private const string Everything = """
        #version 460
        #extension GL_EXT_buffer_reference : require
        #include "common/linear.glsl"
        #define SQUARE(v) \
            ((v) * (v))

        // y = a & b <c>, as letters that XML must not see.
        // A second line.

        // Another comment, which is no summary.
        layout(local_size_x = 8, local_size_y = 4, local_size_z = 2) in;

        layout(constant_id = 2) const float SLOPE = -0.1;
        layout(constant_id = 0) const uint TILE_C = 0x10u;
        layout(constant_id = 1) const int OFFSET = -3; // of the first element

        layout(set = 0, binding = 1, std430) writeonly restrict buffer Y { vec4 d_y[]; };
        layout(buffer_reference, std430, buffer_reference_align = 16) readonly buffer Source { float16_t at[]; };
        layout(binding = 0, std430) coherent volatile buffer State { uint state[]; };
        layout(push_constant, std430) uniform Push {
            uint x_length, x_c;
            float alpha; /* a gap of four bytes follows */
            Source x;
            int shift;
            uint64_t seed;
            uint numbers[4];
        };

        const uint ROWS[2] = { 1u, 2u };
        shared float tile[16][SQUARE(4)];
        struct Pair { float a; float b; };

        float twice(float v);
        precise float twice(float v) {
        #if defined(FAST)
            return v + v;
        #else
            { return 2.0 * v; }
        #endif
        }

        void main() {
            d_y[0] = vec4(twice(float(x.at[x_length])));
            atomicAdd(state[0], 1u);
        }
        """;

    private static readonly IncrementalStepRunReason[] Kept = [IncrementalStepRunReason.Cached, IncrementalStepRunReason.Unchanged];

    [Fact]
    public void EveryDeclarationBecomesATypedKernel()
    {
        GeneratorRun run = GeneratorRun.Kernels(("ops/every_thing2d", Everything)).Compiles();
        ExpectedFile.Is("OpsEveryThing2d.g.cs", run.File("OpsEveryThing2d.g.cs"));
    }

    [Fact]
    public void TheSmallestKernelHasNoArguments()
    {
        GeneratorRun run = GeneratorRun.Kernels(("empty", "layout(local_size_x = 1) in;\nvoid main() { }\n")).Compiles();
        ExpectedFile.Is("Empty.g.cs", run.File("Empty.g.cs"));
    }

    /// <summary>Matrix types stand inside functions and among their parameters, where the generator does not read.</summary>
    [Fact]
    public void CooperativeMatricesAreUnderstood()
    {
        const string glsl = """
            #version 460
            #extension GL_KHR_cooperative_matrix : require
            layout(local_size_x = 32) in;
            layout(constant_id = 0) const uint SUBGROUP_SIZE = 32u;
            layout(set = 0, binding = 0, std430) writeonly buffer Y { float y[]; };
            const uint PARTS = gl_WorkGroupSize.x / SUBGROUP_SIZE;
            const int LAYOUT = gl_CooperativeMatrixLayoutRowMajor;
            shared float16_t tile[PARTS * (256u + 8u)];
            void store(const coopmat<float, gl_ScopeSubgroup, 16, 16, gl_MatrixUseAccumulator> sum) { }
            void main() {
                coopmat<float16_t, gl_ScopeSubgroup, 16, 16, gl_MatrixUseA> a[2];
                [[unroll]] for (uint i = 0u; i < 2u; i++)
                    coopMatLoad(a[i], tile, i * 16u, 32u, LAYOUT);
                y[0] = 0.0;
            }
            """;
        GeneratorRun run = GeneratorRun.Kernels(("product", glsl)).Compiles();
        Assert.Contains("new WorkgroupSize(32, 1, 1)", run.File("Product.g.cs"), StringComparison.Ordinal);
    }

    /// <summary>GLSL has no name for the constant that says how many invocations a workgroup has; here it is a tunable.</summary>
    [Fact]
    public void TheSizeOfAWorkgroupCanBeAConstant()
    {
        const string glsl = """
            layout(local_size_x = 256, local_size_x_id = 1) in;
            layout(constant_id = 0) const uint SUBGROUP_SIZE = 32u;
            shared float each[gl_WorkGroupSize.x / SUBGROUP_SIZE];
            void main() { }
            """;
        string kernel = GeneratorRun.Kernels(("product", glsl)).Compiles().File("Product.g.cs");
        Assert.Contains("new WorkgroupSize(256, 1, 1)", kernel, StringComparison.Ordinal);
        Assert.Contains("new KernelConstant(\"TILE_INVOCATIONS\", \"uint\", 1, 0x00000100u)", kernel, StringComparison.Ordinal);
        Assert.Contains("Spec(uint SubgroupSize = 32u, uint TileInvocations = 256u)", kernel, StringComparison.Ordinal);
    }

    /// <summary>Layouts and tiles have to agree with such numbers: C# reads them where GLSL states them.</summary>
    [Fact]
    public void NumbersThatAKernelAndItsIncludesStateOnceAreConstants()
    {
        const string glsl = """
            #include "f.glsl"
            layout(local_size_x = 1) in;
            layout(constant_id = 0) const uint TILE_C = 4u;
            const uint PITCH = 0x11u; // odd
            const uint WIDTH = 2u * PITCH;
            const int SIGNED = 3;
            const uint lower_case = 5u;
            const uint LIST[2] = { 1u, 2u };
            uint twice(const uint NUMBER) { const uint INSIDE = 6u; return INSIDE * NUMBER; }
            void main() { }
            """;
        const string included = """
            const uint ROW_CHANNELS = 16u;
            #ifdef WIDE
            const uint LANES = 16u;
            #else
            const uint LANES = 8u;
            #endif
            """;
        string kernel = GeneratorRun.Kernels(("a/b", glsl), ("f.glsl", included)).Compiles().File("AB.g.cs");
        int start = kernel.IndexOf("public static class Fixed", StringComparison.Ordinal);
        string[] lines = [.. kernel[start..kernel.IndexOf('}', start)].Split('\n').Select(line => line.Trim())];
        Assert.Equal(["public static class Fixed", "{", "public const uint Pitch = 17u;", "public const uint RowChannels = 16u;", ""], lines);
    }

    [Fact]
    public void AnEditOfAnIncludedNumberReachesOnlyTheKernelsThatIncludeIt()
    {
        const string glsl = "#include \"f.glsl\"\nlayout(local_size_x = 1) in;\nvoid main() { }\n";
        GeneratorRun run = GeneratorRun.Kernels(("a/b", glsl), ("a/c", Everything), ("f.glsl", "const uint ROWS_EACH = 2u;\n"))
            .AfterEdit("f.glsl", "const uint ROWS_EACH = 3u;\n");
        Assert.Contains("public const uint RowsEach = 3u;", run.File("AB.g.cs"), StringComparison.Ordinal);
        Assert.Equal([IncrementalStepRunReason.Modified, IncrementalStepRunReason.Unchanged], run.Reasons(KernelGenerator.KernelsStep));
    }

    [Fact]
    public void TheCatalogueIsSortedByName()
    {
        const string glsl = "layout(local_size_x = 1) in;\nvoid main() { }\n";
        GeneratorRun run = GeneratorRun.Kernels(("b/z", glsl), ("b/a", glsl), ("a", glsl)).Compiles();
        ExpectedFile.Is("KernelCatalog.g.cs", run.File("KernelCatalog.g.cs"));
    }

    [Fact]
    public void FilesWithoutANameAreNoKernels() => Assert.Empty(GeneratorRun.Kernels(("", Everything)).Result.GeneratedSources);

    [Fact]
    public void ACommentEditIsServedFromCache()
    {
        GeneratorRun run = GeneratorRun.Kernels(("a/b", Everything), ("a/c", Everything))
            .AfterEdit("a/b", Everything.Replace("// of the first", "// of all,\n// of the very first", StringComparison.Ordinal));
        Assert.Single(run.Reasons(KernelGenerator.SourcesStep), IncrementalStepRunReason.Modified);
        Assert.All(run.Reasons(KernelGenerator.KernelsStep), reason => Assert.Contains(reason, Kept));
        Assert.All(run.Reasons(KernelGenerator.CatalogStep), reason => Assert.Contains(reason, Kept));
        Assert.All(run.OutputReasons(), reason => Assert.Equal(IncrementalStepRunReason.Cached, reason));
    }

    [Fact]
    public void AnEditOfABodyIsServedFromCache()
    {
        GeneratorRun run = GeneratorRun.Kernels(("a/b", Everything))
            .AfterEdit("a/b", Everything.Replace("2.0 * v", "v * 2.0", StringComparison.Ordinal));
        Assert.All(run.OutputReasons(), reason => Assert.Equal(IncrementalStepRunReason.Cached, reason));
    }

    [Fact]
    public void AnEditOfOneInterfaceLeavesTheOtherKernelsInCache()
    {
        GeneratorRun run = GeneratorRun.Kernels(("a/b", Everything), ("a/c", Everything))
            .AfterEdit("a/b", Everything.Replace("float alpha;", "float beta;", StringComparison.Ordinal));
        Assert.Equal([IncrementalStepRunReason.Modified, IncrementalStepRunReason.Unchanged], run.Reasons(KernelGenerator.KernelsStep));
        Assert.All(run.Reasons(KernelGenerator.CatalogStep), reason => Assert.Contains(reason, Kept));
        Assert.Single(run.OutputReasons(), IncrementalStepRunReason.Modified);
    }

    [Fact]
    public void AnEditOfAnIncludedFileIsServedFromCache()
    {
        const string glsl = "#include \"f.glsl\"\nlayout(local_size_x = 1) in;\nvoid main() { }\n";
        GeneratorRun run = GeneratorRun.Kernels(("a/b", glsl), ("a/c", Everything), ("f.glsl", "// A comment.\n"))
            .AfterEdit("f.glsl", "// Another comment.\n");
        Assert.Equal([IncrementalStepRunReason.Modified, IncrementalStepRunReason.Unchanged], run.Reasons(KernelGenerator.SourcesStep));
        Assert.All(run.OutputReasons(), reason => Assert.Equal(IncrementalStepRunReason.Cached, reason));
    }
}
