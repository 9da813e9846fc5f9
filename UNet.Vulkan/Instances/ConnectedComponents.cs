namespace UNet.Vulkan.Instances;

/// <summary>Connected components of a label image.</summary>
public static class ConnectedComponents
{
    /// <summary>
    /// Numbers the components: the maximal connected sets of pixels that have one value other than the background's.
    /// </summary>
    /// <typeparam name="T">Type of a value: a truth value, a class index, an instance id.</typeparam>
    /// <param name="values">Values, [row][column].</param>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    /// <param name="background">The value of pixels that belong to no component.</param>
    /// <param name="connectivity">Which pixels are neighbours.</param>
    /// <param name="count">Number of components.</param>
    /// <returns>
    /// The component of each pixel, [row][column]: 1 .. <paramref name="count"/> in the order of the components' first
    /// pixels row by row, 0 for background.
    /// </returns>
    /// <exception cref="ArgumentException">There are not height x width values.</exception>
    public static int[] Label<T>(
        ReadOnlySpan<T> values, int height, int width, T background, Connectivity connectivity, out int count)
        where T : IEquatable<T>
    {
        if (values.Length != height * width)
            throw new ArgumentException($"{values.Length} values are not {height} x {width}.", nameof(values));
        int[] components = new int[values.Length];
        // Each pixel is put on the stack once at most: when it is numbered.
        int[] stack = new int[values.Length];
        Span<int> neighbours = stackalloc int[8];
        count = 0;
        for (int first = 0; first < values.Length; first++)
        {
            T value = values[first];
            if (components[first] != 0 || value.Equals(background))
                continue;
            components[first] = ++count;
            stack[0] = first;
            for (int waiting = 1; waiting > 0;)
            {
                int found = Neighbours.Of(stack[--waiting], height, width, connectivity, neighbours);
                foreach (int neighbour in neighbours[..found])
                {
                    if (components[neighbour] != 0 || !values[neighbour].Equals(value))
                        continue;
                    components[neighbour] = count;
                    stack[waiting++] = neighbour;
                }
            }
        }

        return components;
    }
}
