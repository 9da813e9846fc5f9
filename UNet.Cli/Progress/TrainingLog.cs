using System.Text;
using UNet.Vulkan.Formats;
using UNet.Vulkan.Training;

namespace UNet.Cli.Progress;

/// <summary>Loss and scores of every step as comma-separated values, for plots.</summary>
internal sealed class TrainingLog : IDisposable
{
    private const string Header = "step,loss,gradient_norm,learning_rate,validation_loss,validation_mean_iou";
    private readonly string _path;
    private readonly StreamWriter _writer;

    /// <summary>Starts the file; for a resumed run, after the lines of the steps that were done.</summary>
    /// <param name="path">The file.</param>
    /// <param name="done">Steps done before.</param>
    public TrainingLog(string path, long done)
    {
        // An interrupted run may have logged steps after its last save; they are done again.
        string[] kept = done > 0 && File.Exists(path)
            ? [.. File.ReadLines(path).Where(line => long.TryParse(line.Split(',')[0], out long step) && step <= done)]
            : [];
        _path = path;
        // Lines of many hours are not lost where the disk is full.
        if (kept.Length > 0)
            AtomicFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes($"{Header}\n{string.Join('\n', kept)}\n")));
        _writer = new StreamWriter(path, append: kept.Length > 0) { NewLine = "\n" };
        if (kept.Length == 0)
            Write(() => _writer.WriteLine(Header));
    }

    /// <summary>Adds a step.</summary>
    /// <exception cref="IOException">The disk is full or gone.</exception>
    public void Write(TrainingReport step) => Write(() =>
    {
        string validation = $"{step.Validation?.Loss:R},{step.Validation?.MeanIoU:R}";
        _writer.WriteLine($"{step.Step},{step.Loss:R},{step.GradientNorm:R},{step.LearningRate:R},{validation}");
        if (step.Validation is not null)
            _writer.Flush();
    });

    /// <inheritdoc/>
    public void Dispose() => Write(_writer.Dispose);

    private void Write(Action write)
    {
        try
        {
            write();
        }
        catch (IOException e)
        {
            throw new IOException($"The log '{_path}' cannot be written: {e.Message}", e);
        }
    }
}
