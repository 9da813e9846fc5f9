using NetVips;

namespace UNet.Cli.Images;

/// <summary>Set-up of libvips, once a process.</summary>
internal static class Codec
{
    private static readonly Lazy<bool> Prepared = new(() =>
    {
        // A cached result would be wrong for a file that was written again under its name.
        Cache.Max = 0;

        // What libvips warns of is an exception too; its own lines would be a second message on stderr.
        Silence = (_, _, _) => { };
        Log.SetLogHandler("VIPS", Enums.LogLevelFlags.Warning | Enums.LogLevelFlags.Info | Enums.LogLevelFlags.Message, Silence);
        return true;
    });

    // Held here, because native code keeps only the pointer.
    private static Log.LogDelegate? Silence { get; set; }

    /// <summary>Call before any use of libvips.</summary>
    public static void Prepare() => _ = Prepared.Value;
}
