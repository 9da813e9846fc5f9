using Spectre.Console;

namespace UNet.Cli.Progress;

/// <summary>Shows how many of some items are done: a bar on a terminal, nothing where the output is a file.</summary>
/// <param name="terminal">Where to show it.</param>
/// <param name="count">Number of items.</param>
/// <param name="items">What they are called.</param>
internal sealed class ItemProgress(Terminal terminal, int count, string items)
{
    /// <summary>Does the work, which calls its argument after each item.</summary>
    public void Watch(Action<Action> work)
    {
        if (!terminal.IsInteractive)
        {
            work(() => { });
            return;
        }

        terminal.LiveConsole().Progress().AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .Start(context =>
            {
                ProgressTask task = context.AddTask(items, maxValue: count);
                work(() => task.Increment(1));
            });
    }
}
