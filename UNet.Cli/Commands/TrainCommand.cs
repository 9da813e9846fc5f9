using System.Collections.Immutable;
using System.CommandLine;
using UNet.Cli.Data;
using UNet.Cli.Progress;
using UNet.Vulkan;
using UNet.Vulkan.Execution;
using UNet.Vulkan.Formats;
using UNet.Vulkan.Model;
using UNet.Vulkan.Training;

namespace UNet.Cli.Commands;

/// <summary><c>unet train</c>: trains a model on a folder of images and masks.</summary>
internal static class TrainCommand
{
    private const int PreviewedTiles = 8;
    private const string OtherPaths = "give -o and --log other paths";

    /// <summary>Makes the command.</summary>
    public static Command Create(Terminal terminal)
    {
        Argument<string> data = new("DATA")
        {
            Description = "Folder with images/ and masks/, image/ and label/, imgs/ and masks/, 01/ and 01_GT/SEG/ or 01_ST/SEG/ (Cell "
                + "Tracking Challenge), or train-volume.tif and train-labels.tif.",
        };
        Option<string?> output = new("--output", "-o")
        {
            Description = "File for the best model (required, but for a preview).",
            HelpName = "FILE",
        };
        TrainingOptions training = new();
        Option<string?> validation = new("--validation")
        {
            Description = "What to hold out: a share of the images, from the end [default: 0.2], or a folder of its own.",
            HelpName = "SHARE|DIR",
        };
        Option<string?> classes = new("--classes")
        {
            Description = "Label values that are the classes. Default: the values of the training masks; masks of more than 8 bits "
                + "or 16 values are instance ids (0 and >0).",
            HelpName = "LIST",
        };
        Option<string?> initial = new("--init")
        {
            Description = "Start from the parameters of this model, whose form the network takes; its dropout may be another. Masks "
                + "may have other values, if there are as many classes. With --resume it is not read again.",
            HelpName = "FILE",
        };
        Option<Truth?> truth = CommandOptions.Choice(
            "--truth",
            "Which masks of a Cell Tracking Challenge folder: 01_GT/SEG/ or 01_ST/SEG/ [default: silver where there is any].",
            ("gold", Truth.Gold), ("silver", Truth.Silver));
        Option<int?> nearGold = CommandOptions.Whole(
            "--exclude-near-gold",
            "N",
            "Leave out the frames within N frames of one with gold truth, so that gold truth can judge the model.",
            0);
        Option<bool> resume = new("--resume") { Description = "Go on where an earlier run with the same -o stopped, with its options." };
        Option<string?> preview = new("--preview-augmentation")
        {
            Description = $"Write the first {PreviewedTiles} training tiles as pictures to this folder, with their labels and weights; "
                + "train nothing.",
            HelpName = "DIR",
        };
        Option<Switch?> tuner = CommandOptions.Tuner();
        Option<string> device = CommandOptions.Device();
        Option<string?> log = new("--log") { Description = "Write loss and scores of every step to this file.", HelpName = "FILE.csv" };

        ExampleCommand command = new(
            "train",
            "Trains a U-Net on a folder of images and masks. Ctrl-C saves and stops; --resume goes on.",
            "unet train data/ -o model.safetensors",
            "unet train data/ -o model.safetensors --width 16 --steps 2000 --log model.csv",
            "unet train data/ -o model.safetensors --resume",
            "unet train data/ --augment paper --preview-augmentation tiles/",
            "unet train data/ -o model.safetensors --precision mixed",
            "unet train more/ -o better.safetensors --init model.safetensors --validation held-out/",
            "unet train DIC-C2DH-HeLa/ -o hela.safetensors --truth silver --exclude-near-gold 1")
        {
            data, output, validation, classes, truth, nearGold, initial, resume, preview, tuner, device, log,
        };
        training.AddTo(command);
        command.SetAction(result => Run(terminal, training, result, new(
            result.GetRequiredValue(data),
            result.GetValue(output),
            result.GetValue(validation) is { } split ? ValidationSplit.Parse(split) : ValidationSplit.Default,
            result.GetValue(classes) is { } list ? LabelClasses.Parse(list) : null,
            new TruthSelection(result.GetValue(truth), result.GetValue(nearGold)),
            result.GetValue(initial),
            result.GetValue(resume),
            result.GetValue(preview),
            result.GetValue(tuner) != Switch.Off,
            result.GetRequiredValue(device),
            result.GetValue(log))));
        return command;
    }

