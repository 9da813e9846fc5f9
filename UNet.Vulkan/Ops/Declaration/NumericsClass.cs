namespace UNet.Vulkan.Ops.Declaration;

/// <summary>
/// How an implementation rounds. Those of one class add the same products in the same order and so may stand in for one
/// another: which of them is taken may depend on measured time. A change of class changes bits, and its error has a bound of
/// its own.
/// </summary>
public enum NumericsClass
{
    /// <summary>Products of the tensors' own elements, added in Float32 in the order that the op's file states.</summary>
    Direct,

    /// <summary>
    /// Winograd's F(2x2,3x3): products of sums of a tile's elements with sums of a kernel's, 16 in the place of 36, added in Float32
    /// and transformed back.
    /// </summary>
    Winograd,

    /// <summary>Winograd's F(4x4,3x3): the same with 36 in the place of 144; <c>shaders/common/winograd_f43.glsl</c> says how it rounds.</summary>
    WinogradF43,

    /// <summary>Products of elements rounded to 16 bits, added in Float32.</summary>
    Float16,
}
