using UNet.Vulkan.Execution;
using UNet.Vulkan.Model;

namespace UNet.Vulkan.Training;

/// <summary>Trains a U-Net on a device.</summary>
public sealed class Trainer : IDisposable
{
    /// <summary>Prepares a run: builds the network, normalises the images and brings them to the device.</summary>
    /// <param name="configuration">How to train; channels and classes of its network are taken from the data.</param>
    /// <param name="data">What to train on.</param>
    /// <param name="device">Where to train.</param>
    /// <param name="initial">A model whose parameters to start from (<c>--init</c>); null for random ones.</param>
    /// <param name="resume">A state to go on from (<c>--resume</c>); its configuration is normally the one to pass.</param>
    /// <exception cref="InputException">Configuration, data, model or state do not fit each other.</exception>
    public Trainer(TrainingConfiguration configuration, TrainingData data, IComputeDevice device, UNetModel? initial = null, TrainingState? resume = null)
        => throw new NotSupportedException($"{configuration} {data} {device} {initial} {resume}");

    /// <summary>The configuration with everything filled in that was left open: channels, classes, tile.</summary>
    public TrainingConfiguration Configuration => throw new NotSupportedException();

    /// <summary>Steps done so far.</summary>
    public long Step => throw new NotSupportedException();

    /// <summary>The network as it is now.</summary>
    public UNetModel Model => throw new NotSupportedException();

    /// <summary>
    /// Trains until the last step or until cancelled; then, and after every validation, saves state and models.
    /// </summary>
    /// <param name="files">Where to save; null to save nothing.</param>
    /// <param name="progress">Told of every step, in order, on the calling thread.</param>
    /// <param name="cancellation">Stops after the steps in flight; everything is saved, and a later run can resume.</param>
    /// <exception cref="TrainingDivergedException">The loss or a gradient is no finite number; nothing is saved over the last good model.</exception>
    /// <exception cref="IOException">A file cannot be written.</exception>
    public TrainingResult Run(TrainingFiles? files = null, Action<TrainingReport>? progress = null, CancellationToken cancellation = default)
        => throw new NotSupportedException($"{files} {progress} {cancellation}");

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
