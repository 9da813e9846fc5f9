using System.Globalization;
using UNet.Generators.Emission;

namespace UNet.Generators.Ops;

/// <summary>Writes the generated half of an op.</summary>
internal static partial class OpEmitter
{
    public static string Emit(OpModel op)
    {
        CodeWriter writer = new();
        writer.Lines(
            "using System;", "using System.Numerics;", "using UNet.Shaders;", "using UNet.Vulkan.Device;", "using UNet.Vulkan.Graph;",
            "using UNet.Vulkan.Ops.Declaration;", "");
        if (op.Namespace.Length > 0)
            writer.Lines($"namespace {op.Namespace};", "");
        writer.Open($"{op.Accessibility} sealed partial record {op.Name} : Op");
        EmitRoles(writer, op);
        EmitShapes(writer, op);
        EmitTensors(writer, op);
        EmitHandWritten(writer, op);
        EmitOverrides(writer, op);
        EmitDispatch(writer, op);
        EmitText(writer, op);
        EmitDeclared(writer, op);
        writer.Close();
        return writer.ToString();
    }

    private static void EmitRoles(CodeWriter writer, OpModel op)
    {
        foreach (RoleModel role in op.Roles)
        {
            if (role.SharedWith is not null)
                writer.Line($"/// <inheritdoc cref=\"{role.SharedWith}.{role.Name}\"/>");
            string partial = role.SharedWith is null ? "partial " : "";
            writer.Line($"{role.Accessibility} static {partial}Role {role.Name} => Declared.{role.Name};");
        }
        writer.Line();
        writer.Summary("Roles and passes.");
        writer.Line("public static OpInfo StaticInfo => Declared.Info;");
        writer.Line();
        writer.Line("/// <inheritdoc/>");
        writer.Line("public override OpInfo Info => StaticInfo;");
        writer.Line();
    }

    private static void EmitShapes(CodeWriter writer, OpModel op)
    {
        writer.Summary("One shape for each role.");
        writer.Open("public struct Shapes");
        writer.Summary("Shapes in the order of the roles.");
        writer.Open("public Shapes(ReadOnlySpan<Shape> shapes)");
        foreach (RoleModel role in op.Roles)
            writer.Line($"{role.Name} = shapes[{Text(role.Index)}];");
        writer.Close();
        foreach (RoleModel role in op.Roles)
        {
            writer.Line();
            writer.Line($"public Shape {role.Name} {{ get; set; }}");
        }
        writer.Line();
        writer.Summary("The shapes in the order of the roles.");
        writer.Line($"public readonly Shape[] ToArray() => [{string.Join(", ", op.Roles.Select(role => role.Name))}];");
        writer.Close();
        writer.Line();
    }

    private static void EmitTensors(CodeWriter writer, OpModel op)
    {
        writer.Summary("The tensors of one invocation of the reference.");
        writer.Open("public readonly struct Tensors<T>(IReferenceTensors<T> tensors) where T : IFloatingPointIeee754<T>");
        bool isFirst = true;
        foreach (RoleModel role in op.Roles.Where(role => !role.IsScratch))
        {
            string declared = $"Declared.{role.Name}";
            if (!isFirst)
                writer.Line();
            isFirst = false;
            writer.Line(role.IsInteger
                ? $"public Tensor<uint> {role.Name} => tensors.Integers({declared});"
                : $"public Tensor<T> {role.Name} => tensors.Value({declared});");
            if (!role.HasGradient)
                continue;
            writer.Line();
            writer.Line($"public Tensor<T> D{role.Name} => tensors.Gradient({declared});");
            if (role.Kind == "Output")
                continue;
            writer.Line();
            writer.Line($"public bool WantsD{role.Name} => tensors.Wants({declared});");
        }
        writer.Close();
        writer.Line();
    }

