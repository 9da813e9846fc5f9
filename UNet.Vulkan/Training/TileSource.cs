using System.Collections.Immutable;
using UNet.Vulkan.Execution;
using UNet.Vulkan.Inference;

namespace UNet.Vulkan.Training;

/// <summary>
/// Brings the images of each step's tiles into the slots. While the data set fits its share of the device's memory it lies
/// there and whole images are copied on the device; else whole images are written, or of larger ones what the tile can
/// touch. All give the network the same values.
/// </summary>
internal sealed class TileSource
{
    /// <summary>Bytes of a slot that every Vulkan device can bind.</summary>
    private const long LargestSlot = 128L << 20;

    private const long BytesPerLabelAndWeight = 8;
    private readonly ImmutableArray<PreparedImage> _images;
    private readonly int _channels;
    private readonly int _margin;
    private readonly int _window;
    private readonly long[] _firstPixel;
    private readonly SlotCopy[] _copies;
    private readonly DeformationSampler? _deformations;
    private readonly ImmutableArray<(float Least, float Range)> _values = [];
    private readonly float[] _windowPixels = [];
    private readonly uint[] _windowLabels = [];
    private readonly float[] _windowWeights = [];

    /// <param name="images">The training images.</param>
    /// <param name="configuration">Everything filled in.</param>
    /// <param name="residentBytes">The data set's share of the device's memory.</param>
    public TileSource(ImmutableArray<PreparedImage> images, TrainingConfiguration configuration, long residentBytes)
    {
        (_images, _channels) = (images, configuration.Network.InChannels);
        (_margin, _window) = (MarginOf(configuration), StreamedSide(configuration));
        if (configuration.Augmentation == Augmentation.Paper)
        {
            _deformations = new DeformationSampler(configuration.Seed, configuration.Deformation, configuration.Tile!.Value);
            _values = [.. images.Select(ValuesOf)];
        }

        _firstPixel = new long[images.Length];
        long pixels = 0;
        for (int i = 0; i < images.Length; i++)
            (_firstPixel[i], pixels) = (pixels, pixels + images[i].Weights.Length);

        Slot = (images.Max(image => image.Height), images.Max(image => image.Width));
        long slotBytes = (long)configuration.Batch * _channels * Slot.Height * Slot.Width * sizeof(float);
        long bytes = pixels * (_channels * sizeof(float) + BytesPerLabelAndWeight);
        if (bytes + 2 * slotBytes <= residentBytes && slotBytes <= LargestSlot && pixels * _channels <= Array.MaxLength)
        {
            ResidentPixels = (int)pixels;
            _copies = new SlotCopy[3 * configuration.Batch];
        }
        else if ((long)Slot.Height * Slot.Width <= (long)_window * _window)
        {
            _copies = [];
        }
        else
        {
            Slot = (_window, _window);
            _copies = [];
            _windowPixels = new float[_channels * _window * _window];
            _windowLabels = new uint[_window * _window];
            _windowWeights = new float[_window * _window];
        }
    }

    /// <summary>
    /// Height and width of the slots: those of the largest image, or where images are streamed and larger, of what one tile
    /// can touch.
    /// </summary>
    public (int Height, int Width) Slot { get; }

    /// <summary>Pixels of the data set on the device; 0 where they are streamed.</summary>
    public int ResidentPixels { get; }

    private bool IsResident => ResidentPixels > 0;

    private bool IsWhole => _windowPixels.Length == 0;

    /// <summary>Side of the part of an image that one tile can touch, whatever its deformation: what is streamed for it.</summary>
    public static int StreamedSide(TrainingConfiguration configuration) => configuration.Tile!.Value + 2 * MarginOf(configuration);

    /// <summary>Writes the resident data set, if there is one.</summary>
    public void Write(Session session, TileSampling graph)
    {
        if (!IsResident)
            return;
        for (int i = 0; i < _images.Length; i++)
        {
            session.Write(graph.Images!, _images[i].Pixels, _firstPixel[i] * _channels);
            session.Write(graph.Labels!, _images[i].Labels, _firstPixel[i]);
            session.Write(graph.Weights!, _images[i].Weights, _firstPixel[i]);
        }
    }

    /// <summary>Prepares the slots for one tile: fills its words, and notes its copies or writes its pixels.</summary>
    public void Place(Session session, TileSampling graph, Span<uint> words, long step, int index, TilePlacement placement)
    {
        if (_deformations is not null)
            graph.SetDeformation(words, step, index, _deformations, _values[placement.Image]);
        PreparedImage image = _images[placement.Image];
        if (!IsWhole)
        {
            WriteWindow(session, graph, index, image, placement.OriginY - _margin, placement.OriginX - _margin);
            graph.SetTile(words, index, _window, _window, _margin, _margin, placement.Orientation);
            return;
        }

        graph.SetTile(words, index, image.Height, image.Width, placement.OriginY, placement.OriginX, placement.Orientation);
        long destination = index * (long)Slot.Height * Slot.Width;
        if (!IsResident)
        {
            session.Write(graph.ImageSlot, image.Pixels, destination * _channels);
            session.Write(graph.LabelSlot, image.Labels, destination);
            session.Write(graph.WeightSlot, image.Weights, destination);
            return;
        }

        int pixels = image.Weights.Length;
        long first = _firstPixel[placement.Image];
        _copies[3 * index] = new(graph.Images!, first * _channels, graph.ImageSlot, destination * _channels, (long)pixels * _channels);
        _copies[3 * index + 1] = new(graph.Labels!, first, graph.LabelSlot, destination, pixels);
        _copies[3 * index + 2] = new(graph.Weights!, first, graph.WeightSlot, destination, pixels);
    }

    /// <summary>The copies noted for the tiles placed last.</summary>
    public ReadOnlySpan<SlotCopy> Copies => _copies;

    private static int MarginOf(TrainingConfiguration configuration)
        => configuration.Augmentation == Augmentation.Paper ? configuration.Deformation.MarginOf(configuration.Tile!.Value) : 0;

    private static (float Least, float Range) ValuesOf(PreparedImage image)
    {
        (float least, float most) = (float.PositiveInfinity, float.NegativeInfinity);
        foreach (float value in image.Pixels)
            (least, most) = (Math.Min(least, value), Math.Max(most, value));
        return (least, most - least);
    }

    private void WriteWindow(Session session, TileSampling graph, int index, PreparedImage image, int y, int x)
    {
        MirrorExtrapolation.CopyTile(image.Pixels, _channels, image.Height, image.Width, y, x, _window, _windowPixels);
        MirrorExtrapolation.CopyTile(image.Labels, 1, image.Height, image.Width, y, x, _window, _windowLabels);
        MirrorExtrapolation.CopyTile(image.Weights, 1, image.Height, image.Width, y, x, _window, _windowWeights);
        ClearOutside(image, y, x);
        session.Write(graph.ImageSlot, _windowPixels, (long)index * _windowPixels.Length);
        session.Write(graph.LabelSlot, _windowLabels, (long)index * _windowLabels.Length);
        session.Write(graph.WeightSlot, _windowWeights, (long)index * _windowWeights.Length);
    }

    private void ClearOutside(PreparedImage image, int originY, int originX)
    {
        for (int row = 0; row < _window; row++)
        {
            Span<float> weights = _windowWeights.AsSpan(row * _window, _window);
            if (originY + row < 0 || originY + row >= image.Height)
            {
                weights.Clear();
                continue;
            }

            int first = Math.Clamp(-originX, 0, _window);
            weights[..first].Clear();
            weights[Math.Clamp(image.Width - originX, first, _window)..].Clear();
        }
    }
}
