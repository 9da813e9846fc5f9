using System.CommandLine;
using System.Diagnostics;
using UNet.Cli.Data;
using UNet.Cli.Demo;
using UNet.Cli.Progress;
using UNet.Vulkan.Device;
using UNet.Vulkan.Execution;
using UNet.Vulkan.Model;
using UNet.Vulkan.Planning;
using UNet.Vulkan.Training;

namespace UNet.Cli.Commands;

/// <summary><c>unet demo</c>: the whole way from images to scores, on synthetic images.</summary>
internal static class DemoCommand
{
    private const ulong Seed = 1;

    /// <summary>Steps of the short run that measures how long a step takes, the first of which only warms up.</summary>
    private const int MeasuredSteps = 4;

    /// <summary>A larger network must get this far; a smaller one learns more in the same time otherwise.</summary>
    private const int UsefulSteps = 300;

    private const int LeastSteps = 20;
    private const int MostSteps = 4000;

    /// <summary>Makes the command.</summary>
    public static Command Create(Terminal terminal)
    {
        Option<string> output = new("--output", "-o")
        {
            Description = "Folder for images, model and results.",
            HelpName = "DIR",
            DefaultValueFactory = _ => "demo",
        };
        Option<int?> seconds = CommandOptions.Whole("--seconds", "N", "About how long to train [default: 90].", 1);
        Option<string> device = CommandOptions.Device();
        ExampleCommand command = new(
            "demo",
            "Shows it all on synthetic images of cells: makes them, trains a model for a minute or two, segments images it has not "
                + "seen, scores the result.",
            "unet demo",
            "unet demo --seconds 300 --device 0")
        {
            output, seconds, device,
        };
        command.SetAction(result => Run(
            terminal, result.GetRequiredValue(output), result.GetValue(seconds) ?? 90, result.GetRequiredValue(device)));
        return command;
    }

    /// <summary>Shows it all.</summary>
    /// <param name="terminal">Where to tell of it.</param>
    /// <param name="folder">Folder for images, model and results.</param>
    /// <param name="seconds">About how long to train.</param>
    /// <param name="deviceChoice">What <c>--device</c> says.</param>
    /// <param name="size">Rows and columns of an image.</param>
    public static int Run(Terminal terminal, string folder, int seconds, string deviceChoice, int size = 256)
    {
        OutputFile.RequireFolder(folder, "-o");
        terminal.Output.WriteLine($"Making {DemoData.TrainingSlices + DemoData.TestSlices} synthetic slices of cells in '{folder}'.");
        DemoData.Write(folder, Seed, size);
        string model = Path.Combine(folder, "model.safetensors");
        (TrainingResult training, string options) = Train(terminal, folder, new TrainingFiles(model), seconds, deviceChoice);
        terminal.Stop.ThrowIfCancellationRequested();
        terminal.Output.WriteLine(
            $"Trained {training.Step} steps; best validation IoU {training.Best?.MeanIoU:0.000} after step {training.BestStep}.");

        string test = Path.Combine(folder, "test");
        string segmented = Path.Combine(folder, "segmented");
        SegmentCommand.Run(terminal, model, [test], segmented, new SegmentSettings { Device = deviceChoice, Tuner = false });
        string comparison = Path.Combine(folder, "comparison");
        EvaluateCommand.Run(terminal, segmented, test, comparison, test);
        string[] commands =
        [
            $"unet train {Word(Path.Combine(folder, "train"))} -o {Word(model)} {options}",
            $"unet segment {Word(model)} {Word(test)} -o {Word(segmented)}",
            $"unet evaluate {Word(segmented)} {Word(test)} --pictures {Word(comparison)} --images {Word(test)}",
        ];
        const string Introduction = "By hand, with fewer validations: ";
        foreach ((int i, string command) in commands.Index())
            terminal.Output.WriteLine($"{(i == 0 ? Introduction : new string(' ', Introduction.Length))}{command}");
        return CommandLine.Done;
    }

    /// <summary>A path as a shell takes it for one word.</summary>
    private static string Word(string path)
    {
        if (path.All(letter => char.IsLetterOrDigit(letter) || "/\\:._-+,=@%".Contains(letter)))
            return path;
        return OperatingSystem.IsWindows() ? $"\"{path}\"" : $"'{path.Replace("'", "'\\''")}'";
    }

    /// <summary>Trains; also says with which options 'unet train' would do the same.</summary>
    private static (TrainingResult Result, string Options) Train(
        Terminal terminal, string folder, TrainingFiles files, int seconds, string deviceChoice)
    {
        DataSet data = DataSet.Read(Path.Combine(folder, "train"), ValidationSplit.Default, null, null, terminal.Note);
        TrainingData trainingData = data.ToTrainingData();
        using IComputeDevice device = ComputeDevice.Open(deviceChoice, terminal);
        using FirstRunNote waiting = new(terminal, "the first step", device);
        // Measuring, validating and saving take the rest.
        TrainingConfiguration configuration = Fitting(0.8 * seconds, trainingData with { Validation = [] }, device);
        using Trainer trainer = new(configuration, trainingData, device);
        terminal.Output.WriteLine(
            $"Training a U-Net of width {configuration.Network.Width} and depth {configuration.Network.Depth} for "
                + $"{configuration.Steps} steps on {device.Name}.");
        TrainingProgress progress = new(terminal, waiting, 0, data.Classes);
        TrainingResult result = progress.Watch(report => trainer.Run(files, report, terminal.Stop));
        UNetConfiguration network = configuration.Network;
        return (result, $"--width {network.Width} --depth {network.Depth} --tile {configuration.Tile} --steps {configuration.Steps}");
    }

    /// <summary>
    /// The largest of a few networks of which the device does a useful number of steps in the time, and that number. Each
    /// network is measured before the next one, which is left alone where the arithmetic says that it will be too slow.
    /// </summary>
    private static TrainingConfiguration Fitting(double seconds, TrainingData data, IComputeDevice device)
    {
        (int Width, int Depth, int Tile)[] networks = [(4, 2, 68), (8, 3, 140), (16, 3, 204), (32, 4, 348), (64, 4, 348)];
        TrainingConfiguration? fitting = null;
        double rate = 0;
        foreach ((int width, int depth, int tile) in networks.Skip(device.Properties is null ? 0 : 1))
        {
            UNetConfiguration network = new() { Width = width, Depth = depth };
            TrainingConfiguration configuration = new() { Network = network, Tile = tile, Seed = Seed };
            ExecutionPlan plan = Trainer.Plan(configuration, device.Properties ?? DeviceProperties.Minimum);
            double operations = plan.Dispatches.Sum(dispatch => (double)dispatch.Operations);
            if (fitting is not null && seconds * rate / operations < UsefulSteps)
                break;
            double perStep = SecondsPerStep(configuration, data, device);
            rate = operations / perStep;
            int steps = (int)Math.Clamp(seconds / perStep, LeastSteps, MostSteps);
            if (fitting is null || steps >= UsefulSteps)
                fitting = configuration with { Steps = steps, ValidationInterval = (steps + 4) / 5 };
        }

        return fitting!;
    }

    private static double SecondsPerStep(TrainingConfiguration configuration, TrainingData data, IComputeDevice device)
    {
        using Trainer trainer = new(configuration with { Steps = MeasuredSteps }, data, device);
        long start = 0;
        long end = 0;
        trainer.Run(null, report =>
        {
            end = Stopwatch.GetTimestamp();
            if (report.Step == 1)
                start = end;
        });
        return Stopwatch.GetElapsedTime(start, end).TotalSeconds / (MeasuredSteps - 1);
    }
}
