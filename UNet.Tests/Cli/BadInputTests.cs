using System.Buffers.Binary;
using System.IO.Hashing;
using NetVips;
using UNet.Cli.Images;
using Xunit;

namespace UNet.Tests.Cli;

/// <summary>Whatever is wrong with what the user gave: exit code 2, one sentence, and no file more than before.</summary>
public sealed class BadInputTests : IDisposable
{
    /// <summary>Model and state of a run of one step, made once.</summary>
    private static readonly Lazy<List<(string Name, byte[] Content)>> Trained = new(() =>
    {
        using ImageFolder folder = new();
        folder.Halves("data", 2);
        string[] tiny = ["--width", "2", "--depth", "1", "--tile", "36", "--steps", "1", "--device", "cpu"];
        Assert.Equal(0, CommandRun.Of(["train", folder["data"], "-o", folder["m.safetensors"], .. tiny]).Code);
        return [.. folder.Files.Where(name => name.EndsWith(".safetensors", StringComparison.Ordinal))
            .Select(name => (name, File.ReadAllBytes(folder[name])))];
    });

    private readonly ImageFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("", "unet --help")]
    [InlineData("trian", "no command 'trian'")]
    [InlineData("evaluate", "PREDICTIONS")]
    [InlineData("evaluate missing t", "missing")]
    [InlineData("evaluate p t --metrics iou,foo", "no metric 'foo'")]
    [InlineData("evaluate p t --metrics iou,vrand", "a.probability.tif")]
    [InlineData("evaluate p t --foreground 7", "--foreground 7")]
    [InlineData("evaluate p ids --foreground 0", "instance ids")]
    [InlineData("evaluate p t --thresholds 0.5,1.5", "'1.5'")]
    [InlineData("evaluate p t --thresholds 0.1:0.5", "FIRST:LAST:STEP")]
    [InlineData("evaluate p t --thresholds 0:1:0.0005", "at most 1001 thresholds, which '0:1:0.0005' exceeds")]
    [InlineData("devices --device 0", "--device says for which device --kernels compiles")]
    [InlineData("plan --tile 2147483644 --depth 2", "2147483644 pixels is too large")]
    [InlineData("evaluate pages t", "3 pages")]
    [InlineData("evaluate wider t", "3x1")]
    [InlineData("evaluate logits t", "holds -2")]
    [InlineData("evaluate p t --classes 0", "--classes")]
    [InlineData("evaluate p t --classes 0,1", "value 255")]
    [InlineData("evaluate p t --unknown", "--unknown")]
    [InlineData("segment m.safetensors p -o seg --treshold 0.4", "no option '--treshold'; see 'unet segment --help'")]
    [InlineData("segment --hlp", "no option '--hlp'; see 'unet segment --help'")]
    [InlineData("evaluate p more --json s.json", "b.png")]
    [InlineData("evaluate p larger --json s.json", "2x1")]
    [InlineData("evaluate p colour", "colour")]
    [InlineData("evaluate p broken", "a.png")]
    [InlineData("evaluate p empty", "no PNG")]
    [InlineData("evaluate p/a.png stack.tif", "2 pages")]
    [InlineData("evaluate twice frames", "t007.png")]
    [InlineData("evaluate p t --json t", "is a folder")]
    [InlineData("evaluate p t --json no/where.txt", "no folder for 'no/where.txt'")]
    [InlineData("evaluate p t --images t", "--images is for pictures")]
    [InlineData("evaluate p t --pictures stack.tif", "--pictures takes a folder")]
    [InlineData("evaluate p t --pictures seg --images empty", "no PNG")]
    [InlineData("evaluate p t --pictures seg --images frames", "no image in")]
    [InlineData("evaluate p t --pictures seg --images larger", "3x1")]
    [InlineData("evaluate frames frames --pictures seg --images twice", "are both images of")]
    [InlineData("evaluate p/a.png t/a.png --pictures seg --images stack.tif", "2 pages")]
    [InlineData("train data -o nowhere/n.txt", "no folder for 'nowhere/n.txt'")]
    [InlineData("train data -o n.safetensors --log nowhere/n.csv", "no folder for 'nowhere/n.csv'")]
    [InlineData("train missing -o n.safetensors", "missing")]
    [InlineData("train data", "-o")]
    [InlineData("train data -o n.safetensors --steps 0", "--steps takes a whole number of 1 or more")]
    [InlineData("train data -o n.safetensors --lr fast", "--lr takes a number above 0, not 'fast'")]
    [InlineData("train data -o n.safetensors --padding full", "valid or same")]
    [InlineData("train data -o n.safetensors --momentum 1", "--momentum")]
    [InlineData("train data -o n.safetensors --augment mirror", "paper or flips or none")]
    [InlineData("train data -o n.safetensors --augment paper --elastic-sigma -1", "--elastic-sigma takes a number of 0 or more, not '-1'")]
    [InlineData("train data -o n.safetensors --augment paper --elastic-spacing 0", "--elastic-spacing takes a number of 4 or more")]
    [InlineData("train data -o n.safetensors --augment paper --rotation 400", "--rotation takes a number from 0 to 360")]
    [InlineData("train data -o n.safetensors --augment paper --gray-variation 50", "is 0 to 5, not 50")]
    [InlineData("train data -o n.safetensors --augment paper --interpolation nearest", "linear or cubic")]
    [InlineData("train data --preview-augmentation m.safetensors", "is a file; --preview-augmentation takes a folder")]
    [InlineData("train data -o m.safetensors --resume --preview-augmentation tiles", "leave out --resume")]
    [InlineData("train data --preview-augmentation tiles --elastic-sigma 5", "--elastic-sigma says how --augment paper")]
    [InlineData("train data -o n.safetensors --rotation 30", "--rotation says how --augment paper varies tiles")]
    [InlineData("train data -o n.safetensors --augment none --interpolation linear", "--interpolation says how")]
    [InlineData("train data -o n.safetensors --weight-map cells", "paper or falk or balance or none")]
    [InlineData("train data -o n.safetensors --weight-map paper --weight-sigma 0", "--weight-sigma takes a number above 0")]
    [InlineData("train data -o n.safetensors --weight-map falk --weight-w0 -1", "--weight-w0 takes a number of 0 or more")]
    [InlineData("train data -o n.safetensors --weight-w0 5", "weight maps paper and falk")]
    [InlineData("train data -o n.safetensors --weight-map falk --class-balance off", "--class-balance")]
    [InlineData("train data -o n.safetensors --sampling best", "uniform or weight")]
    [InlineData("train data -o n.safetensors --steps 1 --epochs 1", "give one of them")]
    [InlineData("train data -o n.safetensors --validation 1", "--validation")]
    [InlineData("train data -o n.safetensors --validation 0.9", "holds out all")]
    [InlineData("train data -o n.safetensors --device nonsense", "no device 'nonsense'")]
    [InlineData("train data -o n.safetensors --tile 37 --depth 1 --device cpu", "37")]
    [InlineData("train data -o n.safetensors --resume", "n.state.safetensors")]
    [InlineData("train data -o data", "is a folder")]
    [InlineData("train data -o n.safetensors --init data/masks/img0.png", "img0.png")]
    [InlineData("train data -o n.safetensors --init m.safetensors --width 3 --device cpu", "--width differs from the model to start from")]
    [InlineData("train data -o n.safetensors --init m.safetensors --arch phseg_v5", "which is a U-Net of architecture paper")]
    [InlineData("train data -o n.safetensors --init m.safetensors --depth 2", "--depth differs")]
    [InlineData("train data -o n.safetensors --init m.safetensors --padding same", "--padding differs")]
    [InlineData("train data -o n.safetensors --init m.state.safetensors", "is a training state, not a model")]
    [InlineData("train three -o n.safetensors --init m.safetensors", "tells 2 classes apart (10, 200), but the masks in")]
    [InlineData("train three -o n.safetensors --init m.safetensors", "hold 3 (0, 1, 2); use as many classes, or leave out --init")]
    [InlineData("train data -o n.safetensors --init m.safetensors --classes 0,10,200", "but --classes names 3 (0, 10, 200)")]
    [InlineData("train rgb -o n.safetensors --init m.safetensors", "takes images of 1 channel, but those in")]
    [InlineData("train data -o m.safetensors --resume --lr 0.5", "--lr differs")]
    [InlineData("train data -o m.safetensors --resume --epochs 7", "would be 28 steps, but the run to resume has 1")]
    [InlineData("train data -o n.safetensors --tile 2147483644 --depth 2", "2147483644 pixels is too large")]
    [InlineData("train data -o n.safetensors --tile 2147483647", "2147483647 pixels is too large; the largest is 65532")]
    [InlineData("train data -o n.safetensors --dropout 0.9999999999", "The dropout probability lies in 0 to 1")]
    [InlineData("train data -o n.safetensors --momentum 0.9999999999", "The momentum lies in 0 to 1")]
    [InlineData("train data -o n.safetensors --clip 1e-60", "1E-60 is neither")]
    [InlineData("train data -o n.safetensors --lr 1e-60", "1E-60")]
    [InlineData("train data -o n.safetensors --weight-decay 0.1", "--weight-decay is of --optimizer adamw alone")]
    [InlineData("train data -o n.safetensors --optimizer adamw --momentum 0.5", "--momentum is of --optimizer sgd alone")]
    [InlineData("train data -o n.safetensors --sampling weight", "give that as well, or leave out --sampling")]
    [InlineData("train data -o n.safetensors --log m.safetensors --init m.safetensors", "m.safetensors' would be overwritten with the log")]
    [InlineData("train lossy -o n.safetensors", "is a JPEG, whose compression has changed the label values")]
    [InlineData("train lossy -o n.safetensors --classes 0,255", "is a JPEG, whose compression has changed the label values")]
    [InlineData("evaluate lossy/masks lossy/masks", "is a JPEG, whose compression has changed the label values")]
    [InlineData("train infinite -o n.safetensors", "a.tif' has values that are no finite numbers")]
    [InlineData("segment m.safetensors infinite/images -o seg --device cpu", "a.tif' has values that are no finite numbers")]
    [InlineData("train data -o m.safetensors --resume --arch phseg_v5", "--arch differs")]
    [InlineData("train data -o n.safetensors --arch pspnet", "paper or phseg_v5")]
    [InlineData("train unpaired -o n.safetensors", "lonely.png")]
    [InlineData("train sizes -o n.safetensors", "3x1")]
    [InlineData("train channels -o n.safetensors", "channels")]
    [InlineData("train cut -o n.safetensors", "damaged")]
    [InlineData("train single -o n.safetensors", "only the value 4")]
    [InlineData("train halfway -o n.safetensors", "masks/")]
    [InlineData("train alone -o n.safetensors", "train-labels.tif")]
    [InlineData("train empty -o n.safetensors", "holds no data set")]
    [InlineData("segment m.safetensors -o seg", "INPUT")]
    [InlineData("segment missing data -o seg", "missing")]
    [InlineData("segment data/images/img0.png data -o seg", "img0.png")]
    [InlineData("segment m.state.safetensors data -o seg", "is a training state, not a model")]
    [InlineData("segment m.safetensors missing -o seg", "missing")]
    [InlineData("segment m.safetensors empty -o seg", "no PNG")]
    [InlineData("segment m.safetensors data/images/img0.png data -o seg", "img0")]
    [InlineData("segment m.safetensors data -o m.safetensors", "is a file")]
    [InlineData("segment m.safetensors data/images -o data/images", "overwritten with the segmentation of")]
    [InlineData("segment m.safetensors data -o seg --min-size 5", "--min-size is about single objects")]
    [InlineData("segment m.safetensors data -o seg --instances --min-size -1", "--min-size takes a whole number of 0 or more")]
    [InlineData("segment m.safetensors data -o seg --instances --instance-threshold 1.5",
        "--instance-threshold takes a number from 0 to 1")]
    [InlineData("segment m.safetensors data -o seg --instances --seed-threshold some",
        "--seed-threshold takes a number from 0 to 1, or off")]
    [InlineData("segment m.safetensors data -o seg --instances --seed-threshold 0.3", "0.3, must not be below that of instances, 0.5")]
    [InlineData("segment m.safetensors data -o seg --instances --neck 2", "--neck takes a number from 0 to 1")]
    [InlineData("segment m.safetensors data -o seg --tuner maybe", "--tuner takes on or off, not 'maybe'")]
    [InlineData("segment m.safetensors data -o seg --tta some", "--tta takes none or flips or paper")]
    [InlineData("segment m.safetensors data -o seg --precision half", "--precision takes fp32 or mixed, not 'half'")]
    [InlineData("segment m.safetensors data -o seg --precision mixed --device cpu", "Mixed precision needs a Vulkan device")]
    [InlineData("segment m.safetensors data -o seg --memory 5MiBs", "--memory takes a size above 0")]
    [InlineData("segment m.safetensors data -o seg --memory 0", "--memory takes a size above 0")]
    [InlineData("segment m.safetensors data -o seg --memory 1kB --device cpu", "KiB of memory")]
    [InlineData("segment m.safetensors data -o seg --memory 1 --device cpu", "more than 1 byte;")]
    [InlineData("train data -o n.safetensors --width 4 --depth 2 --tile 40000 --steps 1 --device cpu", "use a smaller --tile, --batch")]
    [InlineData(
        "train data -o n.safetensors --width 4 --depth 2 --tile 1028 --batch 1024 --steps 1 --device cpu", "use a smaller --tile, --batch")]
    [InlineData("train data -o n.safetensors --width 4 --depth 2 --tile 65536 --batch 1024 --steps 1", "use a smaller --tile, --batch")]
    [InlineData("segment data data -o seg", "is a folder where a file is needed")]
    [InlineData("segment m.safetensors colour.png -o seg --device cpu", "3 channels")]
    [InlineData("segment m.safetensors cut/images/a.png -o seg --device cpu", "damaged")]
    [InlineData("segment m.safetensors data/images vast -o seg --device cpu",
        "a.png' of 33000 x 33000 pixels is too large: with 1 channel and 2 classes at most 1073741795 pixels")]
    public void IsToldInOneSentence(string arguments, string expected)
    {
        _folder.Png("p/a.png", [0, 255]);
        _folder.Png("t/a.png", [0, 255]);
        _folder.Png("ids/a.png", [0, 300]);
        foreach ((string name, float[][] pages) in new[]
        {
            ("pages", new float[][] { [1, 0], [0, 1], [0, 0] }),
            ("wider", [[1, 0, 0], [0, 1, 1]]),
            ("logits", [[1, 0], [-2, 1]]),
        })
        {
            _folder.Png($"{name}/a.png", [0, 255]);
            ImageWriter.WriteFloatStack(_folder[$"{name}/a.probability.tif"], pages, 1, pages[0].Length);
        }

        _folder.Png("more/a.png", [0, 255]);
        _folder.Png("more/b.png", [0, 255]);
        _folder.Png("larger/a.png", [0, 255, 0]);
        ImageWriter.WritePng(_folder["colour/a.png"], [1, 2, 3, 4, 5, 6], 1, 2);
        File.WriteAllBytes(_folder["broken/a.png"], File.ReadAllBytes(_folder["p/a.png"])[..40]);
        File.WriteAllText(_folder["empty/readme.txt"], "");
        _folder.Stack("stack.tif", [0, 255], [0, 255]);
        _folder.Png("twice/t007.png", [0, 255]);
        _folder.Png("twice/mask007.png", [0, 255]);
        _folder.Png("frames/man_seg007.png", [0, 255]);
        _folder.Halves("data", 2);
        foreach ((string name, byte[] content) in Trained.Value)
            File.WriteAllBytes(_folder[name], content);
        _folder.Png("three/images/a.png", [1, 2, 3]);
        _folder.Png("three/masks/a.png", [0, 1, 2]);
        ImageWriter.WritePng(_folder["rgb/images/a.png"], [1, 2, 3, 4, 5, 6], 1, 2);
        _folder.Png("rgb/masks/a.png", [10, 200]);
        _folder.Halves("unpaired", 2);
        _folder.Png("unpaired/images/lonely.png", [1, 2]);
        _folder.Png("sizes/images/a.png", [1, 2]);
        _folder.Png("sizes/masks/a.png", [0, 1, 1]);
        _folder.Png("channels/images/a.png", [1, 2]);
        _folder.Png("channels/masks/a.png", [0, 1]);
        ImageWriter.WritePng(_folder["channels/images/b.png"], [1, 2, 3, 4, 5, 6], 1, 2);
        _folder.Png("channels/masks/b.png", [0, 1]);
        _folder.Halves("cut", 2);
        _folder.Png("cut/masks/a.png", [0, 1]);
        File.WriteAllBytes(_folder["cut/images/a.png"], File.ReadAllBytes(_folder["data/images/img0.png"])[..^40]);
        _folder.Png("single/images/a.png", [1, 2]);
        _folder.Png("single/masks/a.png", [4, 4]);
        _folder.Png("halfway/images/a.png", [1, 2]);
        _folder.Stack("alone/train-volume.tif", [1, 2]);
        File.WriteAllText(_folder["empty/readme.txt"], "");
        ImageWriter.WritePng(_folder["colour.png"], [1, 2, 3, 4, 5, 6], 1, 2);
        _folder.Png("vast/a.png", [1, 2]);
        StateSize(_folder["vast/a.png"], 33_000);
        _folder.Halves("lossy", 1);
        using (Image mask = Image.NewFromFile(_folder["lossy/masks/img0.png"]))
            mask.Jpegsave(_folder["lossy/masks/img0.jpg"], q: 95);
        File.Delete(_folder["lossy/masks/img0.png"]);
        ImageWriter.WriteFloatStack(_folder["infinite/images/a.tif"], [[1, float.NaN]], 1, 2);
        _folder.Png("infinite/masks/a.png", [0, 1]);
        string[] before = _folder.Files;

        // Every word that names something in the folder, or something to be made there, is a path.
        CommandRun run = CommandRun.Of([.. arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(
            word => word is "seg" or "missing" || Path.GetExtension(word) is ".json" or ".safetensors" || Path.Exists(_folder[word])
                ? _folder[word]
                : word)]);
        Assert.Equal(2, run.Code);
        string line = Assert.Single(run.Errors);
        Assert.StartsWith("error: ", line, StringComparison.Ordinal);
        Assert.Contains(expected, line, StringComparison.Ordinal);
        Assert.Equal(before, _folder.Files);
    }

    /// <summary>Has a PNG say that it is a square of another side: width and height follow the header's name.</summary>
    private static void StateSize(string path, int side)
    {
        byte[] png = File.ReadAllBytes(path);
        Span<byte> header = png.AsSpan(12, 17);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], side);
        BinaryPrimitives.WriteInt32BigEndian(header[8..], side);
        BinaryPrimitives.WriteUInt32BigEndian(png.AsSpan(29), Crc32.HashToUInt32(header));
        File.WriteAllBytes(path, png);
    }
}
