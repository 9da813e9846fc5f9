using UNet.Vulkan;

namespace UNet.Cli;

/// <summary>Looks at where a file is to be written before the work that makes it.</summary>
internal static class OutputFile
{
    /// <summary>Refuses a path that is a folder, or in a folder that is not there.</summary>
    /// <param name="path">Where to write.</param>
    /// <param name="option">The option that named it.</param>
    /// <exception cref="InputException">The file cannot be written there.</exception>
    public static void Require(string path, string option)
    {
        if (Directory.Exists(path))
            throw new InputException($"'{path}' is a folder; {option} takes the name of a file.");
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is not { } folder || !Directory.Exists(folder))
            throw new InputException($"There is no folder for '{path}'; make it, or give {option} another path.");
    }
}
