namespace UNet.Vulkan.Ops.Declaration;

/// <summary>
/// How an implementation rounds: which products it adds. Implementations of one class have the same bound of their error, but each
/// has an order of its own in which it adds, and so bits of its own. Therefore which is taken follows from a fixed rule, never from
/// measured time; that may choose tilings (<see cref="Implementation.Tilings"/>), which change no bit.
/// </summary>
public enum NumericsClass
{
    /// <summary>Products of the tensors' own elements, added in Float32.</summary>
    Direct,

    /// <summary>
    /// Winograd's F(2x2,3x3): products of sums of a tile's elements with sums of a kernel's, 16 in the place of 36, added in Float32
    /// and transformed back.
    /// </summary>
    Winograd,

    /// <summary>
    /// Winograd's F(4x4,3x3): the same with 36 in the place of 144; <c>shaders/common/winograd_f43.glsl</c> says how it rounds.
    /// </summary>
    WinogradF43,

    /// <summary>Products of elements rounded to 16 bits, added in Float32.</summary>
    Float16,

    /// <summary>
    /// Winograd's F(2,3) along the rows of a 3x3 kernel: products of sums of two or three such elements, 12 in the place of 18, where the
    /// sums are rounded to 16 bits too; see <c>shaders/common/rows_winograd.glsl</c>.
    /// </summary>
    Float16Winograd,
}

/// <summary>What is common to several classes.</summary>
public static class NumericsClasses
{
    /// <summary>Whether factors are rounded to 16 bits.</summary>
    public static bool IsOf16Bits(this NumericsClass numerics) => numerics is NumericsClass.Float16 or NumericsClass.Float16Winograd;
}
