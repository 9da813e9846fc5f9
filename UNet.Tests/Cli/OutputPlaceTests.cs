using System.Security.Cryptography;
using UNet.Cli.Images;
using Xunit;

namespace UNet.Tests.Cli;

/// <summary>Where something will be written is looked at before the work: nothing that is read, or in the way, is lost.</summary>
public sealed class OutputPlaceTests : IDisposable
{
    private readonly ImageFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void AnImageBehindALinkIsNotOverwritten()
    {
        MakeModel();
        Directory.CreateSymbolicLink(_folder["other"], _folder["data/images"]);
        string error = Refused("segment", "m.safetensors", "data/images", "-o", "other");
        Assert.Contains("img0.png' would be overwritten", error, StringComparison.Ordinal);
        File.CreateSymbolicLink(_folder["seg/b.png"], _folder["data/images/img0.png"]);
        _folder.Png("in/b.png", [1, 2]);
        error = Refused("segment", "m.safetensors", "in/b.png", "data/images/img0.png", "-o", "seg");
        Assert.Contains("img0.png' would be overwritten", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("t007.tif", "mask007.tif", "--instances", "mask007.tif' would be overwritten with the segmentation of")]
    [InlineData("a.tif", "a.probability.tif", "--probabilities", "a.probability.tif' would be overwritten with the probabilities of")]
    [InlineData("a.tif", "a.probability.tif", "--tta=none", "a.probability.tif' would be overwritten with the probabilities of")]
    public void NoOtherInputIsOverwritten(string first, string second, string option, string expected)
    {
        MakeModel();
        foreach (string name in (string[])[first, second])
            File.WriteAllBytes(_folder[$"in/{name}"], UncompressedTiff.OfPages(7, (40, 40)));
        string error = Refused("segment", "m.safetensors", $"in/{first}", $"in/{second}", "-o", "in", option);
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    [Fact]
    public void NoTwoOutputsHaveOneName()
    {
        MakeModel();
        _folder.Png("in/a.png", [1, 2]);
        _folder.Stack("in/a.probability.tif", [1, 2], [3, 4]);
        string error = Refused("segment", "m.safetensors", "in/a.png", "in/a.probability.tif", "-o", "seg", "--probabilities");
        Assert.Contains("would be both the probabilities of", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--json", "t/a.png", "t/a.png' would be overwritten with the scores")]
    [InlineData("--json", "p/a.png", "p/a.png' would be overwritten with the scores")]
    [InlineData("--pictures", "t", "t/a.png' would be overwritten with the picture of 'a'")]
    [InlineData("--pictures", "p", "p/a.png' would be overwritten with the picture of 'a'")]
    [InlineData("--pictures", "i", "i/a.png' would be overwritten with the picture of 'a'")]
    [InlineData("--pictures", "way", "way/a.png' is in the way of the picture of 'a'")]
    [InlineData("--pictures", "t/a.png/below", "which is a file")]
    public void AnEvaluationOverwritesNothingThatItReads(string option, string path, string expected)
    {
        foreach (string name in (string[])["p", "t", "i"])
            _folder.Png($"{name}/a.png", [0, 255]);
        Directory.CreateDirectory(_folder["way/a.png/below"]);
        string[] images = option == "--pictures" ? ["--images", "i"] : [];
        Assert.Contains(expected, Refused(["evaluate", "p", "t", option, path, .. images]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("n.last.safetensors", "n.last.safetensors' is in the way of the newest model")]
    [InlineData("n.state.safetensors", "n.state.safetensors' is in the way of the state of the training")]
    [InlineData("n.csv", "n.csv' is a folder")]
    public void ATrainingLooksAtAllItsFilesFirst(string inTheWay, string expected)
    {
        _folder.Halves("data", 2);
        Directory.CreateDirectory(_folder[inTheWay]);
        string error = Refused("train", "data", "-o", "n.safetensors", "--log", "n.csv", "--device", "cpu");
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-o", "data/masks/img0.png", "img0.png' would be overwritten with the best model")]
    [InlineData("--log", "data/images/img1.png", "img1.png' would be overwritten with the log")]
    [InlineData("--preview-augmentation", "data/images", "tile3.png' would be overwritten with a picture of a tile")]
    public void ATrainingOverwritesNothingThatItReads(string option, string path, string expected)
    {
        _folder.Halves("data", 3);
        foreach (string folder in (string[])["images", "masks"])
            File.Move(_folder[$"data/{folder}/img2.png"], _folder[$"data/{folder}/tile3.png"]);
        string[] output = option == "-o" ? [] : ["-o", "n.safetensors"];
        Assert.Contains(expected, Refused(["train", "data", .. output, option, path, "--device", "cpu"]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("n.safetensors")]
    [InlineData("n.last.safetensors")]
    [InlineData("n.state.safetensors")]
    public void ALogIsNoneOfTheModels(string log)
    {
        _folder.Halves("data", 2);
        Assert.Contains("and the log", Refused("train", "data", "-o", "n.safetensors", "--log", log), StringComparison.Ordinal);
    }

    [Fact]
    public void WhatIsInTheWayOfASegmentationIsTold()
    {
        MakeModel();
        Directory.CreateDirectory(_folder["seg/img1.png/below"]);
        Assert.Contains("img1.png' is in the way", Refused("segment", "m.safetensors", "data", "-o", "seg"), StringComparison.Ordinal);
        string error = Refused("segment", "m.safetensors", "data", "-o", "m.safetensors/seg");
        Assert.Contains("which is a file", error, StringComparison.Ordinal);
    }

    /// <summary>Nobody may make a file there, not even who may do everything else.</summary>
    [Theory]
    [InlineData("train data -o /proc/n.safetensors --device cpu")]
    [InlineData("segment m.safetensors data -o /proc --device cpu")]
    [InlineData("segment m.safetensors data -o /proc/seg --device cpu")]
    [InlineData("evaluate data/masks data/masks --json /proc/s.json")]
    [InlineData("train data -o /dev/null --device cpu")]
    public void AFolderThatCannotBeWrittenToIsTold(string arguments)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux has such folders and files.");
        MakeModel();
        string error = Refused(arguments.Split(' '));
        Assert.Matches("cannot be written to; give|is no regular file", error);
    }

    [Fact]
    public void OldProbabilitiesDoNotOutliveTheirLabels()
    {
        MakeModel();
        Assert.Equal(0, Run("segment", "m.safetensors", "data", "-o", "seg", "--device", "cpu", "--probabilities").Code);
        Assert.Equal(4, Directory.GetFiles(_folder["seg"]).Length);
        CommandRun without = Run("segment", "m.safetensors", "data", "-o", "seg", "--device", "cpu");
        Assert.Equal(0, without.Code);
        Assert.Contains("img1.probability.tif", Assert.Single(without.Errors), StringComparison.Ordinal);
        Assert.Equal(2, Directory.GetFiles(_folder["seg"]).Length);
        Assert.Empty(Run("segment", "m.safetensors", "data", "-o", "seg", "--device", "cpu").Errors);
    }

    [Fact]
    public void AModelIsWrittenThroughALink()
    {
        _folder.Halves("data", 2);
        File.CreateSymbolicLink(_folder["n.safetensors"], _folder["far/real.safetensors"]);
        Train("n.safetensors");
        Assert.NotNull(new FileInfo(_folder["n.safetensors"]).LinkTarget);
        Assert.True(File.Exists(_folder["far/real.safetensors"]));
    }

    [Theory]
    [InlineData("train", "", "-o", "n.safetensors")]
    [InlineData("train", "data", "-o", "")]
    [InlineData("train", "data", "-o", "n.safetensors", "--log", "")]
    [InlineData("train", "data", "-o", "n.safetensors", "--init", "")]
    [InlineData("train", "data", "-o", "n.safetensors", "--validation", "")]
    [InlineData("train", "data", "--preview-augmentation", "")]
    [InlineData("segment", "", "data", "-o", "seg")]
    [InlineData("segment", "m.safetensors", "", "-o", "seg")]
    [InlineData("segment", "m.safetensors", "data", "-o", "")]
    [InlineData("evaluate", "data", "data", "--json", "")]
    [InlineData("evaluate", "data", "data", "--pictures", "p", "--images", "")]
    [InlineData("demo", "-o", "")]
    public void AnEmptyWordIsNoPath(params string[] arguments)
    {
        _folder.Halves("data", 2);
        Assert.Contains("is given an empty word", Refused(arguments), StringComparison.Ordinal);
    }

    [Fact]
    public void AFileWithoutStemIsSegmented()
    {
        MakeModel();
        File.Copy(_folder["data/images/img0.png"], _folder["in/.png"]);
        Assert.Equal(0, Run("segment", "m.safetensors", "in/.png", "-o", "seg", "--device", "cpu", "--instances").Code);
        Assert.Equal(40, ImageFile.Open(_folder["seg/.png"]).Height);
    }

    private void MakeModel()
    {
        _folder.Halves("data", 2);
        Train("m.safetensors");
    }

    private void Train(string model)
    {
        string[] tiny = ["--width", "2", "--depth", "1", "--tile", "36", "--steps", "1", "--device", "cpu"];
        Assert.Equal(0, Run(["train", "data", "-o", model, .. tiny]).Code);
    }

    /// <summary>Runs a command that must tell of wrong input in one sentence, and leave all files as they were.</summary>
    private string Refused(params string[] arguments)
    {
        string[] before = Contents();
        CommandRun run = Run(arguments);
        Assert.Equal(2, run.Code);
        Assert.Equal(before, Contents());
        return Assert.Single(run.Errors);

        string[] Contents() => [.. _folder.Files.Select(
            name => $"{name} {Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(_folder[name])))}")];
    }

    /// <summary>Every word but the first that is neither an option nor a number is a path in the folder.</summary>
    private CommandRun Run(params string[] arguments) => CommandRun.Of([.. arguments.Select((word, i)
        => i == 0 || word.Length == 0 || word is "cpu" || "-/0123456789".Contains(word[0]) ? word : Path.Combine(_folder.Path, word))]);
}
