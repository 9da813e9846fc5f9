using UNet.Cli.Data;
using UNet.Cli.Images;
using Xunit;

namespace UNet.Tests.Cli;

/// <summary>Data sets of the Cell Tracking Challenge. Frame i has the pixels i, 90 and, as cells, the numbers i + 300 and more.</summary>
public sealed class CellTrackingFolderTests : IDisposable
{
    private readonly ImageFolder _folder = new();
    private readonly List<string> _notes = [];

    public void Dispose() => _folder.Dispose();

    /// <summary>What was told about the folder; not that the masks hold instance ids, which is told of any folder.</summary>
    private IEnumerable<string> LayoutNotes => _notes.Where(note => !note.Contains("read as instance ids", StringComparison.Ordinal));

    [Fact]
    public void SilverTruthIsReadWhereThereIsAny()
    {
        Frames("01", 0, 1, 2, 3, 4);
        Masks("01_ST", 0, 1, 2, 3, 4);
        Masks("01_GT", 1);
        DataSet data = Read();
        Assert.Equal(["01_t000", "01_t001", "01_t002", "01_t003"], Names(data));
        Assert.Equal("01_t004", data.Validation.Single().Name);
        Assert.Equal([3f, 90], data.Training[3].Pixels);
        Assert.True(data.Classes.AreInstances);
        Assert.Equal([0, 1], data.Training[3].Classes);
        Assert.Equal([0, 303], data.Training[3].Instances!);
        Assert.Contains("ignored there: 01_GT/ (--truth gold", Assert.Single(LayoutNotes), StringComparison.Ordinal);
    }

    [Fact]
    public void FramesWithoutAMaskAreLeftOut()
    {
        Frames("01", 0, 1, 2, 3, 4);
        Masks("01_ST", 0, 1, 2, 3, 4);
        Masks("01_GT", 1, 3);
        Assert.Equal(["01_t001", "01_t003"], Names(Read("0", new(Truth.Gold))));
        Assert.Contains("3 frames without a gold mask", Assert.Single(LayoutNotes), StringComparison.Ordinal);
    }

    [Fact]
    public void GoldTruthIsReadWhereThereIsNoOther()
    {
        Frames("01", 0, 1);
        Masks("01_GT", 0, 1);
        Assert.Equal(["01_t000", "01_t001"], Names(Read("0")));
        Assert.Empty(LayoutNotes);
    }

    [Fact]
    public void SequencesFollowOneAnotherAndNumbersCountNotDigits()
    {
        Frames("02", 3, 1);
        Masks("02_GT", 1);
        _folder.Stack("02_GT/SEG/man_seg0003.tif", [0, 303]);
        _folder.Stack("10/t0002.tif", [2, 90]);
        Masks("10_GT", 2);
        _folder.Stack("01/t999.tif", [231, 90]);
        _folder.Stack("01/t1000.tif", [232, 90]);
        _folder.Stack("01_GT/SEG/man_seg1000.tif", [0, 500]);
        _folder.Stack("01_GT/SEG/man_seg999.tif", [0, 501]);
        DataSet data = Read("0");
        Assert.Equal(["01_t999", "01_t1000", "02_t001", "02_t003", "10_t0002"], Names(data));
        Assert.Equal([501, 500, 301, 303, 302], data.Training.Select(image => image.Instances![1]));
        Assert.Empty(LayoutNotes);
    }

    [Theory]
    [InlineData(0, new[] { 0, 1, 3, 4, 5, 6, 8, 9 })]
    [InlineData(1, new[] { 0, 4, 5, 9 })]
    [InlineData(2, new[] { 10 })]
    public void FramesNearGoldTruthAreLeftOut(int margin, int[] kept)
    {
        // Gold truth of the other sequence does not count here.
        int[] frames = margin == 2 ? [.. Enumerable.Range(0, 11)] : [.. Enumerable.Range(0, 10)];
        Frames("01", frames);
        Masks("01_ST", frames);
        Masks("01_GT", 2, 7);
        Frames("02", 0, 9);
        Masks("02_ST", 0, 9);
        Masks("02_GT", 0);
        DataSet data = Read("0", new(Truth.Silver, margin));
        Assert.Equal([.. kept.Select(i => $"01_t{i:000}"), "02_t009"], Names(data));
        string note = Assert.Single(LayoutNotes);
        Assert.Contains($"{frames.Length - kept.Length + 1} frames within {margin} of", note, StringComparison.Ordinal);
        Assert.Contains($"{kept.Length + 1} stay", note, StringComparison.Ordinal);
    }

