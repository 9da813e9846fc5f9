using Spectre.Console;

namespace UNet.Cli.Progress;

/// <summary>Shows how many of some items are done: a bar on a terminal, nothing where the output is a file.</summary>
/// <param name="terminal">Where to show it.</param>
/// <param name="count">Number of items.</param>
/// <param name="items">What they are called.</param>
internal sealed class ItemProgress(Terminal terminal, int count, string items)
{
    /// <summary>Does the work, which tells its argument how many items are done, parts of one included.</summary>
    public void Watch(Action<Action<double>> work)
    {
        if (!terminal.IsInteractive)
        {
            work(_ => { });
            return;
        }

        terminal.LiveConsole().Progress().AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .Start(context =>
            {
                ProgressTask task = context.AddTask(items, maxValue: count);
                work(done => task.Value = done);
            });
    }
}
