namespace UNet.Vulkan.Training;

/// <summary>The files of a training run.</summary>
/// <param name="Model">The best model so far: <c>-o</c>, such as <c>model.safetensors</c>.</param>
public sealed record TrainingFiles(string Model)
{
    private const string Extension = ".safetensors";

    /// <summary>The newest model: <c>model.last.safetensors</c>.</summary>
    public string Last => Named("last");

    /// <summary>All that a run needs to go on: <c>model.state.safetensors</c>.</summary>
    public string State => Named("state");

    private string Named(string what)
        => (Model.EndsWith(Extension, StringComparison.OrdinalIgnoreCase) ? Model[..^Extension.Length] : Model) + "." + what + Extension;
}
