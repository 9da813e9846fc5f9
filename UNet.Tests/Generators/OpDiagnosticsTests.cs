using Xunit;

namespace UNet.Tests.Generators;

/// <summary>Each diagnostic of the op generator, by id, place and message.</summary>
public class OpDiagnosticsTests
{
    private static readonly GeneratorRun Kernels = GeneratorRun.Kernels(
        Kernel("forward", "readonly x, writeonly y"),
        Kernel("forward_scratch", "readonly x, writeonly partial"),
        Kernel("forward_scratch_sum", "readonly partial, writeonly y"),
        Kernel("forward_in_place", "inout x, writeonly y"),
        Kernel("forward_weight", "readonly x, readonly weight, writeonly y"),
        Kernel("forward_train", "readonly x, inout weight, writeonly y"),
        Kernel("forward_gradient", "readonly x, readonly d_y, writeonly y"),
        Kernel("forward_nothing", "readonly x"),
        Kernel("forward_arguments", "readonly x, writeonly y", "uint stride;"),
        Kernel("forward_constant", "readonly x, writeonly y", constants: "layout(constant_id = 0) const uint KERNEL_SIZE = 3;\n"),
        Kernel("forward_component", "readonly x, writeonly y", "uint x_w;"),
        Kernel("forward_rows", "readonly x, writeonly y", "uint partial_h;"),
        Kernel("forward_row_constant", "readonly x, writeonly y", constants: "layout(constant_id = 0) const uint PARTIAL_H = 3;\n"),
        Kernel("forward_part", "readonly x, writeonly y", constants: "layout(constant_id = 0) const uint PART = 0;\n"),
        Kernel("forward_image", "readonly x, writeonly y", constants: "layout(constant_id = 0) const uint FIRST_IMAGE = 0;\n"),
        Kernel("forward_two", "readonly x, writeonly y, writeonly other"),
        Kernel("forward_told", "readonly x, writeonly y", "uint result_w;"),
        Kernel("forward_tiled", "readonly x, writeonly y", constants: "layout(constant_id = 0) const uint TILE_X = 3;\n"),
        Kernel("backward", "readonly d_y, writeonly d_x"),
        Kernel("backward_weight", "readonly d_y, writeonly d_weight"),
        Kernel("backward_both", "readonly d_y, writeonly d_x, writeonly d_weight"),
        Kernel("backward_other", "readonly d_y, writeonly d_other"),
        Kernel("backward_result", "readonly d_y, writeonly partial"),
        Kernel("backward_nothing", "readonly d_y"),
        Kernel("backward_value", "readonly d_y, writeonly y, writeonly d_x"),
        Kernel("backward_output", "inout d_y, writeonly d_x"),
        Kernel("forward_bytes", "readonly x, readonly weight, writeonly y", element: "uint8_t"),
        Kernel("backward_elements", "readonly d_y, writeonly d_x", element: "uint"));

    /// <param name="element">The element of the first buffer; the others are of floats.</param>
    private static (string Name, string Glsl) Kernel(
        string name, string buffers, string push = "uint x_length;", string constants = "", string element = "float")
    {
        string glsl = "layout(local_size_x = 64) in;\n" + constants;
        string body = "";
        string[] declared = buffers.Split(", ");
        for (int i = 0; i < declared.Length; i++)
        {
            string[] words = declared[i].Split(' ');
            string qualifier = words[0] == "inout" ? "" : words[0];
            glsl += $"layout(set = 0, binding = {i}, std430) {qualifier} buffer B{i} {{ {(i == 0 ? element : "float")} {words[1]}[]; }};\n";
            body += words[0] == "inout" ? $"{words[1]}[0] += 1.0; " : "";
        }
        return ("t/" + name, $"{glsl}layout(push_constant, std430) uniform Push {{ {push} }};\nvoid main() {{ {body}}}\n");
    }

    private const string X = "[Input] public static partial Role X { get; } ";
    private const string Y = "[Output] public static partial Role Y { get; } ";
    private const string Weight = "[Param(Init.Zero)] public static partial Role Weight { get; } ";
    private const string Partial = "[Scratch] public static partial Role Partial { get; } ";
    private const string Result = "[Scratch(IsResult = true)] public static partial Role Partial { get; } ";
    private const string Stored = "[Forward<TForwardScratch>(Name = \"Other\", Like = \"\")] ";
    private const string Sample = "[Sample(\"x: 2x3x5x7\")] ";
    private const string Forward = "[Forward<TForward>] ";
    private const string Backward = "[Backward<TBackward>] ";

