using Microsoft.CodeAnalysis;
using UNet.Generators.Ops;
using Xunit;

namespace UNet.Tests.Generators;

/// <summary>What the op generator makes of a declaration, and when it works anew.</summary>
public class OpGeneratorTests
{
    private const string Size = "layout(local_size_x = 64) in;\n";

    private static readonly GeneratorRun Kernels = GeneratorRun.Kernels(
        ("mix/forward", Size + """
            layout(constant_id = 0) const uint TILE_C = 8;
            layout(constant_id = 1) const int KERNEL_SIZE = 3;
            layout(constant_id = 2) const uint IS_SIGNED = 0;
            layout(constant_id = 3) const uint ELEMENT = 0;
            layout(set = 0, binding = 0, std430) readonly buffer X { float x[]; };
            layout(set = 0, binding = 1, std430) readonly buffer L { uint label_map[]; };
            layout(set = 0, binding = 2, std430) readonly buffer W { float weight[]; };
            layout(set = 0, binding = 3, std430) writeonly buffer Y { float y[]; };
            layout(set = 0, binding = 4, std430) writeonly buffer M { float mask[]; };
            layout(push_constant, std430) uniform Push {
                uint x_n, label_map_length;
                int y_h;
                float scale;
                uint first_image;
                float rate;
                uint64_t seed;
            };
            void main() { }
            """),
        ("mix/forward_split", Size + """
            layout(set = 0, binding = 0, std430) readonly buffer X { float x[]; };
            layout(set = 0, binding = 1, std430) readonly buffer L { uint label_map[]; };
            layout(set = 0, binding = 2, std430) readonly buffer W { float weight[]; };
            layout(set = 0, binding = 3, std430) writeonly buffer P { float partial[]; };
            layout(set = 0, binding = 4, std430) writeonly buffer M { float mask[]; };
            void main() { }
            """),
        ("mix/forward_join", Size + """
            layout(constant_id = 0) const uint TILE_ROWS = 2;
            layout(set = 0, binding = 0, std430) readonly buffer P { float partial[]; };
            layout(set = 0, binding = 1, std430) buffer O { uint order[]; };
            layout(set = 0, binding = 2, std430) writeonly buffer Y { float y[]; };
            layout(push_constant, std430) uniform Push { uint partial_c; };
            void main() { order[0] += 1u; }
            """),
        ("mix/forward_stored", Size + """
            layout(set = 0, binding = 0, std430) readonly buffer X { float x[]; };
            layout(set = 0, binding = 1, std430) writeonly buffer M { float mask[]; };
            layout(set = 0, binding = 2, std430) writeonly buffer Rows { uvec2 rows[]; };
            layout(push_constant, std430) uniform Push { uint rows_h, result_h, result_w, result_gap, result_margin; };
            void main() { }
            """),
        ("mix/backward_stored", Size + """
            layout(set = 0, binding = 0, std430) readonly buffer DY { float d_y[]; };
            layout(set = 0, binding = 1, std430) writeonly buffer Rows { uvec2 rows[]; };
            void main() { }
            """),
        ("mix/backward_input", Size + """
            layout(set = 0, binding = 0, std430) readonly buffer DY { float d_y[]; };
            layout(set = 0, binding = 1, std430) readonly buffer W { float weight[]; };
            layout(set = 0, binding = 2, std430) writeonly buffer DX { float d_x[]; };
            void main() { }
            """),
        ("near/forward", Size + """
            layout(constant_id = 0) const uint FLOAT16 = 0;
            layout(set = 0, binding = 0, std430) readonly buffer T { float two_thirds[]; };
            layout(set = 0, binding = 1, std430) writeonly buffer P { float partial[]; };
            layout(set = 0, binding = 2, std430) writeonly buffer Y { float y[]; };
            layout(push_constant, std430) uniform Push { uint partial_h; };
            void main() { }
            """),
        ("mix/backward_weight", Size + """
            layout(set = 0, binding = 0, std430) readonly buffer DY { float d_y[]; };
            layout(set = 0, binding = 1, std430) readonly buffer M { float mask[]; };
            layout(set = 0, binding = 2, std430) writeonly buffer DW { float d_weight[]; };
            void main() { }
            """));

