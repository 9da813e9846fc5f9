using UNet.Shaders;
using UNet.Vulkan.Graph;

namespace UNet.Vulkan.Ops.Declaration;

/// <summary>
/// Marks a partial record as an op. The generator completes it: roles, the code that fills kernel arguments from names,
/// the passes, and the partial declarations that a person must write.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class OpAttribute : Attribute;

/// <summary>Marks an op that has no backward pass: data preparation, optimizers, accumulation.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class NoGradientAttribute : Attribute;

/// <summary>
/// Marks an op that computes what another op would of an input which this one puts together itself. It takes over what that op says and
/// it does not: scratch that its kernels bind, <c>Grid</c> and <c>Tile</c> of kernels that both have, and <c>Supports{Name}</c>,
/// <c>Suits{Name}</c> and <c>PartCount{Name}</c> of implementations of the same name; that op has to declare these internal.
/// <c>Supports{Name}(in Shapes, DeviceProperties, ref bool)</c> may say where such an implementation cannot run although that op's can.
/// <c>VariantOf(in Shapes)</c>, written by hand, gives the other op and its shapes.
/// </summary>
/// <typeparam name="TOp">The other op.</typeparam>
[AttributeUsage(AttributeTargets.Class)]
public sealed class VariantOfAttribute<TOp> : Attribute where TOp : Op;

/// <summary>What all attributes that state an implementation share.</summary>
public abstract class ImplementationAttribute : Attribute
{
    /// <summary>
    /// Name of the implementation. The first one of a pass supports every shape and needs no name; each further one has
    /// a name and a hand-written <c>Supports{Name}(in Shapes, DeviceProperties)</c>, here or in the op of which this one is a variant
    /// (<see cref="VariantOfAttribute{TOp}"/>).
    /// </summary>
    public string Name { get; set; } = "";

    /// <summary>
    /// Which devices it is written for: where planning takes it. For which shapes,
    /// <c>Suits{Name}(in Shapes, DeviceProperties, ref bool)</c> may say; where it can run, <c>Supports{Name}</c> says.
    /// </summary>
    public DeviceKind Suits { get; set; }

    /// <summary>How it rounds.</summary>
    public NumericsClass Numerics { get; set; }

    /// <summary>
    /// Values of its kernels' <c>TILE_*</c> constants among which measured time may choose, because all give the same bits: the
    /// constants' names and a row of values for each tiling, such as <c>"TILE_H, TILE_W: 4, 6; 16, 8"</c> for two.
    /// </summary>
    public string Tiles { get; set; } = "";

    /// <summary>
    /// Name of the implementation of the same pass that computes the same numbers, empty for the plain one, in whose place planning takes
    /// this one: where somebody reads the result packed, because this one stores it so, in scratch
    /// (<see cref="ScratchAttribute.IsResult"/>); or where an input is packed already, because this one does without it. Devices, shapes,
    /// the class of rounding and the tiles are those of the other one; <c>Supports{Name}(in Shapes, DeviceProperties, ref bool)</c> may say
    /// for which of these shapes it cannot run.
    /// </summary>
    public string? Like { get; set; }
}

/// <summary>An implementation of the forward pass by one kernel.</summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
public sealed class ForwardAttribute<T1> : ImplementationAttribute where T1 : struct, IKernel<T1>;

/// <summary>An implementation of the forward pass by two kernels, run in this order.</summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
public sealed class ForwardAttribute<T1, T2> : ImplementationAttribute where T1 : struct, IKernel<T1> where T2 : struct, IKernel<T2>;

/// <summary>An implementation of the forward pass by three kernels, run in this order.</summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
public sealed class ForwardAttribute<T1, T2, T3> : ImplementationAttribute
    where T1 : struct, IKernel<T1> where T2 : struct, IKernel<T2> where T3 : struct, IKernel<T3>;

/// <summary>An implementation of the forward pass by four kernels, run in this order.</summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
public sealed class ForwardAttribute<T1, T2, T3, T4> : ImplementationAttribute
    where T1 : struct, IKernel<T1> where T2 : struct, IKernel<T2> where T3 : struct, IKernel<T3> where T4 : struct, IKernel<T4>;

