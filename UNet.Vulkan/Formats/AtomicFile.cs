using System.Runtime.InteropServices;

namespace UNet.Vulkan.Formats;

/// <summary>
/// Writes a file so that its name never stands for half of it: under a temporary name in the same folder, flushed to the
/// disk, then renamed. If anything fails, the old file stays as it was and the temporary one is removed. Where the name is a
/// link, the file that it leads to is written, and the link stays. Of several who write it at once, the last one's is there.
/// </summary>
public static partial class AtomicFile
{
    /// <summary>Links that lead to links beyond this number lead in a circle.</summary>
    private const int MostLinks = 40;

    // From Linux's stat.h: what kind of file a mode tells of, and the kind that holds bytes.
    private const int FileKind = 0xF000;
    private const int RegularFile = 0x8000;
    private const int ModeOffset = 28;
    private const int StatusBytes = 256;
    private const int CurrentFolder = -100;
    private const uint TypeAlone = 1;

    /// <summary>Writes through a stream.</summary>
    /// <exception cref="IOException">
    /// The folder is missing, full or not writable, the file may not be replaced, or the name stands for a device or a pipe.
    /// </exception>
    public static void Write(string path, Action<FileStream> write) => WriteNamed(path, temporary =>
    {
        using FileStream stream = new(temporary, FileMode.Create, FileAccess.Write, FileShare.None);
        write(stream);
    });

    /// <summary>Writes through a library that wants a file name; it must have closed the file when it returns.</summary>
    /// <inheritdoc cref="Write" path="/exception"/>
    public static void WriteNamed(string path, Action<string> write)
    {
        try
        {
            string full = PlaceOf(path);
            if (!CanReplace(full))
                throw new IOException($"'{path}' is no regular file; give another name.");
            Replace(full, write);
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new IOException($"'{path}' may not be written by you; change the permissions of it or its folder.", exception);
        }
    }

    private static void Replace(string full, Action<string> write)
    {
        // The number of a process would be unique neither among its threads nor among computers that share a folder.
        string name = $".{Path.GetFileName(full)}.{Guid.NewGuid():N}.part";
        string temporary = Path.Combine(Path.GetDirectoryName(full)!, name);
        // From here on it is this call's file, and nobody else's, that is removed.
        new FileStream(temporary, FileMode.CreateNew, FileAccess.Write).Dispose();
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

    /// <summary>Where a path really leads: full, with every link on the way followed. What is not there stands as it is.</summary>
    public static string PlaceOf(string path) => PlaceOf(path, MostLinks);

    /// <summary>Whether a file can be written in the place of what is there: of nothing, or of a regular file.</summary>
    public static bool CanReplace(string path)
    {
        if (Directory.Exists(path))
            return false;
        if (!OperatingSystem.IsLinux() || !File.Exists(path))
            return true;
        Span<byte> status = stackalloc byte[StatusBytes];
        try
        {
            return Status(CurrentFolder, path, 0, TypeAlone, status) != 0
                || (MemoryMarshal.Read<ushort>(status[ModeOffset..]) & FileKind) == RegularFile;
        }
        catch (EntryPointNotFoundException)
        {
            return true; // an older C library
        }
    }

    private static string PlaceOf(string path, int links)
    {
        string full = Path.GetFullPath(path);
        string place = Path.GetPathRoot(full)!;
        foreach (string name in full[place.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries))
        {
            place = Path.Combine(place, name);
            if (links > 0 && new FileInfo(place).LinkTarget is { } target)
                place = PlaceOf(Path.Combine(Path.GetDirectoryName(place)!, target), --links);
        }

        return place;
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Status(int folder, string path, int flags, uint mask, Span<byte> status);
}