    /// <summary>Every kind of role, several passes, several implementations, every way to fill an argument.</summary>
    private const string Mix = """
        using System.Numerics;
        using UNet.Shaders;
        using UNet.Vulkan.Device;
        using UNet.Vulkan.Graph;
        using UNet.Vulkan.Ops.Declaration;
        namespace Sample.Layers;

        // A comment.
        [Op]
        [Forward<MixForward>(Tiles = "TILE_C: 2; 4")]
        [Forward<MixForwardSplit, MixForwardJoin>(Name = "Split", Suits = DeviceKind.Hardware)]
        [Forward<MixForwardStored>(Name = "SplitStored", Like = "Split")]
        [Backward<MixBackwardInput>]
        [Backward<MixBackwardStored>(Name = "Stored", Like = "")]
        [Backward<MixBackwardWeight>]
        [Backward<MixBackwardWeight>(Name = "Again", Suits = DeviceKind.Software, Numerics = NumericsClass.Float16)]
        [Sample("x: 2x3x5x7; label_map: 2x1x5x7")]
        [Sample("label_map: 4; x: 1", "KernelSize: 5, Seed: 1UL << 40")]
        public sealed partial record Mix(int KernelSize = 3, bool IsSigned = false, double Rate = 0.5, ulong Seed = 7)
        {
            [Input] public static partial Role X { get; }
            [Input(Constant = true, Element = ElementType.UInt32)] public static partial Role LabelMap { get; }
            [Param(Init.He)] public static partial Role Weight { get; }
            [Output] public static partial Role Y { get; }
            [Saved] public static partial Role Mask { get; }
            [Scratch(RunsOf = nameof(Y))] internal static partial Role Partial { get; }
            [Scratch(PerImage = true, Element = ElementType.Float16)] public static partial Role Order { get; }
            [Scratch(PerImage = true, Element = ElementType.Float16, IsResult = true)] public static partial Role Rows { get; }

            private long Scale => KernelSize * 2L;
            private ElementType Element => ElementType.UInt8;

            private partial void InferShapes(ref Shapes shapes)
            {
                shapes.Weight = Shape.Of(KernelSize);
                (shapes.Y, shapes.Mask) = (shapes.X, shapes.X);
            }
            private partial int WeightFanIn(in Shapes shapes) => shapes.X.C;
            private partial Shape PartialShape(in Shapes shapes) => shapes.X;
            private partial Shape OrderShape(in Shapes shapes) => shapes.Partial;
            internal partial bool SupportsSplit(in Shapes shapes, DeviceProperties device) => shapes.X.W > 1;
            internal partial void SuitsSplit(in Shapes shapes, DeviceProperties device, ref bool suits) => suits &= shapes.X.H > 1;
            internal partial void PartCountSplit(in Shapes shapes, ref int parts) => parts = 2;
            private partial bool SupportsAgain(in Shapes shapes, DeviceProperties device) => !device.IsSoftware;
            private partial WorkgroupCount Grid(in Shapes shapes, in MixForward.Spec spec) => new(spec.TileC);
            partial void Tile(in Shapes shapes, IBufferBinding buffers, ref MixForward.Spec spec)
                => spec = spec with { TileC = (uint)buffers.Device.ComputeUnits };
            private partial WorkgroupCount Grid(in Shapes shapes, in MixForwardSplit.Spec spec) => new(1);
            internal partial WorkgroupCount Grid(in Shapes shapes, in MixForwardJoin.Spec spec) => new(spec.TileRows);
            internal partial void Tile(in Shapes shapes, IBufferBinding buffers, ref MixForwardJoin.Spec spec)
                => spec = spec with { TileRows = (uint)shapes.Order.H };
            private partial WorkgroupCount Grid(in Shapes shapes, in MixForwardStored.Spec spec) => new((uint)shapes.Rows.H);
            private partial WorkgroupCount Grid(in Shapes shapes, in MixBackwardStored.Spec spec) => new(1);
            private partial WorkgroupCount Grid(in Shapes shapes, in MixBackwardInput.Spec spec) => new(1);
            private partial WorkgroupCount Grid(in Shapes shapes, in MixBackwardWeight.Spec spec) => new(1);
            private partial void ForwardReference<T>(in Tensors<T> tensors) where T : IFloatingPointIeee754<T> { }
            private partial void BackwardReference<T>(in Tensors<T> tensors) where T : IFloatingPointIeee754<T> { }
        }

        [Op, NoGradient]
        [Forward<MixForwardJoin>]
        [Sample("order: 3; partial: 2x3")]
        internal sealed partial record Update
        {
            [State(Element = ElementType.UInt32)] public static partial Role Order { get; }
            [State] public static partial Role Partial { get; }
            [Output] public static partial Role Y { get; }

            public override string ToString() => "update";
            private partial void InferShapes(ref Shapes shapes) => shapes.Y = shapes.Order;
            private partial WorkgroupCount Grid(in Shapes shapes, in MixForwardJoin.Spec spec) => new(1);
            private partial void ForwardReference<T>(in Tensors<T> tensors) where T : IFloatingPointIeee754<T> { }
        }

        [Op, NoGradient, VariantOf<Mix>]
        [Forward<NearForward>]
        [Forward<NearForward, MixForwardJoin>(Name = "Split")]
        [Sample("two_thirds: 1x3x4x6")]
        public sealed partial record Near
        {
            [Input] public static partial Role TwoThirds { get; }
            [Output] public static partial Role Y { get; }

            private partial void InferShapes(ref Shapes shapes) => shapes.Y = shapes.TwoThirds;
            private partial (Mix Op, Mix.Shapes Shapes) VariantOf(in Shapes shapes) => (new Mix(), new() { X = shapes.TwoThirds });
            partial void SupportsSplit(in Shapes shapes, DeviceProperties device, ref bool supports) => supports &= shapes.TwoThirds.W > 2;
            private partial WorkgroupCount Grid(in Shapes shapes, in NearForward.Spec spec) => new((uint)PartialShape(shapes).H);
            private partial void ForwardReference<T>(in Tensors<T> tensors) where T : IFloatingPointIeee754<T> { }
        }
        """;

