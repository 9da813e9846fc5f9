using Spectre.Console;

namespace UNet.Cli.Progress;

/// <summary>Shows how many of some items are done: a bar on a terminal, nothing where the output is a file.</summary>
/// <param name="terminal">Where to show it.</param>
/// <param name="total">All there is to do: the number of items, or of what they consist of.</param>
/// <param name="items">What they are called.</param>
internal sealed class ItemProgress(Terminal terminal, double total, string items)
{
    /// <summary>Does the work, which tells its argument how much of it is done.</summary>
    public void Watch(Action<Action<double>> work)
    {
        if (!terminal.IsInteractive)
        {
            work(_ => { });
            return;
        }

        terminal.Live(console => console.Progress().AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .Start(context =>
            {
                ProgressTask task = context.AddTask(items, maxValue: total);
                work(done => task.Value = done);
                return true;
            }));
    }
}
