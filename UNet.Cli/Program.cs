namespace UNet.Cli;

/// <summary>The program <c>unet</c>.</summary>
internal static class Program
{
    private static int Main() => 2;
}
