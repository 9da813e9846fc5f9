namespace UNet.Cli;

/// <summary>
/// Gives back what is not needed any more while the program does something else: to return the memory of a large network takes a while.
/// </summary>
/// <param name="resources">What to dispose of, in this order; nobody uses it from <see cref="Begin"/> on.</param>
internal sealed class BackgroundDisposal(params IDisposable[] resources) : IDisposable
{
    private Task? _running;

    /// <summary>Starts.</summary>
    public void Begin() => _running ??= Task.Run(DisposeAll);

    /// <summary>Starts, if that has not happened, and waits for the end.</summary>
    public void Dispose()
    {
        if (_running is null)
            DisposeAll();
        else
            _running.GetAwaiter().GetResult();
    }

    private void DisposeAll()
    {
        foreach (IDisposable resource in resources)
            resource.Dispose();
    }
}
