using UNet.Cli.Images;

namespace UNet.Cli.Demo;

/// <summary>The synthetic data set of the demo, as folders that 'unet train', 'segment' and 'evaluate' take.</summary>
internal static class DemoData
{
    /// <summary>Slices to train on; the last fifth of them is held out for validation.</summary>
    public const int TrainingSlices = 20;

    /// <summary>Slices that training never sees.</summary>
    public const int TestSlices = 4;

    /// <summary>Writes <c>train/</c> and <c>test/</c>, each with <c>images/</c> and <c>masks/</c>.</summary>
    /// <param name="folder">Folder to write to.</param>
    /// <param name="seed">Seed of the slices.</param>
    /// <param name="size">Rows and columns of a slice.</param>
    public static void Write(string folder, ulong seed, int size)
    {
        for (int number = 0; number < TrainingSlices + TestSlices; number++)
        {
            string set = Path.Combine(folder, number < TrainingSlices ? "train" : "test");
            Directory.CreateDirectory(Path.Combine(set, "images"));
            Directory.CreateDirectory(Path.Combine(set, "masks"));
            SyntheticSlice slice = SyntheticSlice.Create(seed, number, size);
            ImageWriter.WritePng(Path.Combine(set, "images", $"{number:00}.png"), slice.Pixels, size, size);
            ImageWriter.WritePng(Path.Combine(set, "masks", $"{number:00}.png"), slice.Labels, size, size);
        }
    }
}