    private static string Op(string attributes, string members, string parameters = "") => $$"""
        using UNet.Shaders;
        using UNet.Vulkan.Graph;
        using UNet.Vulkan.Ops.Declaration;
        namespace Sample;
        [Op] {{attributes}}
        public sealed partial record Layer({{parameters}})
        {
            {{members}}
        }
        """;

    private static void Check(string id, string message, string source)
    {
        MarkedText text = new(source);
        GeneratorRun run = GeneratorRun.Ops(text.Text, Kernels);
        text.IsOnlyDiagnostic(run.Diagnostics, GeneratorRun.OpPath, id, message);
        // Something is emitted all the same, so that one mistake does not bring a hundred compiler errors.
        Assert.Contains("Sample.Layer.g.cs", run.Result.GeneratedSources.Select(source => source.HintName));
    }

    [Theory]
    [InlineData("public partial record [|Layer|];")]
    [InlineData("public sealed record [|Layer|];")]
    [InlineData("public sealed partial class [|Layer|];")]
    [InlineData("public sealed partial record [|Layer|]<T>;")]
    public void OpsAreSealedPartialRecords(string declaration)
    {
        MarkedText text = new("[UNet.Vulkan.Ops.Declaration.Op] " + declaration);
        GeneratorRun run = GeneratorRun.Ops(text.Text);
        text.IsOnlyDiagnostic(run.Diagnostics, GeneratorRun.OpPath, "UNET020", "sealed partial record");
        Assert.Empty(run.Result.GeneratedSources);
    }

    [Theory]
    [InlineData("[Input] public static Role [|Z|] { get; } = null!;")]
    [InlineData("[Input] public partial Role [|Z|] { get; }")]
    [InlineData("[Input] public static partial Shape [|Z|] { get; }")]
    public void RolesAreStaticPartialProperties(string role)
        => Check("UNET020", "public static partial Role Z { get; }", Op(Sample + Forward + Backward, X + Y + role));

    [Fact]
    public void ARoleHasOneAttribute()
        => Check("UNET020", "keep one", Op(Sample + Forward + Backward, X + "[Output, Saved] public static partial Role [|Y|] { get; }"));

    [Fact]
    public void RolesAreNotNamedLikeGradients() => Check("UNET020", "means a gradient",
        Op("[NoGradient, Sample(\"x: 1; d_y: 1\")] [Forward<TForwardGradient>]",
            X + Y + "[Input] public static partial Role [|DY|] { get; }"));

    [Fact]
    public void AnOpHasAForwardPass()
        => Check("UNET020", "no forward pass",
            Op("[Sample(\"\")]", "").Replace("record Layer", "record [|Layer|]", StringComparison.Ordinal));

    [Fact]
    public void AnOpWithoutGradientHasNoBackwardPass()
        => Check("UNET020", "remove one of the two", Op("[NoGradient]" + Sample + Forward + "[[|Backward<TBackward>|]]", X + Y));

    [Theory]
    [InlineData("TForwardArguments", "push-constant member 'stride' of kernel 't/forward_arguments' matches nothing of Layer", "")]
    [InlineData("TForwardConstant", "specialization constant 'KERNEL_SIZE' of kernel 't/forward_constant' matches nothing of Layer", "")]
    [InlineData("TForwardArguments", "has the type string, which cannot become uint", "string Stride = \"\"")]
    [InlineData("TForwardArguments", "has the type double, which cannot become uint", "double Stride = 1")]
    public void KernelArgumentsMatchSomething(string kernel, string message, string parameters)
        => Check("UNET021", message, Op($"{Sample}[[|Forward<{kernel}>|]] {Backward}", X + Y, parameters));

