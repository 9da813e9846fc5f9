using UNet.Vulkan.Evaluation;

namespace UNet.Tests.Evaluation;

/// <summary>Small images drawn as text, a line a row.</summary>
internal static class Picture
{
    /// <summary>
    /// Truth and probability of the foreground: '#' is foreground, '.' background, '?' an ignored pixel of the truth; in the
    /// proposal, '#' has probability 1, '.' 0, and a digit as many tenths.
    /// </summary>
    public static SegmentedImage Proposal(string truth, string proposal)
    {
        (string pixels, int height, int width) = Read(truth);
        float[] probability = [.. Read(proposal).Pixels.Select(c => c switch { '#' => 1f, '.' => 0f, _ => (c - '0') / 10f })];
        return new(
            2, height, width,
            [.. probability.Select(p => (byte)(p > 0.5f ? 1 : 0))],
            [.. pixels.Select(c => (byte)(c switch { '#' => 1, '?' => 255, _ => 0 }))])
        {
            ForegroundProbability = probability,
        };
    }

    /// <summary>Instances: a letter each, '.' is background, '?' an ignored pixel of the truth.</summary>
    public static SegmentedImage Instances(string truth, string predicted)
    {
        (string pixels, int height, int width) = Read(truth);
        string found = Read(predicted).Pixels;
        return new(
            2, height, width,
            [.. found.Select(c => (byte)(c == '.' ? 0 : 1))],
            [.. pixels.Select(c => (byte)(c switch { '.' => 0, '?' => 255, _ => 1 }))])
        {
            TrueInstances = [.. pixels.Select(Id)],
            PredictedInstances = [.. found.Select(Id)],
        };

        static int Id(char c) => c == '.' ? 0 : c;
    }

    private static (string Pixels, int Height, int Width) Read(string picture)
    {
        string[] rows = picture.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return (string.Concat(rows), rows.Length, rows[0].Length);
    }
}
