using UNet.Vulkan;
using UNet.Vulkan.Formats;

namespace UNet.Cli;

/// <summary>A file that a command will write. Whatever is in its way is told before the work that makes it.</summary>
/// <param name="Path">Where.</param>
/// <param name="Content">What will be there, in words, such as <c>the scores</c>.</param>
internal sealed record OutputFile(string Path, string Content)
{
    /// <summary>Written line by line into whatever is there, a device or a pipe too.</summary>
    public bool IsLog { get; init; }

    private static StringComparer Places
        => OperatingSystem.IsLinux() ? StringComparer.Ordinal : StringComparer.OrdinalIgnoreCase;

    /// <summary>Refuses a path that is a folder, in a folder that is not there or cannot be written to, or that is a device.</summary>
    /// <param name="path">Where to write.</param>
    /// <param name="option">The option that named it.</param>
    /// <exception cref="InputException">The file cannot be written there.</exception>
    public static void Require(string path, string option)
    {
        if (Directory.Exists(path))
            throw new InputException($"'{path}' is a folder; {option} takes the name of a file.");
        string place = AtomicFile.PlaceOf(path);
        if (System.IO.Path.GetDirectoryName(place) is not { } folder || !Directory.Exists(folder))
            throw new InputException($"There is no folder for '{path}'; make it, or give {option} another path.");
        if (!AtomicFile.CanReplace(place))
            throw new InputException($"'{path}' is no regular file, which alone can be written anew; give {option} another path.");
        RequireWritable(folder, $"The folder of '{path}'", option);
    }

    /// <summary>The same for a file that is written line by line, which may as well be a device or a pipe.</summary>
    /// <inheritdoc cref="Require"/>
    public static void RequireLog(string path, string option)
    {
        if (!File.Exists(path))
        {
            Require(path, option);
            return;
        }

        try
        {
            using FileStream stream = new(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"'{path}' cannot be written to; give {option} another path.", e);
        }
    }

    /// <summary>Refuses a folder that is a file, lies below one, or cannot be written to. It need not be there yet.</summary>
    /// <param name="folder">Where to write.</param>
    /// <param name="option">The option that named it.</param>
    /// <exception cref="InputException">No file can be written there.</exception>
    public static void RequireFolder(string folder, string option)
    {
        if (File.Exists(folder))
            throw new InputException($"'{folder}' is a file; {option} takes a folder.");
        string there = AtomicFile.PlaceOf(folder);
        while (!Directory.Exists(there))
        {
            if (File.Exists(there))
                throw new InputException($"'{folder}' lies below '{there}', which is a file; give {option} another folder.");
            there = System.IO.Path.GetDirectoryName(there)
                ?? throw new InputException($"'{folder}' cannot be made; give {option} another folder.");
        }

        RequireWritable(there, $"The folder '{folder}'", option);
    }

    /// <summary>Refuses files that would take the place of one that is read, of each other, or of a folder.</summary>
    /// <param name="outputs">All that will be written.</param>
    /// <param name="inputs">All files that are read.</param>
    /// <param name="remedy">What to do about it.</param>
    /// <exception cref="InputException">There is such a file.</exception>
    public static void RequireApart(IEnumerable<OutputFile> outputs, IEnumerable<string> inputs, string remedy)
    {
        Dictionary<string, string> placeOfFolder = [];
        Dictionary<string, string> read = new(Places);
        foreach (string input in inputs)
            read[PlaceOf(input)] = input;
        Dictionary<string, OutputFile> written = new(Places);
        foreach (OutputFile output in outputs)
        {
            string place = PlaceOf(output.Path);
            if (read.TryGetValue(place, out string? input))
                throw new InputException($"'{input}' would be overwritten with {output.Content}; {remedy}.");
            if (!written.TryAdd(place, output))
            {
                throw new InputException(
                    $"'{output.Path}' would be both {written[place].Content} and {output.Content}; {remedy}.");
            }

            if (!output.IsLog && !AtomicFile.CanReplace(place))
                throw new InputException($"'{output.Path}' is in the way of {output.Content}; {remedy}.");
        }

        // Most files share a folder, whose links are followed once.
        string PlaceOf(string path)
        {
            string full = System.IO.Path.GetFullPath(path);
            string folder = System.IO.Path.GetDirectoryName(full) ?? full;
            if (!placeOfFolder.TryGetValue(folder, out string? place))
                placeOfFolder[folder] = place = AtomicFile.PlaceOf(folder);
            string named = System.IO.Path.Combine(place, System.IO.Path.GetFileName(full));
            return new FileInfo(named).LinkTarget is null ? named : AtomicFile.PlaceOf(named);
        }
    }

    /// <summary>Makes a file there and deletes it, the one way to know on every system.</summary>
    private static void RequireWritable(string folder, string name, string option)
    {
        string trial = System.IO.Path.Combine(folder, $".unet.{Environment.ProcessId}.trial");
        try
        {
            using FileStream stream = new(trial, FileMode.Create, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{name} cannot be written to; give {option} another path.", e);
        }
    }
}
