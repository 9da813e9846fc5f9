using System.Collections.Immutable;
using UNet.Shaders;
using UNet.Vulkan.Device;
using UNet.Vulkan.Inference;
using UNet.Vulkan.Model;
using UNet.Vulkan.Ops.Declaration;
using UNet.Vulkan.Planning;
using UNet.Vulkan.Training;

namespace UNet.Vulkan.Checks;

/// <summary>
/// Every kernel with all the constants that it is given by rule where the paper's network, and one of a quarter of its width, is trained
/// and applied: what a driver has to compile, of all implementations that suit a device.
/// </summary>
public static class KernelVariants
{
    /// <summary>The kernels with the bit patterns of their constants, each once, by name.</summary>
    /// <param name="device">For which device.</param>
    public static IEnumerable<(KernelInfo Kernel, ImmutableArray<uint> Constants)> Of(DeviceProperties device)
        => Graphs().SelectMany(graph => Places(graph).Select(place => Planning(place, device)).Concat(Rules)
            .Select(options => Planner.Plan(graph, device, options)))
            .SelectMany(plan => plan.Dispatches)
            .Select(planned => (planned.Dispatch.Kernel, planned.Dispatch.Constants))
            .DistinctBy(variant => $"{variant.Kernel} {string.Join(' ', variant.Constants)}")
            .OrderBy(variant => variant.Kernel.Name, StringComparer.Ordinal);

    /// <summary>Training in all ways that bring kernels of their own, with fused and unfused ops, and segmentation.</summary>
    private static IEnumerable<Graph.Graph> Graphs()
    {
        UNetConfiguration paper = new();
        yield return Training(new() { Network = paper });
        yield return Training(new() { Network = paper with { Padding = ConvolutionPadding.Same, Dropout = 0.5 }, Tile = 512 });
        yield return Training(new()
        {
            Network = paper with { Architecture = UNetArchitecture.PhsegV5 },
            Optimizer = Optimizer.AdamW,
            Augmentation = Augmentation.Paper,
        });
        yield return Training(new() { Network = paper with { Width = 16 } });
        yield return TiledNetwork.GraphOf(paper, PaperTile, probabilities: true).Graph;
    }

    private const int PaperTile = 572;

    private static Graph.Graph Training(TrainingConfiguration configuration)
    {
        configuration = configuration with { Tile = configuration.Tile ?? PaperTile };
        int side = TileSource.StreamedSide(configuration);
        return new TrainingGraph(configuration, (side, side), residentPixels: 0).Graph;
    }

    /// <summary>What is planned by each rule, beside what stands at one place in all lists.</summary>
    private static IEnumerable<PlanOptions> Rules
        => NumericsRule.Names.Select(name => new PlanOptions { Numerics = NumericsRule.Named(name)! });

    /// <summary>Places in the longest list of implementations.</summary>
    private static IEnumerable<int> Places(Graph.Graph graph)
        => Enumerable.Range(0, graph.Invocations.Max(invocation => invocation.Pass.Implementations.Length));

    private static PlanOptions Planning(int place, DeviceProperties device) => new()
    {
        Fuse = place > 0,
        Choose = (_, candidates)
            => candidates.Last(candidate => candidate.Index <= place && (candidate.Index == 0 || candidate.IsFor(device))),
    };
}