    /// <summary>Of scratch that only other implementations of the pass bind, it would be 0.</summary>
    [Theory]
    [InlineData("TForwardRows", "push-constant member 'partial_h'")]
    [InlineData("TForwardRowConstant", "specialization constant 'PARTIAL_H'")]
    public void ShapesOfScratchAreThoseOfTheImplementation(string kernel, string message)
    {
        string source = Op(
            Sample + Forward + "[Forward<TForwardScratch, TForwardScratchSum>(Name = \"Sum\")] "
                + $"[[|Forward<{kernel}>(Name = \"Other\")|]]" + Backward,
            X + Y + Partial);
        Check("UNET021", message, source);
        Check("UNET021", "no kernel of this implementation binds the scratch role Partial", source);
        string bound = source.Replace($"[[|Forward<{kernel}>", $"[Forward<TForwardScratch, {kernel}>", StringComparison.Ordinal)
            .Replace("|]]", "]", StringComparison.Ordinal);
        Assert.Empty(GeneratorRun.Ops(bound, Kernels).Diagnostics);
    }

    /// <summary>A constant has one value for all dispatches of a kernel; with it the kernel would run once.</summary>
    [Theory]
    [InlineData("TForwardPart", "'PART' of kernel 't/forward_part'")]
    [InlineData("TForwardImage", "'FIRST_IMAGE' of kernel 't/forward_image'")]
    public void WhatDiffersBetweenDispatchesIsPushed(string kernel, string message)
    {
        Check("UNET021", message, Op($"{Sample}[[|Forward<{kernel}>|]] {Backward}", X + Y));
        Check("UNET021", "make it a push-constant member", Op($"{Sample}[[|Forward<{kernel}>|]] {Backward}", X + Y));
    }

    [Fact]
    public void KernelArgumentsMatchOneThing() => Check("UNET022", "the shape component X.W or the property XW",
        Op(Sample + "[[|Forward<TForwardComponent>|]]" + Backward, X + Y, "int XW = 1"));

    [Theory]
    [InlineData("[[|Forward<TForwardWeight>|]] [Backward<TBackward>]", "'weight' of kernel 't/forward_weight'")]
    [InlineData("[Forward<TForward>] [Backward<TBackward>] [[|Backward<TBackwardWeight>|]]", "'d_weight' of kernel 't/backward_weight'")]
    public void BuffersMatchARole(string attributes, string message)
    {
        Check("UNET023", message, Op(Sample + attributes, X + Y));
        Check("UNET023", "declare a role 'Weight'", Op(Sample + attributes, X + Y));
    }

    [Theory]
    [InlineData("[Forward<TForward>] [[|Backward<TBackwardElements>|]]", "[Output]",
        "declares 'd_y' as a buffer of uint, but the role 'Y' holds Float32; declare it as one of float, vec2, vec4, uint64_t")]
    [InlineData("[[|Forward<TForward>|]] [NoGradient]", "[Output(Element = ElementType.UInt32)]",
        "declares 'y' as a buffer of float, but the role 'Y' holds UInt32; declare it as one of uint, uvec2, uvec4, uint64_t")]
    [InlineData("[[|Forward<TForward>|]] [NoGradient]", "[Output(Element = ElementType.Float16)]", "'y' as a buffer of float")]
    [InlineData("[[|Forward<TForward>|]] [NoGradient]", "[Output(Element = ElementType.UInt8)]", "'y' as a buffer of float")]
    public void BuffersHoldTheElementsOfTheirRoles(string attributes, string output, string message)
        => Check("UNET037", message, Op(Sample + attributes, X + Y.Replace("[Output]", output, StringComparison.Ordinal)));

    [Theory]
    [InlineData("[Saved] public static partial Role [|Mask|] { get; }")]
    [InlineData("[Scratch] public static partial Role [|Mask|] { get; }")]
    [InlineData("[Param(Init.Zero)] public static partial Role [|Mask|] { get; }")]
    public void RolesAreBoundByAKernel(string role)
    {
        MarkedText text = new(Op(Sample + Forward + Backward, X + Y + role));
        GeneratorRun run = GeneratorRun.Ops(text.Text, Kernels);
        // A saved role that no kernel binds is one that the forward pass does not write, too.
        text.IsOnlyDiagnostic(run.Diagnostics.Where(diagnostic => diagnostic.Id != "UNET032"), GeneratorRun.OpPath, "UNET024", "'mask'");
    }