    [Fact]
    public void TheHeldOutFramesAreTheLastThatStay()
    {
        int[] frames = [.. Enumerable.Range(0, 10)];
        Frames("01", frames);
        Masks("01_ST", frames);
        Masks("01_GT", 2, 9);
        DataSet data = Read("0.3", new(null, 1));
        Assert.Equal(["01_t000", "01_t004", "01_t005"], Names(data));
        Assert.Equal(["01_t006", "01_t007"], data.Validation.Select(image => image.Name));
    }

    [Fact]
    public void AnotherSetIsTheValidationSetWhole()
    {
        int[] frames = [0, 1, 2, 3];
        foreach (string set in (string[])["", "other/"])
        {
            Frames(set + "01", frames);
            Masks(set + "01_ST", frames);
            Masks(set + "01_GT", 0);
        }

        DataSet data = Read(_folder["other"], new(Truth.Silver, 1));
        Assert.Equal((2, 4), (data.Training.Length, data.Validation.Length));
    }

    [Fact]
    public void SubfoldersOfImagesWinOverSequences()
    {
        Frames("01", 0);
        Masks("01_GT", 0);
        _folder.Png("images/a.png", [1, 2]);
        _folder.Png("masks/a.png", [0, 1]);
        Assert.Equal(["a"], Names(Read()));
        Assert.Contains("ignored there: 01/, 01_GT/", _notes[0], StringComparison.Ordinal);
    }

    [Fact]
    public void AVolumeIsReadSliceBySlice()
    {
        _folder.Stack("01/t000.tif", [1, 2], [3, 4]);
        _folder.Stack("01_ST/SEG/man_seg000.tif", [0, 300], [400, 0]);
        DataSet data = Read("0");
        Assert.Equal(["01_t000[1]", "01_t000[2]"], Names(data));
        Assert.Equal([400, 0], data.Training[1].Instances!);
    }

    [Fact]
    public void FramesAreSegmentedWithOrWithoutMasks()
    {
        Frames("01", 0, 1);
        Masks("01_GT", 1);
        Frames("02", 5);
        Assert.Equal(["t000", "t001", "t005"], DataSetFolder.Images(_folder.Path, _notes.Add).Select(file => file.Stem));
        Assert.Equal(["t000", "t001"], DataSetFolder.Images(_folder["01"], _notes.Add).Select(file => file.Stem));
        Assert.Empty(LayoutNotes);
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("01_GT", false)]
    [InlineData("01_GT/SEG", false)]
    public void PredictionsAreComparedWithGoldTruth(string labels, bool isNoted)
    {
        Frames("01", 1, 2);
        Masks("01_GT", 2);
        Masks("01_ST", 1, 2);
        _folder.Png("p/t0001.png", [255, 0]);
        _folder.Png("p/mask0002.png", [0, 255]);
        ImageWriter.WriteFloatStack(_folder["p/mask0002.probability.tif"], [[0.75f, 0.25f], [0.25f, 0.75f]], 1, 2);
        LabelPair pair = Assert.Single(LabelPair.Find(_folder["p"], Path.Combine(_folder.Path, labels), _notes.Add));
        Assert.Equal(("mask0002", "man_seg002"), (pair.Prediction.Stem, pair.Labels.Stem));
        Assert.Equal("01_GT", Path.GetFileName(Path.GetDirectoryName(Path.GetDirectoryName(pair.Labels.Path))));
        Assert.Equal([0.25f, 0.75f], new ProbabilityFile(pair).Read(1, LabelClasses.Parse("0,255"), 1, 2));
        Assert.Equal(isNoted, _notes.Exists(note => note.Contains("ignored there: 01_ST/", StringComparison.Ordinal)));
        Assert.Contains(_notes, note => note.Contains("t0001.png", StringComparison.Ordinal));
    }

    [Fact]
    public void NoProbabilitiesAreMadeUp()
    {
        _folder.Png("p/a.png", [0, 255]);
        _folder.Png("t/a.png", [0, 255]);
        Assert.False(new ProbabilityFile(Assert.Single(LabelPair.Find(_folder["p"], _folder["t"], _notes.Add))).Exists);
    }

