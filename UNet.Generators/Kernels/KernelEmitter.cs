using System.Globalization;
using UNet.Generators.Emission;

namespace UNet.Generators.Kernels;

/// <summary>Writes the typed kernel of a model, and the catalogue of all kernels.</summary>
internal static class KernelEmitter
{
    private static readonly Dictionary<string, string> CSharpTypes = new()
    {
        ["uint"] = "uint", ["int"] = "int", ["float"] = "float", ["uint64_t"] = "ulong",
    };

    public static string Kernel(KernelModel kernel)
    {
        CodeWriter writer = Start();
        writer.Summary($"Kernel {kernel.Name}.{(kernel.Summary.Length == 0 ? "" : "\n" + kernel.Summary)}");
        writer.Line($"[Kernel(\"{kernel.Name}\")]");
        foreach (BufferModel buffer in kernel.Buffers)
            writer.Line($"[KernelBuffer(\"{buffer.Name}\", BufferAccess.{buffer.Access}, \"{buffer.ElementType}\")]");
        foreach (PushModel member in kernel.Push.Where(member => member.IsGiven))
            writer.Line($"[KernelPush(\"{member.Name}\", \"{member.Type}\")]");
        foreach (ConstantModel constant in kernel.Constants)
            writer.Line($"[KernelConstant(\"{constant.Name}\", \"{constant.Type}\")]");
        writer.Open($"public readonly struct {kernel.TypeName} : IKernel<{kernel.TypeName}>");
        EmitInfo(writer, kernel);
        writer.Line();
        EmitBuffers(writer, kernel);
        writer.Line();
        EmitPush(writer, kernel);
        writer.Line();
        EmitSpec(writer, kernel);
        writer.Line();
        EmitFixed(writer, kernel);
        EmitDispatch(writer, kernel);
        writer.Close();
        return writer.ToString();
    }

    public static string Catalog(IEnumerable<(string Name, string TypeName)> kernels)
    {
        CodeWriter writer = Start();
        writer.Summary("Every kernel of this assembly.");
        writer.Open("public static class KernelCatalog");
        writer.Summary("The kernels, sorted by name.");
        writer.Line("public static ImmutableArray<KernelInfo> All { get; } =");
        writer.Line("[");
        foreach ((_, string typeName) in kernels.OrderBy(kernel => kernel.Name, StringComparer.Ordinal))
            writer.Line($"    {typeName}.Info,");
        writer.Line("];");
        writer.Close();
        return writer.ToString();
    }

    private static CodeWriter Start()
    {
        CodeWriter writer = new();
        writer.Lines(
            "using System;", "using System.Collections.Generic;", "using System.Collections.Immutable;",
            "using System.Runtime.InteropServices;", "",
            "namespace UNet.Shaders;", "");
        return writer;
    }

    private static void EmitInfo(CodeWriter writer, KernelModel kernel)
    {
        LocalSize size = kernel.LocalSize;
        writer.Line("/// <inheritdoc/>");
        writer.Line("public static KernelInfo Info { get; } = new(");
        writer.Line($"    \"{kernel.Name}\",");
        List(kernel.Buffers, b =>
        {
            string form = b.IsAddress ? "Address" : "Storage";
            string places = $"{Text(b.Binding)}, {Text(b.PushOffset)}";
            return $"new KernelBuffer(\"{b.Name}\", BufferAccess.{b.Access}, BufferForm.{form}, \"{b.ElementType}\", {places})";
        });
        List(kernel.Push,
            p => $"new KernelPushMember(\"{p.Name}\", \"{p.Type}{(p.Length == 0 ? "" : $"[{Text(p.Length)}]")}\", {Text(p.Offset)})");
        writer.Line($"    {Text(kernel.PushSize)},");
        List(kernel.Constants,
            c => $"new KernelConstant(\"{c.Name}\", \"{c.Type}\", {Text(c.Id)}, 0x{c.Bits.ToString("X8", CultureInfo.InvariantCulture)}u)");
        writer.Line($"    new WorkgroupSize({Text(size.X)}, {Text(size.Y)}, {Text(size.Z)}));");

        void List<T>(IReadOnlyList<T> items, Func<T, string> item)
        {
            if (items.Count == 0)
            {
                writer.Line("    [],");
                return;
            }
            writer.Line("    [");
            foreach (T value in items)
                writer.Line($"        {item(value)},");
            writer.Line("    ],");
        }
    }

    private static void EmitBuffers(CodeWriter writer, KernelModel kernel)
    {
        writer.Summary("Ranges of the kernel's buffers.");
        string parameters = string.Join(", ", kernel.Buffers.Select(b => "BufferRange " + Naming.ToPascal(b.Name)));
        writer.Line($"public readonly record struct Buffers({parameters});");
    }

