using System.Collections.Immutable;
using System.Runtime.ExceptionServices;
using UNet.Cli.Images;
using UNet.Vulkan;
using UNet.Vulkan.Training;

namespace UNet.Cli.Data;

/// <summary>What a network is trained on.</summary>
/// <param name="Training">Images to learn from.</param>
/// <param name="Validation">Images held out; may be none.</param>
/// <param name="Classes">What the class indices mean.</param>
/// <param name="Channels">Channels of every image.</param>
internal sealed record DataSet(
    ImmutableArray<TrainingImage> Training, ImmutableArray<TrainingImage> Validation, LabelClasses Classes, int Channels)
{
    /// <summary>All files that it was read from.</summary>
    public IReadOnlyCollection<string> Files { get; private init; } = [];

    /// <summary>Reads a data set whole, so that whatever is wrong with it shows before any training.</summary>
    /// <param name="folder">Folder in one of the layouts that <see cref="DataSetFolder"/> finds.</param>
    /// <param name="split">What to hold out.</param>
    /// <param name="classes">The classes, or null to take them from the training masks.</param>
    /// <param name="initial">The model to be trained further, or null.</param>
    /// <param name="note">Takes remarks for the user.</param>
    /// <param name="truth">What to read of a data set of the Cell Tracking Challenge, or null for all by default.</param>
    /// <param name="channels">Channels of the run that goes on, or null.</param>
    /// <exception cref="InputException">Something about the data cannot be used.</exception>
    public static DataSet Read(
        string folder,
        ValidationSplit split,
        LabelClasses? classes,
        StartingModel? initial,
        Action<string> note,
        TruthSelection? truth = null,
        int? channels = null)
    {
        truth ??= TruthSelection.Default;
        IDataSetLayout layout = DataSetFolder.Layout(folder, note);
        if (truth != TruthSelection.Default && layout is not CellTrackingFolder)
        {
            throw new InputException(
                $"{(truth.Truth is null ? "--exclude-near-gold" : "--truth")} is for data sets of the Cell Tracking Challenge (01/ and "
                    + $"01_GT/SEG/), which '{folder}' is not; leave the option out.");
        }

        List<Item> items = Item.ReadAll(layout.Pairs(truth, note));
        int trainingCount = items.Count;
        if (split.Folder is not null)
        {
            // A folder of its own is taken whole.
            TruthSelection whole = truth with { MarginAroundGold = null };
            items.AddRange(Item.ReadAll(DataSetFolder.Layout(split.Folder, note).Pairs(whole, note)));
        }
        else
        {
            trainingCount -= split.HeldOut(items.Count);
        }

        if (trainingCount == items.Count && split.IsDefault)
            note($"'{folder}' holds a single image: nothing is held out for validation");

        int found = UnifyChannels(items, initial?.Model.Configuration.InChannels ?? channels);
        initial?.RequireChannels(found, folder);
        if (classes is null)
            classes = InferClasses(items[..trainingCount], folder, initial, note);
        else
            initial?.RequireCount(classes, "--classes names");
        if (!classes.AreInstances)
        {
            LabelColors colors = new();
            foreach (Item item in items)
                colors.Add(item.Labels, item.Pair.Labels.Named(item.Pair.Page));
            colors.RequireSame();
        }

        List<TrainingImage> images = items.ConvertAll(item => item.ToTrainingImage(classes));
        return new([.. images[..trainingCount]], [.. images[trainingCount..]], classes, found)
        {
            Files = [.. items.SelectMany(item => (string[])[item.Pair.Image.Path, item.Pair.Labels.Path]).Distinct()],
        };
    }

    /// <summary>The data set as the library takes it.</summary>
    public TrainingData ToTrainingData() => new(Training, Validation, Classes.ToClassLabels());

    /// <summary>
    /// Colour images that all hold only gray become gray ones, unless colour is asked for; then all must have as many channels
    /// as the first.
    /// </summary>
    private static int UnifyChannels(List<Item> items, int? asked)
    {
        bool isAsked = asked > 1 && items.TrueForAll(item => item.Image.Channels == asked);
        if (!isAsked && items.TrueForAll(item => item.Image.Channels == 1 || item.Image.IsGrayInValue))
        {
            foreach (Item item in items)
                item.Image = item.Image.FirstChannel();
        }

        Item first = items[0];
        if (items.Find(item => item.Image.Channels != first.Image.Channels) is { } other)
        {
            throw new InputException(
                $"The image '{other.Pair.Image.Path}' has {other.Image.Channels} channels but '{first.Pair.Image.Path}' has "
                    + $"{first.Image.Channels}; convert all images to the same kind.");
        }

        return first.Image.Channels;
    }

    private static LabelClasses InferClasses(List<Item> items, string folder, StartingModel? initial, Action<string> note)
    {
        FoundLabels found = new();
        foreach (Item item in items)
            found.Add(item.Labels, item.Pair.Labels.Named(item.Pair.Page));
        IReadOnlySet<int> values = found.Values;
        LabelClasses classes = LabelClasses.Infer(values, found.AnyIsWide);
        if (initial is not null)
            return initial.ClassesOf(classes, values, folder, note);
        if (values.Count < 2)
        {
            throw new InputException(
                $"All training masks in '{folder}' hold only the value {values.Single()}, but training needs two classes or more; "
                    + "check the masks.");
        }

        if (!classes.AreInstances)
            return classes;
        string held = found.AnyIsWide ? "are stored in more than 8 bits" : $"hold {values.Count} values";
        note($"the masks in '{folder}' {held}, read as instance ids: classes 0 and >0 (--classes overrides)");
        return classes;
    }

    private sealed class Item
    {
        public required ImagePair Pair { get; init; }

        public required RawImage Image { get; set; }

        public required LabelImage Labels { get; init; }

        /// <summary>Reads all pairs, as many at a time as there are processors. The first pair that cannot be read is told.</summary>
        public static List<Item> ReadAll(List<ImagePair> pairs)
        {
            Item[] items = new Item[pairs.Count];
            Exception?[] failures = new Exception?[pairs.Count];
            Parallel.For(0, pairs.Count, (i, loop) =>
            {
                try
                {
                    items[i] = Read(pairs[i]);
                }
                catch (Exception e)
                {
                    failures[i] = e;
                    loop.Break(); // those before it are still read: one of them may fail too
                }
            });
            if (Array.Find(failures, failure => failure is not null) is { } first)
                ExceptionDispatchInfo.Throw(first);
            return [.. items];
        }

        private static Item Read(ImagePair pair)
        {
            Item item = new() { Pair = pair, Image = pair.Image.Read(pair.Page), Labels = pair.Labels.ReadLabels(pair.Page) };
            return (item.Image.Height, item.Image.Width) == (item.Labels.Height, item.Labels.Width)
                ? item
                : throw new InputException(
                    $"The image '{pair.Image.Named(pair.Page)}' is {item.Image.Width}x{item.Image.Height} pixels but its mask "
                        + $"'{pair.Labels.Named(pair.Page)}' is {item.Labels.Width}x{item.Labels.Height}; give both the same size.");
        }

        public TrainingImage ToTrainingImage(LabelClasses classes) => new(
            Pair.Name, Image.Channels, Image.Height, Image.Width, Image.Pixels, classes.IndicesOf(Labels, Pair.Labels.Named(Pair.Page)))
        {
            Instances = classes.AreInstances ? Labels.Values : null,
        };
    }
}
