namespace UNet.Cli;

/// <summary>The program <c>unet</c>.</summary>
internal static class Program
{
    private static int Main(string[] arguments)
    {
        NativeHeap.GrowInLargeSteps();
        using CancellationTokenSource stop = new();
        Console.CancelKeyPress += (_, signal) =>
        {
            // The first Ctrl-C asks the command to save and stop; a second one ends the process at once.
            signal.Cancel = !stop.IsCancellationRequested;
            if (signal.Cancel)
                Console.Error.WriteLine("note: stopping; Ctrl-C again quits at once");
            else if (!Console.IsOutputRedirected)
                Console.CursorVisible = true;
            stop.Cancel();
        };
        return CommandLine.Run(arguments, new Terminal(Console.Out, Console.Error, !Console.IsOutputRedirected, stop.Token));
    }
}
