using System.Globalization;
using System.Text;
using UNet.Vulkan.Formats;
using UNet.Vulkan.Training;

namespace UNet.Cli.Progress;

/// <summary>
/// Loss and scores of every step as comma-separated values, for plots. What is there stays as it is until the first step is added.
/// </summary>
internal sealed class TrainingLog : IDisposable
{
    private const string Header = "step,loss,gradient_norm,learning_rate,validation_loss,validation_mean_iou";
    private readonly string _path;
    private readonly string[] _kept;
    private FileStream? _file;
    private StreamWriter? _writer;

    /// <summary>Prepares to start the file; for a resumed run, to go on after the lines of the steps that were done.</summary>
    /// <param name="path">The file.</param>
    /// <param name="done">Steps done before.</param>
    /// <param name="note">Told where lines of those steps are missing.</param>
    public TrainingLog(string path, long done, Action<string> note)
    {
        _path = path;
        // A device or a pipe keeps no lines, and may have no end.
        _kept = done > 0 && AtomicFile.CanReplace(path) ? KeptLines(path, done) : [];
        if (done > 0 && AtomicFile.CanReplace(path) && _kept.Length < done)
            note($"the log '{path}' lacks {done - _kept.Length} of the {done} steps done before");
    }

    /// <summary>Adds a step.</summary>
    /// <exception cref="IOException">The disk is full or gone.</exception>
    public void Write(TrainingReport step) => Write(() =>
    {
        bool isFirst = _writer is null;
        _writer ??= Open();
        string validation = $"{step.Validation?.Loss:R},{step.Validation?.MeanIoU:R}";
        _writer.WriteLine($"{step.Step},{step.Loss:R},{step.GradientNorm:R},{step.LearningRate:R},{validation}");
        // The first one, so that an old log gives way to no empty one.
        if (isFirst || step.Validation is not null)
            _writer.Flush();
    });

    /// <summary>Puts all steps that were added on the disk.</summary>
    /// <exception cref="IOException">The disk is full or gone.</exception>
    public void Flush() => Write(() =>
    {
        _writer?.Flush();
        _file?.Flush(flushToDisk: true);
    });

    /// <inheritdoc/>
    public void Dispose() => Write(() => _writer?.Dispose());

    /// <summary>
    /// The whole lines of steps that were done, in order and each once. An interrupted run may have logged steps after its last save,
    /// which are done again, and may have been ended within a line.
    /// </summary>
    private static string[] KeptLines(string path, long done)
    {
        if (!File.Exists(path))
            return [];
        int columns = Header.Split(',').Length;
        string[] lines = File.ReadAllText(path).Split('\n');
        List<string> kept = [];
        long last = 0;
        // What follows the last newline is no whole line.
        foreach (string line in lines.SkipLast(1).Select(line => line.TrimEnd('\r')))
        {
            string[] cells = line.Split(',');
            if (cells.Length != columns || !long.TryParse(cells[0], NumberStyles.None, CultureInfo.InvariantCulture, out long step)
                || step <= last || step > done)
                continue;
            kept.Add(line);
            last = step;
        }

        return [.. kept];
    }

    private StreamWriter Open()
    {
        // Lines of many hours are not lost where the disk is full.
        if (_kept.Length > 0)
            AtomicFile.Write(_path, stream => stream.Write(Encoding.UTF8.GetBytes($"{Header}\n{string.Join('\n', _kept)}\n")));
        _file = new FileStream(_path, _kept.Length > 0 ? FileMode.Append : FileMode.Create, FileAccess.Write, FileShare.Read);
        StreamWriter writer = new(_file) { NewLine = "\n" };
        if (_kept.Length == 0)
            writer.WriteLine(Header);
        return writer;
    }

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
