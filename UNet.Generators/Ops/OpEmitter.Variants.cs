using UNet.Generators.Emission;

namespace UNet.Generators.Ops;

internal static partial class OpEmitter
{
    private const string ShapesAndDevice = "in Shapes shapes, DeviceProperties device";

    /// <summary>What says of which op this one is a variant, and the shapes of scratch, which are that op's.</summary>
    private static void EmitVariant(CodeWriter writer, OpModel op)
    {
        if (op.Variant is null)
            return;
        string returns = $"({op.Variant.Op} Op, {op.Variant.Op}.Shapes Shapes)";
        writer.Summary("The op of which this one is a variant, and the shapes of all its roles but scratch.");
        writer.Lines($"private partial {returns} VariantOf(in Shapes shapes);", "");
        RoleModel[] shared = [.. op.Roles.Where(role => role.SharedWith is not null)];
        if (op.Variant.Members.Count > 0)
        {
            writer.Summary("The same, with the scratch that both have.");
            writer.Open($"private {returns} WithScratch(in Shapes shapes)");
            writer.Line($"{returns} other = VariantOf(in shapes);");
            foreach (RoleModel role in shared)
                writer.Line($"other.Shapes.{role.Name} = shapes.{role.Name};");
            writer.Line("return other;");
            writer.Close();
            writer.Line();
        }
        if (shared.All(role => role.IsResult))
            return;
        writer.Open("private Shape SharedShape(Role role, in Shapes shapes)");
        writer.Line($"{returns} other = VariantOf(in shapes);");
        writer.Line("return other.Op.ScratchShape(role, other.Shapes.ToArray());");
        writer.Close();
        writer.Line();
        foreach (RoleModel role in shared.Where(role => !role.IsResult))
        {
            writer.Line($"private Shape {role.Name}Shape(in Shapes shapes) => SharedShape({role.SharedWith}.{role.Name}, in shapes);");
            writer.Line();
        }
    }

    /// <summary>What a person says about an implementation, here or in the op of which this one is a variant.</summary>
    private static void EmitImplementationMembers(CodeWriter writer, OpModel op, string name)
    {
        writer.Summary($"Whether the implementation {name} can run.");
        if (op.Takes(MemberKey.Supports(name)))
        {
            writer.Open($"private bool Supports{name}({ShapesAndDevice})");
            writer.Line($"({op.Variant!.Op} op, {op.Variant.Op}.Shapes all) = WithScratch(in shapes);");
            writer.Line($"bool supports = op.Supports{name}(in all, device);");
            writer.Line($"Supports{name}(in shapes, device, ref supports);");
            writer.Line("return supports;");
            writer.Close();
            writer.Line();
            writer.Summary($"Says where the implementation {name} cannot run although that of {op.Variant.Name} can.");
            writer.Lines($"partial void Supports{name}({ShapesAndDevice}, ref bool supports);", "");
        }
        else
            writer.Lines($"{Access(op, MemberKey.Supports(name), "private ")}partial bool Supports{name}({ShapesAndDevice});", "");
        writer.Summary(
            $"Says where the implementation {name} is not meant to be planned although it can run and is written for the device.");
        EmitOptional(
            writer, op, MemberKey.Suits(name), $"void Suits{name}({ShapesAndDevice}, ref bool suits)",
            $"Suits{name}(in all, device, ref suits)");
        writer.Summary($"Says into how many parts the work of the implementation {name} is cut, if not 1.");
        EmitOptional(
            writer, op, MemberKey.PartCount(name), $"void PartCount{name}(in Shapes shapes, ref int parts)",
            $"PartCount{name}(in all, ref parts)");
    }

    /// <summary>The same about a kernel.</summary>
    private static void EmitKernelMembers(CodeWriter writer, OpModel op, KernelCallModel kernel)
    {
        (string which, string part, string given) = kernel.RunsInParts
            ? (" that do a part of the work; none where they have nothing to do", ", int part", ", part")
            : ("", "", "");
        writer.Summary($"Workgroups of {kernel.Path}{which}.");
        string key = MemberKey.Grid(kernel.Type);
        string grid = $"WorkgroupCount Grid(in Shapes shapes, in {kernel.Type}.Spec spec{part})";
        if (op.Takes(key))
            EmitForwarder(writer, op, grid, $"return op.Grid(in all, in spec{given});");
        else
            writer.Lines($"{Access(op, key, "private ")}partial {grid};", "");
        if (!kernel.HasTiles)
            return;
        string tileKey = MemberKey.Tile(kernel.Type);
        writer.Summary($"Chooses the tiles of {kernel.Path} where measured time has not"
            + (op.Takes(tileKey) ? "." : "; without a body they are those that the shader states."));
        EmitOptional(
            writer, op, tileKey, $"void Tile(in Shapes shapes, IBufferBinding buffers, ref {kernel.Type}.Spec spec)",
            "Tile(in all, buffers, ref spec)");
    }

    /// <summary>A method that may have no body.</summary>
    private static void EmitOptional(CodeWriter writer, OpModel op, string key, string signature, string call)
    {
        if (op.Takes(key))
            EmitForwarder(writer, op, signature, $"op.{call};");
        else
            writer.Lines($"{Access(op, key, "")}partial {signature};", "");
    }

    /// <summary>A method that is that of the op of which this one is a variant.</summary>
    private static void EmitForwarder(CodeWriter writer, OpModel op, string signature, string statement)
    {
        writer.Open($"private {signature}");
        writer.Line($"({op.Variant!.Op} op, {op.Variant.Op}.Shapes all) = WithScratch(in shapes);");
        writer.Line(statement);
        writer.Close();
        writer.Line();
    }

    /// <summary>Both halves of a partial method say who may call it.</summary>
    private static string Access(OpModel op, string key, string otherwise) => op.Internal.Contains(key) ? "internal " : otherwise;
}
