using System.Globalization;
using UNet.Generators.Diagnostics;
using UNet.Generators.Emission;

namespace UNet.Generators.Kernels;

internal sealed partial class KernelParser
{
    private const int MaxPushSize = 128;

    /// <summary>What C# calls the constant that <c>local_size_x_id</c> numbers: GLSL gives it no name.</summary>
    private const string InvocationsConstant = "TILE_INVOCATIONS";

    private static readonly string[] ElementTypes =
    [
        "float", "uint", "int", "vec2", "vec4", "uvec2", "uvec4", "uint8_t", "uint16_t", "uint64_t", "float16_t", "f16vec2", "f16vec4",
    ];
    private static readonly string[] PushTypes = ["uint", "int", "float", "uint64_t"];
    private static readonly string[] ConstantTypes = ["uint", "int", "float"];
    private static readonly string[] BufferQualifiers = ["readonly", "writeonly", "restrict", "coherent", "volatile"];

    private readonly int[] _localSize = [0, 1, 1];
    private readonly List<DeclaredBuffer> _buffers = [];
    private readonly List<AddressType> _addressTypes = [];
    private readonly List<PushModel> _push = [];
    private readonly List<Token> _pushTokens = [];
    private readonly List<DeclaredConstant> _constants = [];
    private int _pushSize = -1;

    /// <param name="Accessed">Name under which the code reaches the elements: the array's.</param>
    private sealed record DeclaredBuffer(BufferModel Model, Token Token, string Accessed, bool IsQualified);

    private sealed record AddressType(string Name, string Access, string ElementType, string Member, bool IsQualified);

    private sealed record DeclaredConstant(ConstantModel Model, Token Token);

    private sealed record LayoutItem(Token Key, Token? Value);

    private void ParseLayout()
    {
        Token start = Expect("layout");
        List<LayoutItem> layout = ParseLayoutItems();
        if (Current.Is("in"))
        {
            _position++;
            Expect(";");
            ReadLocalSize(layout);
        }
        else if (Current.Is("const"))
            ParseConstant(start, layout);
        else if (Current.Is("uniform"))
            ParsePush(layout);
        else
            ParseBuffer(start, layout);
    }

    private List<LayoutItem> ParseLayoutItems()
    {
        List<LayoutItem> items = [];
        Expect("(");
        while (!AtEnd)
        {
            Token key = Word("a layout qualifier");
            Token? value = null;
            if (Current.Is("="))
            {
                _position++;
                value = Current;
                if (Current.Kind is not (TokenKind.Number or TokenKind.Word))
                    Fail(Current, "expected a number");
                else
                    _position++;
            }
            items.Add(new(key, value));
            if (!Current.Is(","))
                break;
            _position++;
        }
        Expect(")");
        return items;
    }

    private void ReadLocalSize(List<LayoutItem> layout)
    {
        foreach (LayoutItem item in layout)
        {
            int axis = Array.IndexOf(["local_size_x", "local_size_y", "local_size_z"], item.Key.Text);
            if (axis >= 0 && Integer(item) is int size and > 0)
                _localSize[axis] = size;
            else if (axis < 0 && item.Key.Text != "local_size_x_id")
                Report(KernelDiagnostics.Layout, item.Key, item.Key.Text,
                    "the workgroup's size is local_size_x, local_size_y and local_size_z, as literals, and local_size_x_id");
        }
        foreach (LayoutItem item in layout.Where(item => item.Key.Text == "local_size_x_id"))
        {
            (uint bits, string literal) = ((uint)_localSize[0], _localSize[0].ToString(CultureInfo.InvariantCulture) + "u");
            if (_localSize[0] == 0)
                Report(KernelDiagnostics.Layout, item.Key, item.Key.Text, "it needs the usual size before it: local_size_x = N");
            else if (Integer(item) is int id)
                _constants.Add(new(new(InvocationsConstant, "uint", id, bits, literal), item.Key with { Text = InvocationsConstant }));
        }
    }

