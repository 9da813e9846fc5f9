namespace UNet.Vulkan.Formats;

/// <summary>
/// Writes a file so that its name never stands for half of it: under a temporary name in the same folder, flushed to the
/// disk, then renamed. If anything fails, the old file stays as it was and the temporary one is removed.
/// </summary>
public static class AtomicFile
{
    /// <summary>Writes through a stream.</summary>
    /// <exception cref="IOException">The folder is missing, full or not writable.</exception>
    public static void Write(string path, Action<FileStream> write) => WriteNamed(path, temporary =>
    {
        using FileStream stream = new(temporary, FileMode.Create, FileAccess.Write, FileShare.None);
        write(stream);
    });

    /// <summary>Writes through a library that wants a file name; it must have closed the file when it returns.</summary>
    /// <inheritdoc cref="Write" path="/exception"/>
    public static void WriteNamed(string path, Action<string> write)
    {
        string full = Path.GetFullPath(path);
        string temporary = Path.Combine(Path.GetDirectoryName(full)!, $".{Path.GetFileName(full)}.{Environment.ProcessId}.part");
        try
        {
            write(temporary);

            // A rename may reach the disk before the data does: the data goes first.
            using (FileStream stream = new(temporary, FileMode.Open, FileAccess.ReadWrite))
                stream.Flush(flushToDisk: true);
            File.Move(temporary, full, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }
}
