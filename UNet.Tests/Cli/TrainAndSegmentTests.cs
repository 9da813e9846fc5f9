using System.Globalization;
using UNet.Cli;
using UNet.Cli.Images;
using UNet.Tests.Device;
using UNet.Vulkan.Inference;
using UNet.Vulkan.Model;
using UNet.Vulkan.Training;
using Xunit;

namespace UNet.Tests.Cli;

/// <summary>The way from images to a model to label images, on data that a tiny network learns within seconds.</summary>
public sealed class TrainAndSegmentTests : IDisposable
{
    private static readonly string[] Tiny = ["--width", "4", "--depth", "1", "--tile", "36", "--seed", "3"];
    private readonly ImageFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("cpu", 8, 0.3)]
    [InlineData("auto", 120, 0.95)]
    public void AModelLearnsToTellBrightFromDark(string device, int steps, double accuracy)
    {
        _folder.Halves("data", 5);
        string[] settings = ["--steps", $"{steps}", "--lr", "0.05", "--momentum", "0.9", "--device", device, "--log", _folder["m.csv"]];
        CommandRun train = CommandRun.Of(["train", _folder["data"], "-o", _folder["m.safetensors"], .. Tiny, .. settings]);
        Assert.Equal((0, 0), (train.Code, train.Errors.Length));
        Assert.Contains("validation IoU", train.Output, StringComparison.Ordinal);
        Assert.Equal([.. UNetModel.Read(_folder["m.safetensors"]).Classes.Select(label => label.Value)], [10, 200]);
        Assert.True(File.Exists(_folder["m.last.safetensors"]) && File.Exists(_folder["m.state.safetensors"]));
        string[] log = File.ReadAllLines(_folder["m.csv"]);
        Assert.StartsWith("step,loss,", log[0], StringComparison.Ordinal);
        Assert.Equal(steps, log.Skip(1).Select(line => line.Split(',')[0]).Distinct().Count());

        CommandRun segment = Segment(_folder["data"], "--device", device, "--probabilities");
        Assert.Equal((0, 0), (segment.Code, segment.Errors.Length));
        LabelImage labels = ImageFile.Open(_folder["seg/img4.png"]).ReadLabels();
        Assert.All(labels.Values.Distinct(), value => Assert.Contains(value, new[] { 10, 200 }));
        ImageFile probabilities = ImageFile.Open(_folder["seg/img4.probability.tif"]);
        Assert.Equal(2, probabilities.Pages);
        float[] first = probabilities.Read(0).Pixels;
        float[] second = probabilities.Read(1).Pixels;
        Assert.All(Enumerable.Range(0, first.Length), i => Assert.Equal(1, first[i] + second[i], 1e-5f));
        Assert.All(Enumerable.Range(0, first.Length), i => Assert.Equal(second[i] > first[i] ? 200 : 10, labels.Values[i]));

        CommandRun evaluate = CommandRun.Of("evaluate", _folder["seg"], _folder["data"], "--metrics", "accuracy");
        Assert.Equal((0, 0), (evaluate.Code, evaluate.Errors.Length));
        string pixels = evaluate.Output.Split('\n').First(line => line.Contains("all pixels", StringComparison.Ordinal)).Split(' ')[^1];
        Assert.True(double.Parse(pixels) > accuracy, evaluate.Output);
    }

    /// <summary>Which tilings the tuner takes changes no bit of a model.</summary>
    [Fact]
    public void TheTunerChangesNothingButTime()
    {
        _folder.Halves("data", 3);
        foreach (string tuner in new[] { "on", "off" })
        {
            CommandRun train = CommandRun.Of(
                ["train", _folder["data"], "-o", _folder[$"{tuner}.safetensors"], .. Tiny, "--steps", "5", "--tuner", tuner]);
            Assert.Equal((0, 0), (train.Code, train.Errors.Length));
        }

        Assert.Equal(File.ReadAllBytes(_folder["on.safetensors"]), File.ReadAllBytes(_folder["off.safetensors"]));
        CommandRun wrong = CommandRun.Of("train", _folder["data"], "-o", _folder["m.safetensors"], "--tuner", "maybe");
        Assert.Equal(2, wrong.Code);
        Assert.Contains("--tuner takes on or off, not 'maybe'", Assert.Single(wrong.Errors), StringComparison.Ordinal);

        CommandRun segment = CommandRun.Of(
            "segment", _folder["on.safetensors"], _folder["data"], "-o", _folder["seg"], "--tuner", "off", "--verbose");
        Assert.Equal(0, segment.Code);
        Assert.Matches(
            @"^note: \d+\.\d\d s since the program was started, \d+\.\d\d s of it with tiles on the device$",
            Assert.Single(segment.Errors));
    }

    [Theory]
    [InlineData("none")]
    [InlineData("paper")]
    public void APreviewShowsTilesAndTrainsNothing(string augmentation)
    {
        _folder.Halves("data", 3);
        CommandRun run = CommandRun.Of(
            ["train", _folder["data"], "--augment", augmentation, "--preview-augmentation", _folder["tiles"], .. Tiny, "--device", "cpu"]);
        Assert.Equal((0, 0), (run.Code, run.Errors.Length));
        Assert.Equal(24, Directory.GetFiles(_folder["tiles"]).Length);
        Assert.DoesNotContain(_folder.Files, name => name.EndsWith(".safetensors", StringComparison.Ordinal));
        for (int i = 1; i <= 8; i++)
        {
            (float[] pixels, int side) = Gray($"tiles/tile{i}.png");
            (float[] weights, int outputSide) = Gray($"tiles/tile{i}.weight.png");
            int[] labels = ImageFile.Open(_folder[$"tiles/tile{i}.label.png"]).ReadLabels().Values;
            Assert.Equal((36, 20), (side, outputSide));
            Assert.Equal((0f, 255f), (pixels.Min(), pixels.Max()));
            // Bright pixels are labelled 200: images and labels go the same way.
            Assert.InRange(
                Enumerable.Range(0, 400).Count(at => labels[at] == (pixels[(at / 20 + 8) * 36 + at % 20 + 8] > 128 ? 200 : 10)), 350, 400);
            if (augmentation == "none")
                Assert.All(weights, weight => Assert.Equal(255, weight));
        }

        (float[] Pixels, int Side) Gray(string name)
        {
            RawImage image = ImageFile.Open(_folder[name]).Read(0);
            Assert.Equal(1, image.Channels);
            return (image.Pixels, image.Width);
        }
    }

    [Fact]
    public void AStackBecomesAStack()
    {
        _folder.Halves("data", 2);
        Assert.Equal(0, Train(_folder["data"], "--steps", "2").Code);
        int[] page = ImageFile.Open(_folder["data/images/img0.png"]).ReadLabels().Values;
        ImageWriter.WriteLabelStack(_folder["test-volume.tif"], [.. Enumerable.Repeat(new LabelImage(40, 40, page, false), 3)]);
        CommandRun segment = Segment(_folder["test-volume.tif"], "--device", "cpu", "--probabilities");
        Assert.Equal((0, 0), (segment.Code, segment.Errors.Length));
        Assert.Equal(3, ImageFile.Open(_folder["seg/test-volume.tif"]).Pages);
        Assert.Equal(6, ImageFile.Open(_folder["seg/test-volume.probability.tif"]).Pages);
        Assert.Equal(2, Directory.GetFiles(_folder["seg"]).Length);
    }

    /// <summary>A stack whose third page has another size fails after two pages; one that is stopped fails after none.</summary>
    [Fact]
    public void AFailureLeavesNothingBehind()
    {
        _folder.Halves("data", 2);
        Assert.Equal(0, Train(_folder["data"], "--steps", "2").Code);
        File.WriteAllBytes(_folder["uneven.tif"], UncompressedTiff.OfPages(7, (4, 16), (4, 16), (8, 8)));
        Assert.Equal(3, ImageFile.Open(_folder["uneven.tif"]).Pages);
        CommandRun uneven = Segment(_folder["uneven.tif"], "--device", "cpu", "--probabilities");
        Assert.Equal(2, uneven.Code);
        Assert.Contains("different sizes", Assert.Single(uneven.Errors), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder["seg"]));

        using CancellationTokenSource stop = new();
        stop.Cancel();
        string[] arguments = ["segment", _folder["m.safetensors"], _folder["data"], "-o", _folder["seg"], "--device", "cpu"];
        Assert.Equal(1, CommandRun.Of(stop, "never", arguments).Code);
        Assert.Empty(Directory.GetFiles(_folder["seg"]));
    }

    [Fact]
    public void SingleObjectsAreNumbered()
    {
        _folder.Halves("data", 5);
        string[] settings = ["--steps", "120", "--lr", "0.05", "--momentum", "0.9"];
        Assert.Equal(0, CommandRun.Of(["train", _folder["data"], "-o", _folder["m.safetensors"], .. Tiny, .. settings]).Code);
        int[] page = ImageFile.Open(_folder["data/images/img0.png"]).ReadLabels().Values;
        LabelImage frame = new(40, 40, page, false);
        ImageWriter.WriteLabelStack(_folder["01/t007.tif"], [frame]);
        ImageWriter.WriteLabelStack(_folder["stack.tif"], [frame, frame]);
        CommandRun segment = Segment(_folder["data"], _folder["01"], _folder["stack.tif"], "--instances", "--probabilities");
        Assert.Equal((0, 0), (segment.Code, segment.Errors.Length));
        string[] expected = ["img0.png", "img0.probability.tif", "mask007.probability.tif", "mask007.tif", "stack.tif"];
        Assert.All(expected, name => Assert.True(File.Exists(_folder[$"seg/{name}"]), name));
        Assert.False(File.Exists(_folder["seg/t007.png"]));

        // What is written of a frame of the Cell Tracking Challenge is what evaluate looks for.
        ImageWriter.WriteLabelStack(_folder["gt/man_seg007.tif"], [new(40, 40, Array.ConvertAll(page, value => Math.Min(value, 1)), true)]);
        CommandRun scored = CommandRun.Of("evaluate", _folder["seg"], _folder["gt"], "--metrics", "pixel-error");
        Assert.Equal(0, scored.Code);
        Assert.Contains("man_seg007", scored.Output, StringComparison.Ordinal);

        // The bright half is one object, written in 16 bits.
        LabelImage objects = ImageFile.Open(_folder["seg/img0.png"]).ReadLabels();
        Assert.True(objects.IsWide);
        Assert.Equal([0, 1], objects.Values.Distinct().Order());
        float[] bright = ImageFile.Open(_folder["seg/img0.probability.tif"]).Read(1).Pixels;
        Assert.Equal(new InstanceSegmentation().Find(bright, 40, 40).Ids, objects.Values);
        foreach ((string name, int pages) in new[] { ("seg/mask007.tif", 1), ("seg/stack.tif", 2) })
        {
            ImageFile file = ImageFile.Open(_folder[name]);
            Assert.Equal(pages, file.Pages);
            Assert.Equal(objects.Values, file.ReadLabels(pages - 1).Values);
            Assert.True(file.ReadLabels(pages - 1).IsWide);
        }

        CommandRun nothing = Segment(
            _folder["01"], "--instances", "--instance-threshold", "1", "--seed-threshold", "off", "--min-size", "1600");
        Assert.Equal(0, nothing.Code);
        Assert.Equal([0], ImageFile.Open(_folder["seg/mask007.tif"]).ReadLabels().Values.Distinct());
    }

    [Fact]
    public void LittleMemoryAndManyOrientationsGiveTheSameClasses()
    {
        _folder.Halves("data", 2);
        Assert.Equal(0, Train(_folder["data"], "--steps", "20").Code);
        CommandRun whole = Segment(_folder["data"], "--device", "cpu");
        Assert.Contains("in tiles of 56x56 with ", whole.Output, StringComparison.Ordinal);
        byte[] expected = File.ReadAllBytes(_folder["seg/img0.png"]);
        CommandRun tiled = Segment(_folder["data"], "--device", "cpu", "--memory", "100kB");
        Assert.Equal((0, 0), (tiled.Code, tiled.Errors.Length));
        Assert.Matches("in tiles of [234][0-9]x[234][0-9] with 0.1 MiB", tiled.Output);
        Assert.Equal(expected, File.ReadAllBytes(_folder["seg/img0.png"]));
        Assert.Equal(0, Segment(_folder["data"], "--device", "cpu", "--tta", "paper").Code);
        Assert.Equal(0, Segment(_folder["data"], "--device", "cpu", "--tta", "flips", "--memory", "1 MiB").Code);
    }

    /// <summary>Of a model that was trained in 32 bits; where that is slower, a note says so.</summary>
    [Fact]
    public void MixedPrecisionGivesNearlyTheSameProbabilities()
    {
        _folder.Halves("data", 2);
        Assert.Equal(0, Train(_folder["data"], "--steps", "20").Code);
        float[] single = Probabilities("fp32", notes: 0);
        float[] mixed = Probabilities("mixed", notes: ComputeDevice.HasMatrixUnits(TestDevice.Shared.Properties) ? 0 : 1);
        Assert.NotEqual(single, mixed);
        Assert.All(single, (probability, i) => Assert.Equal(probability, mixed[i], 2e-2f));

        float[] Probabilities(string precision, int notes)
        {
            CommandRun segment = Segment(_folder["data"], "--probabilities", "--precision", precision);
            Assert.Equal((0, notes), (segment.Code, segment.Errors.Length));
            Assert.All(segment.Errors, note => Assert.Contains("no matrix units", note, StringComparison.Ordinal));
            return ImageFile.Open(_folder["seg/img0.probability.tif"]).Read(1).Pixels;
        }
    }

    [Fact]
    public void AnInterruptedRunGoesOnToTheSameModel()
    {
        _folder.Halves("data", 3);
        string[] files = ["train", _folder["data"], "-o", _folder["m.safetensors"], "--log", _folder["m.csv"]];
        string[] arguments = [.. files, .. Tiny, "--steps", "60"];
        Assert.Equal(0, CommandRun.Of(arguments).Code);
        byte[] whole = File.ReadAllBytes(_folder["m.last.safetensors"]);
        string[] log = File.ReadAllLines(_folder["m.csv"]);

        // Stopped, as if by Ctrl-C, when the first validation (after 50 steps) shows.
        using CancellationTokenSource stop = new();
        CommandRun stopped = CommandRun.Of(stop, "validation", arguments);
        Assert.Equal((0, 0), (stopped.Code, stopped.Errors.Length));
        Assert.Contains("--resume", stopped.Output, StringComparison.Ordinal);
        Assert.InRange(TrainingState.Read(_folder["m.state.safetensors"]).Step, 50, 59);
        Assert.NotEqual(whole, File.ReadAllBytes(_folder["m.last.safetensors"]));

        CommandRun resumed = CommandRun.Of([.. files, "--resume"]);
        Assert.Equal((0, 0), (resumed.Code, resumed.Errors.Length));
        Assert.Equal(whole, File.ReadAllBytes(_folder["m.last.safetensors"]));
        Assert.Equal(log, File.ReadAllLines(_folder["m.csv"]));
    }

    /// <summary>As if the run had ended in its last validation.</summary>
    [Fact]
    public void AStepThatIsToldAgainHasOneLineInTheLog()
    {
        _folder.Halves("data", 2);
        string[] files = ["train", _folder["data"], "-o", _folder["m.safetensors"], "--log", _folder["m.csv"]];
        Assert.Equal(0, CommandRun.Of([.. files, .. Tiny, "--steps", "3", "--device", "cpu"]).Code);
        string[] log = File.ReadAllLines(_folder["m.csv"]);
        double[] last = [.. log[^1].Split(',').Select(number => double.Parse(number, CultureInfo.InvariantCulture))];
        TrainingState state = TrainingState.Read(_folder["m.state.safetensors"]);
        (state with { Unvalidated = new(3, 3, last[1], last[2], last[3]) }).Write(_folder["m.state.safetensors"]);
        Assert.Equal(0, CommandRun.Of([.. files, "--resume", "--device", "cpu"]).Code);
        Assert.Equal(log, File.ReadAllLines(_folder["m.csv"]));
    }

    /// <summary>As if the run had ended in its last validation, and its log within a line or somewhat later than the state.</summary>
    [Theory]
    [InlineData("3")]
    [InlineData("3,0.03")]
    [InlineData("3,0.03\n")]
    [InlineData("3,0.7,0.5,0.01,,")]
    [InlineData("4,0.7,0.5,0.01,,\n5,0.7,0.5,0.01,,\n")]
    public void TheLogKeepsWholeLinesOfDoneStepsAlone(string end)
    {
        _folder.Halves("data", 2);
        string[] files = ["train", _folder["data"], "-o", _folder["m.safetensors"], "--log", _folder["m.csv"]];
        Assert.Equal(0, CommandRun.Of([.. files, .. Tiny, "--steps", "4", "--device", "cpu"]).Code);
        string[] log = File.ReadAllLines(_folder["m.csv"]);
        double[] last = [.. log[^1].Split(',').Select(number => double.Parse(number, CultureInfo.InvariantCulture))];
        TrainingState state = TrainingState.Read(_folder["m.state.safetensors"]);
        (state with { Unvalidated = new(4, 4, last[1], last[2], last[3]) }).Write(_folder["m.state.safetensors"]);
        File.WriteAllText(_folder["m.csv"], $"{log[0]}\n{log[1]}\n{log[2]}\n{end}");
        CommandRun resumed = CommandRun.Of([.. files, "--resume", "--device", "cpu"]);
        Assert.Equal(0, resumed.Code);
        Assert.Contains("m.csv' lacks 1 of the 3 steps done before", Assert.Single(resumed.Errors), StringComparison.Ordinal);
        Assert.Equal([log[0], log[1], log[2], log[4]], File.ReadAllLines(_folder["m.csv"]));
    }

    /// <summary>With steps to come, and with the validation after the last one.</summary>
    [Fact]
    public void AnUnfinishedRunIsNotBegunAnew()
    {
        _folder.Halves("data", 2);
        string[] arguments = ["train", _folder["data"], "-o", _folder["m.safetensors"], .. Tiny, "--steps", "60", "--device", "cpu"];
        using CancellationTokenSource stop = new();
        Assert.Equal(0, CommandRun.Of(stop, "validation", arguments).Code);
        Refused("at step 50 of 60; give --resume");
        Assert.Equal(0, CommandRun.Of([.. arguments, "--resume"]).Code);
        TrainingState state = TrainingState.Read(_folder["m.state.safetensors"]);
        (state with { Unvalidated = new(60, 60, 1, 1, 1) }).Write(_folder["m.state.safetensors"]);
        Refused("at step 60 of 60; give --resume");

        // Nothing goes on from what is finished, or is no state.
        state.Write(_folder["m.state.safetensors"]);
        Assert.Equal(0, Train(_folder["data"], "--steps", "1").Code);
        File.WriteAllText(_folder["m.state.safetensors"], "damaged");
        Assert.Equal(0, Train(_folder["data"], "--steps", "1").Code);

        void Refused(string expected)
        {
            byte[][] before = Contents();
            CommandRun refused = CommandRun.Of(arguments);
            Assert.Equal(2, refused.Code);
            Assert.Contains($"m.state.safetensors' holds an unfinished run, {expected}", Assert.Single(refused.Errors));
            Assert.Equal(before, Contents());
        }

        byte[][] Contents() => [.. _folder.Files.Select(name => File.ReadAllBytes(_folder[name]))];
    }

    [Fact]
    public void AModelStaysUntilOneIsValidated()
    {
        _folder.Halves("data", 2);
        File.WriteAllText(_folder["m.safetensors"], "of another run");
        string[] arguments = ["train", _folder["data"], "-o", _folder["m.safetensors"], .. Tiny, "--steps", "1000000", "--device", "cpu"];
        using CancellationTokenSource stop = new();
        CommandRun run = CommandRun.Of(stop, "  loss ", arguments);
        Assert.Equal((0, 0), (run.Code, run.Errors.Length));
        Assert.Contains("No model of this run has been validated yet; what was there stays", run.Output, StringComparison.Ordinal);
        Assert.Equal("of another run", File.ReadAllText(_folder["m.safetensors"]));
        Assert.True(File.Exists(_folder["m.last.safetensors"]));
    }

    [Fact]
    public void ALogStaysUntilTheFirstStepOfAnotherRun()
    {
        _folder.Halves("data", 2);
        string[] arguments =
        [
            "train", _folder["data"], "-o", _folder["m.safetensors"], "--log", _folder["m.csv"], .. Tiny, "--steps", "2", "--device", "cpu",
        ];
        File.WriteAllText(_folder["m.csv"], "of another run");
        using CancellationTokenSource stop = new();
        Assert.Equal(1, CommandRun.Of(stop, "device ", arguments).Code);
        Assert.Equal("of another run", File.ReadAllText(_folder["m.csv"]));
        Assert.Equal(0, CommandRun.Of(arguments).Code);
        Assert.Equal(["step", "1", "2"], File.ReadAllLines(_folder["m.csv"]).Select(line => line.Split(',')[0]));
    }

    [Fact]
    public void TheSameCommandGoesOnWithEpochs()
    {
        _folder.Halves("data", 3);
        string[] arguments = ["train", _folder["data"], "-o", _folder["m.safetensors"], .. Tiny, "--epochs", "8", "--device", "cpu"];
        using CancellationTokenSource stop = new();
        Assert.Equal(0, CommandRun.Of(stop, "validation", arguments).Code);
        Assert.Equal(50, TrainingState.Read(_folder["m.state.safetensors"]).Step);
        CommandRun resumed = CommandRun.Of([.. arguments, "--resume"]);
        Assert.Equal((0, 0), (resumed.Code, resumed.Errors.Length));
        Assert.Equal(64, TrainingState.Read(_folder["m.state.safetensors"]).Step);
    }

    /// <summary>
    /// A model of colour images is trained further on images that hold only gray, and on masks of fewer values than classes.
    /// </summary>
    [Fact]
    public void TheSameCommandGoesOnWithTheFormOfItsFirstModel()
    {
        Colour("data", value => [(byte)value, 0, (byte)(255 - value)]);
        _folder.Png("data/masks/img0.png", [.. Enumerable.Range(0, 1600).Select(i => i % 3)], height: 40);
        _folder.Png("data/masks/img1.png", [.. Enumerable.Range(0, 1600).Select(i => i % 3)], height: 40);
        Assert.Equal(0, Train(_folder["data"], "--steps", "1").Code);
        Colour("other", value => [(byte)value, (byte)value, (byte)value], dark: 0, bright: 2);
        string[] arguments =
        [
            "train", _folder["other"], "-o", _folder["n.safetensors"], "--init", _folder["m.safetensors"],
            "--steps", "60", "--tile", "36", "--device", "cpu",
        ];
        using CancellationTokenSource stop = new();
        Assert.Equal(0, CommandRun.Of(stop, "validation", arguments).Code);
        File.Delete(_folder["m.safetensors"]);
        CommandRun resumed = CommandRun.Of([.. arguments, "--resume"]);
        Assert.Equal((0, 0), (resumed.Code, resumed.Errors.Length));
        Assert.Equal(60, TrainingState.Read(_folder["n.state.safetensors"]).Step);
        UNetModel model = UNetModel.Read(_folder["n.safetensors"]);
        Assert.Equal((3, 3), (model.Configuration.InChannels, model.Classes.Length));
    }

    [Fact]
    public void ARunOnInstanceIdsGoesOn()
    {
        _folder.Halves("data", 2, dark: 0, bright: 300);
        string[] arguments = ["train", _folder["data"], "-o", _folder["m.safetensors"], .. Tiny, "--steps", "60", "--device", "cpu"];
        using CancellationTokenSource stop = new();
        Assert.Equal(0, CommandRun.Of(stop, "validation", arguments).Code);
        Assert.Equal(0, CommandRun.Of([.. arguments, "--resume"]).Code);
        Assert.Equal(60, TrainingState.Read(_folder["m.state.safetensors"]).Step);
    }

    [Fact]
    public void AFullLogLosesNoTraining()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux has a device that is always full.");
        _folder.Halves("data", 2);
        CommandRun run = Train(_folder["data"], "--steps", "5", "--log", "/dev/full");
        Assert.Equal(1, run.Code);
        Assert.Contains("The log '/dev/full' cannot be written", Assert.Single(run.Errors), StringComparison.Ordinal);
        Assert.Equal(1, TrainingState.Read(_folder["m.state.safetensors"]).Step);
        Assert.True(File.Exists(_folder["m.safetensors"]) && File.Exists("/dev/full"));
    }

    /// <summary>On a device, ReLUs would make zeros of them, and nothing would show.</summary>
    [Theory]
    [InlineData("auto")]
    [InlineData("cpu")]
    public void AModelOfNoNumbersIsRefused(string device)
    {
        _folder.Halves("data", 2);
        Assert.Equal(0, Train(_folder["data"], "--steps", "1").Code);
        UNetModel model = UNetModel.Read(_folder["m.safetensors"]);
        model.Parameters[0].Elements[0] = float.NaN;
        model.Write(_folder["m.safetensors"]);
        CommandRun segment = Segment(_folder["data"], "--device", device);
        Assert.Equal(2, segment.Code);
        Assert.Contains("m.safetensors': tensor 'encoder.0.conv1.weight' has", Assert.Single(segment.Errors), StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["seg"]) && Directory.GetFiles(_folder["seg"]).Length > 0);
        CommandRun further = TrainFurther();
        Assert.Equal(2, further.Code);
        Assert.Contains("m.safetensors': tensor", Assert.Single(further.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public void ATerminalShowsTheSameScores()
    {
        _folder.Halves("data", 2);
        CommandRun train = CommandRun.Live(["train", _folder["data"], "-o", _folder["m.safetensors"], .. Tiny, "--steps", "2"]);
        Assert.Equal((0, 0), (train.Code, train.Errors.Length));
        Assert.Contains("validation IoU", train.Output, StringComparison.Ordinal);
        CommandRun segment = CommandRun.Live("segment", _folder["m.safetensors"], _folder["data"], "-o", _folder["seg"]);
        Assert.Equal((0, 0), (segment.Code, segment.Errors.Length));
        Assert.Equal(0, CommandRun.Live("evaluate", _folder["seg"], _folder["data"]).Code);
    }

    [Fact]
    public void AModelIsTrainedFurtherOnOtherData()
    {
        _folder.Halves("data", 2);
        Assert.Equal(0, Train(_folder["data"], "--steps", "2").Code);
        CommandRun further = TrainFurther();
        Assert.Equal((0, 0), (further.Code, further.Errors.Length));
        Assert.Equal(4, UNetModel.Read(_folder["n.safetensors"]).Configuration.Width);
    }

    [Theory]
    [InlineData("", 0, 1, true)]
    [InlineData("--classes 1,0", 1, 0, false)]
    [InlineData("--dropout 0.25", 0, 1, true)]
    public void AModelIsTrainedFurtherOnMasksOfOtherValues(string options, int first, int second, bool isNoted)
    {
        _folder.Halves("data", 2);
        Assert.Equal(0, Train(_folder["data"], "--steps", "2").Code);
        _folder.Halves("other", 2, dark: 0, bright: 1);
        CommandRun further = TrainFurther("other", options);
        Assert.Equal(0, further.Code);
        Assert.Equal(isNoted, further.Errors is [string note] && note.Contains("the classes 0, 1 take the places of the classes 10, 200"));
        UNetModel model = UNetModel.Read(_folder["n.safetensors"]);
        Assert.Equal([first, second], model.Classes.Select(label => label.Value));
        Assert.Equal(options.StartsWith("--dropout", StringComparison.Ordinal) ? 0.25 : 0, model.Configuration.Dropout);
    }

    [Fact]
    public void AModelOfColourImagesIsTrainedFurtherOnColourImagesThatHoldOnlyGray()
    {
        Colour("data", value => [(byte)value, 0, (byte)(255 - value)]);
        Assert.Equal(0, Train(_folder["data"], "--steps", "1").Code);
        Colour("other", value => [(byte)value, (byte)value, (byte)value]);
        CommandRun further = TrainFurther("other");
        Assert.Equal((0, 0), (further.Code, further.Errors.Length));
        Assert.Equal(3, UNetModel.Read(_folder["n.safetensors"]).Configuration.InChannels);

    }

    [Fact]
    public void EveryOptionReachesTheTraining()
    {
        _folder.Halves("data", 2);
        string options = "--arch phseg_v5 --width 3 --depth 2 --padding same --dropout 0.25 --tile 32 --batch 2 --steps 1 --lr 0.02 "
            + "--optimizer adamw --weight-decay 0.1 --clip 0.5 --augment none --weight-map paper --weight-w0 7 --weight-sigma 3.5 "
            + "--class-balance off --sampling weight --seed 9";
        CommandRun train = CommandRun.Of(["train", _folder["data"], "-o", _folder["m.safetensors"], .. options.Split(' ')]);
        Assert.Equal((0, 0), (train.Code, train.Errors.Length));
        TrainingConfiguration expected = new()
        {
            Network = new UNetConfiguration
            {
                Architecture = UNetArchitecture.PhsegV5, Width = 3, Depth = 2, Padding = ConvolutionPadding.Same, Dropout = 0.25,
            },
            Tile = 32,
            Batch = 2,
            Steps = 1,
            Optimizer = Optimizer.AdamW,
            LearningRate = 0.02,
            WeightDecay = 0.1,
            MaximumGradientNorm = 0.5,
            Augmentation = Augmentation.None,
            WeightMap = WeightMap.Paper,
            WeightMapParameters = new() { SeparationWeight = 7, SeparationSigma = 3.5, ClassBalance = false },
            Sampling = PlaceSampling.Weight,
            Seed = 9,
        };
        Assert.Equal(expected, TrainingState.Read(_folder["m.state.safetensors"]).Configuration);
    }

    [Theory]
    [InlineData("", UNetArchitecture.Paper, 0)]
    [InlineData("--arch phseg_v5", UNetArchitecture.PhsegV5, 0.5)]
    [InlineData("--arch phseg_v5 --dropout 0", UNetArchitecture.PhsegV5, 0)]
    [InlineData("--dropout 0.25 --arch phseg_v5", UNetArchitecture.PhsegV5, 0.25)]
    public void AnArchitectureBringsItsDropoutAndStaysOnResumeAndInSegmentation(
        string options, UNetArchitecture architecture, double dropout)
    {
        _folder.Halves("data", 2);
        Assert.Equal(0, Train(_folder["data"], ["--steps", "2", .. options.Split(' ', StringSplitOptions.RemoveEmptyEntries)]).Code);
        UNetConfiguration network = UNetModel.Read(_folder["m.safetensors"]).Configuration;
        Assert.Equal((architecture, dropout), (network.Architecture, network.Dropout));

        CommandRun resumed = CommandRun.Of(
            "train", _folder["data"], "-o", _folder["m.safetensors"], "--device", "cpu", "--resume", "--arch", architecture.Name());
        Assert.Equal((0, 0), (resumed.Code, resumed.Errors.Length));
        Assert.Contains($"network  {architecture.Name()}, width 4", resumed.Output, StringComparison.Ordinal);
        Assert.Contains("This run had done all its steps; --init", resumed.Output, StringComparison.Ordinal);
        Assert.Equal(network, TrainingState.Read(_folder["m.state.safetensors"]).Configuration.Network);
        Assert.Equal(0, Segment(_folder["data"], "--device", "cpu").Code);
    }

    [Fact]
    public void EpochsAreTurnedIntoSteps()
    {
        _folder.Halves("data", 5);
        CommandRun train = Train(_folder["data"], "--epochs", "2");
        Assert.Equal(0, train.Code);

        // Four training images of 1600 pixels and an output of 20 x 20: 16 steps an epoch.
        Assert.Contains("32 steps of 1 tile", train.Output, StringComparison.Ordinal);
    }

    /// <summary>The form tells of ids, whatever the values are.</summary>
    [Fact]
    public void SmallValuesInManyBitsAreToldAsSuch()
    {
        _folder.Halves("data", 2);
        LabelImage few = new(40, 40, [.. Enumerable.Range(0, 1600).Select(i => i % 2 * 2)], IsWide: true);
        ImageWriter.WriteLabels(_folder["data/masks/img0.png"], few);
        ImageWriter.WriteLabels(_folder["data/masks/img1.png"], few);
        CommandRun train = Train(_folder["data"], "--steps", "1");
        Assert.Contains("data' are stored in more than 8 bits, read as", Assert.Single(train.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public void InstanceIdsAreSegmentedAsForegroundAndScored()
    {
        _folder.Halves("data", 2);
        for (int i = 0; i < 2; i++)
        {
            int[] values = ImageFile.Open(_folder[$"data/masks/img{i}.png"]).ReadLabels().Values;
            _folder.Png($"data/masks/img{i}.png", [.. values.Select((value, at) => value == 10 ? 0 : 300 + at)], height: 40);
        }

        CommandRun train = Train(_folder["data"], "--steps", "2");
        Assert.Contains("instance ids", Assert.Single(train.Errors), StringComparison.Ordinal);
        Assert.Equal(0, Segment(_folder["data"], "--device", "cpu").Code);
        int[] segmented = ImageFile.Open(_folder["seg/img0.png"]).ReadLabels().Values;
        Assert.All(segmented.Distinct(), value => Assert.Contains(value, new[] { 0, 255 }));
        Assert.Equal(0, TrainFurther().Code);
        Assert.Equal(0, CommandRun.Of("evaluate", _folder["seg"], _folder["data"]).Code);
    }

    /// <summary>A data set like that of <see cref="ImageFolder.Halves"/>, of two images in colour.</summary>
    private void Colour(string set, Func<int, byte[]> colour, int dark = 10, int bright = 200)
    {
        _folder.Halves(set, 2, dark, bright);
        for (int i = 0; i < 2; i++)
        {
            int[] values = ImageFile.Open(_folder[$"{set}/images/img{i}.png"]).ReadLabels().Values;
            ImageWriter.WritePng(_folder[$"{set}/images/img{i}.png"], [.. values.SelectMany(colour)], 40, 40);
        }
    }

    private CommandRun Train(string data, params string[] more)
        => CommandRun.Of(["train", data, "-o", _folder["m.safetensors"], "--device", "cpu", .. Tiny, .. more]);

    private CommandRun TrainFurther(string data = "data", string options = "") => CommandRun.Of(
    [
        "train", _folder[data], "-o", _folder["n.safetensors"], "--init", _folder["m.safetensors"],
        "--steps", "1", "--tile", "36", "--device", "cpu", .. options.Split(' ', StringSplitOptions.RemoveEmptyEntries),
    ]);

    private CommandRun Segment(params string[] inputsAndOptions)
        => CommandRun.Of(["segment", _folder["m.safetensors"], "-o", _folder["seg"], .. inputsAndOptions]);
}
