using System.CommandLine;
using System.Diagnostics;
using UNet.Cli.Data;
using UNet.Cli.Images;
using UNet.Cli.Progress;
using UNet.Vulkan;
using UNet.Vulkan.Device;
using UNet.Vulkan.Execution;
using UNet.Vulkan.Inference;
using UNet.Vulkan.Model;
using UNet.Vulkan.Training;

namespace UNet.Cli.Commands;

/// <summary><c>unet segment</c>: segments images with a trained model.</summary>
internal static class SegmentCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(Terminal terminal)
    {
        Argument<string> model = new("MODEL") { Description = "Model file, as 'unet train' writes it." };
        Argument<string[]> inputs = new("INPUT")
        {
            Description = "Images, TIFF stacks, or folders of them.",
            Arity = ArgumentArity.OneOrMore,
        };
        Option<string> output = new("--output", "-o")
        {
            Description = "Folder for the label images; made if it is missing.",
            HelpName = "DIR",
            Required = true,
        };
        Option<bool> probabilities = new("--probabilities")
        {
            Description = "Write the probability of each class too, as NAME.probability.tif beside each result: 32-bit floating point, "
                + "one page a class and slice. Without it, such a file of an earlier run is removed.",
        };
        InstanceSegmentation usual = new();
        Option<bool> instances = new("--instances")
        {
            Description = "Write numbers of single objects (cells) in place of class labels: 16-bit NAME.png, for a stack NAME.tif, for a "
                + "frame t007.tif of the Cell Tracking Challenge mask007.tif. An object is what is not the first class, cut where "
                + "cells touch; its holes are filled.",
        };
        Option<double?> instanceThreshold = CommandOptions.Real(
            "--instance-threshold",
            "P",
            $"With --instances: least probability of a pixel of an object [default: {usual.Threshold}].",
            value => value is >= 0 and <= 1,
            "a number from 0 to 1");
        Option<double?> seedThreshold = CommandOptions.ProbabilityOrOff(
            "--seed-threshold",
            $"With --instances: least probability of the pixels whose shape shows the cells that touch; off (or 1) to take what "
                + $"is connected for one object [default: {usual.SeedThreshold}].");
        Option<double?> neck = CommandOptions.Real(
            "--neck",
            "RATIO",
            $"With --instances: cut a neck that is narrower than this part of the narrower of its sides; 0 to cut only where the "
                + $"probability falls below the seed threshold [default: {usual.Neck}].",
            value => value is >= 0 and <= 1,
            "a number from 0 to 1");
        Option<int?> minimumSize = CommandOptions.Whole(
            "--min-size", "PIXELS", $"With --instances: pixels of the smallest object [default: {usual.MinimumSize}].", 0);
        Option<TestTimeAugmentation?> augmentation = CommandOptions.Choice(
            "--tta",
            "Test-time augmentation, the mean of what the model says of each image in several orientations: none; flips (4: as it is, "
                + "flipped along each axis and along both); paper (7: the quarter turns, both flips and one transposition). Takes 4 and 7 "
                + "times as long [default: none].",
            ("none", TestTimeAugmentation.None),
            ("flips", TestTimeAugmentation.Flips),
            ("paper", TestTimeAugmentation.Paper));
        Option<Precision?> precision = CommandOptions.Precision();
        Option<long?> memory = CommandOptions.Bytes(
            "--memory",
            "The most device memory to take, such as 500MB or 2GiB: large images are cut into the largest tiles that fit. Default: tiles "
                + "of at most the paper's size.");
        Option<Switch?> tuner = CommandOptions.Tuner();
        Option<string> device = CommandOptions.Device();
        ExampleCommand command = new(
            "segment",
            "Segments images with a model: writes NAME.png with the label values of the training masks, for a stack a multi-page NAME.tif.",
            "unet segment model.safetensors new-images/ -o segmented/",
            "unet segment model.safetensors test-volume.tif -o segmented/ --probabilities --tta paper",
            "unet segment model.safetensors 01/ -o 01_RES/ --instances",
            "unet segment model.safetensors slide.tif -o segmented/ --memory 2GiB",
            "unet segment model.safetensors a.png b.png -o segmented/ --device cpu")
        {
            model, inputs, output, probabilities, instances, instanceThreshold, seedThreshold, neck, minimumSize, augmentation,
            precision, memory, tuner, device,
        };
        command.SetAction(result =>
        {
            InstanceSegmentation? objects = null;
            if (result.GetValue(instances))
            {
                double threshold = result.GetValue(instanceThreshold) ?? usual.Threshold;
                double seeds = result.GetValue(seedThreshold) ?? Math.Max(threshold, usual.SeedThreshold ?? 1);
                objects = new InstanceSegmentation
                {
                    Threshold = threshold,
                    SeedThreshold = seeds < 1 ? seeds : null,
                    Neck = result.GetValue(neck) ?? usual.Neck,
                    MinimumSize = result.GetValue(minimumSize) ?? usual.MinimumSize,
                }.Validated();
            }
            else if (new Option[] { instanceThreshold, seedThreshold, neck, minimumSize }
                .FirstOrDefault(option => result.GetResult(option) is not null) is { } alone)
            {
                throw new InputException($"{alone.Name} is about single objects; give --instances too.");
            }

            SegmentSettings settings = new()
            {
                Instances = objects,
                Device = result.GetRequiredValue(device),
                Probabilities = result.GetValue(probabilities),
                Augmentation = result.GetValue(augmentation) ?? TestTimeAugmentation.None,
                Precision = result.GetValue(precision) ?? Precision.Float32,
                Memory = result.GetValue(memory),
                Timing = result.GetValue<bool>("--verbose"),
                Tuner = result.GetValue(tuner) != Switch.Off,
            };
            Run(terminal, result.GetRequiredValue(model), result.GetRequiredValue(inputs), result.GetRequiredValue(output), settings);
            return CommandLine.Done;
        });
        return command;
    }

    /// <summary>Segments the inputs and writes what they become.</summary>
    /// <exception cref="InputException">The model or an input cannot be used.</exception>
    /// <exception cref="OperationCanceledException">The user stopped it.</exception>
    public static void Run(Terminal terminal, string modelFile, IEnumerable<string> inputs, string output, SegmentSettings settings)
    {
        Task<DeviceChoice> choosing = Task.Run(() => ComputeDevice.Choose(settings.Device));
        using ReadAhead<IComputeDevice> opening = new(
            1, _ => ComputeDevice.Open(choosing.GetAwaiter().GetResult(), terminal, settings.Tuner));
        using ReadAhead<StoredModel> reading = new(1, _ =>
        {
            StoredModel opened = StoredModel.Open(modelFile);
            opened.ReadAhead();
            return opened;
        });
        List<ImageFile> files = [.. inputs.SelectMany(
            input => Directory.Exists(input) ? DataSetFolder.Images(input, terminal.Note) : [ImageFile.Open(input)])];
        OutputFile.RequireFolder(output, "-o");
        RequireDistinctOutputs(files, modelFile, output, settings);
        using StoredModel model = reading.Single();
        // Of a stack the first page tells; the others mostly have its size.
        foreach (ImageFile file in files)
            Segmentation.RequireSize(model.Configuration, file.Height, file.Width, $"The image '{file.Path}'");
        (ImageFile File, int Page)[] all = [.. files.SelectMany(file => Enumerable.Range(0, file.Pages).Select(page => (file, page)))];
        using ReadAhead<RawImage> images = new(
            all.Length, i => WithChannels(all[i].File.Read(all[i].Page), model.Configuration.InChannels, all[i].File.Named(all[i].Page)));
        DeviceProperties? properties = choosing.GetAwaiter().GetResult().Device?.Properties;
        settings.Precision.RequireOn(properties);
        int largest = files.Max(file => Math.Max(file.Height, file.Width));
        int tile = SegmentationMemory.GoodTile(model.Configuration, largest, properties, settings.Memory, settings.Precision);
        if (OverlapTiles.HasSeams(new TileGeometry(model.Configuration), tile, largest))
        {
            terminal.Note($"Tiles of {tile}x{tile} are small for this network, so that faint seams can show where they "
                + "meet; allow more --memory for larger tiles.");
        }

        if (settings.Precision == Precision.Mixed && !ComputeDevice.HasMatrixUnits(properties))
            terminal.Note("the device has no matrix units, so that mixed precision is slower than 32 bits");
        using IComputeDevice device = opening.Single();
        using FirstRunNote waiting = new(terminal, "the first tile", device);
        using Segmenter segmenter = new(model, device, tile, settings.Augmentation, settings.Precision);
        using BackgroundDisposal closing = new(segmenter, device);
        Directory.CreateDirectory(output);
        long start = Stopwatch.GetTimestamp();
        List<string> removed = [];
        new ItemProgress(terminal, files.Sum(file => (double)file.Pages * file.Height * file.Width), "images").Watch(progress =>
        {
            double done = 0; // pixels
            LabelClasses classes = LabelClasses.Of(model.Classes);
            using IEnumerator<RawImage> next = images.GetEnumerator();
            foreach (ImageFile file in files)
            {
                using SegmentedFile result = new(file, output, classes, settings);
                for (int page = 0; page < file.Pages && next.MoveNext(); page++)
                {
                    RawImage image = next.Current;
                    double size = (double)image.Height * image.Width;
                    result.Add(segmenter.Segment(image.Pixels, image.Height, image.Width, terminal.Stop, share =>
                    {
                        waiting.Dispose();
                        progress(done + share * size);
                    }));
                    done += size;
                }

                if (file == files[^1])
                    closing.Begin();
                if (result.Save() is { } old)
                    removed.Add($"'{old}'");
            }
        });
        if (removed.Count > 0)
            terminal.Note($"removed the probabilities that an earlier run had left beside the labels: {ItemName.List(removed)}");
        string memory = ByteSize.Format(SegmentationMemory.BytesOf(model.Configuration, tile, properties, settings.Precision));
        terminal.Output.WriteLine(
            $"Segmented {all.Length} image{(all.Length == 1 ? "" : "s")} into '{output}' "
                + $"in {Stopwatch.GetElapsedTime(start).TotalSeconds:0.0} "
                + $"s on {device.Name}, in tiles of {tile}x{tile} with {memory} of memory.");
        if (settings.Timing)
        {
            double total = (DateTime.UtcNow - Process.GetCurrentProcess().StartTime.ToUniversalTime()).TotalSeconds;
            terminal.Note($"{total:0.00} s since the program was started, "
                + $"{segmenter.Busy.TotalSeconds:0.00} s of it with tiles on the device");
        }
    }

    private static RawImage WithChannels(RawImage image, int channels, string name)
    {
        if (image.Channels == channels)
            return image;
        if (channels == 1 && image.IsGrayInValue)
            return image.FirstChannel();
        throw new InputException(
            $"The image '{name}' has {image.Channels} channel{(image.Channels == 1 ? "" : "s")} but the model takes {channels}; "
                + "convert it to the kind of image that the model was trained on.");
    }

    /// <summary>Nothing is to be written twice, nor over what it is made of.</summary>
    private static void RequireDistinctOutputs(List<ImageFile> files, string model, string output, SegmentSettings settings)
    {
        if (files.GroupBy(file => file.Stem).FirstOrDefault(group => group.Count() > 1) is { } same)
        {
            (ImageFile first, ImageFile second) = (same.First(), same.ElementAt(1));
            throw new InputException(
                $"'{first.Path}' and '{second.Path}' would both be written as '{first.Stem}'; rename one, or segment them into "
                    + "different folders.");
        }

        OutputFile.RequireApart(
            files.SelectMany(file => SegmentedFile.OutputsOf(file, output, settings)),
            [model, .. files.Select(file => file.Path)],
            "give -o another folder");
    }
}