    [Theory]
    [InlineData("[[|Forward<TForwardInPlace>|]] [Backward<TBackward>]", "writes 'x', which is an input")]
    [InlineData("[[|Forward<TForwardTrain>|]] [Backward<TBackwardBoth>]", "writes 'weight', which is a parameter")]
    [InlineData("[Forward<TForward>] [[|Backward<TBackwardValue>|]]", "writes 'y', which is a value of the forward pass")]
    [InlineData("[Forward<TForward>] [[|Backward<TBackwardOutput>|]]", "writes 'd_y', which is the gradient of an output")]
    public void KernelsWriteWhatTheyMay(string attributes, string message)
        => Check("UNET025", message,
            Op(Sample + attributes, X + Y + (attributes.Contains("Train", StringComparison.Ordinal) ? Weight : "")));

    [Fact]
    public void ParametersHaveAGradient() => Check("UNET026", "'d_weight'; add one, or mark the op [NoGradient]",
        Op(Sample + "[Forward<TForwardWeight>]" + Backward,
            X + Y + Weight.Replace("Role Weight", "Role [|Weight|]", StringComparison.Ordinal)));

    [Fact]
    public void InputsHaveAGradient() => Check("UNET026", "'d_x'; add one, or mark the input [Input(Constant = true)]",
        Op(Sample + "[Forward<TForwardWeight>] [Backward<TBackwardWeight>]",
            X.Replace("Role X", "Role [|X|]", StringComparison.Ordinal) + Y + Weight));

    [Fact]
    public void OpsHaveASample() => Check("UNET027", "[Sample(\"x: 2x3x5x7\")]",
        Op(Forward + Backward, X + Y).Replace("record Layer", "record [|Layer|]", StringComparison.Ordinal));

    [Theory]
    [InlineData("\"x\"", "'x' is not of the form")]
    [InlineData("\"y: 2x3\"", "no input or state role 'y'; there are x")]
    [InlineData("\"x: 2; x: 2\"", "given twice")]
    [InlineData("\"x: 2x0\"", "no shape of 1 to 4 positive dimensions")]
    [InlineData("\"x: 1x1x1x1x1\"", "no shape of 1 to 4 positive dimensions")]
    [InlineData("\"\"", "the shape of 'x' is missing")]
    [InlineData("\"x: 2\", \"4\"", "'4' is not of the form 'Name: value'")]
    [InlineData("\"x: 2\", \"Channels: 4, Width: 3\"", "no parameter 'Width'")]
    [InlineData("\"x: 2\", \"Padding: 4\"", "argument 'Channels' is missing")]
    public void SamplesAreComplete(string arguments, string message)
        => Check("UNET028", message, Op($"[[|Sample({arguments})|]] {Forward} {Backward}", X + Y, "int Channels, int Padding = 0"));

    [Fact]
    public void KernelsOfTheLibraryAreUsed()
    {
        const string source = """
            using UNet.Shaders;
            using UNet.Vulkan.Ops.Declaration;
            namespace UNet.Vulkan.Ops;
            [Op, Sample("x: 1"), NoGradient, Forward<ReluForward>]
            public sealed partial record OnlyForward
            {
                [Input] public static partial Role X { get; }
                [Output] public static partial Role Y { get; }
            }
            """;
        GeneratorRun library = GeneratorRun.Ops(source, assembly: "UNet.Vulkan");
        Assert.All(library.Diagnostics, diagnostic => Assert.Equal("UNET029", diagnostic.Id));
        string[] messages = [.. library.Diagnostics.Select(diagnostic => diagnostic.GetMessage(null))];
        Assert.Contains(messages, message => message.Contains("shaders/relu/backward.comp", StringComparison.Ordinal));
        Assert.DoesNotContain(messages,
            message => message.Contains("relu/forward", StringComparison.Ordinal) || message.Contains("'test/", StringComparison.Ordinal));
        Assert.Empty(GeneratorRun.Ops(source, assembly: "Other").Diagnostics);
    }

    [Theory]
    [InlineData("[Backward<TBackward>] [[|Backward<TBackwardBoth>|]]", "write 'd_x' along with other gradients")]
    [InlineData("[Backward<TBackwardBoth>] [[|Backward<TBackwardNothing>|]]", "write no gradient")]
    public void BackwardPassesAreTold(string attributes, string message)
        => Check("UNET030", message, Op(Sample + "[Forward<TForwardWeight>]" + attributes, X + Y + Weight));

