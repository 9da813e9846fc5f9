using System.Collections.Immutable;

namespace UNet.Shaders;

/// <summary>How a kernel touches a buffer, as its GLSL qualifiers say.</summary>
[Flags]
public enum BufferAccess
{
    /// <summary><c>readonly</c>.</summary>
    Read = 1,

    /// <summary><c>writeonly</c>.</summary>
    Write = 2,

    /// <summary>Neither qualifier: read and written in place.</summary>
    ReadWrite = Read | Write,
}

/// <summary>The two forms in which GLSL can declare a buffer; they mean the same.</summary>
public enum BufferForm
{
    /// <summary>A storage buffer with a descriptor binding.</summary>
    Storage,

    /// <summary>A <c>buffer_reference</c> type passed as a 64-bit push-constant member.</summary>
    Address,
}

/// <summary>A buffer that a kernel declares.</summary>
/// <param name="Name">Its GLSL name, such as <c>d_x</c>.</param>
/// <param name="Access">How the kernel touches it.</param>
/// <param name="Form">Storage buffer or address.</param>
/// <param name="ElementType">GLSL type of the array's elements (float, uint, vec2, ...).</param>
/// <param name="Binding">Descriptor binding in set 0; -1 for an address.</param>
/// <param name="PushOffset">Byte offset of the address in the push constants; -1 for a storage buffer.</param>
public sealed record KernelBuffer(string Name, BufferAccess Access, BufferForm Form, string ElementType, int Binding, int PushOffset);

/// <summary>A push-constant member.</summary>
/// <param name="Name">GLSL name.</param>
/// <param name="Type">GLSL type: uint, int, float or uint64_t; uint[N] for an array, which holds 0 to N - 1.</param>
/// <param name="Offset">Byte offset by the std430 rules.</param>
public sealed record KernelPushMember(string Name, string Type, int Offset);

/// <summary>A specialization constant.</summary>
/// <param name="Name">GLSL name.</param>
/// <param name="Type">GLSL type: uint, int or float.</param>
/// <param name="Id">constant_id.</param>
/// <param name="DefaultBits">Bit pattern of the value that the shader states.</param>
public sealed record KernelConstant(string Name, string Type, int Id, uint DefaultBits);

/// <summary>Invocations in one workgroup.</summary>
public readonly record struct WorkgroupSize(uint X, uint Y = 1, uint Z = 1);

/// <summary>Workgroups in one dispatch.</summary>
public readonly record struct WorkgroupCount(uint X, uint Y = 1, uint Z = 1)
{
    /// <summary>No workgroup: there is nothing to do.</summary>
    public static WorkgroupCount None => new(0, 0, 0);

    /// <summary>All workgroups of the dispatch.</summary>
    public ulong Total => (ulong)X * Y * Z;

    /// <summary>Workgroups in a row of a folded one-dimensional grid; <c>shaders/common/linear.glsl</c> unfolds it.</summary>
    private const uint LinearRow = 32_768;

    /// <summary>Workgroups that cover a line of elements, folded into two dimensions where one has too few places.</summary>
    public static WorkgroupCount Linear(long elements, long tile)
    {
        long groups = (elements + tile - 1) / tile;
        return groups <= LinearRow ? new((uint)groups) : Cover(LinearRow, 1, groups, LinearRow);
    }

    /// <summary>Workgroups that cover the given extents with tiles of the given size, rounded up.</summary>
    public static WorkgroupCount Cover(long x, long tileX, long y = 1, long tileY = 1, long z = 1, long tileZ = 1)
        => new(
            checked((uint)((x + tileX - 1) / tileX)), checked((uint)((y + tileY - 1) / tileY)), checked((uint)((z + tileZ - 1) / tileZ)));

    /// <summary>
    /// The size of a tile, where an extent is cut into as many equal ones as it takes if each has at most so many elements.
    /// </summary>
    /// <param name="extent">What is cut.</param>
    /// <param name="most">Elements of a tile at most, a multiple of <paramref name="step"/>.</param>
    /// <param name="step">What the size is a multiple of.</param>
    public static uint EqualTile(long extent, uint most, uint step) => Cover(extent, Cover(extent, most).X * (long)step).X * step;
}

