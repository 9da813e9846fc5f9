using UNet.Shaders;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Ops.Declaration;

namespace UNet.Vulkan.Checks;

/// <summary>
/// Samples at the edges of an op's tiles. Mistakes hide where a tensor ends just before, at, or just after the end of a
/// tile, so the first declared sample is resized to these extents: for the width one workgroup's invocations times
/// <c>TILE_W</c>, for the height <c>TILE_H</c>, for the channels <c>TILE_C</c>.
/// </summary>
public static class TileSamples
{
    /// <summary>The declared samples of an op, followed by those at the edges of its tiles.</summary>
    /// <param name="info">The op.</param>
    /// <param name="declared">Its declared samples.</param>
    public static IEnumerable<OpSample> Of(OpInfo info, IEnumerable<OpSample> declared)
    {
        OpSample[] samples = [.. declared];
        // Only ops of one image-shaped input can be resized freely; the others' samples are all written by hand.
        if (info.Given.Length != 1 || samples[0].Inputs[0].Rank != 4)
            return samples;
        IEnumerable<KernelInfo> tiled = info.Passes.SelectMany(pass => pass.Implementations)
            .SelectMany(implementation => implementation.Kernels)
            .Select(use => use.Kernel)
            .Where(kernel => kernel.Constants.Any(constant => constant.Name.StartsWith("TILE_", StringComparison.Ordinal)));
        IEnumerable<OpSample> derived = tiled.SelectMany(kernel => AtEdges(samples[0], kernel));
        return [.. samples, .. derived.DistinctBy(sample => string.Join(';', sample.Inputs))];
    }

    private static IEnumerable<OpSample> AtEdges(OpSample sample, KernelInfo kernel)
    {
        uint Tile(string name) => kernel.Constants.FirstOrDefault(constant => constant.Name == name)?.DefaultBits ?? 1;
        Shape input = sample.Inputs[0];
        foreach (int extent in Around(kernel.LocalSize.X * Tile("TILE_W")))
            yield return Grown(sample, w => new Shape(input.N, input.C, input.H, w), output => output.W == extent, extent);
        foreach (int extent in Around(Tile("TILE_H")))
            yield return Grown(sample, h => new Shape(input.N, input.C, h, input.W), output => output.H == extent, extent);
        foreach (int channels in Around(Tile("TILE_C")).Append(3))
            yield return WithInput(sample, new Shape(input.N, channels, input.H, input.W));
    }

    private static IEnumerable<int> Around(uint extent)
        => new[] { (int)extent - 1, (int)extent, (int)extent + 1 }.Where(value => value > 0);

    /// <summary>The sample with the smallest input whose output fits; the sample as it is where there is none.</summary>
    private static OpSample Grown(OpSample sample, Func<int, Shape> input, Func<Shape, bool> fits, int wanted)
    {
        for (int extent = 1; extent <= 2 * wanted + 8; extent++)
        {
            OpSample grown = WithInput(sample, input(extent));
            if (OutputOf(grown) is { } output && fits(output))
                return grown;
        }
        return sample;
    }

    private static OpSample WithInput(OpSample sample, Shape input) => sample with { Inputs = sample.Inputs.SetItem(0, input) };

    private static Shape? OutputOf(OpSample sample)
    {
        try
        {
            Role output = sample.Op.Info.Roles.First(role => role.Kind == RoleKind.Output);
            return sample.Op.InferShapes(sample.Inputs.AsSpan())[output.Index];
        }
        catch (ArgumentException)
        {
            return null;
        }
    }
}