    [Theory]
    [InlineData("[[|Forward<TForward>(Name = \"First\")|]]", "remove Name = \"First\"")]
    [InlineData("[Forward<TForward>] [[|Forward<TForwardScratch, TForwardScratchSum>|]]", "needs a name")]
    [InlineData("[Forward<TForward>] [[|Forward<TForwardScratch, TForwardScratchSum>(Name = \"2D\")|]]", "no C# identifier")]
    [InlineData("[Forward<TForward>] [Forward<TForwardScratch, TForwardScratchSum>(Name = \"A\")] [[|Forward<TForward>(Name = \"A\")|]]",
        "of an earlier one")]
    public void AlternativesHaveNames(string attributes, string message)
        => Check("UNET031", message,
            Op(Sample + attributes + Backward, X + Y + (attributes.Contains("Scratch", StringComparison.Ordinal) ? Partial : "")));

    [Fact]
    public void RunsAddUpToTheGradientOfARoleBefore()
        => Check("UNET020", "holds runs of 'Later', which is no role before it", Op(
            Sample + Forward + "[Forward<TForwardScratch, TForwardScratchSum>(Name = \"Sum\")] " + Backward,
            X + Y + "[Scratch(RunsOf = \"Later\")] public static partial Role [|Partial|] { get; } "));

    [Theory]
    [InlineData("[[|Forward<TForwardScratch>(Name = \"Stored\")|]]", Result, "needs Like = the name")]
    [InlineData("[[|Forward<TForwardScratch>(Name = \"Stored\", Like = \"Other\")|]]", Result, "no earlier one of the pass has that name")]
    [InlineData("[[|Forward<TForwardScratch, TForwardScratchSum>(Name = \"Like\", Like = \"\")|]]", Partial,
        "writes no scratch that is marked IsResult, nor does it without an input")]
    public void WhatStoresItsResultElsewhereIsLikeAnother(string attribute, string scratch, string message)
        => Check("UNET031", message, Op(Sample + Forward + attribute + Backward, X + Y + scratch));

    [Theory]
    [InlineData("[[|Forward<TForwardScratch>(Name = \"Stored\", Like = \"\", Suits = DeviceKind.Software)|]]", "says for both what Suits")]
    [InlineData("[[|Forward<TForwardTold>(Name = \"Told\")|]]", "but none that stores it in scratch")]
    public void WhatIsLikeAnotherSaysNoMore(string attribute, string message)
        => Check("UNET031", message, Op(Sample + Forward + Stored + attribute + Backward, X + Y + Result));

    [Fact]
    public void AStoredResultIsTheOneOutput()
        => Check("UNET031", "could be any of several outputs", Op(
            Sample + "[Forward<TForwardTwo>] [[|Forward<TForwardScratch>(Name = \"Stored\", Like = \"\")|]] " + Backward,
            X + Y + Result + "[Output] public static partial Role Other { get; } "));

    /// <summary>Whose gradient the result would be, nobody could say.</summary>
    [Fact]
    public void ABackwardResultIsTheGradientThatOnePassHasMore()
        => Check("UNET031", "of which any could be its result",
            Op(
                "[Sample(\"x: 2x3x5x7; other: 4\")] " + Forward + Backward + "[Backward<TBackwardOther>] "
                + "[[|Backward<TBackwardResult>(Name = \"Stored\", Like = \"\")|]]",
                X + Y + Result + "[Input] public static partial Role Other { get; } "));

    [Theory]
    [InlineData("[[|Forward<TForward>(Suits = DeviceKind.Software)|]] [Backward<TBackward>]",
        "forward pass of Layer serves every device and rounding rule; remove Suits = DeviceKind.Software")]
    [InlineData("[Forward<TForward>] [[|Backward<TBackward>(Numerics = NumericsClass.Float16)|]]",
        "remove Numerics = NumericsClass.Float16")]
    public void PlainImplementationsServeAllDevices(string attributes, string message)
        => Check("UNET034", message, Op(Sample + attributes, X + Y));

