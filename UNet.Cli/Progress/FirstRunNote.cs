using UNet.Vulkan.Device;
using UNet.Vulkan.Execution;

namespace UNet.Cli.Progress;

/// <summary>Says why there is nothing to be seen yet, should a first run on a device take long. Disposed as soon as that is done.</summary>
internal sealed class FirstRunNote : IDisposable
{
    private readonly Timer _timer;

    /// <summary>Begins to wait.</summary>
    /// <param name="terminal">Where to say it.</param>
    /// <param name="what">What is run, such as <c>the first step</c>.</param>
    /// <param name="device">Where it is run; the reference has nothing to compile.</param>
    public FirstRunNote(Terminal terminal, string what, IComputeDevice device)
        => _timer = new(
            _ => terminal.NoteAtOnce($"{what} takes longest: the driver may have to compile the kernels, which it keeps for later runs"),
            null, device is VulkanDevice ? terminal.Patience : Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    /// <summary>Says no more.</summary>
    public void Dispose() => _timer.Dispose();
}
