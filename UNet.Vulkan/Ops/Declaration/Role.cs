using UNet.Vulkan.Graph;

namespace UNet.Vulkan.Ops.Declaration;

/// <summary>What a tensor is to an op.</summary>
public enum RoleKind
{
    /// <summary>It reads it.</summary>
    Input,

    /// <summary>It is trained.</summary>
    Parameter,

    /// <summary>It writes it for others to read.</summary>
    Output,

    /// <summary>Its forward pass writes it for its backward passes alone.</summary>
    Saved,

    /// <summary>It reads and writes it in place.</summary>
    State,

    /// <summary>It lives within one implementation.</summary>
    Scratch,
}

/// <summary>One of the tensors that an op deals with, such as the weight of a convolution.</summary>
/// <param name="Index">Place among the op's roles, in the order of declaration.</param>
/// <param name="Name">C# name, such as <c>PixelWeight</c>.</param>
/// <param name="BufferName">GLSL name, such as <c>pixel_weight</c>; its gradient is <c>d_pixel_weight</c>.</param>
/// <param name="Kind">What the op does with it.</param>
/// <param name="Element">How its elements are stored.</param>
/// <param name="HasGradient">Some backward pass writes its gradient, or (an output) reads it.</param>
/// <param name="Init">How a parameter starts.</param>
/// <param name="PerImage">The first dimension counts images, so that one image's part can be bound alone.</param>
/// <param name="IsResult">Scratch that holds the result of the implementations that write it (<see cref="Implementation.Like"/>).</param>
/// <param name="RunsOf">
/// The role of whose gradient it holds sums over runs of pixels, laid out one run after the other as the gradient is; null for other
/// roles. Where there is one run, its sums are the gradient.
/// </param>
public sealed record Role(
    int Index,
    string Name,
    string BufferName,
    RoleKind Kind,
    ElementType Element = ElementType.Float32,
    bool HasGradient = false,
    Init Init = Init.Zero,
    bool PerImage = false,
    bool IsResult = false,
    Role? RunsOf = null)
{
    /// <inheritdoc/>
    public override string ToString() => BufferName;
}
