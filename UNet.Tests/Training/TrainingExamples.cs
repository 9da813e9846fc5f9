using UNet.Vulkan.Model;
using UNet.Vulkan.Random;
using UNet.Vulkan.Training;

namespace UNet.Tests.Training;

/// <summary>Small data and a small network that train within a second.</summary>
internal static class TrainingExamples
{
    public static TrainingConfiguration Configuration { get; } = new()
    {
        Network = new UNetConfiguration { Width = 2, Depth = 1 },
        Tile = 26,
        Batch = 2,
        Steps = 24,
        WarmUpSteps = 4,
        Momentum = 0.9,
        LearningRate = 0.05,
        ValidationInterval = 8,
        Seed = 7,
    };

    /// <summary>Bright discs on a dark noisy ground, of several image sizes; one smaller than the output of a tile.</summary>
    public static TrainingData Data { get; } = new(
        [Image(0, 30, 24), Image(1, 20, 40), Image(2, 7, 9)], [Image(3, 25, 25), Image(4, 12, 31)], [.. ClassLabel.OfValues([0, 255])]);

    public static TrainingImage Image(uint number, int height, int width)
    {
        RandomStream random = new(number, RandomStreams.Synthesis);
        float[] pixels = new float[height * width];
        byte[] classes = new byte[height * width];
        for (int i = 0; i < pixels.Length; i++)
        {
            (int y, int x) = (i / width % 12 - 6, i % width % 12 - 6);
            bool inside = y * y + x * x < 16;
            classes[i] = random.Below(100_000 + i, 20) == 0 ? TrainingImage.IgnoredClass : (byte)(inside ? 1 : 0);
            pixels[i] = (float)(50 + (inside ? 20 : 0) + 4 * random.Normal(i));
        }

        return new($"example {number}", 1, height, width, pixels, classes);
    }
}
