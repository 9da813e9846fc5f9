using System.Collections;

namespace UNet.Cli.Images;

/// <summary>
/// Reads items in their order, each in the background while the one before is worked on; the first from the moment that this
/// is made.
/// </summary>
/// <param name="count">Number of items.</param>
/// <param name="read">Reads one; what it throws arises where the item is asked for.</param>
internal sealed class ReadAhead<T>(int count, Func<int, T> read) : IEnumerable<T>, IDisposable
{
    private Task<T>? _next = count > 0 ? Task.Run(() => read(0)) : null;

    /// <inheritdoc/>
    public IEnumerator<T> GetEnumerator()
    {
        for (int i = 1; _next is not null; i++)
        {
            T item = _next.GetAwaiter().GetResult();
            int following = i;
            _next = following < count ? Task.Run(() => read(following)) : null;
            yield return item;
        }
    }

    /// <summary>Waits for what is being read, and disposes of it; nobody asks for it any more, nor for why it could not be read.</summary>
    public void Dispose()
    {
        if (_next is null)
            return;
        ((IAsyncResult)_next).AsyncWaitHandle.WaitOne();
        if (_next.IsCompletedSuccessfully)
            (_next.Result as IDisposable)?.Dispose();
        _next = null;
    }

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