    private static readonly IncrementalStepRunReason[] Kept = [IncrementalStepRunReason.Cached, IncrementalStepRunReason.Unchanged];

    [Fact]
    public void ADeclarationBecomesAnOp()
    {
        GeneratorRun run = GeneratorRun.Ops(Mix, Kernels).Compiles();
        ExpectedFile.Is("Mix.g.cs", run.File("Sample.Layers.Mix.g.cs"));
    }

    [Fact]
    public void AnOpWithoutGradientHasNoBackward()
    {
        GeneratorRun run = GeneratorRun.Ops(Mix, Kernels).Compiles();
        ExpectedFile.Is("Update.g.cs", run.File("Sample.Layers.Update.g.cs"));
    }

    /// <summary>And a constant that is named like a class of rounding is told whether the implementation is of that class.</summary>
    [Fact]
    public void AVariantHasTheScratchAndTheMembersOfAnotherOp()
    {
        GeneratorRun run = GeneratorRun.Ops(Mix, Kernels).Compiles();
        ExpectedFile.Is("Near.g.cs", run.File("Sample.Layers.Near.g.cs"));
    }

    [Theory]
    [InlineData("private partial WorkgroupCount Grid(in Shapes shapes, in MixForwardJoin.Spec spec)", "=> new(3);")]
    [InlineData("partial void Tile(in Shapes shapes, IBufferBinding buffers, ref MixForwardJoin.Spec spec)", "{ }")]
    [InlineData("private partial bool SupportsSplit(in Shapes shapes, DeviceProperties device)", "=> true;")]
    [InlineData("partial void SuitsSplit(in Shapes shapes, DeviceProperties device, ref bool suits)", "{ }")]
    [InlineData("partial void PartCountSplit(in Shapes shapes, ref int parts)", "{ }")]
    public void AVariantMayDeclareMembersOfItsOwn(string member, string body)
    {
        const string hook = "partial void SupportsSplit(in Shapes shapes, DeviceProperties device, ref bool supports)";
        string mix = Mix;
        if (member.Contains("SupportsSplit", StringComparison.Ordinal))
            mix = mix.Replace($"{hook} => supports &= shapes.TwoThirds.W > 2;", "", StringComparison.Ordinal);
        string file = GeneratorRun.Ops(
            mix.Replace("private partial (Mix Op", $"{member} {body}\nprivate partial (Mix Op", StringComparison.Ordinal), Kernels)
            .Compiles().File("Sample.Layers.Near.g.cs");
        string declared = member.Replace("in Mix", "in global::UNet.Shaders.Mix", StringComparison.Ordinal)
            .Replace("ref Mix", "ref global::UNet.Shaders.Mix", StringComparison.Ordinal);
        Assert.Contains(declared + ";", file, StringComparison.Ordinal);
    }

