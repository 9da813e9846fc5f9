using System.Runtime.InteropServices;

namespace UNet.Tests.Checks;

/// <summary>The declarations of a SPIR-V module that a runtime binds to (SPIR-V specification, §2.3 and §3).</summary>
internal sealed class SpirVModule
{
    private const uint Magic = 0x07230203;
    private const int HeaderWords = 5;

    private enum Opcode : ushort
    {
        ExecutionMode = 16,
        Capability = 17,
        TypePointer = 32,
        Variable = 59,
        Store = 62,
        AccessChain = 65,
        Decorate = 71,
        MemberDecorate = 72,
    }

    private enum Decoration : uint
    {
        SpecId = 1,
        BuiltIn = 11,
        Binding = 33,
        Offset = 35,
    }

    private const uint LocalSizeMode = 17;
    private const uint PushConstantStorage = 9;

    public (uint X, uint Y, uint Z) LocalSize { get; private set; }

    public HashSet<int> Bindings { get; } = [];

    public HashSet<int> WrittenBindings { get; } = [];

    public HashSet<int> ConstantIds { get; } = [];

    public HashSet<int> PushOffsets { get; } = [];

    /// <summary>What the module reads of the grid, by the numbers of <c>BuiltIn</c> in the specification.</summary>
    public HashSet<int> BuiltIns { get; } = [];

    /// <summary>What a device must have switched on, by the numbers of <c>Capability</c> in the specification.</summary>
    public HashSet<int> Capabilities { get; } = [];

    public static SpirVModule Parse(byte[] code)
    {
        ReadOnlySpan<uint> words = MemoryMarshal.Cast<byte, uint>(code);
        if (words[0] != Magic)
            throw new InvalidDataException("Not a SPIR-V module.");
        var module = new SpirVModule();
        Dictionary<uint, int> bindingOf = [];
        Dictionary<uint, List<int>> offsetsOf = [];
        Dictionary<uint, uint> pointedAt = [];
        Dictionary<uint, uint> baseOf = [];
        for (int at = HeaderWords; at < words.Length; at += (int)(words[at] >> 16))
        {
            ReadOnlySpan<uint> operands = words.Slice(at + 1, (int)(words[at] >> 16) - 1);
            switch ((Opcode)(words[at] & 0xFFFF))
            {
                case Opcode.ExecutionMode when operands[1] == LocalSizeMode:
                    module.LocalSize = (operands[2], operands[3], operands[4]);
                    break;
                case Opcode.Capability:
                    module.Capabilities.Add((int)operands[0]);
                    break;
                case Opcode.Decorate when operands[1] == (uint)Decoration.SpecId:
                    module.ConstantIds.Add((int)operands[2]);
                    break;
                case Opcode.Decorate when operands[1] == (uint)Decoration.BuiltIn:
                    module.BuiltIns.Add((int)operands[2]);
                    break;
                case Opcode.Decorate when operands[1] == (uint)Decoration.Binding:
                    bindingOf[operands[0]] = (int)operands[2];
                    module.Bindings.Add((int)operands[2]);
                    break;
                case Opcode.MemberDecorate when operands[2] == (uint)Decoration.Offset:
                    if (!offsetsOf.TryGetValue(operands[0], out List<int>? offsets))
                        offsetsOf[operands[0]] = offsets = [];
                    offsets.Add((int)operands[3]);
                    break;
                case Opcode.TypePointer:
                    pointedAt[operands[0]] = operands[2];
                    break;
                case Opcode.Variable when operands[2] == PushConstantStorage:
                    module.PushOffsets.UnionWith(offsetsOf[pointedAt[operands[0]]]);
                    break;
                case Opcode.AccessChain:
                    baseOf[operands[1]] = operands[2];
                    break;
                case Opcode.Store when baseOf.TryGetValue(operands[0], out uint variable)
                    && bindingOf.TryGetValue(variable, out int binding):
                    module.WrittenBindings.Add(binding);
                    break;
            }
        }
        return module;
    }
}