    private static void EmitHandWritten(CodeWriter writer, OpModel op)
    {
        writer.Summary("Checks the shapes of inputs and state, and sets all others but scratch.");
        writer.Lines("private partial void InferShapes(ref Shapes shapes);", "");
        foreach (RoleModel role in op.Roles.Where(role => role.Init == "He"))
        {
            writer.Summary($"Inputs of one neuron of {role.BufferName}.");
            writer.Lines($"private partial int {role.Name}FanIn(in Shapes shapes);", "");
        }
        foreach (RoleModel role in op.Roles.Where(role => role.HasOwnShape))
        {
            writer.Summary($"Shape of the scratch tensor {role.BufferName}.");
            writer.Lines($"private partial Shape {role.Name}Shape(in Shapes shapes);", "");
        }
        EmitVariant(writer, op);
        foreach (string name in op.Passes.SelectMany(pass => pass.Implementations.Skip(1)).Where(i => i.Like is null)
            .Select(i => i.Name).Where(name => name.Length > 0).Distinct())
            EmitImplementationMembers(writer, op, name);
        foreach (string name in op.Passes.SelectMany(pass => pass.Implementations).Where(i => i.Like is not null)
            .Select(i => i.Name).Distinct())
        {
            writer.Summary($"Says where the implementation {name} cannot run although the one can that it is like.");
            writer.Lines($"partial void Supports{name}(in Shapes shapes, DeviceProperties device, ref bool supports);", "");
        }
        foreach (KernelCallModel kernel in op.Kernels)
            EmitKernelMembers(writer, op, kernel);
        writer.Summary("Computes outputs and saved tensors, and updates state.");
        writer.Lines("private partial void ForwardReference<T>(in Tensors<T> tensors) where T : IFloatingPointIeee754<T>;", "");
        if (!op.HasGradient)
            return;
        writer.Summary("Writes those gradients that are wanted.");
        writer.Lines("private partial void BackwardReference<T>(in Tensors<T> tensors) where T : IFloatingPointIeee754<T>;", "");
    }

    private static void EmitText(CodeWriter writer, OpModel op)
    {
        if (op.DeclaresToString)
            return;
        string properties = string.Join(", ", op.Printed.Select(property => $"{property}: {{{property}}}"));
        writer.Line("/// <inheritdoc/>");
        string text = properties.Length == 0 ? $"\"{op.Name}\"" : $"$\"{op.Name}({properties})\"";
        writer.Line($"public override string ToString() => {text};");
        writer.Line();
    }

    /// <summary>Roles and passes stand in a class of their own: its initializers run in the order written here.</summary>
    private static void EmitDeclared(CodeWriter writer, OpModel op)
    {
        writer.Open("private static class Declared");
        foreach (RoleModel role in op.Roles)
        {
            writer.Line($"internal static readonly Role {role.Name} = new(");
            string names = $"\"{role.Name}\", \"{role.BufferName}\"";
            writer.Line($"    {Text(role.Index)}, {names}, RoleKind.{role.Kind}, ElementType.{role.Element},");
            string kinds = $"PerImage: {Text(role.PerImage)}, IsResult: {Text(role.IsResult)}"
                + (role.RunsOf is null ? "" : $", RunsOf: {role.RunsOf}");
            writer.Line($"    HasGradient: {Text(role.HasGradient)}, Init.{role.Init}, {kinds});");
        }
        writer.Line();
        writer.Line("internal static readonly OpInfo Info = new(");
        writer.Line($"    \"{op.Name}\",");
        writer.Line($"    [{string.Join(", ", op.Roles.Select(role => role.Name))}],");
        writer.Line("    [");
        for (int pass = 0; pass < op.Passes.Count; pass++)
        {
            string gradients = string.Join(", ", op.Passes[pass].Gradients.Select(role => op.Roles[role].Name));
            writer.Line($"        new Pass({Text(pass)}, [{gradients}],");
            writer.Line("        [");
            for (int index = 0; index < op.Passes[pass].Implementations.Count; index++)
                EmitImplementation(writer, op, pass, index);
            writer.Line("        ]),");
        }
        writer.Line("    ],");
        writer.Line($"    HasGradient: {Text(op.HasGradient)});");
        writer.Close();
    }

    private static void EmitImplementation(CodeWriter writer, OpModel op, int pass, int index)
    {
        ImplementationModel implementation = op.Passes[pass].Implementations[index];
        string kinds = $"DeviceKind.{implementation.Suits}, NumericsClass.{implementation.Numerics}";
        writer.Line($"            new Implementation(\"{implementation.Name}\", {Text(pass)}, {Text(index)}, {kinds},");
        writer.Line("            [");
        foreach (KernelCallModel kernel in implementation.Kernels.Select(k => op.Kernels[k]))
        {
            writer.Line($"                new KernelUse({kernel.Type}.Info,");
            writer.Line("                [");
            foreach (RoleUseModel use in kernel.Uses.Where(use => use.Role >= 0))
            {
                string access = use.Reads ? use.Writes ? "ReadWrite" : "Read" : "Write";
                string role = op.Roles[use.Role].Name;
                writer.Line($"                    new RoleUse({role}, IsGradient: {Text(use.IsGradient)}, BufferAccess.{access}),");
            }
            writer.Line("                ]),");
        }
        List<string> properties = [];
        if (implementation.Tiles.Length > 0)
            properties.Add($"Tilings = Tiling.Parse(\"{implementation.Tiles}\")");
        if (implementation.Like is not null)
            properties.Add($"Like = \"{implementation.Like}\"");
        writer.Line($"            ]){(properties.Count == 0 ? "" : $" {{ {string.Join(", ", properties)} }}")},");
    }

    private static string Text(bool value) => value ? "true" : "false";

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
