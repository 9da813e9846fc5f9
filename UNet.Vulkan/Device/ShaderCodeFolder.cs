using System.Collections.Concurrent;

namespace UNet.Vulkan.Device;

/// <summary>
/// The files in which the code of shader objects is kept between runs, one for each kernel and set of constants, of all drivers. They only
/// save time, and may be deleted at any moment.
/// </summary>
/// <param name="path">Where they lie.</param>
internal sealed class ShaderCodeFolder(string path)
{
    /// <summary>Bytes of all files; beyond these, the oldest are deleted.</summary>
    private const long MostBytes = 256 << 20;

    private readonly ConcurrentDictionary<string, byte[]> _unsaved = [];

    /// <summary>Where the files lie.</summary>
    public string Path => path;

    /// <summary>The folder, or null where the user has no cache folder.</summary>
    /// <param name="cache">Folder to use in place of the user's cache folder.</param>
    public static ShaderCodeFolder? In(string? cache = null)
    {
        cache ??= Formats.CacheFolder.Default;
        return cache is null ? null : new(System.IO.Path.Combine(cache, "kernels"));
    }

    /// <summary>What was added under a name, or is kept in a file; empty where there is neither.</summary>
    public byte[] Find(string name) => _unsaved.TryGetValue(name, out byte[]? code) ? code : FileOf(name).Load();

    /// <summary>Keeps code under a name.</summary>
    public void Add(string name, byte[] code) => _unsaved[name] = code;

    /// <summary>Writes files for all that was added.</summary>
    public void Save()
    {
        if (_unsaved.IsEmpty)
            return;
        foreach ((string name, byte[] code) in _unsaved)
        {
            FileOf(name).Store(code);
            _unsaved.TryRemove(name, out _);
        }
        Trim(MostBytes);
    }

    /// <summary>Deletes the files that were written first, for those that stay to have so many bytes at most.</summary>
    public void Trim(long mostBytes)
    {
        try
        {
            long bytes = 0;
            foreach (FileInfo file in new DirectoryInfo(path).GetFiles().OrderByDescending(file => file.LastWriteTimeUtc))
            {
                bytes += file.Length;
                if (bytes > mostBytes)
                    file.Delete();
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Another process may be doing the same.
        }
    }

    private DriverCacheFile FileOf(string name) => new(System.IO.Path.Combine(path, name + ".bin"));
}
