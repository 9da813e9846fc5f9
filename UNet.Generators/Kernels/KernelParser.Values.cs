using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.CodeAnalysis;
using UNet.Generators.Diagnostics;
using UNet.Generators.Emission;

namespace UNet.Generators.Kernels;

internal sealed partial class KernelParser
{
    [StructLayout(LayoutKind.Explicit)]
    private struct SingleBits
    {
        [FieldOffset(0)]
        public float Single;

        [FieldOffset(0)]
        public uint Bits;
    }

    /// <summary>Bit pattern and C# literal of a GLSL literal; null where it is none of the type.</summary>
    internal static (uint Bits, string Literal)? Value(string type, string text, bool isNegative)
    {
        string sign = isNegative ? "-" : "";
        if (type == "float")
        {
            if (!float.TryParse(sign + text.TrimEnd('f', 'F'), NumberStyles.Float, CultureInfo.InvariantCulture, out float single)
                || float.IsInfinity(single))
                return null;
            return (new SingleBits { Single = single }.Bits, single.ToString("R", CultureInfo.InvariantCulture) + "f");
        }
        bool isHexadecimal = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        string digits = (isHexadecimal ? text.Substring(2) : text).TrimEnd('u', 'U');
        NumberStyles style = isHexadecimal ? NumberStyles.AllowHexSpecifier : NumberStyles.None;
        if (!long.TryParse(digits, style, CultureInfo.InvariantCulture, out long magnitude))
            return null;
        long value = isNegative ? -magnitude : magnitude;
        if (type == "uint")
            return value is >= 0 and <= uint.MaxValue ? ((uint)value, value.ToString(CultureInfo.InvariantCulture) + "u") : null;
        return value is >= int.MinValue and <= int.MaxValue ? (unchecked((uint)value), value.ToString(CultureInfo.InvariantCulture)) : null;
    }

    /// <summary>Checks that need all declarations: numbering without gaps, distinct C# names, qualifiers that the code allows.</summary>
    private void CheckWhole()
    {
        if (_localSize[0] == 0)
            Report(KernelDiagnostics.Layout, _tokens[0], "local_size_x",
                "the kernel states no workgroup size; write layout(local_size_x = N) in;");
        if (_pushSize < 0)
            _pushSize = 0;
        CheckNumbers(_buffers.Where(b => !b.Model.IsAddress).Select(b => (b.Token, b.Model.Binding)), KernelDiagnostics.Binding);
        CheckNumbers(_constants.Select(c => (c.Token, c.Model.Id)), KernelDiagnostics.ConstantId);
        CheckDistinct(_buffers.Select(b => b.Token));
        CheckDistinct(_pushTokens);
        CheckDistinct(_constants.Select(c => c.Token));
        foreach (DeclaredBuffer buffer in _buffers.Where(b => !b.IsQualified))
            CheckQualifier(buffer);
    }

    private void CheckNumbers(IEnumerable<(Token Token, int Number)> numbered, DiagnosticDescriptor descriptor)
    {
        Dictionary<int, string> taken = [];
        foreach ((Token token, int number) in numbered)
        {
            if (taken.TryGetValue(number, out string? other))
                Report(descriptor, token, token.Text, number.ToString(CultureInfo.InvariantCulture), $"'{other}' has it already");
            else
                taken.Add(number, token.Text);
        }
        int expected = 0;
        foreach ((Token token, int number) in numbered.OrderBy(n => n.Number))
        {
            if (number > expected)
            {
                Report(descriptor, token, token.Text, number.ToString(CultureInfo.InvariantCulture), $"none has {expected}");
                return;
            }
            expected = number + 1;
        }
    }

    private void CheckDistinct(IEnumerable<Token> names)
    {
        foreach (IGrouping<string, Token> same in names.GroupBy(name => Naming.ToPascal(name.Text)))
        {
            foreach (Token token in same.Skip(1))
                Report(KernelDiagnostics.Name, token, token.Text, $"and '{same.First().Text}' are the same word {same.Key} in C#",
                    "rename one of them");
        }
    }

    private void CheckQualifier(DeclaredBuffer buffer)
    {
        BufferUse use = UseOf(buffer);
        if (use == BufferUse.Read)
            Report(KernelDiagnostics.Qualifier, buffer.Token, buffer.Token.Text, "read", "readonly");
        else if (use == BufferUse.Written)
            Report(KernelDiagnostics.Qualifier, buffer.Token, buffer.Token.Text, "written", "writeonly");
    }

    /// <summary>How the kernel and all that it includes use a buffer.</summary>
    private BufferUse UseOf(DeclaredBuffer buffer)
    {
        if (_source.Included is null)
            return BufferUse.Unclear;
        return Files().Aggregate(
            BufferUse.None, (use, tokens) => use | BufferUsage.Find(tokens, buffer.Accessed, isMember: buffer.Model.IsAddress));
    }

    /// <summary>The kernel and the files that it includes, as far as they are known.</summary>
    private IEnumerable<IReadOnlyList<Token>> Files()
        => (_source.Included ?? EquatableArray<string>.Empty).Select(text => GlslLexer.Read(text).Tokens).Prepend(_tokens);
}