/// <summary>An implementation of a backward pass by one kernel. Which pass is inferred from the gradients it writes.</summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
public sealed class BackwardAttribute<T1> : ImplementationAttribute where T1 : struct, IKernel<T1>;

/// <summary>An implementation of a backward pass by two kernels, run in this order.</summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
public sealed class BackwardAttribute<T1, T2> : ImplementationAttribute where T1 : struct, IKernel<T1> where T2 : struct, IKernel<T2>;

/// <summary>An implementation of a backward pass by three kernels, run in this order.</summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
public sealed class BackwardAttribute<T1, T2, T3> : ImplementationAttribute
    where T1 : struct, IKernel<T1> where T2 : struct, IKernel<T2> where T3 : struct, IKernel<T3>;

/// <summary>An implementation of a backward pass by four kernels, run in this order.</summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
public sealed class BackwardAttribute<T1, T2, T3, T4> : ImplementationAttribute
    where T1 : struct, IKernel<T1> where T2 : struct, IKernel<T2> where T3 : struct, IKernel<T3> where T4 : struct, IKernel<T4>;

/// <summary>An implementation of a backward pass by five kernels, run in this order.</summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
public sealed class BackwardAttribute<T1, T2, T3, T4, T5> : ImplementationAttribute
    where T1 : struct, IKernel<T1> where T2 : struct, IKernel<T2> where T3 : struct, IKernel<T3> where T4 : struct, IKernel<T4>
    where T5 : struct, IKernel<T5>;

/// <summary>
/// An instance of the op on which every check and benchmark runs. <paramref name="inputs"/> names the shape of each
/// input and state role, such as <c>"x: 2x3x5x7; skip: 2x4x9x9"</c>.
/// <paramref name="arguments"/> are constructor arguments, such as <c>"OutChannels: 4, Padding: 1"</c>.
/// </summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
public sealed class SampleAttribute(string inputs, string arguments = "") : Attribute
{
    /// <summary>The shape of each input and state role.</summary>
    public string Inputs { get; } = inputs;

    /// <summary>Constructor arguments.</summary>
    public string Arguments { get; } = arguments;
}

/// <summary>What all attributes that state a role share.</summary>
public abstract class RoleAttribute : Attribute
{
    /// <summary>How the value's elements are stored. Only Float32 values have gradients.</summary>
    public ElementType Element { get; set; } = ElementType.Float32;
}

/// <summary>
/// A tensor that the op reads. A Float32 input has a gradient unless the op is <c>[NoGradient]</c> or <see cref="Constant"/> is set.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class InputAttribute : RoleAttribute
{
    /// <summary>The input is data: no gradient flows into it.</summary>
    public bool Constant { get; set; }
}

/// <summary>How a parameter starts.</summary>
public enum Init
{
    /// <summary>All zero.</summary>
    Zero,

    /// <summary>Normal with standard deviation sqrt(2 / fan_in) (He et al. 2015; the U-Net paper's choice).</summary>
    He,
}

/// <summary>A trained tensor of the op.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ParamAttribute(Init init) : RoleAttribute
{
    /// <summary>How it starts.</summary>
    public Init Init { get; } = init;
}

/// <summary>A tensor that the op writes for others to read.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class OutputAttribute : RoleAttribute;

/// <summary>A tensor that the forward pass writes for the backward pass alone.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SavedAttribute : RoleAttribute;

/// <summary>A tensor that the op may read and write in place.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class StateAttribute : RoleAttribute;

/// <summary>A tensor that lives within one implementation; its size is a pure function of the shapes.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ScratchAttribute : RoleAttribute
{
    /// <summary>The first dimension is a multiple of the batch: one image's part can be bound alone.</summary>
    public bool PerImage { get; set; }

    /// <summary>
    /// It is the result of the implementations that write it, as packed rows, which lie as the op that reads them packs them
    /// (<see cref="IBufferBinding.Result"/>): in a forward pass in the place of the output, in a backward pass in that of the gradient that
    /// the implementation does not write and the one that it is like does.
    /// </summary>
    public bool IsResult { get; set; }

    /// <summary>
    /// Name of the role, declared before it, of whose gradient it holds sums over runs of pixels (<see cref="Role.RunsOf"/>).
    /// </summary>
    public string? RunsOf { get; set; }
}
