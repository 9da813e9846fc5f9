using UNet.Vulkan.Graph;

namespace UNet.Vulkan.Ops.Declaration;

/// <summary>
/// How the pixels of a tensor [N,C,H,W] lie in packed rows, a row of 16-bit channels for each place of the line of an image: pixel (h,w) at
/// place Margin · (W + Gap + 1) + h · (W + Gap) + w. All other places are 0, and so are channels beyond C up to a multiple of 16.
/// </summary>
/// <param name="Gap">Places between the last pixel of a row and the first of the next.</param>
/// <param name="Margin">Rows of the line, and as many places, before the first pixel.</param>
/// <param name="Window">
/// Rows and columns of the windows of pixels that share a place, each with channels of its own, in row-major order: what is said of pixels
/// holds for windows.
/// </param>
/// <param name="FirstChannel">Channels of other tensors before the first.</param>
public readonly record struct RowLayout(int Gap, int Margin, int Window = 1, int FirstChannel = 0);

/// <summary>Packed rows as which an implementation stores its result.</summary>
/// <param name="Rows">Shape of the rows [N,1,places,channels].</param>
/// <param name="Pixels">Shape of what is stored [N,C,H,W].</param>
/// <param name="Layout">Where its pixels lie.</param>
public sealed record ResultRows(Shape Rows, Shape Pixels, RowLayout Layout);