    /// <summary>The compiler says that there is no such op; more would hide that.</summary>
    [Fact]
    public void AVariantOfAnUnknownOpIsTheCompilersErrorAlone()
        => Assert.Empty(GeneratorRun.Ops(Mix.Replace("VariantOf<Mix>", "VariantOf<Mixed>", StringComparison.Ordinal), Kernels)
            .Result.Diagnostics);

    [Fact]
    public void TheCatalogueOfAnAssemblyIsItsOwn()
    {
        GeneratorRun run = GeneratorRun.Ops(Mix, Kernels).Compiles();
        ExpectedFile.Is("OpCatalog.g.cs", run.File("OpCatalog.g.cs"));
        string library = GeneratorRun.Ops(Mix, Kernels, assembly: "UNet.Vulkan").File("OpCatalog.g.cs");
        Assert.Contains("namespace UNet.Vulkan.Ops;", library, StringComparison.Ordinal);
        Assert.Contains("public static class OpCatalog", library, StringComparison.Ordinal);
    }

    [Fact]
    public void AnAssemblyWithoutOpsGetsNothing() => Assert.Empty(GeneratorRun.Ops("class Other;").Compiles().Result.GeneratedSources);

    [Fact]
    public void ACommentEditIsServedFromCache()
    {
        GeneratorRun run = GeneratorRun.Ops(Mix, Kernels)
            .AfterEdit(Mix.Replace("// A comment.", "// Another comment,\n// of two lines.", StringComparison.Ordinal));
        Assert.All(run.Reasons(OpGenerator.OpsStep), reason => Assert.Contains(reason, Kept));
        Assert.All(run.Reasons(OpGenerator.CatalogStep), reason => Assert.Contains(reason, Kept));
        Assert.All(run.OutputReasons(), reason => Assert.Equal(IncrementalStepRunReason.Cached, reason));
    }

    [Fact]
    public void AnEditOfAMethodIsServedFromCache()
    {
        GeneratorRun run = GeneratorRun.Ops(Mix, Kernels)
            .AfterEdit(Mix.Replace("shapes.X.W > 1", "shapes.X.W > 2", StringComparison.Ordinal));
        Assert.All(run.OutputReasons(), reason => Assert.Equal(IncrementalStepRunReason.Cached, reason));
    }

    [Fact]
    public void AnEditOfOneOpLeavesTheOtherInCache()
    {
        GeneratorRun run = GeneratorRun.Ops(Mix, Kernels)
            .AfterEdit(Mix.Replace("[Saved] public", "[Saved] internal", StringComparison.Ordinal));
        Assert.Single(run.Reasons(OpGenerator.OpsStep), IncrementalStepRunReason.Modified);
        Assert.All(run.Reasons(OpGenerator.CatalogStep), reason => Assert.Contains(reason, Kept));
        Assert.Single(run.OutputReasons(), IncrementalStepRunReason.Modified);
    }

    [Fact]
    public void AnEditOfAnotherOpsMethodIsServedFromCache()
    {
        GeneratorRun run = GeneratorRun.Ops(Mix, Kernels).AfterEdit(Mix.Replace("parts = 2", "parts = 3", StringComparison.Ordinal));
        Assert.All(run.OutputReasons(), reason => Assert.Equal(IncrementalStepRunReason.Cached, reason));
    }

    [Fact]
    public void AnEditOfSharedScratchReachesBothOps()
    {
        GeneratorRun run = GeneratorRun.Ops(Mix, Kernels)
            .AfterEdit(Mix.Replace("[Scratch(RunsOf", "[Scratch(PerImage = true, RunsOf", StringComparison.Ordinal));
        Assert.Equal(2, run.OutputReasons().Count(reason => reason == IncrementalStepRunReason.Modified));
    }
}
