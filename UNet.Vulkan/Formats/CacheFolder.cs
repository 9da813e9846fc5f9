namespace UNet.Vulkan.Formats;

/// <summary>Where files lie that only save time and may be deleted at any moment.</summary>
public static class CacheFolder
{
    /// <summary>
    /// This program's folder in the user's cache: <c>$XDG_CACHE_HOME/unet-vulkan</c> or <c>~/.cache/unet-vulkan</c>,
    /// <c>~/Library/Caches/unet-vulkan</c> on macOS, <c>%LOCALAPPDATA%\unet-vulkan</c> on Windows; null for a user who has none.
    /// </summary>
    public static string? Default
    {
        get
        {
            string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
            string? cache;
            if (OperatingSystem.IsWindows())
                cache = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData);
            else if (OperatingSystem.IsMacOS())
                cache = home.Length == 0 ? null : Path.Combine(home, "Library", "Caches");
            else if (Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } stated && Path.IsPathRooted(stated))
                cache = stated;
            else
                cache = home.Length == 0 ? null : Path.Combine(home, ".cache");
            return string.IsNullOrEmpty(cache) ? null : Path.Combine(cache, "unet-vulkan");
        }
    }
}
