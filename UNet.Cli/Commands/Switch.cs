namespace UNet.Cli.Commands;

/// <summary>On or off. (An option of a truth value would not take a word.)</summary>
internal enum Switch
{
    On,
    Off,
}
