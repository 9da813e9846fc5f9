using UNet.Generators.Emission;

namespace UNet.Generators.Ops;

internal static partial class OpEmitter
{
    private static void EmitOverrides(CodeWriter writer, OpModel op)
    {
        EmitInferShapes(writer, op);
        EmitByRole(
            writer, "Shape ScratchShape", op.Roles.Where(role => role is { IsScratch: true, IsResult: false }), "Shape",
            "is no scratch role with a shape of its own");
        EmitByRole(writer, "int FanIn", op.Roles.Where(role => role.Init == "He"), "FanIn", "is not initialized by fan-in");
        EmitSupports(writer, op);
        EmitSuits(writer, op);
        EmitParts(writer, op);
        writer.Line("/// <inheritdoc/>");
        writer.Lines(
            "public override void ForwardReference<T>(IReferenceTensors<T> tensors) => ForwardReference(new Tensors<T>(tensors));",
            "");
        writer.Line("/// <inheritdoc/>");
        writer.Lines(
            "public override void BackwardReference<T>(IReferenceTensors<T> tensors) => " + (op.HasGradient
                ? "BackwardReference(new Tensors<T>(tensors));"
                : $"throw new NotSupportedException(\"{op.Name} has no gradient.\");"),
            "");
    }

    private static void EmitInferShapes(CodeWriter writer, OpModel op)
    {
        RoleModel[] given = [.. op.Roles.Where(role => role.Kind is "Input" or "State")];
        string names = string.Join(", ", given.Select(role => role.BufferName));
        writer.Line("/// <inheritdoc/>");
        writer.Open("public override Shape[] InferShapes(ReadOnlySpan<Shape> given)");
        writer.Line($"if (given.Length != {Text(given.Length)})");
        string expected = $"{op.Name} takes {Text(given.Length)} shape(s) ({names})";
        writer.Line($"    throw new ArgumentException($\"{expected}, not {{given.Length}}.\", nameof(given));");
        writer.Line("Shapes shapes = default;");
        for (int i = 0; i < given.Length; i++)
            writer.Line($"shapes.{given[i].Name} = given[{Text(i)}];");
        writer.Line("InferShapes(ref shapes);");
        writer.Line("Shape[] all = shapes.ToArray();");
        writer.Open("foreach (Role role in StaticInfo.Roles)");
        writer.Line("if (role.Kind != RoleKind.Scratch && all[role.Index].Rank == 0)");
        writer.Line($"    throw new InvalidOperationException($\"{op.Name}.InferShapes does not set the shape of {{role.Name}}.\");");
        writer.Close();
        writer.Line("return all;");
        writer.Close();
        writer.Line();
    }

    private static void EmitByRole(CodeWriter writer, string signature, IEnumerable<RoleModel> roles, string suffix, string otherwise)
    {
        string failure = $"throw new ArgumentException($\"{{role.Name}} {otherwise}.\", nameof(role))";
        writer.Line("/// <inheritdoc/>");
        if (!roles.Any())
        {
            writer.Lines($"public override {signature}(Role role, ReadOnlySpan<Shape> shapes) => {failure};", "");
            return;
        }
        writer.Open($"public override {signature}(Role role, ReadOnlySpan<Shape> shapes)");
        writer.Line("Shapes typed = new(shapes);");
        writer.Open("return role.Index switch");
        foreach (RoleModel role in roles)
            writer.Line($"{Text(role.Index)} => {role.Name}{suffix}(in typed),");
        writer.Line($"_ => {failure},");
        writer.Close(";");
        writer.Close();
        writer.Line();
    }

    private static void EmitSupports(CodeWriter writer, OpModel op)
    {
        writer.Line("/// <inheritdoc/>");
        const string signature =
            "public override bool Supports(Implementation implementation, ReadOnlySpan<Shape> shapes, DeviceProperties device)";
        if (!op.Passes.Any(pass => pass.Implementations.Skip(1).Any()))
        {
            writer.Lines($"{signature} => true;", "");
            return;
        }
        writer.Open(signature);
        writer.Line("Shapes typed = new(shapes);");
        writer.Line("bool supports = true;");
        writer.Open("switch ((implementation.PassIndex, implementation.Index))");
        for (int pass = 0; pass < op.Passes.Count; pass++)
        {
            for (int index = 1; index < op.Passes[pass].Implementations.Count; index++)
            {
                ImplementationModel implementation = op.Passes[pass].Implementations[index];
                writer.Line($"case ({Text(pass)}, {Text(index)}):");
                if (implementation.AskedName.Length > 0)
                    writer.Line($"    supports = Supports{implementation.AskedName}(in typed, device);");
                if (implementation.Like is not null)
                    writer.Line($"    Supports{implementation.Name}(in typed, device, ref supports);");
                writer.Line("    break;");
            }
        }
        writer.Close();
        writer.Line("return supports;");
        writer.Close();
        writer.Line();
    }

    /// <summary>Whether there are implementations that the op is asked about.</summary>
    private static bool HasAlternatives(OpModel op)
        => op.Passes.Any(pass => pass.Implementations.Skip(1).Any(implementation => implementation.AskedName.Length > 0));