/// <summary>Everything a runtime must know of a compiled kernel to build a pipeline and fill its arguments.</summary>
/// <param name="Name">Path below <c>shaders/</c> without the ending, such as <c>conv2d/forward</c>.</param>
/// <param name="Buffers">Buffers in the order of their declaration.</param>
/// <param name="PushMembers">Push-constant members in the order of their declaration, addresses among them.</param>
/// <param name="PushSize">Bytes of the push-constant block.</param>
/// <param name="Constants">Specialization constants in ascending id.</param>
/// <param name="LocalSize">Invocations in a workgroup, unless <see cref="LocalSizeWith"/> is told another number.</param>
public sealed record KernelInfo(
    string Name,
    ImmutableArray<KernelBuffer> Buffers,
    ImmutableArray<KernelPushMember> PushMembers,
    int PushSize,
    ImmutableArray<KernelConstant> Constants,
    WorkgroupSize LocalSize)
{
    /// <summary>
    /// Whether the build compiled the kernel. It leaves those out that its glslc is too old for: planning then takes other
    /// implementations.
    /// </summary>
    public bool IsEmbedded => typeof(KernelInfo).Assembly.GetManifestResourceInfo(Name + ".spv") is not null;

    /// <summary>Bytes of the compiled SPIR-V; 0 where the build left the kernel out.</summary>
    public long SpirVLength
    {
        get
        {
            using Stream? stream = typeof(KernelInfo).Assembly.GetManifestResourceStream(Name + ".spv");
            return stream?.Length ?? 0;
        }
    }

    /// <summary>
    /// Invocations in a workgroup of the kernel with such constants: a shader that states <c>local_size_x_id</c> takes its size along x
    /// from the constant <c>TILE_INVOCATIONS</c>.
    /// </summary>
    /// <param name="constants">Bit patterns, in the order of <see cref="Constants"/>.</param>
    public WorkgroupSize LocalSizeWith(ImmutableArray<uint> constants) => Constants.Zip(constants)
        .Where(constant => constant.First.Name == "TILE_INVOCATIONS")
        .Select(constant => LocalSize with { X = constant.Second })
        .FirstOrDefault(LocalSize);

    /// <summary>The compiled SPIR-V, embedded by the build.</summary>
    /// <exception cref="InvalidOperationException">The assembly was built without this kernel.</exception>
    public byte[] LoadSpirV()
    {
        using Stream stream = typeof(KernelInfo).Assembly.GetManifestResourceStream(Name + ".spv")
            ?? throw new InvalidOperationException(
                $"The kernel '{Name}' is not embedded in {typeof(KernelInfo).Assembly.GetName().Name}; rebuild UNet.Shaders.");
        byte[] code = new byte[stream.Length];
        stream.ReadExactly(code);
        return code;
    }

    /// <summary>Kernels are compared by name: one file is one kernel.</summary>
    public bool Equals(KernelInfo? other) => other is not null && other.Name == Name;

    /// <inheritdoc/>
    public override int GetHashCode() => Name.GetHashCode(StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string ToString() => Name;
}

/// <summary>A typed kernel, generated from one GLSL file.</summary>
/// <typeparam name="TSelf">The implementing type.</typeparam>
public interface IKernel<TSelf> where TSelf : struct, IKernel<TSelf>
{
    /// <summary>Layout and code of the kernel.</summary>
    static abstract KernelInfo Info { get; }
}

/// <summary>A range of bytes in one of the runtime's arenas.</summary>
/// <param name="Arena">Index of the arena.</param>
/// <param name="Offset">First byte.</param>
/// <param name="Length">Number of bytes.</param>
public readonly record struct BufferRange(int Arena, long Offset, long Length)
{
    /// <summary>One past the last byte.</summary>
    public long End => Offset + Length;

    /// <summary>Whether the two ranges share a byte.</summary>
    public bool Overlaps(BufferRange other) => Arena == other.Arena && Offset < other.End && other.Offset < End;
}

/// <summary>One dispatch with all its arguments; independent of Vulkan.</summary>
/// <param name="Kernel">The kernel.</param>
/// <param name="Buffers">One range for each of <see cref="KernelInfo.Buffers"/>, in the same order.</param>
/// <param name="Push">The push-constant block; the 8 bytes of each address are zero here and filled in when recorded.</param>
/// <param name="Constants">Bit patterns of the specialization constants, in the order of <see cref="KernelInfo.Constants"/>.</param>
/// <param name="Groups">Workgroups.</param>
public sealed record KernelDispatch(
    KernelInfo Kernel,
    ImmutableArray<BufferRange> Buffers,
    ImmutableArray<byte> Push,
    ImmutableArray<uint> Constants,
    WorkgroupCount Groups);