    [Theory]
    [InlineData("train golden --truth silver", "has no silver truth (01_ST/SEG/man_seg000.tif); put it there or use --truth gold.")]
    [InlineData("train golden --truth bronze", "gold or silver")]
    [InlineData("train golden --exclude-near-gold -1", "--exclude-near-gold takes a whole number of 0 or more")]
    [InlineData("train golden --exclude-near-gold 0", "leaves out all frames")]
    [InlineData("train both --truth gold --exclude-near-gold 0", "or --truth silver.")]
    [InlineData("train silvery --exclude-near-gold 1", "--exclude-near-gold needs gold truth, but")]
    [InlineData("train folders --exclude-near-gold 1", "--exclude-near-gold is for data sets of the Cell Tracking Challenge")]
    [InlineData("train folders --truth gold", "--truth is for data sets of the Cell Tracking Challenge")]
    [InlineData("train golden/01", "holds only the frames of a sequence; give '")]
    [InlineData("train golden/01_GT", "holds only masks; give '")]
    [InlineData("train frames", "neither 01_GT/SEG/ nor 01_ST/SEG/")]
    [InlineData("train frames/01", "put masks in '")]
    [InlineData("train masks", "has 01_GT/ but no frames in 01/")]
    [InlineData("train unmatched", "no frame in 01/ for man_seg004.tif")]
    [InlineData("train twice", "t0001.tif and t001.tif")]
    [InlineData("train volume", "man_seg_000_005.tif' is of one slice of a 3D sequence")]
    [InlineData("train nothing", "has no gold truth (01_GT/SEG/man_seg000.tif); put it there.")]
    [InlineData("evaluate folders/masks several", "several sequences, 01_GT/, 02_GT/")]
    [InlineData("evaluate folders/masks volume", "man_seg_000_005.tif' is of one slice of a 3D sequence")]
    [InlineData("evaluate folders/masks golden", "No prediction in")]
    public void WhatCannotBeUsedIsToldInOneSentence(string arguments, string expected)
    {
        string[] withFrames = ["golden/", "both/", "silvery/", "frames/", "unmatched/", "twice/", "several/", "volume/", "nothing/"];
        foreach (string set in withFrames)
            Frames(set + "01", 1, 2);
        foreach (string set in (string[])["golden/", "both/", "masks/", "unmatched/", "twice/", "several/"])
            Masks(set + "01_GT", 1, 2);
        foreach (string set in (string[])["both/", "silvery/"])
            Masks(set + "01_ST", 1, 2);
        Masks("unmatched/01_GT", 4);
        _folder.Stack("twice/01/t0001.tif", [1, 2]);
        Frames("several/02", 1);
        Masks("several/02_GT", 1);
        _folder.Stack("volume/01_GT/SEG/man_seg_000_005.tif", [0, 300]);
        Directory.CreateDirectory(Path.Combine(_folder.Path, "nothing/01_GT/SEG"));
        _folder.Png("folders/images/a.png", [1, 2]);
        _folder.Png("folders/masks/a.png", [0, 1]);

        string[] words = [.. arguments.Split(' ').Select(word => Path.Exists(_folder[word]) ? _folder[word] : word)];
        CommandRun run = CommandRun.Of(words[0] == "train" ? [.. words, "-o", _folder["m.safetensors"]] : words);
        Assert.Equal(2, run.Code);
        string line = Assert.Single(run.Errors);
        Assert.StartsWith("error: ", line, StringComparison.Ordinal);
        Assert.Contains(expected, line, StringComparison.Ordinal);
    }

    [Fact]
    public void TheRealSetIsRead()
    {
        string? data = Environment.GetEnvironmentVariable("UNET_DATA");
        if (data is null)
            Assert.Skip("UNET_DATA is not set: the real images are not here.");
        string cells = Path.Combine(data, "dic-hela");

        // Gold truth is of the frames 2, 5, 21, 31, 33, 34, 39, 54, 67: 24 frames are one of these or next to one.
        DataSet silver = DataSet.Read(cells, ValidationSplit.Default, null, null, _notes.Add, new(Truth.Silver, 1));
        Assert.Equal((48, 12, 1), (silver.Training.Length, silver.Validation.Length, silver.Channels));
        Assert.Contains("24 frames within 1", Assert.Single(LayoutNotes), StringComparison.Ordinal);
        Assert.All(silver.Training, image => Assert.True(image.Instances!.Max() > 1));
        DataSet gold = DataSet.Read(cells, ValidationSplit.Parse("0"), null, null, _notes.Add, new(Truth.Gold));
        Assert.Equal(9, gold.Training.Length);
    }

    private static string[] Names(DataSet data) => [.. data.Training.Select(image => image.Name)];

    private void Frames(string sequence, params int[] frames)
    {
        foreach (int frame in frames)
            _folder.Stack($"{sequence}/t{frame:000}.tif", [frame, 90]);
    }

    private void Masks(string truth, params int[] frames)
    {
        foreach (int frame in frames)
            _folder.Stack($"{truth}/SEG/man_seg{frame:000}.tif", [0, 300 + frame]);
    }

    private DataSet Read(string? validation = null, TruthSelection? truth = null) => DataSet.Read(
        _folder.Path,
        validation is null ? ValidationSplit.Default : ValidationSplit.Parse(validation),
        null,
        null,
        _notes.Add,
        truth);
}
