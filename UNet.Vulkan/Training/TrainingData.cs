using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using UNet.Vulkan.Formats;
using UNet.Vulkan.Model;

namespace UNet.Vulkan.Training;

/// <summary>What a network is trained and judged on.</summary>
/// <param name="Training">Images to learn from; at least one.</param>
/// <param name="Validation">Images to judge by; may be empty, then the newest parameters count as the best.</param>
/// <param name="Classes">What each class index stands for.</param>
public sealed record TrainingData(
    ImmutableArray<TrainingImage> Training,
    ImmutableArray<TrainingImage> Validation,
    ImmutableArray<ClassLabel> Classes)
{
    /// <summary>Channels of every image.</summary>
    public int Channels => Training[0].Channels;

    /// <summary>The data themselves, if they can be trained on.</summary>
    /// <exception cref="InputException">
    /// There is no training image, one has other channels, not a class and instance id a pixel or a class without a label, or
    /// no pixel counts.
    /// </exception>
    public TrainingData Validated()
    {
        if (Training.IsEmpty)
            throw new InputException("There are no training images.");
        foreach (TrainingImage image in Training.Concat(Validation))
        {
            if (image.Channels != Channels)
                throw Refused(image, $"has {image.Channels} channels where '{Training[0].Name}' has {Channels}; all images need as many");
            long pixels = (long)image.Height * image.Width;
            if (image.Pixels.Length != image.Channels * pixels || image.Classes.Length != pixels)
                throw Refused(image, $"does not hold {image.Channels} channels of {image.Height} x {image.Width} pixels with a class each");
            if (image.Instances is { } instances && instances.Length != pixels)
                throw Refused(image, $"does not hold an instance id for each of {image.Height} x {image.Width} pixels");
            int outside = Array.FindIndex(image.Classes, c => c >= Classes.Length && c != TrainingImage.IgnoredClass);
            if (outside >= 0)
                throw Refused(image, $"has a pixel of class {image.Classes[outside]}, but there are {Classes.Length} classes");
        }

        if (Training.All(image => Array.TrueForAll(image.Classes, c => c == TrainingImage.IgnoredClass)))
            throw new InputException("Every pixel of the training images is ignored; there is nothing to learn.");
        return this;

        static InputException Refused(TrainingImage image, string why) => new($"'{image.Name}' {why}.");
    }

    /// <summary>
    /// Weight of each class: 1, or with <paramref name="balance"/> w_c = N / (K·n_c) over the training images (0 for a
    /// class that does not occur).
    /// </summary>
    public float[] ClassWeights(bool balance)
    {
        float[] weights = new float[Classes.Length];
        if (!balance)
        {
            Array.Fill(weights, 1);
            return weights;
        }

        long[] counts = new long[byte.MaxValue + 1];
        foreach (TrainingImage image in Training)
        {
            foreach (byte c in image.Classes)
                counts[c]++;
        }

        long all = counts.AsSpan(0, weights.Length).ToArray().Sum();
        for (int c = 0; c < weights.Length; c++)
            weights[c] = counts[c] == 0 ? 0 : (float)((double)all / ((double)weights.Length * counts[c]));
        return weights;
    }

    /// <summary>The data with background between touching instances, in the images to learn from and in those to judge by.</summary>
    internal TrainingData WithSeparatedInstances() => this with
    {
        Training = [.. Training.Select(TouchingInstances.Separate)],
        Validation = [.. Validation.Select(TouchingInstances.Separate)],
    };

    /// <summary>Steps after which as many output pixels were seen as the training images have.</summary>
    /// <param name="output">Side of the output tile.</param>
    /// <param name="batch">Tiles a step.</param>
    public int StepsPerEpoch(int output, int batch)
    {
        long pixels = Training.Sum(image => (long)image.Height * image.Width);
        long perStep = (long)batch * output * output;
        return (int)((pixels + perStep - 1) / perStep);
    }

    /// <summary>Largest height or width.</summary>
    internal static int LargestSide(IEnumerable<TrainingImage> images) => images.Max(image => Math.Max(image.Height, image.Width));

    /// <summary>A hash of all that training and validation depend on, so that a resumed run can tell that the data changed.</summary>
    internal string Fingerprint()
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (ImmutableArray<TrainingImage> images in new[] { Training, Validation })
        {
            hash.AppendData(BitConverter.GetBytes(images.Length));
            foreach (TrainingImage image in images)
            {
                hash.AppendData(MemoryMarshal.AsBytes<int>([image.Channels, image.Height, image.Width]));
                foreach (Range piece in new SpanPieces(image.Pixels.Length))
                    hash.AppendData(MemoryMarshal.AsBytes(image.Pixels.AsSpan(piece)));
                hash.AppendData(image.Classes);
                foreach (Range piece in new SpanPieces(image.Instances?.Length ?? 0))
                    hash.AppendData(MemoryMarshal.AsBytes(image.Instances.AsSpan(piece)));
            }
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
