using System.Buffers;
using System.Collections.Immutable;
using UNet.Shaders;
using UNet.Vulkan.Device;
using UNet.Vulkan.Formats;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Memory;

namespace UNet.Vulkan.Model;

/// <summary>
/// A model file of which all but the trained values has been read and checked. Those are read when a device takes them, to their place
/// there: they need no memory beside it. The file stays open, so that it is still this one if another takes its name.
/// </summary>
public sealed class StoredModel : IDisposable
{
    private const int PieceElements = 1 << 16;

    private readonly SafetensorsReader _file;

    private StoredModel(SafetensorsReader file, string path)
    {
        (_file, Path) = (file, path);
        (Configuration, Classes, Normalization) = ModelFile.ReadMetadata(file.Metadata, path);
        ModelFile.RequireModel(file.Metadata, path);
        ModelFile.RequireParameters(
            [.. file.Entries.Select(entry => entry.Name)], name => file.Find(name)?.Dimensions, Configuration, path);
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The network's form.</summary>
    public UNetConfiguration Configuration { get; }

    /// <summary>What each class stands for, as many as <see cref="UNetConfiguration.Classes"/>.</summary>
    public ImmutableArray<ClassLabel> Classes { get; }

    /// <summary>Name of what is done to an image first; see <see cref="Model.Normalization"/>.</summary>
    public string Normalization { get; }

    /// <summary>Opens a model file.</summary>
    /// <exception cref="InputException">The file cannot be read, is damaged, or is no model of this program.</exception>
    public static StoredModel Open(string path)
    {
        SafetensorsReader file = SafetensorsReader.Open(path);
        try
        {
            return new(file, path);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>The trained values in memory for a session; null where nobody began to read them ahead.</summary>
    internal PreparedMemory? Ahead { get; private set; }

    /// <summary>
    /// Begins, in the background, to read the trained values to where the first session of the network will have them if the processor is
    /// its device: meanwhile that can be opened, which takes about as long. Does nothing where there may be a GPU.
    /// </summary>
    public void ReadAhead()
    {
        if (!DriverSelection.MayFindGpu)
            Prepare();
    }

    /// <summary>The same, whatever drivers may find.</summary>
    internal void Prepare()
    {
        if (Ahead is not null)
            return;
        Graph.Graph graph = UNetNetwork.SmallestGraph(Configuration);
        Ahead = PreparedMemory.Begin(
            graph.Parameters.ToImmutableDictionary(
                parameter => parameter.Name,
                parameter => new BufferRange(0, parameter.Start * parameter.Element.SizeInBytes(), parameter.SizeInBytes)),
            (name, elements, start) => Read(name, elements, start));
    }

    /// <summary>Reads trained values of one tensor.</summary>
    /// <param name="name">The tensor's name, one of <see cref="UNetParameters.Describe"/>.</param>
    /// <param name="elements">Where to; as many as are wanted.</param>
    /// <param name="start">The first of the tensor's elements.</param>
    /// <exception cref="ArgumentException">There is no such tensor.</exception>
    /// <exception cref="InputException">The file can no longer be read, or has values that are not finite.</exception>
    public void Read(string name, Span<float> elements, long start = 0)
    {
        SafetensorsEntry tensor = _file.Find(name) ?? throw new ArgumentException($"There is no tensor '{name}'.", nameof(name));
        // By way of a piece that stays in the cache, because a device's memory may be slow to look at. A kernel would hide what is no
        // number: of max(x, 0) Vulkan says little there, and drivers give 0.
        float[] piece = ArrayPool<float>.Shared.Rent(PieceElements);
        try
        {
            for (int at = 0; at < elements.Length; at += PieceElements)
            {
                Span<float> read = piece.AsSpan(0, Math.Min(PieceElements, elements.Length - at));
                _file.Read(tensor, read, start + at);
                if (!FiniteNumbers.AreAll(read))
                    throw ModelFile.NotFinite(Path, name);
                read.CopyTo(elements[at..]);
            }
        }
        finally
        {
            ArrayPool<float>.Shared.Return(piece);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Ahead?.Dispose();
        _file.Dispose();
    }
}
