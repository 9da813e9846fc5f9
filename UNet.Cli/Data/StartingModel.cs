using UNet.Vulkan;
using UNet.Vulkan.Model;

namespace UNet.Cli.Data;

/// <summary>A model whose parameters a training starts from, and what it asks of the data.</summary>
/// <param name="File">Path of its file.</param>
/// <param name="Model">The model.</param>
internal sealed record StartingModel(string File, UNetModel Model)
{
    private LabelClasses Classes => LabelClasses.Of(Model.Classes);

    /// <summary>Reads a model file.</summary>
    /// <exception cref="InputException">The file cannot be read, is damaged, or is no model of this program.</exception>
    public static StartingModel Read(string file) => new(file, UNetModel.Read(file));

    /// <summary>
    /// The classes of masks: the model's own where the masks hold no other values; else those found in the masks, if there are
    /// as many, each of which takes the place of the model's in the same order.
    /// </summary>
    /// <param name="found">The classes that the masks would have without a model.</param>
    /// <param name="values">All values in the masks.</param>
    /// <param name="folder">Folder of the data set, for messages.</param>
    /// <param name="note">Takes remarks for the user.</param>
    /// <exception cref="InputException">There are more or fewer classes than the model tells apart.</exception>
    public LabelClasses ClassesOf(LabelClasses found, IReadOnlySet<int> values, string folder, Action<string> note)
    {
        if (values.IsSubsetOf(Classes.Values))
            return Classes;
        RequireCount(found, $"the masks in '{folder}' hold");
        if (!found.Values.SequenceEqual(Classes.Values))
            note($"the classes {found} take the places of the classes {Classes} of '{File}'");
        return found;
    }

    /// <summary>Refuses classes that are more or fewer than the model's.</summary>
    /// <param name="classes">The classes.</param>
    /// <param name="origin">Where they come from, such as <c>--classes names</c>.</param>
    /// <exception cref="InputException">There are more or fewer.</exception>
    public void RequireCount(LabelClasses classes, string origin)
    {
        if (classes.Count != Classes.Count)
        {
            throw new InputException(
                $"The model to start from, '{File}', tells {Classes.Count} classes apart ({Classes}), but {origin} {classes.Count} "
                    + $"({classes}); use as many classes, or leave out --init.");
        }
    }

    /// <summary>Refuses images of another number of channels.</summary>
    /// <param name="channels">Channels of the images.</param>
    /// <param name="folder">Their folder, for the message.</param>
    /// <exception cref="InputException">The model takes another number.</exception>
    public void RequireChannels(int channels, string folder)
    {
        int expected = Model.Configuration.InChannels;
        if (channels != expected)
        {
            throw new InputException(
                $"The model to start from, '{File}', takes images of {expected} channel{(expected == 1 ? "" : "s")}, but those in "
                    + $"'{folder}' have {channels}; convert the images, or leave out --init.");
        }
    }
}
