using System.Globalization;
using UNet.Vulkan.Device;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Ops;
using UNet.Vulkan.Ops.Declaration;

namespace UNet.Bench;

/// <summary>
/// Rates of single passes beside the rate of multiplications and additions alone, all in turns in one run: GFLOP/s, GB/s of
/// the bound ranges, and the share of the ceiling.
/// </summary>
internal static class PassProfile
{
    /// <summary><c>convolution</c>: the 3x3 convolution with borders, bias and the ReLU before it.</summary>
    public static int RunConvolution(string[] arguments)
    {
        BenchArguments options = new(arguments);
        (int channels, int side) = (options.Number("--channels", 64), options.Number("--side", 92));
        var convolution = new Conv2d(channels, Padding: options.Number("--padding", 1), Rectify: Rectification.OnLoad);
        OpSample sample = new(convolution, [new Shape(1, channels, side, side)]);
        using VulkanDevice device = VulkanDevice.Open(options.Text("--device", "auto"));
        return Print(device, [sample], options);
    }

    /// <summary><c>passes</c>: the ops of the catalogue at the shapes that they have in a network.</summary>
    public static int RunCatalogue(string[] arguments)
    {
        BenchArguments options = new(arguments);
        OpSample[] samples = [.. NetworkSamples.Of(options.Number("--width", 16), options.Number("--tile", 220), options.Has("--all"))
            .Where(sample => sample.ToString().Contains(options.Text("--op", ""), StringComparison.OrdinalIgnoreCase))];
        using VulkanDevice device = VulkanDevice.Open(options.Text("--device", "auto"));
        return Print(device, samples, options);
    }

    private static int Print(VulkanDevice device, IEnumerable<OpSample> samples, BenchArguments options)
    {
        int count = options.Number("--count", 7);
        bool isSpecialized = !options.Has("--plain");
        string kernels = options.Text("--kernels", "");
        Console.WriteLine($"{device.Name}, {device.Properties.DriverName}, subgroups of {device.Properties.SubgroupSize}: "
            + $"min / median / max of {count} runs in turns");
        using PassRun ceiling = Ceiling.Create(device);
        foreach (OpSample sample in samples)
        {
            if (!options.Has("--unchecked"))
                PassRun.Verify(sample, device);
            PassRun[] runs = [.. PassRun.Of(sample, device)
                .Where(implementation => (isSpecialized || implementation.Index == 0)
                    && implementation.Name.Contains(kernels, StringComparison.Ordinal))
                .Select(implementation => new PassRun(device, sample, implementation))];
            try
            {
                Console.WriteLine();
                Console.WriteLine(sample);
                Print(ceiling, runs, count);
            }
            finally
            {
                foreach (PassRun run in runs)
                    run.Dispose();
            }
        }
        return 0;
    }

    private static void Print(PassRun ceiling, PassRun[] runs, int count)
    {
        PassRun[] all = [ceiling, .. runs];
        List<double[]>[] times = [.. all.Select(_ => new List<double[]>())];
        for (int turn = -1; turn < count; turn++)
        {
            for (int i = 0; i < all.Length; i++)
            {
                double[] seconds = all[i].Time();
                if (turn >= 0) // the first turn warms up
                    times[i].Add(seconds);
            }
        }

        double most = ceiling.Operations / Median(times[0].Select(kernels => kernels.Sum()));
        for (int i = 0; i < all.Length; i++)
        {
            double[] sums = [.. times[i].Select(kernels => kernels.Sum()).Order()];
            string name = i == 0
                ? $"multiplications and additions, {((MultiplyAdd)ceiling.Sample.Op).Chains} chains"
                : $"{all[i].Pass.Name} ({NameOf(all[i].Implementation)})";
            Console.WriteLine($"  {name,-44} {Milliseconds(sums)} ms {Rates(all[i].Operations, sums)} GFLOP/s "
                + $"{all[i].Bytes / Median(sums) / 1e9,7:F1} GB/s {all[i].Operations / Median(sums) / most,6:P0}");
            for (int kernel = 0; kernel < times[i][0].Length && times[i][0].Length > 1; kernel++)
            {
                double[] alone = [.. times[i].Select(kernels => kernels[kernel]).Order()];
                Console.WriteLine($"    {KernelOf(all[i].Implementation, kernel),-42} {Milliseconds(alone)} ms");
            }
        }
    }

    private static string NameOf(Implementation implementation) => implementation.Name.Length == 0 ? "plain" : implementation.Name;

    private static string KernelOf(Implementation implementation, int kernel)
        => kernel < implementation.Kernels.Length ? implementation.Kernels[kernel].Kernel.Name : "";

    private static string Milliseconds(double[] sorted)
        => string.Create(CultureInfo.InvariantCulture, $"{sorted[0] * 1e3,8:F2} /{Median(sorted) * 1e3,8:F2} /{sorted[^1] * 1e3,8:F2}");

    private static string Rates(long operations, double[] sorted)
        => string.Create(
            CultureInfo.InvariantCulture,
            $"{operations / sorted[^1] / 1e9,8:F1} /{operations / Median(sorted) / 1e9,8:F1} /{operations / sorted[0] / 1e9,8:F1}");

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }
}