    private static void EmitPush(CodeWriter writer, KernelModel kernel)
    {
        writer.Summary("Push constants in std430 layout.");
        PushModel[] members = [.. kernel.Push.Where(member => member.Length == 0)];
        if (members.Length == 0)
        {
            writer.Line("public struct Push;");
            return;
        }
        writer.Line($"[StructLayout(LayoutKind.Explicit, Size = {Text(kernel.PushSize)})]");
        writer.Open("public struct Push");
        for (int i = 0; i < members.Length; i++)
        {
            PushModel member = members[i];
            if (i > 0)
                writer.Line();
            if (member.IsAddress)
                writer.Summary("Address of the buffer; left 0 here and filled in when the dispatch is recorded.");
            writer.Line($"[FieldOffset({Text(member.Offset)})]");
            writer.Line($"public {CSharpTypes[member.Type]} {Naming.ToPascal(member.Name)};");
        }
        writer.Close();
    }

    private static void EmitSpec(CodeWriter writer, KernelModel kernel)
    {
        writer.Summary("Specialization constants; new() has the values that the shader states.");
        if (kernel.Constants.Count == 0)
        {
            writer.Open("public readonly record struct Spec()");
            writer.Summary("The values that the shader states.");
            writer.Line("public static Spec Default => new();");
            writer.Close();
            return;
        }
        string parameters = string.Join(", ",
            kernel.Constants.Select(c => $"{CSharpTypes[c.Type]} {Naming.ToPascal(c.Name)} = {c.Literal}"));
        writer.Open($"public readonly record struct Spec({parameters})");
        writer.Summary("The values that the shader states.");
        writer.Line($"public Spec() : this({string.Join(", ", kernel.Constants.Select(c => c.Literal))}) {{ }}");
        writer.Line();
        writer.Line("/// <inheritdoc cref=\"Spec()\"/>");
        writer.Line("public static Spec Default => new();");
        ConstantModel[] tunables = [.. kernel.Constants.Where(constant => constant.IsTunable)];
        if (tunables.Length > 0)
        {
            writer.Line();
            writer.Summary($"The same with other values of constants {Naming.TunablePrefix}*.");
            writer.Line(
                "/// <param name=\"tile\">Values by their names in GLSL; those that this kernel does not have change nothing.</param>");
            writer.Line("public Spec With(IReadOnlyDictionary<string, uint> tile) => this with");
            writer.Line("{");
            foreach (string name in tunables.Select(constant => constant.Name))
                writer.Line($"    {Naming.ToPascal(name)} = tile.GetValueOrDefault(\"{name}\", {Naming.ToPascal(name)}),");
            writer.Line("};");
        }
        writer.Close();
    }

    private static void EmitFixed(CodeWriter writer, KernelModel kernel)
    {
        if (kernel.Fixed.Count == 0)
            return;
        writer.Summary("Numbers that the shader, or what it includes, states once and for all.");
        writer.Open("public static class Fixed");
        foreach (FixedModel number in kernel.Fixed)
            writer.Line($"public const uint {Naming.ToPascal(number.Name)} = {number.Literal};");
        writer.Close();
        writer.Line();
    }

    private static void EmitDispatch(CodeWriter writer, KernelModel kernel)
    {
        writer.Summary("The kernel with all its arguments.");
        writer.Open("public static KernelDispatch Dispatch(in Buffers buffers, in Push push, in Spec spec, WorkgroupCount groups)");
        // Member by member: copying the struct as a whole would let padding bytes through.
        writer.Line($"byte[] bytes = {(kernel.PushSize == 0 ? "[]" : $"new byte[{Text(kernel.PushSize)}]")};");
        foreach (PushModel member in kernel.Push)
        {
            writer.Line(member.Length == 0
                ? $"MemoryMarshal.Write(bytes.AsSpan({Text(member.Offset)}), in push.{Naming.ToPascal(member.Name)});"
                : $"for (int i = 0; i < {Text(member.Length)}; i++)");
            if (member.Length > 0)
                writer.Line($"    MemoryMarshal.Write(bytes.AsSpan({Text(member.Offset)} + i * sizeof(uint)), in i);");
        }
        writer.Line("return new KernelDispatch(");
        writer.Line("    Info,");
        writer.Line($"    [{string.Join(", ", kernel.Buffers.Select(b => "buffers." + Naming.ToPascal(b.Name)))}],");
        writer.Line("    ImmutableCollectionsMarshal.AsImmutableArray(bytes),");
        writer.Line($"    [{string.Join(", ", kernel.Constants.Select(Bits))}],");
        writer.Line("    groups);");
        writer.Close();
    }

    private static string Bits(ConstantModel constant)
    {
        string value = "spec." + Naming.ToPascal(constant.Name);
        return constant.Type switch
        {
            "float" => $"BitConverter.SingleToUInt32Bits({value})",
            "int" => $"unchecked((uint){value})",
            _ => value,
        };
    }

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
