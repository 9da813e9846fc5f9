using System.CommandLine;
using System.Diagnostics;
using UNet.Cli.Data;
using UNet.Cli.Demo;
using UNet.Cli.Images;
using UNet.Cli.Progress;
using UNet.Vulkan.Device;
using UNet.Vulkan.Execution;
using UNet.Vulkan.Model;
using UNet.Vulkan.Training;

namespace UNet.Cli.Commands;

/// <summary><c>unet demo</c>: the whole way from images to scores, on synthetic images.</summary>
internal static class DemoCommand
{
    private const ulong Seed = 1;

    /// <summary>Steps of the short run that measures how long a step takes, the first of which only warms up.</summary>
    private const int MeasuredSteps = 4;

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
            "Shows it all on synthetic images of cells: makes them, trains a model for a minute or two, segments images it has not seen, scores the result.",
            "unet demo",
            "unet demo --seconds 300 --device 0")
        {
            output, seconds, device,
        };
        command.SetAction(result => Run(terminal, result.GetRequiredValue(output), result.GetValue(seconds) ?? 90, result.GetRequiredValue(device)));
        return command;
    }

    private static int Run(Terminal terminal, string folder, int seconds, string deviceChoice)
    {
        terminal.Output.WriteLine($"Making {DemoData.TrainingSlices + DemoData.TestSlices} synthetic slices of cells in '{folder}'.");
        DemoData.Write(folder, Seed);
        string model = Path.Combine(folder, "model.safetensors");
        TrainingResult training = Train(terminal, folder, new TrainingFiles(model), seconds, deviceChoice);
        terminal.Output.WriteLine($"Trained {training.Step} steps; best validation IoU {training.Best?.MeanIoU:0.000} after step {training.BestStep}.");

        string test = Path.Combine(folder, "test");
        string segmented = Path.Combine(folder, "segmented");
        SegmentCommand.Run(terminal, model, [test], segmented, probabilities: false, deviceChoice);
        EvaluateCommand.Run(terminal, segmented, test);
        int pictures = WriteComparisons(test, segmented, Path.Combine(folder, "comparison"));
        terminal.Output.WriteLine($"{pictures} pictures in '{Path.Combine(folder, "comparison")}' show image, truth and result side by side.");
        terminal.Output.WriteLine($"The same by hand: unet train {Path.Combine(folder, "train")} -o {model}");
        terminal.Output.WriteLine($"                  unet segment {model} {test} -o {segmented}");
        terminal.Output.WriteLine($"                  unet evaluate {segmented} {test}");
        return CommandLine.Done;
    }

    private static TrainingResult Train(Terminal terminal, string folder, TrainingFiles files, int seconds, string deviceChoice)
    {
        DataSet data = DataSet.Read(Path.Combine(folder, "train"), ValidationSplit.Default, null, null, terminal.Note);
        TrainingData trainingData = data.ToTrainingData();
        using IComputeDevice device = ComputeDevice.Open(deviceChoice, terminal);
        TrainingConfiguration configuration = Configuration(device);
        double perStep = SecondsPerStep(configuration, trainingData with { Validation = [] }, device);

        // Validation and saving take their share too.
        configuration = configuration with { Steps = (int)Math.Clamp(0.8 * seconds / perStep, 20, 4000) };
        configuration = configuration with { ValidationInterval = (configuration.Steps + 4) / 5 };
        using Trainer trainer = new(configuration, trainingData, device);
        terminal.Output.WriteLine(
            $"Training a U-Net of width {configuration.Network.Width} and depth {configuration.Network.Depth} for {configuration.Steps} steps on {device.Name}.");
        return new TrainingProgress(terminal, 0, data.Classes).Watch(report => trainer.Run(files, report, terminal.Stop));
    }

    /// <summary>A network that learns something in the time that a device of this kind has.</summary>
    private static TrainingConfiguration Configuration(IComputeDevice device)
    {
        (int width, int depth, int tile) = device.Properties switch
        {
            null => (4, 2, 68),
            { Type: DeviceType.Software } => (8, 3, 140),
            _ => (32, 4, 348),
        };
        return new() { Network = new UNetConfiguration { Width = width, Depth = depth }, Tile = tile, Seed = Seed };
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

    private static int WriteComparisons(string test, string segmented, string folder)
    {
        Directory.CreateDirectory(folder);
        List<ImageFile> images = ImageFile.In(Path.Combine(test, "images")).ConvertAll(ImageFile.Open);
        foreach (ImageFile image in images)
        {
            string name = Path.GetFileName(image.Path);
            float[][] panels =
            [
                image.Read().Pixels,
                ImageFile.Open(Path.Combine(test, "masks", name)).Read().Pixels,
                ImageFile.Open(Path.Combine(segmented, name)).Read().Pixels,
            ];
            ImageWriter.WritePng(Path.Combine(folder, name), SideBySide(panels, image.Height, image.Width, out int width), image.Height, width);
        }

        return images.Count;
    }

    private static byte[] SideBySide(float[][] panels, int height, int panelWidth, out int width)
    {
        const int Gap = 4;
        const byte GapGray = 128;
        width = panels.Length * (panelWidth + Gap) - Gap;
        byte[] picture = new byte[height * width];
        Array.Fill(picture, GapGray);
        for (int panel = 0; panel < panels.Length; panel++)
        {
            for (int y = 0; y < height; y++)
            {
                for (int x = 0; x < panelWidth; x++)
                    picture[y * width + panel * (panelWidth + Gap) + x] = (byte)panels[panel][y * panelWidth + x];
            }
        }

        return picture;
    }
}