    private void ParseConstant(Token start, List<LayoutItem> layout)
    {
        int? id = ReadIntegers(layout, "constant_id").FirstOrDefault();
        Expect("const");
        Token type = Word("the type of the constant");
        Token name = Word("the name of the constant");
        Expect("=");
        bool isNegative = Current.Is("-");
        if (isNegative)
            _position++;
        Token literal = Current;
        if (literal.Kind != TokenKind.Number)
            Fail(literal, "the default of a specialization constant is a literal");
        else
            _position++;
        Expect(";");
        if (AtEndAfterFailure())
            return;
        if (!ConstantTypes.Contains(type.Text))
        {
            Report(KernelDiagnostics.Type, type, name.Text, type.Text, "a specialization constant", string.Join(", ", ConstantTypes));
            return;
        }
        if (!Naming.IsUpperSnake(name.Text))
            Report(KernelDiagnostics.Name, name, name.Text, "is a specialization constant", "write it in UPPER_SNAKE_CASE");
        if (id is null)
            Report(KernelDiagnostics.Layout, start, "layout", "a constant needs constant_id = N");
        else if (Value(type.Text, literal.Text, isNegative) is (uint bits, string text))
            _constants.Add(new(new(name.Text, type.Text, id.Value, bits, text), name));
        else
            Report(KernelDiagnostics.Syntax, literal, literal.Text, $"no literal of the type {type.Text}");
    }

    private void ParseBuffer(Token start, List<LayoutItem> layout)
    {
        List<string> qualifiers = [];
        while (!Current.Is("buffer") && !AtEnd)
        {
            if (!BufferQualifiers.Contains(Current.Text))
            {
                Fail(Current, "expected in, const, uniform, buffer, or one of the qualifiers " + string.Join(", ", BufferQualifiers));
                return;
            }
            qualifiers.Add(Current.Text);
            _position++;
        }
        Expect("buffer");
        Token block = Word("the name of the block");
        Expect("{");
        Token type = Word("the type of the elements");
        Token name = Word("the name of the array");
        const string OneArray = "a buffer block holds one array without a size";
        Expect("[", OneArray);
        Expect("]", OneArray);
        Expect(";");
        Expect("}", OneArray);
        Expect(";", "a block has no instance name");
        if (AtEndAfterFailure())
            return;
        if (!ElementTypes.Contains(type.Text))
        {
            Report(KernelDiagnostics.Type, type, name.Text, type.Text, "a buffer's element", string.Join(", ", ElementTypes));
            return;
        }
        if (!layout.Any(item => item.Key.Text == "std430"))
            Report(KernelDiagnostics.Layout, start, "layout", "a buffer's layout is std430");
        bool isQualified = qualifiers.Contains("readonly") || qualifiers.Contains("writeonly");
        string access = qualifiers.Contains("readonly") ? "Read" : qualifiers.Contains("writeonly") ? "Write" : "ReadWrite";
        if (layout.Any(item => item.Key.Text == "buffer_reference"))
        {
            ReadIntegers(layout, "buffer_reference", "std430", "buffer_reference_align");
            _addressTypes.Add(new(block.Text, access, type.Text, name.Text, isQualified));
            return;
        }
        int?[] places = ReadIntegers(layout, "binding", "set", "std430");
        if (places[1] is int set and not 0)
            Report(KernelDiagnostics.Layout, layout.First(item => item.Key.Text == "set").Key, $"set = {set}", "all buffers are in set 0");
        CheckName(name);
        if (places[0] is int binding)
            _buffers.Add(new(new(name.Text, access, type.Text, binding, -1), name, name.Text, isQualified));
        else
            Report(KernelDiagnostics.Layout, start, "layout", "a buffer needs binding = N");
    }

