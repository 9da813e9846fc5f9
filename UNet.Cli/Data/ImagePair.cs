using UNet.Cli.Images;
using UNet.Vulkan;

namespace UNet.Cli.Data;

/// <summary>An image and its mask: two files, or a page of two stacks.</summary>
/// <param name="Name">Stem of the image, with the page for a stack.</param>
/// <param name="Image">File of the image.</param>
/// <param name="Labels">File of the mask.</param>
/// <param name="Page">Page in both files.</param>
internal sealed record ImagePair(string Name, ImageFile Image, ImageFile Labels, int Page)
{
    /// <summary>The pages of two files: one pair, or one a page for stacks.</summary>
    /// <param name="name">What the image is called.</param>
    /// <param name="image">File of the images.</param>
    /// <param name="labels">File of the masks.</param>
    /// <exception cref="InputException">The files have different numbers of pages.</exception>
    public static IEnumerable<ImagePair> Pages(string name, ImageFile image, ImageFile labels)
    {
        if (image.Pages != labels.Pages)
        {
            throw new InputException(
                $"The images '{image.Path}' and their masks '{labels.Path}' are stacks of {image.Pages} and {labels.Pages} pages; "
                    + "give both the same pages.");
        }

        return image.Pages == 1
            ? [new(name, image, labels, 0)]
            : Enumerable.Range(0, image.Pages).Select(page => new ImagePair($"{name}[{page + 1}]", image, labels, page));
    }
}
