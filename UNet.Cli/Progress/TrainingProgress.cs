using System.Diagnostics;
using Spectre.Console;
using UNet.Cli.Data;
using UNet.Vulkan.Training;

namespace UNet.Cli.Progress;

/// <summary>
/// Shows how a training goes on: a line that is drawn again and again on a terminal, else a plain line now and then. Every
/// validation has a line of its own.
/// </summary>
/// <param name="terminal">Where to show it.</param>
/// <param name="waiting">Disposed when the first step is done.</param>
/// <param name="done">Steps done before this run.</param>
/// <param name="classes">Names of the classes.</param>
internal sealed class TrainingProgress(Terminal terminal, FirstRunNote waiting, long done, LabelClasses classes)
{
    /// <summary>Seconds between two plain lines.</summary>
    private const double PlainInterval = 15;

    /// <summary>Weight of the past in the loss that is shown: a single tile's jumps about.</summary>
    private const double Smoothing = 0.95;

    private readonly Stopwatch _clock = new();
    private readonly Queue<(long Step, double Seconds)> _recent = new();
    private double _loss = double.NaN;

    /// <summary>When the last plain line was written; the first one comes early, as a sign of life.</summary>
    private double _lastLine = 2 - PlainInterval;

    /// <summary>Runs a training that reports its steps.</summary>
    public TrainingResult Watch(Func<Action<TrainingReport>, TrainingResult> train)
    {
        _clock.Start();
        _recent.Enqueue((done, 0));
        return terminal.IsInteractive ? WatchLive(train) : train(ShowPlain);
    }

    private static string Duration(double seconds) => seconds switch
    {
        < 100 => $"{seconds:0} s",
        < 6000 => $"{seconds / 60:0} min",
        _ => $"{seconds / 3600:0.0} h",
    };

    private TrainingResult WatchLive(Func<Action<TrainingReport>, TrainingResult> train)
    {
        return terminal.Live(console => console.Progress().AutoClear(true)
            .Columns(new ProgressBarColumn(), new PercentageColumn(), new TaskDescriptionColumn { Alignment = Justify.Left })
            .Start(context =>
            {
                ProgressTask? task = null;
                return train(report =>
                {
                    Note(report);
                    task ??= context.AddTask("training", maxValue: report.Steps);
                    task.Value = report.Step;
                    task.Description = Markup.Escape(Describe(report));
                    if (report.Skipped is not null)
                        console.Write(new LineAboveProgress(DescribeSkipped(report)));
                    if (report.Validation is not null)
                        console.Write(new LineAboveProgress(DescribeValidation(report)));
                });
            }));
    }

    private void ShowPlain(TrainingReport report)
    {
        Note(report);
        if (_clock.Elapsed.TotalSeconds - _lastLine >= PlainInterval || report.Step == report.Steps)
        {
            _lastLine = _clock.Elapsed.TotalSeconds;
            terminal.Output.WriteLine(Describe(report));
        }

        if (report.Skipped is not null)
            terminal.Output.WriteLine(DescribeSkipped(report));
        if (report.Validation is not null)
            terminal.Output.WriteLine(DescribeValidation(report));
    }

    private void Note(TrainingReport report)
    {
        waiting.Dispose();
        // A validation comes with the report of its step.
        if (report.Skipped is null)
            _loss = double.IsNaN(_loss) ? report.Loss : Smoothing * _loss + (1 - Smoothing) * report.Loss;
        _recent.Enqueue((report.Step, _clock.Elapsed.TotalSeconds));
        while (_recent.Count > 2 && (_recent.Count > 1000 || _clock.Elapsed.TotalSeconds - _recent.Peek().Seconds > 20))
            _recent.Dequeue();
    }

    private string Describe(TrainingReport report)
    {
        (long step, double seconds) = _recent.Peek();
        double rate = (report.Step - step) / Math.Max(_clock.Elapsed.TotalSeconds - seconds, 1e-3);
        string speed = rate >= 1 ? $"{rate:0.0} steps/s" : $"{1 / rate:0.0} s/step";
        return $"step {report.Step}/{report.Steps}  loss {_loss:0.0000}  {speed}  {Duration((report.Steps - report.Step) / rate)} left";
    }

    private static string DescribeSkipped(TrainingReport report)
    {
        string what = report.Skipped == "loss" ? "the loss" : $"the gradient of '{report.Skipped}'";
        return $"step {report.Step}/{report.Steps}  skipped: {what} left the range of 16-bit numbers; the loss scale is now "
            + $"{report.LossScale}";
    }

    private string DescribeValidation(TrainingReport report)
    {
        ValidationScore score = report.Validation!;
        IEnumerable<string> perClass = score.IoU.Select((iou, c) => $"{classes.NameOf(c)}: {(double.IsNaN(iou) ? "-" : $"{iou:0.000}")}");
        return $"step {report.Step}/{report.Steps}  validation IoU {score.MeanIoU:0.000} ({string.Join(", ", perClass)})  loss "
            + $"{score.Loss:0.0000}{(report.IsBest ? "  best so far" : "")}";
    }
}
