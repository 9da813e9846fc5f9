using UNet.Cli.Data;
using UNet.Cli.Images;
using UNet.Vulkan;
using UNet.Vulkan.Training;
using Xunit;

namespace UNet.Tests.Cli;

public sealed class DataSetTests : IDisposable
{
    private readonly ImageFolder _folder = new();
    private readonly List<string> _notes = [];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("images", "masks", "")]
    [InlineData("image", "label", "")]
    [InlineData("imgs", "masks", "_mask")]
    public void FoldersAreReadInTheOrderOfNames(string images, string masks, string ending)
    {
        foreach (string name in (string[])["b", "a", "c"])
        {
            _folder.Png($"{images}/{name}.png", [name[0], 1]);
            _folder.Png($"{masks}/{name}{ending}.png", [0, 255]);
        }

        DataSet data = Read();
        Assert.Equal(["a", "b"], data.Training.Select(image => image.Name));
        Assert.Equal(["c"], data.Validation.Select(image => image.Name));
        Assert.Equal(['b', 1], data.Training[1].Pixels);
        Assert.Equal([0, 1], data.Training[1].Classes);
        Assert.Equal([0, 255], data.Classes.Values);
        Assert.Equal(1, data.Channels);
        Assert.Empty(_notes);
    }

    [Fact]
    public void StacksAreReadPageByPage()
    {
        _folder.Stack("train-volume.tif", [10, 11], [12, 13], [14, 15]);
        _folder.Stack("train-labels.tif", [0, 9], [9, 9], [0, 0]);
        DataSet data = Read("0.5");
        Assert.Equal(["train-volume[1]"], data.Training.Select(image => image.Name));
        Assert.Equal(["train-volume[2]", "train-volume[3]"], data.Validation.Select(image => image.Name));
        Assert.Equal([1, 1], data.Validation[0].Classes);
        Assert.Equal([14f, 15], data.Validation[1].Pixels);
    }

    [Fact]
    public void SubfoldersWinOverStacksWhichAreNamed()
    {
        MakePairs(2);
        _folder.Stack("train-volume.tif", [1, 2]);
        _folder.Stack("train-labels.tif", [0, 1]);
        Assert.Equal("img0", Read().Training.Single().Name);
        string note = Assert.Single(_notes);
        Assert.Contains("train-volume.tif, train-labels.tif", note, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(10, "0.2", 2)]
    [InlineData(11, "0.2", 3)]
    [InlineData(100, "0.07", 7)]
    [InlineData(10, "0", 0)]
    public void TheHeldOutShareIsRoundedUp(int count, string share, int heldOut)
        => Assert.Equal(heldOut, ValidationSplit.Parse(share).HeldOut(count));

    [Fact]
    public void ASingleImageIsTrainedOn()
    {
        MakePairs(1);
        DataSet data = Read();
        Assert.Single(data.Training);
        Assert.Empty(data.Validation);
        Assert.Contains("single image", Assert.Single(_notes), StringComparison.Ordinal);
    }

    [Fact]
    public void AnotherFolderCanBeTheValidationSet()
    {
        MakePairs(2);
        _folder.Png("other/image/x.png", [5, 5]);
        _folder.Png("other/label/x.png", [255, 255]);
        DataSet data = Read(_folder["other"]);
        Assert.Equal(2, data.Training.Length);
        Assert.Equal("x", data.Validation.Single().Name);
    }

    [Fact]
    public void ManyValuesAreInstanceIds()
    {
        _folder.Png("images/a.png", [.. Enumerable.Range(0, 17)]);
        _folder.Png("masks/a.png", [.. Enumerable.Range(0, 17)]);
        DataSet data = Read();
        Assert.True(data.Classes.AreInstances);
        Assert.Equal(2, data.Classes.Count);
        Assert.Equal([0, 1, 1], data.Training[0].Classes[..3]);
    }

    [Fact]
    public void SixteenValuesAreClasses()
    {
        _folder.Png("images/a.png", [.. Enumerable.Range(0, 16)]);
        _folder.Png("masks/a.png", [.. Enumerable.Range(0, 16)]);
        Assert.Equal(16, Read().Classes.Count);
    }

    [Fact]
    public void WideMasksAreInstanceIdsUnlessClassesAreNamed()
    {
        _folder.Png("images/a.png", [1, 2, 3]);
        _folder.Png("masks/a.png", [0, 300, 301]);
        TrainingImage image = Read().Training[0];
        Assert.Equal([0, 1, 1], image.Classes);
        Assert.Equal([0, 300, 301], image.Instances!);
        image = Read(classes: "0,300,301").Training[0];
        Assert.Equal([0, 1, 2], image.Classes);
        Assert.Null(image.Instances);
    }

    [Fact]
    public void ColourThatIsGrayEverywhereBecomesOneChannel()
    {
        ImageWriter.WritePng(_folder["images/a.png"], [1, 1, 1, 4, 4, 4], 1, 2);
        _folder.Png("images/b.png", [5, 6]);
        _folder.Png("masks/a.png", [0, 1]);
        _folder.Png("masks/b.png", [0, 1]);
        DataSet data = Read();
        Assert.Equal(1, data.Channels);
        Assert.Equal([1f, 4], data.Training[0].Pixels);
    }

    [Fact]
    public void OneColouredImageKeepsAllInColour()
    {
        ImageWriter.WritePng(_folder["images/a.png"], [1, 1, 1, 4, 4, 4], 1, 2);
        ImageWriter.WritePng(_folder["images/b.png"], [1, 2, 1, 4, 4, 4], 1, 2);
        _folder.Png("masks/a.png", [0, 1]);
        _folder.Png("masks/b.png", [0, 1]);
        Assert.Equal(3, Read().Channels);
    }

    [Fact]
    public void AMaskValueOfNoTrainingMaskIsRefused()
    {
        MakePairs(2);
        _folder.Png("masks/img1.png", [0, 7]);
        InputException e = Assert.Throws<InputException>(() => Read());
        Assert.Contains("img1.png", e.Message, StringComparison.Ordinal);
        Assert.Contains("value 7", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void FilesThatAreNoImagesAreLeftAlone()
    {
        MakePairs(2);
        File.WriteAllText(_folder["images/Thumbs.db"], "");
        File.WriteAllText(_folder["images/.img0.png"], "");
        Assert.Single(Read().Training);
    }

    [Fact]
    public void RealSetsAreRead()
    {
        string? data = Environment.GetEnvironmentVariable("UNET_DATA");
        if (data is null)
            Assert.Skip("UNET_DATA is not set: the real images are not here.");
        DataSet slices = DataSet.Read(Path.Combine(data, "isbi2012"), ValidationSplit.Default, null, null, _notes.Add);
        Assert.Equal((16, 4, 1), (slices.Training.Length, slices.Validation.Length, slices.Channels));
        Assert.Equal([0, 255], slices.Classes.Values);
        Assert.Contains("train-volume.tif", Assert.Single(_notes), StringComparison.Ordinal);

        DataSet nuclei = DataSet.Read(Path.Combine(data, "dsb2018"), ValidationSplit.Default, null, null, _notes.Add);
        Assert.Equal((128, 32, 1), (nuclei.Training.Length, nuclei.Validation.Length, nuclei.Channels));
        Assert.True(nuclei.Classes.AreInstances);
        Assert.Contains(nuclei.Training, image => image.Instances!.Distinct().Count() > 2);
        Assert.DoesNotContain(nuclei.Training, image => image.Classes.Contains(TrainingImage.IgnoredClass));
    }

    private void MakePairs(int count)
    {
        for (int i = 0; i < count; i++)
        {
            _folder.Png($"images/img{i}.png", [i, 100]);
            _folder.Png($"masks/img{i}.png", [0, 255]);
        }
    }

    private DataSet Read(string? validation = null, string? classes = null) => DataSet.Read(
        _folder.Path,
        validation is null ? ValidationSplit.Default : ValidationSplit.Parse(validation),
        classes is null ? null : LabelClasses.Parse(classes),
        null,
        _notes.Add);
}
