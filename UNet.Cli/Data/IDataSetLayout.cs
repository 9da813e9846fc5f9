using UNet.Cli.Images;
using UNet.Vulkan;

namespace UNet.Cli.Data;

/// <summary>A way in which images and masks lie in a folder. It may be there by halves: images without masks, or masks alone.</summary>
internal interface IDataSetLayout
{
    /// <summary>The files and subfolders (with a slash) of it that could be trained on, for messages.</summary>
    IReadOnlyList<string> Parts { get; }

    /// <summary>Those among <see cref="Parts"/> that are read to train on.</summary>
    IReadOnlyList<string> TrainingParts { get; }

    /// <summary>The files and subfolders of it that are read to segment; none if there are only masks.</summary>
    IReadOnlyList<string> ImageParts { get; }

    /// <summary>What lacks for training and what to do, in one sentence, or null if nothing does.</summary>
    string? Missing { get; }

    /// <summary>The images with their masks, in the order of names and pages.</summary>
    /// <param name="truth">Which truth to read, where the layout has several.</param>
    /// <param name="note">Takes remarks for the user.</param>
    /// <exception cref="InputException">Images and masks do not pair, or none is left.</exception>
    List<ImagePair> Pairs(TruthSelection truth, Action<string> note);

    /// <summary>The images to segment: those in <see cref="ImageParts"/>.</summary>
    List<ImageFile> Images();

    /// <summary>The masks to compare with, none if there are only images.</summary>
    /// <param name="note">Takes remarks for the user.</param>
    /// <exception cref="InputException">There are several sets of masks.</exception>
    List<ImageFile> Labels(Action<string> note);
}