    [Theory]
    [InlineData("TILE_Y: 2", "no kernel of the implementation has a constant 'TILE_Y'")]
    [InlineData("TILE_X, KERNEL_SIZE: 2, 3", "no kernel of the implementation has a constant 'KERNEL_SIZE'")]
    [InlineData("TILE_X: 2; 0", "'0' is not a whole number above 0 for each of 'TILE_X'")]
    [InlineData("TILE_X: 2, 3", "'2, 3' is not a whole number above 0 for each of 'TILE_X'")]
    [InlineData("TILE_X: 2; TILE_X: 3", "they are not of the form")]
    [InlineData("TILE_X", "they are not of the form")]
    public void TilesAreConstantsOfTheKernels(string tiles, string message)
        => Check("UNET035", message, Op(Sample + $"[[|Forward<TForwardTiled>(Tiles = \"{tiles}\")|]] [Backward<TBackward>]", X + Y));

    /// <summary>What the other op keeps to itself, a variant cannot call; without it, it would be another op silently.</summary>
    [Theory]
    [InlineData("private partial WorkgroupCount Grid(in Shapes shapes, in TForwardTiled.Spec spec) => new(1);", "Grid(")]
    [InlineData("partial void Tile(in Shapes shapes, IBufferBinding buffers, ref TForwardTiled.Spec spec) { }", "Tile(")]
    [InlineData("private partial bool SupportsFast(in Shapes shapes, DeviceProperties device) => true;", "SupportsFast(")]
    [InlineData("partial void SuitsFast(in Shapes shapes, DeviceProperties device, ref bool suits) { }", "SuitsFast(")]
    [InlineData("partial void PartCountFast(in Shapes shapes, ref int parts) { }", "PartCountFast(")]
    public void MembersThatAVariantTakesOverAreInternal(string member, string named)
    {
        const string implementations = Forward + "[Forward<TForwardTiled>(Name = \"Fast\")] " + Backward;
        string Of(string declared) => Op("[[|VariantOf<Other>|]] " + Sample + implementations, X + Y)
            + $"[Op] {Sample}{implementations} public sealed partial record Other {{ {X} {Y} {declared} }}";
        Check("UNET036", named, Of(member));
        Check("UNET036", "of which it is a variant, but cannot call it; make it internal there", Of(member));
        string accessible = member.Replace("private ", "", StringComparison.Ordinal);
        Assert.Empty(GeneratorRun.Ops(new MarkedText(Of("internal " + accessible)).Text, Kernels).Diagnostics);
    }

    [Theory]
    [InlineData("[[|Forward<TForwardNothing>|]] [Backward<TBackward>]", "implementation without a name of Layer writes no 'y'")]
    [InlineData("[Forward<TForward>] [[|Forward<TForwardNothing>(Name = \"Lazy\")|]] [Backward<TBackward>]",
        "implementation 'Lazy' of Layer writes no 'y'")]
    public void OutputsAreWritten(string attributes, string message) => Check("UNET032", message, Op(Sample + attributes, X + Y));

    [Theory]
    [InlineData("[[|Forward<TForwardGradient>|]] [Backward<TBackward>]", "a forward pass has no gradients", X + Y)]
    [InlineData("[Forward<TForwardWeight>] [[|Backward<TBackwardBoth>|]]", "the input is marked constant",
        "[Input(Constant = true)] public static partial Role X { get; }" + Y + Weight)]
    [InlineData("[Forward<TForwardBytes>] [[|Backward<TBackwardBoth>|]]", "only Float32 values",
        "[Input(Element = ElementType.UInt8)] public static partial Role X { get; }" + Y + Weight)]
    [InlineData("[Forward<TForwardWeight>] [[|Backward<TBackwardBoth>|]]", "only inputs, parameters and outputs",
        X + Y + "[State] public static partial Role Weight { get; }")]
    public void GradientsExist(string attributes, string message, string roles)
        => Check("UNET033", message,
            Op((roles.Contains("[State]", StringComparison.Ordinal) ? "[Sample(\"x: 2; weight: 3\")]" : Sample) + attributes, roles));

    [Fact]
    public void AnUnknownKernelIsTheCompilersBusiness()
    {
        GeneratorRun run = GeneratorRun.Ops(Op(Sample + "[Forward<NoSuchKernel>]", X + Y), Kernels);
        Assert.Empty(run.Diagnostics);
        Assert.Contains("Sample.Layer.g.cs", run.Result.GeneratedSources.Select(source => source.HintName));
    }
}
