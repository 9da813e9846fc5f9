using System.Collections.Immutable;
using UNet.Vulkan.Execution;
using UNet.Vulkan.Inference;

namespace UNet.Vulkan.Training;

/// <summary>
/// Brings the images of each step's tiles into the slots. While the data set fits its share of the device's memory it lies
/// there and whole images are copied on the device; else the tiles are cut on the processor and written. Both give the
/// network the same values.
/// </summary>
internal sealed class TileSource
{
    /// <summary>Bytes of a slot that every Vulkan device can bind.</summary>
    private const long LargestSlot = 128L << 20;

    private const long BytesPerLabelAndWeight = 8;
    private readonly ImmutableArray<PreparedImage> _images;
    private readonly int _channels;
    private readonly int _tile;
    private readonly long[] _firstPixel;
    private readonly SlotCopy[] _copies;
    private readonly float[] _tilePixels = [];
    private readonly uint[] _tileLabels = [];
    private readonly float[] _tileWeights = [];

    /// <param name="images">The training images.</param>
    /// <param name="configuration">Everything filled in.</param>
    /// <param name="residentBytes">The data set's share of the device's memory.</param>
    public TileSource(ImmutableArray<PreparedImage> images, TrainingConfiguration configuration, long residentBytes)
    {
        (_images, _channels, _tile) = (images, configuration.Network.InChannels, configuration.Tile!.Value);
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
        else
        {
            Slot = (_tile, _tile);
            _copies = [];
            _tilePixels = new float[_channels * _tile * _tile];
            _tileLabels = new uint[_tile * _tile];
            _tileWeights = new float[_tile * _tile];
        }
    }

    /// <summary>Height and width of the slots: those of the largest image, or of a tile where tiles are streamed.</summary>
    public (int Height, int Width) Slot { get; }

    /// <summary>Pixels of the data set on the device; 0 where tiles are streamed.</summary>
    public int ResidentPixels { get; }

    private bool IsResident => ResidentPixels > 0;

    /// <summary>Writes the resident data set, if there is one.</summary>
    public void Write(Session session, TrainingGraph graph)
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
    public void Place(Session session, TrainingGraph graph, Span<uint> words, int index, TilePlacement placement)
    {
        PreparedImage image = _images[placement.Image];
        if (IsResident)
        {
            int pixels = image.Weights.Length;
            long slotPixels = (long)Slot.Height * Slot.Width, first = _firstPixel[placement.Image];
            long destination = index * slotPixels;
            _copies[3 * index] = new(graph.Images!, first * _channels, graph.ImageSlot, destination * _channels, (long)pixels * _channels);
            _copies[3 * index + 1] = new(graph.Labels!, first, graph.LabelSlot, destination, pixels);
            _copies[3 * index + 2] = new(graph.Weights!, first, graph.WeightSlot, destination, pixels);
            graph.SetTile(words, index, image.Height, image.Width, placement.OriginY, placement.OriginX, placement.Orientation);
            return;
        }

        (int y, int x) = (placement.OriginY, placement.OriginX);
        MirrorExtrapolation.CopyTile(image.Pixels, _channels, image.Height, image.Width, y, x, _tile, _tilePixels);
        MirrorExtrapolation.CopyTile(image.Labels, 1, image.Height, image.Width, y, x, _tile, _tileLabels);
        MirrorExtrapolation.CopyTile(image.Weights, 1, image.Height, image.Width, y, x, _tile, _tileWeights);
        ClearOutside(image, y, x);
        session.Write(graph.ImageSlot, _tilePixels, (long)index * _tilePixels.Length);
        session.Write(graph.LabelSlot, _tileLabels, (long)index * _tileLabels.Length);
        session.Write(graph.WeightSlot, _tileWeights, (long)index * _tileWeights.Length);
        graph.SetTile(words, index, _tile, _tile, 0, 0, placement.Orientation);
    }

    /// <summary>The copies noted for the tiles placed last.</summary>
    public ReadOnlySpan<SlotCopy> Copies => _copies;

    private void ClearOutside(PreparedImage image, int originY, int originX)
    {
        for (int row = 0; row < _tile; row++)
        {
            Span<float> weights = _tileWeights.AsSpan(row * _tile, _tile);
            if (originY + row < 0 || originY + row >= image.Height)
            {
                weights.Clear();
                continue;
            }

            int first = Math.Clamp(-originX, 0, _tile);
            weights[..first].Clear();
            weights[Math.Clamp(image.Width - originX, first, _tile)..].Clear();
        }
    }
}
