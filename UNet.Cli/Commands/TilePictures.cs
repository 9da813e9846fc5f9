using System.Collections.Immutable;
using UNet.Cli.Data;
using UNet.Cli.Images;
using UNet.Vulkan.Training;

namespace UNet.Cli.Commands;

/// <summary>
/// Pictures of training tiles, for <c>--preview-augmentation</c>: of each the input (from its least value, black, to its
/// greatest, white), the label values of the output, and the weights of the output (from 0, black, to the greatest of all
/// tiles, white).
/// </summary>
internal static class TilePictures
{
    private const string Input = ".png";
    private const string Label = ".label.png";
    private const string Weight = ".weight.png";

    /// <summary>The files that will be written.</summary>
    /// <param name="folder">Where.</param>
    /// <param name="count">Number of tiles.</param>
    public static IEnumerable<OutputFile> Outputs(string folder, int count) => Enumerable.Range(0, count).SelectMany(
        i => new[] { Input, Label, Weight }.Select(what => new OutputFile(NameOf(folder, i) + what, "a picture of a tile")));

    /// <summary>Writes the pictures as <c>tile1.png</c>, <c>tile1.label.png</c>, <c>tile1.weight.png</c>, and so on.</summary>
    /// <param name="folder">Where; made if it is not there.</param>
    /// <param name="tiles">The tiles.</param>
    /// <param name="classes">What the classes stand for.</param>
    public static void Write(string folder, ImmutableArray<TilePreview> tiles, LabelClasses classes)
    {
        Directory.CreateDirectory(folder);
        float heaviest = tiles.Max(tile => tile.Weights.Max());
        for (int i = 0; i < tiles.Length; i++)
        {
            (TilePreview tile, string name) = (tiles[i], NameOf(folder, i));
            ImageWriter.WritePng(name + Input, Shown(tile), tile.Tile, tile.Tile);
            // An ignored pixel has weight 0; of the labels it shows the first.
            byte[] labels = Array.ConvertAll(tile.Classes, c => c == TrainingImage.IgnoredClass ? (byte)0 : c);
            ImageWriter.WriteLabels(name + Label, classes.ToLabels(labels, tile.OutputTile, tile.OutputTile));
            ImageWriter.WritePng(
                name + Weight, Array.ConvertAll(tile.Weights, weight => Level(weight, 0, heaviest)), tile.OutputTile, tile.OutputTile);
        }
    }

    private static string NameOf(string folder, int tile) => Path.Combine(folder, $"tile{tile + 1}");

    /// <summary>Three channels as colours, of any other number the first in gray: [row][column][channel].</summary>
    private static byte[] Shown(TilePreview tile)
    {
        int area = tile.Tile * tile.Tile;
        int channels = tile.Pixels.Length == 3 * area ? 3 : 1;
        float[] shown = tile.Pixels[..(channels * area)];
        (float least, float most) = (shown.Min(), shown.Max());
        byte[] pixels = new byte[shown.Length];
        for (int i = 0; i < pixels.Length; i++)
            pixels[i] = Level(shown[i % channels * area + i / channels], least, most);
        return pixels;
    }

    private static byte Level(float value, float least, float most)
        => most > least ? (byte)MathF.Round((value - least) / (most - least) * byte.MaxValue) : (byte)0;
}
