using System.Collections.Immutable;
using System.Globalization;
using UNet.Cli.Images;
using UNet.Vulkan;
using UNet.Vulkan.Model;
using UNet.Vulkan.Training;

namespace UNet.Cli.Data;

/// <summary>Which label value of a mask means which class.</summary>
/// <param name="Values">Label value of each class, by class index.</param>
/// <param name="AreInstances">
/// Masks hold instance ids: 0 is class 0 (background), any other value is class 1, written as <see cref="Foreground"/>.
/// </param>
internal sealed record LabelClasses(ImmutableArray<int> Values, bool AreInstances)
{
    /// <summary>More values than this are taken for instance ids.</summary>
    public const int MostInferred = 16;

    /// <summary>The value that stands for every instance in what is written: white, so that a viewer shows it.</summary>
    public const int Foreground = 255;

    /// <summary>Classes of masks with instance ids.</summary>
    public static LabelClasses Instances { get; } = new([0, Foreground], true);

    /// <summary>Number of classes.</summary>
    public int Count => Values.Length;

    /// <summary>Reads a list such as <c>0,255</c>.</summary>
    /// <exception cref="InputException">It is no such list.</exception>
    public static LabelClasses Parse(string text)
    {
        ImmutableArray<int> values = [.. text.Split(',').Select(
            part => int.TryParse(part.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value <= ushort.MaxValue
                ? value
                : -1)];
        if (values.Length is < 2 or >= TrainingImage.IgnoredClass || values.Contains(-1) || values.Distinct().Count() != values.Length)
            throw new InputException($"--classes takes 2 to 254 different label values from 0 to 65535, such as 0,255, not '{text}'.");
        return new(values, false);
    }

    /// <summary>The classes of a set of masks: their values in ascending order, or instance ids.</summary>
    /// <param name="values">All values in the masks.</param>
    /// <param name="anyIsWide">Whether a mask is stored in more than 8 bits.</param>
    public static LabelClasses Infer(IReadOnlySet<int> values, bool anyIsWide)
        => anyIsWide || values.Count > MostInferred ? Instances : new([.. values.Order()], false);

    /// <summary>The classes of a model.</summary>
    public static LabelClasses Of(ImmutableArray<ClassLabel> classes) => new([.. classes.Select(label => label.Value)], false);

    /// <summary>The classes that a run was begun with, whose masks may hold instance ids.</summary>
    public static LabelClasses OfRun(ImmutableArray<ClassLabel> classes)
        => classes.SequenceEqual(Instances.ToClassLabels()) ? Instances : Of(classes);

    /// <summary>How a class is called.</summary>
    public string NameOf(int c) => AreInstances && c > 0 ? ">0" : Values[c].ToString(CultureInfo.InvariantCulture);

    /// <summary>The classes as a model file keeps them.</summary>
    public ImmutableArray<ClassLabel> ToClassLabels() => [.. Values.Select((value, c) => new ClassLabel(value, NameOf(c)))];

    /// <summary>The class index of a label value, or -1 if it is none of the classes.</summary>
    public int IndexOf(int value) => AreInstances ? (value == 0 ? 0 : 1) : Values.IndexOf(value);

    /// <summary>The class indices of a mask.</summary>
    /// <exception cref="InputException">A value is none of the classes.</exception>
    /// <param name="labels">The mask.</param>
    /// <param name="name">Its file, for the message.</param>
    public byte[] IndicesOf(LabelImage labels, string name)
    {
        byte[] indices = new byte[labels.Values.Length];
        (int lastValue, int lastIndex) = (labels.Values[0], IndexOf(labels.Values[0]));
        for (int i = 0; i < indices.Length; i++)
        {
            // Masks are made of long runs.
            if (labels.Values[i] != lastValue)
                (lastValue, lastIndex) = (labels.Values[i], IndexOf(labels.Values[i]));
            if (lastIndex < 0)
            {
                if (labels.IsLossy)
                    throw FoundLabels.Changed(name);
                throw new InputException(
                    $"The mask '{name}' holds the value {lastValue}, which is none of the classes {this}; correct the mask or name "
                        + "all values with --classes.");
            }

            indices[i] = (byte)lastIndex;
        }

        return indices;
    }

    /// <summary>The label values of an image of class indices.</summary>
    public LabelImage ToLabels(ReadOnlySpan<byte> indices, int height, int width)
    {
        int[] values = new int[indices.Length];
        for (int i = 0; i < values.Length; i++)
            values[i] = Values[indices[i]];
        return new(height, width, values, false);
    }

    /// <summary>Such as <c>0, 255</c>.</summary>
    public override string ToString() => AreInstances ? "0 and >0 (instances)" : string.Join(", ", Values);
}
