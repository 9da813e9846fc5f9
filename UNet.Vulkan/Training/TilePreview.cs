using System.Collections.Immutable;
using UNet.Vulkan.Device;
using UNet.Vulkan.Execution;
using UNet.Vulkan.Model;
using UNet.Vulkan.Planning;

namespace UNet.Vulkan.Training;

/// <summary>A training tile as the network sees it, with the truth that its output is compared with.</summary>
/// <param name="Image">Name of the image that it is cut from.</param>
/// <param name="Tile">Side of the input tile.</param>
/// <param name="OutputTile">Side of the output tile, the centre of the input tile.</param>
/// <param name="Pixels">Normalised values [channels, tile, tile].</param>
/// <param name="Classes">Class of each output pixel; <see cref="TrainingImage.IgnoredClass"/> where it is ignored.</param>
/// <param name="Weights">Weight of each output pixel in the loss; 0 where it is ignored or lies outside the image.</param>
public sealed record TilePreview(string Image, int Tile, int OutputTile, float[] Pixels, byte[] Classes, float[] Weights)
{
    /// <summary>The first tiles that a run of this configuration would be trained on, sampled on its device.</summary>
    /// <param name="configuration">How to train; channels and classes of its network are taken from the data.</param>
    /// <param name="data">What to train on.</param>
    /// <param name="device">Where to train.</param>
    /// <param name="count">How many tiles.</param>
    /// <param name="weightMapCache">Where weight maps with distances are kept between runs; null for nowhere.</param>
    /// <exception cref="InputException">Configuration and data do not fit each other.</exception>
    /// <exception cref="PlanException">An image or a tile does not fit the device's limits.</exception>
    /// <exception cref="DeviceException">The device has too little memory, or failed.</exception>
    public static ImmutableArray<TilePreview> Sample(
        TrainingConfiguration configuration, TrainingData data, IComputeDevice device, int count, WeightMapCache? weightMapCache = null)
    {
        configuration = Trainer.FilledIn(configuration, data.Validated(), device, resume: null);
        PreparedData prepared = new(data, configuration, weightMapCache);
        TileSource source = new(prepared.Training, configuration, residentBytes: 0);
        Graph.Graph graph = new();
        TileSampling sampling = new(graph, configuration, source.Slot, source.ResidentPixels);
        sampling.X.Keep = sampling.Target.Keep = sampling.PixelWeight.Keep = true;
        using Session session = device.CreateSession(graph);

        ImmutableArray<TilePreview>.Builder tiles = ImmutableArray.CreateBuilder<TilePreview>(count);
        uint[] words = new uint[(int)graph.StepSlot!.Shape.Length];
        TilePlacement[] placements = new TilePlacement[configuration.Batch];
        for (long step = 0; tiles.Count < count; step++)
        {
            for (int i = 0; i < placements.Length; i++)
            {
                placements[i] = prepared.Sampler.Sample(step, i);
                source.Place(session, sampling, words, step, i, placements[i]);
            }

            session.Run(words, source.Copies);
            for (int i = 0; i < placements.Length && tiles.Count < count; i++)
                tiles.Add(Read(session, sampling, i, data.Training[placements[i].Image].Name));
        }

        return tiles.MoveToImmutable();
    }

    private static TilePreview Read(Session session, TileSampling sampling, int index, string image)
    {
        (Graph.Shape input, Graph.Shape output) = (sampling.X.Shape, sampling.Target.Shape);
        float[] pixels = new float[input.C * input.H * input.W], weights = new float[output.H * output.W];
        uint[] classes = new uint[weights.Length];
        session.Read(sampling.X, pixels, (long)index * pixels.Length);
        session.Read(sampling.Target, classes, (long)index * classes.Length);
        session.Read(sampling.PixelWeight, weights, (long)index * weights.Length);
        return new(image, input.H, output.H, pixels, Array.ConvertAll(classes, c => (byte)c), weights);
    }
}
