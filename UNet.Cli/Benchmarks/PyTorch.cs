using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using UNet.Vulkan;

namespace UNet.Cli.Benchmarks;

/// <summary>A Python that has PyTorch, and the script that times the same network there.</summary>
/// <param name="Python">Name or path of the Python program.</param>
internal sealed record PyTorch(string Python)
{
    private const string Script = "pytorch_unet.py";

    /// <summary>Finds a Python with PyTorch; null where there is none.</summary>
    public static PyTorch? Find()
        => new[] { "python3", "/usr/bin/python3", "python" }.Where(Has).Select(python => new PyTorch(python)).FirstOrDefault();

    /// <summary>The Python that the user names.</summary>
    /// <exception cref="InputException">It does not run, or has no PyTorch.</exception>
    public static PyTorch At(string python) => Has(python)
        ? new PyTorch(python)
        : throw new InputException($"'{python}' is no Python that has PyTorch; give --python another one, or leave it out.");

    /// <summary>Times the network in every mode that this PyTorch has.</summary>
    /// <param name="benchmark">What to time.</param>
    /// <param name="onGpu">On the first CUDA (or ROCm) device rather than on the processor.</param>
    /// <param name="note">Told of a mode that does not run.</param>
    /// <param name="stop">Ends the script.</param>
    /// <exception cref="InvalidOperationException">The script failed, or answered with a line that is not understood.</exception>
    public IReadOnlyList<NetworkTimes> Run(NetworkBenchmark benchmark, bool onGpu, Action<string> note, CancellationToken stop)
    {
        using Process process = Start(
            "-",
            "--width", Text(benchmark.Network.Width),
            "--depth", Text(benchmark.Network.Depth),
            "--tile", Text(benchmark.Tile),
            "--count", Text(benchmark.Count),
            "--device", onGpu ? "cuda" : "cpu");
        using CancellationTokenRegistration registration = stop.Register(() => process.Kill(entireProcessTree: true));
        try
        {
            return Run(process, note, stop);
        }
        finally
        {
            // Nobody reads any more what it prints.
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
                process.WaitForExit();
            }
        }
    }

    private List<NetworkTimes> Run(Process process, Action<string> note, CancellationToken stop)
    {
        StringBuilder errors = new();
        process.ErrorDataReceived += (_, line) => errors.AppendLine(line.Data);
        process.BeginErrorReadLine();
        using (Stream script = typeof(PyTorch).Assembly.GetManifestResourceStream(Script)!)
            script.CopyTo(process.StandardInput.BaseStream);
        process.StandardInput.Close();

        List<NetworkTimes> all = [];
        while (process.StandardOutput.ReadLine() is { } line)
        {
            // PyTorch and the compilers that it calls may print, too.
            if (!line.StartsWith('{'))
                continue;
            (NetworkTimes? times, string problem) = Parse(line);
            if (times is null)
                note(problem);
            else
                all.Add(times);
        }

        process.WaitForExit();
        stop.ThrowIfCancellationRequested();
        if (process.ExitCode != 0)
        {
            string last = errors.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                .LastOrDefault() ?? "";
            throw new InvalidOperationException($"PyTorch in '{Python}' could not run the network: {last}");
        }

        return all;
    }

    /// <summary>The times of a mode, or what is to be told of one that does not run.</summary>
    private (NetworkTimes? Times, string Problem) Parse(string line)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(line);
            JsonElement json = document.RootElement;
            string name = $"PyTorch {json.GetProperty("torch").GetString()}, {json.GetProperty("mode").GetString()}";
            if (json.TryGetProperty("error", out JsonElement error))
                return (null, $"{name} does not run: {error.GetString()}");
            return (new(name, json.GetProperty("device").GetString()!, json.GetProperty("threads").GetInt32(),
                Series("forward_ms"), Series("step_ms")), "");

            TimeSeries Series(string property)
                => new([.. json.GetProperty(property).EnumerateArray().Select(number => number.GetDouble())]);
        }
        catch (Exception exception)
            when (exception is JsonException or KeyNotFoundException or FormatException or InvalidOperationException)
        {
            throw new InvalidOperationException($"PyTorch in '{Python}' answered with a line that is not understood: {line}", exception);
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static bool Has(string python)
    {
        try
        {
            using Process process = new PyTorch(python).Start(
                "-c", "import importlib.util, sys; sys.exit(importlib.util.find_spec('torch') is None)");
            process.StandardInput.Close();
            process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false; // no such program
        }
    }

    private Process Start(params IEnumerable<string> arguments) => Process.Start(new ProcessStartInfo(Python, arguments)
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;
}