    /// <summary>Asks the op for which shapes each further implementation is meant, beside what its attribute says.</summary>
    private static void EmitSuits(CodeWriter writer, OpModel op) => EmitAsked(
        writer, op, "public override bool Suits(Implementation implementation, ReadOnlySpan<Shape> shapes, DeviceProperties device)",
        "bool suits = implementation.IsFor(device);", name => $"Suits{name}(in typed, device, ref suits);", "return suits;");

    /// <summary>Asks the op into how many parts the work of each further implementation is cut.</summary>
    private static void EmitParts(CodeWriter writer, OpModel op) => EmitAsked(
        writer, op, "public override int PartCount(Implementation implementation, ReadOnlySpan<Shape> shapes)",
        "int parts = 1;", name => $"PartCount{name}(in typed, ref parts);", "return parts;");

    /// <summary>A member that calls a method of the op for each further implementation, which may have no body.</summary>
    private static void EmitAsked(CodeWriter writer, OpModel op, string signature, string before, Func<string, string> call, string after)
    {
        if (!HasAlternatives(op))
            return;
        writer.Line("/// <inheritdoc/>");
        writer.Open(signature);
        writer.Line("Shapes typed = new(shapes);");
        writer.Line(before);
        writer.Open("switch ((implementation.PassIndex, implementation.Index))");
        for (int pass = 0; pass < op.Passes.Count; pass++)
        {
            for (int index = 1; index < op.Passes[pass].Implementations.Count; index++)
            {
                if (op.Passes[pass].Implementations[index].AskedName is { Length: > 0 } name)
                    writer.Line($"case ({Text(pass)}, {Text(index)}): {call(name)} break;");
            }
        }
        writer.Close();
        writer.Line(after);
        writer.Close();
        writer.Line();
    }

    private static void EmitDispatch(CodeWriter writer, OpModel op)
    {
        writer.Line("/// <inheritdoc/>");
        writer.Line("public override KernelDispatch Dispatch(");
        writer.Open("    Implementation implementation, int kernel, ReadOnlySpan<Shape> shapes, IBufferBinding buffers)");
        writer.Line("Shapes typed = new(shapes);");
        writer.Open("switch (implementation.PassIndex, implementation.Index, kernel)");
        for (int pass = 0; pass < op.Passes.Count; pass++)
        {
            for (int index = 0; index < op.Passes[pass].Implementations.Count; index++)
            {
                ImplementationModel implementation = op.Passes[pass].Implementations[index];
                for (int kernel = 0; kernel < implementation.Kernels.Count; kernel++)
                {
                    writer.Line($"case ({Text(pass)}, {Text(index)}, {Text(kernel)}):");
                    foreach (RoleModel role in implementation.Scratch.Select(scratch => op.Roles[scratch]))
                        writer.Line($"    typed.{role.Name} = {(role.IsResult ? "buffers.Result!.Rows" : $"{role.Name}Shape(in typed)")};");
                    writer.Line($"    return Dispatch{op.Kernels[implementation.Kernels[kernel]].TypeName}(in typed, buffers);");
                }
            }
        }
        writer.Line("default:");
        const string place = "implementation {implementation.Index} of pass {implementation.PassIndex}";
        writer.Line($"    throw new ArgumentException($\"{op.Name} has no kernel {{kernel}} in {place}.\", nameof(kernel));");
        writer.Close();
        writer.Close();
        writer.Line();
        foreach (KernelCallModel kernel in op.Kernels)
            EmitKernelCall(writer, op, kernel);
    }

    private static void EmitKernelCall(CodeWriter writer, OpModel op, KernelCallModel kernel)
    {
        writer.Open($"private KernelDispatch Dispatch{kernel.TypeName}(in Shapes shapes, IBufferBinding buffers)");
        writer.Line($"{kernel.Type}.Spec spec = {kernel.Type}.Spec.Default{With(kernel.Spec)};");
        if (kernel.IsTiled)
        {
            writer.Line("if (buffers.Tiling is { } tiling)");
            writer.Line("    spec = spec.With(tiling.Values);");
        }
        if (kernel.HasTiles)
            writer.Line("Tile(in shapes, buffers, ref spec);");
        writer.Line($"return {kernel.Type}.Dispatch(");
        writer.Line($"    new {kernel.Type}.Buffers({string.Join(", ", kernel.Uses.Select(use => Binding(op, use)))}),");
        writer.Line($"    new {kernel.Type}.Push{Initializer(kernel.Push)},");
        writer.Line("    spec,");
        writer.Line($"    Grid(in shapes, in spec{(kernel.RunsInParts ? ", buffers.Part" : "")}));");
        writer.Close();
        writer.Line();
    }

    private static string Binding(OpModel op, RoleUseModel use)
    {
        string range = use.Role < 0 ? "default" : $"buffers.{(use.IsGradient ? "Gradient" : "Value")}(Declared.{op.Roles[use.Role].Name})";
        return $"{Naming.ToPascal(use.BufferName)}: {range}";
    }

    private static string With(EquatableArray<ArgumentModel> arguments)
        => arguments.Count == 0 ? "" : $" with {{ {Assignments(arguments)} }}";

    private static string Initializer(EquatableArray<ArgumentModel> arguments)
        => arguments.Count == 0 ? "()" : $" {{ {Assignments(arguments)} }}";

    private static string Assignments(EquatableArray<ArgumentModel> arguments)
        => string.Join(", ", arguments.Select(argument => $"{argument.Member} = {argument.Expression}"));
}
