using System.Runtime.InteropServices;

namespace UNet.Cli;

/// <summary>The program <c>unet</c>.</summary>
internal static class Program
{
    private static int Main(string[] arguments)
    {
        NativeHeap.GrowInLargeSteps();
        using CancellationTokenSource stop = new();
        Terminal terminal = new(Console.Out, Console.Error, !Console.IsOutputRedirected, stop.Token)
        {
            ShowsErrors = !Console.IsErrorRedirected,
        };
        Console.CancelKeyPress += (_, signal) => signal.Cancel = StopOrQuit("Ctrl-C");
        using PosixSignalRegistration termination = PosixSignalRegistration.Create(
            PosixSignal.SIGTERM, signal => signal.Cancel = StopOrQuit("SIGTERM"));
        // A terminal that is closed, or a connection that is lost.
        using PosixSignalRegistration hangUp = PosixSignalRegistration.Create(
            PosixSignal.SIGHUP, signal => signal.Cancel = StopOrQuit("SIGHUP"));
        return CommandLine.Run(arguments, terminal);

        // The first signal asks the command to save and stop; a second one ends the process at once.
        bool StopOrQuit(string signal)
        {
            bool isFirst = !stop.IsCancellationRequested;
            if (isFirst)
                terminal.Interrupted(signal);
            else if (!Console.IsOutputRedirected)
                Console.CursorVisible = true;
            stop.Cancel();
            return isFirst;
        }
    }
}
