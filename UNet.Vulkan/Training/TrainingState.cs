namespace UNet.Vulkan.Training;

/// <summary>All that a run needs to go on exactly as if it had not been interrupted.</summary>
public sealed record TrainingState
{
    /// <summary>How the run was set up.</summary>
    public required TrainingConfiguration Configuration { get; init; }

    /// <summary>Steps done.</summary>
    public required long Step { get; init; }

    /// <summary>Reads a state file.</summary>
    /// <exception cref="InputException">The file cannot be read, is damaged, or is no training state of this program.</exception>
    public static TrainingState Read(string path) => throw new NotSupportedException(path);
}