    private static int Run(Terminal terminal, TrainingOptions options, ParseResult result, Request request)
    {
        if (request.Preview is not null)
            return Preview(terminal, options, result, request, request.Preview);
        List<OutputFile> outputs = OutputsOf(request);
        if (request.Resume && !File.Exists(request.Files.State))
            throw new InputException($"There is no '{request.Files.State}' to resume from; leave out --resume to start a new run.");
        if (!request.Resume && TrainingState.UnfinishedRunOf(request.Files.State) is (long step, long steps))
        {
            throw new InputException($"'{request.Files.State}' holds an unfinished run, at step {step} of {steps}; give --resume to go on "
                + "with it, another -o, or delete the file to start anew.");
        }

        TrainingState? state = request.Resume ? TrainingState.Read(request.Files.State) : null;
        // A run that goes on has parameters of its own.
        StartingModel? initial = request.Initial is null || request.Resume ? null : StartingModel.Read(request.Initial);
        TrainingConfiguration configuration = options.Configure(result, state?.Configuration, initial?.Model.Configuration).Validated();

        LabelClasses? classes = request.Classes ?? (state is null ? null : LabelClasses.OfRun(state.Model.Classes));
        DataSet data = DataSet.Read(
            request.Data, request.Validation, classes, initial, terminal.Note, request.Truth, state?.Configuration.Network.InChannels);
        OutputFile.RequireApart(outputs, data.Files, OtherPaths);
        TrainingData trainingData = data.ToTrainingData();
        using IComputeDevice device = ComputeDevice.Open(request.Device, terminal, request.Tuner);
        DescribeData(terminal, data);
        using FirstRunNote waiting = new(terminal, "the first step", device);
        configuration = options.WithEpochs(result, configuration, trainingData, device, state?.Configuration);
        using Trainer trainer = new(
            configuration, trainingData, device, initial?.Model, state, weightMapCache: MapCache(terminal));

        using TrainingLog? log = request.Log is null ? null : new(request.Log, trainer.ReportedSteps, terminal.Note);
        // Steps that the state holds are told no more: their lines go first.
        trainer.BeforeState = log is null ? null : log.Flush;
        Describe(terminal, device, trainer.Configuration);
        bool wasComplete = trainer.ReportedSteps == trainer.Configuration.Steps;
        TrainingProgress progress = new(terminal, waiting, trainer.ReportedSteps, data.Classes);
        TrainingResult training = progress.Watch(
            report => trainer.Run(request.Files, step => { log?.Write(step); report(step); }, terminal.Stop));
        if (training.Step == 0)
            throw new OperationCanceledException();
        if (wasComplete)
        {
            terminal.Output.WriteLine(
                "This run had done all its steps; --init with its model, and another -o, begins one that goes on from it.");
        }

        Summarize(terminal, request, training);
        return CommandLine.Done;
    }

    /// <summary>All that the run will write, if nothing is in the way.</summary>
    private static List<OutputFile> OutputsOf(Request request)
    {
        OutputFile.Require(request.Files.Model, "-o");
        List<OutputFile> outputs =
        [
            new(request.Files.Model, "the best model"),
            new(request.Files.Last, "the newest model"),
            new(request.Files.State, "the state of the training"),
        ];
        if (request.Log is not null)
        {
            OutputFile.RequireLog(request.Log, "--log");
            OutputFile log = new(request.Log, "the log") { IsLog = true };
            if (request.Initial is not null)
                OutputFile.RequireApart([log], [request.Initial], "give --log another path");
            outputs.Add(log);
        }

        OutputFile.RequireApart(outputs, [], OtherPaths);
        return outputs;
    }

    /// <summary>Writes the tiles that the same command would train on first.</summary>
    private static int Preview(Terminal terminal, TrainingOptions options, ParseResult result, Request request, string folder)
    {
        OutputFile.RequireFolder(folder, "--preview-augmentation");
        if (request.Resume)
            throw new InputException("--preview-augmentation shows the first tiles of a run; leave out --resume.");
        StartingModel? initial = request.Initial is null ? null : StartingModel.Read(request.Initial);
        TrainingConfiguration configuration = options.Configure(result, initial: initial?.Model.Configuration).Validated();
        DataSet data = DataSet.Read(request.Data, request.Validation, request.Classes, initial, terminal.Note, request.Truth);
        OutputFile.RequireApart(
            TilePictures.Outputs(folder, PreviewedTiles), data.Files, "give --preview-augmentation another folder");
        using IComputeDevice device = ComputeDevice.Open(request.Device, terminal);
        ImmutableArray<TilePreview> tiles = TilePreview.Sample(
            configuration, data.ToTrainingData(), device, PreviewedTiles, MapCache(terminal));
        TilePictures.Write(folder, tiles, data.Classes);
        for (int i = 0; i < tiles.Length; i++)
            terminal.Output.WriteLine($"tile{i + 1}: {tiles[i].Tile}x{tiles[i].Tile} pixels of {tiles[i].Image}");
        terminal.Output.WriteLine($"{tiles.Length} tiles, each with its labels and weights: {folder}");
        return CommandLine.Done;
    }

