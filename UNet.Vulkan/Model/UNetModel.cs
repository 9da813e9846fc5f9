using System.Collections.Immutable;
using UNet.Vulkan.Formats;

namespace UNet.Vulkan.Model;

/// <summary>A network with its trained values and all that is needed to use it on an image.</summary>
/// <param name="Configuration">The network's form.</param>
/// <param name="Parameters">Its trained values, in the order of <see cref="UNetParameters.Describe"/>.</param>
/// <param name="Classes">What each class stands for, as many as <see cref="UNetConfiguration.Classes"/>.</param>
/// <param name="Normalization">Name of what is done to an image first; see <see cref="Model.Normalization"/>.</param>
public sealed record UNetModel(
    UNetConfiguration Configuration,
    ImmutableArray<NamedTensor> Parameters,
    ImmutableArray<ClassLabel> Classes,
    string Normalization = Model.Normalization.PerImageStandard)
{
    /// <summary>Reads a model file.</summary>
    /// <exception cref="InputException">The file cannot be read, is damaged, or is no model of this program.</exception>
    public static UNetModel Read(string path) => ModelFile.Read(path);

    /// <summary>Writes a model file: under a temporary name, flushed to disk, then renamed.</summary>
    /// <exception cref="IOException">The folder is missing, full or not writable.</exception>
    public void Write(string path) => ModelFile.ToFile(this).Write(path);
}
