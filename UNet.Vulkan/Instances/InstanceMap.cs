namespace UNet.Vulkan.Instances;

/// <summary>Which instance, such as which cell, each pixel of an image belongs to.</summary>
/// <param name="Height">Rows.</param>
/// <param name="Width">Columns.</param>
/// <param name="Ids">1 .. <paramref name="Count"/>, 0 for background, [row][column].</param>
/// <param name="Count">Number of instances.</param>
public sealed record InstanceMap(int Height, int Width, int[] Ids, int Count);