    private static WeightMapCache? MapCache(Terminal terminal)
        => CacheFolder.Default is { } folder ? new(Path.Combine(folder, "weight-maps"), terminal.Note) : null;

    private static void DescribeData(Terminal terminal, DataSet data)
    {
        string images = $"{data.Training.Length} images, {data.Validation.Length} held out";
        terminal.Output.WriteLine($"data     {images}; {data.Channels} channel{(data.Channels == 1 ? "" : "s")}; classes {data.Classes}");
    }

    private static void Describe(Terminal terminal, IComputeDevice device, TrainingConfiguration configuration)
    {
        UNetConfiguration network = configuration.Network;
        terminal.Output.WriteLine($"network  {network.Architecture.Name()}, width {network.Width}, depth {network.Depth}, "
            + $"{network.Padding.ToString().ToLowerInvariant()} padding");
        terminal.Output.WriteLine($"training {configuration.Steps} steps of {configuration.Batch} "
            + $"tile{(configuration.Batch == 1 ? "" : "s")} of {configuration.Tile}x{configuration.Tile} pixels");
        if (configuration.WeightMap != WeightMap.None)
            terminal.Output.WriteLine($"weights  {Described(configuration.WeightMap, configuration.WeightMapParameters)}");
        if (configuration.Precision == Precision.Mixed)
        {
            string how = ComputeDevice.HasMatrixUnits(device.Properties)
                ? "on matrix units"
                : "but without matrix units, and so slower than in 32 bits";
            terminal.Output.WriteLine($"numbers  mixed precision, {how}");
        }

        terminal.Output.WriteLine($"device   {device.Name}");
    }

    private static string Described(WeightMap map, WeightMapParameters parameters)
    {
        string name = map.ToString().ToLowerInvariant();
        if (map == WeightMap.Balance)
            return name;
        string balance = map == WeightMap.Falk ? "" : parameters.ClassBalanceIn(map) ? ", classes balanced" : ", classes not balanced";
        return $"{name}, w0 {parameters.SeparationWeightIn(map)}, sigma {parameters.SeparationSigmaIn(map)} pixels{balance}";
    }

    private static void Summarize(Terminal terminal, Request request, TrainingResult result)
    {
        TrainingFiles files = request.Files;
        if (!result.IsComplete)
        {
            terminal.Output.WriteLine($"Stopped after step {result.Step}; all is saved, and the same command with --resume goes on.");
        }

        terminal.Output.WriteLine(result switch
        {
            { Best: { } best } => $"Best model, with a validation IoU of {best.MeanIoU:0.000} after step {result.BestStep}: {files.Model}",
            { KeptModel: true } => $"No model of this run has been validated yet; what was there stays: {files.Model}",
            _ => $"Model: {files.Model}",
        });
        terminal.Output.WriteLine($"Newest model: {files.Last}");
    }

    /// <param name="Data">Folder of the data set.</param>
    /// <param name="Output">What <c>-o</c> says.</param>
    /// <param name="Validation">What to hold out.</param>
    /// <param name="Classes">The classes, if named.</param>
    /// <param name="Truth">What to read of a data set of the Cell Tracking Challenge.</param>
    /// <param name="Initial">Model to start from.</param>
    /// <param name="Resume">Whether to go on with an earlier run.</param>
    /// <param name="Preview">Folder for pictures of tiles, in place of training.</param>
    /// <param name="Tuner">Whether to choose tilings by measured time.</param>
    /// <param name="Device">What <c>--device</c> says.</param>
    /// <param name="Log">File of the log.</param>
    private sealed record Request(
        string Data,
        string? Output,
        ValidationSplit Validation,
        LabelClasses? Classes,
        TruthSelection Truth,
        string? Initial,
        bool Resume,
        string? Preview,
        bool Tuner,
        string Device,
        string? Log)
    {
        /// <summary>Files to write.</summary>
        /// <exception cref="InputException">There is no <c>-o</c>.</exception>
        public TrainingFiles Files => new(Output ?? throw new InputException("'unet train' needs -o FILE, the file for the best model."));
    }
}
