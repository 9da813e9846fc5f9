using System.Collections.Concurrent;
using System.Text;
using UNet.Cli;
using UNet.Cli.Data;
using UNet.Cli.Progress;
using UNet.Tests.Device;
using UNet.Vulkan.Training;
using Xunit;

namespace UNet.Tests.Cli;

/// <summary>What is told of a training while it runs.</summary>
public sealed class TrainingProgressTests
{
    private static readonly TrainingResult Done = new(Step: 1, IsComplete: true, Best: null, BestStep: 1, KeptModel: false);

    /// <summary>On a new machine minutes may pass before there is anything to show.</summary>
    [Fact]
    public void ALongFirstStepIsExplained()
    {
        using LineQueue error = new();
        string? note = null;
        Of(error, TimeSpan.Zero).Watch(report =>
        {
            error.Lines.TryTake(out note, TimeSpan.FromMinutes(1));
            report(new TrainingReport(1, 1, Loss: 0.5, GradientNorm: 1, LearningRate: 0.1));
            return Done;
        });
        Assert.StartsWith("note: the first step takes longest", note, StringComparison.Ordinal);
        Assert.Empty(error.Lines);
    }

    [Fact]
    public void AShortFirstStepIsNot()
    {
        using LineQueue error = new();
        Of(error, TimeSpan.FromMinutes(1)).Watch(report =>
        {
            report(new TrainingReport(1, 1, Loss: 0.5, GradientNorm: 1, LearningRate: 0.1));
            return Done;
        });
        Assert.Empty(error.Lines);
    }

    private static TrainingProgress Of(TextWriter error, TimeSpan patience)
    {
        Terminal terminal = new(TextWriter.Null, error, isInteractive: false, CancellationToken.None) { Patience = patience };
        FirstRunNote waiting = new(terminal, "the first step", TestDevice.Shared);
        return new(terminal, waiting, done: 0, new LabelClasses([0, 255], AreInstances: false));
    }

    /// <summary>Lines from one thread for another.</summary>
    private sealed class LineQueue : TextWriter
    {
        public BlockingCollection<string> Lines { get; } = [];

        public override Encoding Encoding => Encoding.UTF8;

        public override void WriteLine(string? value) => Lines.Add(value ?? "");

        protected override void Dispose(bool disposing)
        {
            Lines.Dispose();
            base.Dispose(disposing);
        }
    }
}