    private void ParsePush(List<LayoutItem> layout)
    {
        Token uniform = Expect("uniform");
        ReadIntegers(layout, "push_constant", "std430");
        if (!layout.Any(item => item.Key.Text == "push_constant"))
            Report(KernelDiagnostics.Layout, uniform, "uniform", "the only uniform block of a kernel is its push constants");
        else if (_pushSize >= 0)
            Report(KernelDiagnostics.Layout, uniform, "push_constant", "a kernel has one push-constant block");
        Word("the name of the block");
        Expect("{");
        int end = 0;
        bool hasAddress = false;
        while (!Current.Is("}") && !AtEnd)
        {
            Token type = Word("the type of a member");
            do
            {
                Token name = Word("the name of a member");
                AddPushMember(type, name, PushArrayLength(type), ref end, ref hasAddress);
            }
            while (Current.Is(",") && _position++ >= 0);
            Expect(";");
        }
        Expect("}");
        Expect(";", "a block has no instance name");
        _pushSize = Align(end, hasAddress ? 8 : 4);
        if (_pushSize > MaxPushSize)
            Report(KernelDiagnostics.PushSize, uniform, _pushSize.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>
    /// 0 where the member is none. An array holds the numbers of its elements (common/uniform_number.glsl), nothing else.
    /// </summary>
    private int PushArrayLength(Token type)
    {
        if (!Current.Is("["))
            return 0;
        if (!type.Is("uint"))
            Fail(Current, "only an array of uint, which holds 0, 1, 2 and so on, can be a push-constant member");
        Expect("[");
        if (Value("uint", Current.Text, isNegative: false) is not { Bits: > 0 and <= MaxPushSize } length)
        {
            Fail(Current, "expected the length of the array, a literal");
            return 0;
        }
        _position++;
        Expect("]");
        return (int)length.Bits;
    }

    private void AddPushMember(Token type, Token name, int length, ref int end, ref bool hasAddress)
    {
        if (AtEndAfterFailure())
            return;
        AddressType? address = _addressTypes.FirstOrDefault(candidate => candidate.Name == type.Text);
        if (address is null && !PushTypes.Contains(type.Text))
        {
            Report(KernelDiagnostics.Type, type, name.Text, type.Text, "a push-constant member",
                string.Join(", ", PushTypes) + " or a buffer_reference type declared above");
            return;
        }
        CheckName(name);
        int size = address is not null || type.Text == "uint64_t" ? 8 : 4;
        hasAddress |= size == 8;
        int offset = Align(end, size);
        end = offset + size * Math.Max(length, 1);
        _pushTokens.Add(name);
        _push.Add(new(name.Text, address is null ? type.Text : "uint64_t", offset, address is not null, length));
        if (address is not null)
            _buffers.Add(new(new(name.Text, address.Access, address.ElementType, -1, offset), name, address.Member, address.IsQualified));
    }

    private static int Align(int offset, int alignment) => (offset + alignment - 1) / alignment * alignment;

    private void CheckName(Token name)
    {
        if (!Naming.IsSnake(name.Text))
            Report(KernelDiagnostics.Name, name, name.Text, "is not in snake_case", "C# mirrors it in PascalCase, so rename it");
    }

    private bool AtEndAfterFailure() => _hasError && AtEnd;

    /// <summary>The values of the given keys, null where one is missing; any other key is refused.</summary>
    private int?[] ReadIntegers(List<LayoutItem> layout, params string[] keys)
    {
        int?[] values = new int?[keys.Length];
        foreach (LayoutItem item in layout)
        {
            int index = Array.IndexOf(keys, item.Key.Text);
            if (index < 0)
                Report(KernelDiagnostics.Layout, item.Key, item.Key.Text, "the qualifiers known here are " + string.Join(", ", keys));
            else if (item.Value is not null)
                values[index] = Integer(item);
        }
        return values;
    }

    private int? Integer(LayoutItem item)
    {
        if (item.Value is Token { Kind: TokenKind.Number } value
            && int.TryParse(value.Text, NumberStyles.None, CultureInfo.InvariantCulture, out int integer))
            return integer;
        Report(KernelDiagnostics.Layout, item.Value ?? item.Key, item.Key.Text, "its value must be a decimal literal");
        return null;
    }
}
