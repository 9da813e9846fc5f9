using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Perfolizer.Horology;
using UNet.Bench;

return args switch
{
    ["profile", .. string[] rest] => StepProfile.Run(rest),
    ["sampling", .. string[] rest] => SamplingProfile.Run(rest),
    ["convolution", .. string[] rest] => PassProfile.RunConvolution(rest),
    ["passes", .. string[] rest] => PassProfile.RunCatalogue(rest),
    ["tilings", .. string[] rest] => TilingProfile.Run(rest),
    ["ops", .. string[] rest] => RunOps(rest),
    _ => Usage(),
};

static int RunOps(string[] arguments)
{
    OpBenchmarks.Options = new BenchArguments(arguments);
    // In this process, which holds the device and knows the cases; a pass takes milliseconds, so that few iterations do.
    Job job = Job.Default.WithToolchain(InProcessEmitToolchain.Instance)
        .WithWarmupCount(1).WithIterationCount(7).WithMinIterationTime(TimeInterval.FromMilliseconds(20));
    BenchmarkRunner.Run<OpBenchmarks>(ManualConfig.CreateMinimumViable().AddJob(job)
        .AddColumn(StatisticColumn.Min, StatisticColumn.Median, StatisticColumn.Max).AddColumn(RateColumn.All)
        .HideColumns(Column.Method, Column.Mean, Column.Error, Column.StdDev)
        .WithSummaryStyle(SummaryStyle.Default.WithMaxParameterColumnWidth(200)));
    return 0;
}

static int Usage()
{
    Console.Error.WriteLine("""
        Usage: UNet.Bench profile [--width N] [--depth N] [--tile N] [--batch N] [--device NAME] [--plain] [--mixed] [--numerics NAME]
                 [--all] [--first]
                 a training step with clipping: whole, by kernel, and with --all by dispatch; with --first the very first alone, in which
                 software drivers compile what they have not kept, each kernel when they come to it
               UNet.Bench sampling [--tile N] [--image N] [--device NAME]
                 training tiles, plain and deformed
               UNet.Bench convolution [--channels N] [--side N] [--padding N] [--count N] [--kernels NAME] [--device NAME] [--plain] [--unchecked]
                 each pass and implementation, or those named, of the 3x3 convolution beside multiplications and additions alone
               UNet.Bench passes [--op NAME] [--width N] [--tile N] [--all] and the options of convolution
                 the same for the ops of the catalogue, at shapes of a network
               UNet.Bench ops [--op NAME] [--width N] [--tile N] [--all] [--device NAME]
                 the same with BenchmarkDotNet, width 16 and 64
               UNet.Bench tilings [--op NAME] [--width N] [--depth N] [--tile N] [--batch N] [--mixed] [--numerics NAME] [--kernels NAME]
                 [--count N] [--device NAME]
                 every tiling of the kernels of a training step that have several, or of those named where they run, such as Gemm
        Whole networks, beside PyTorch where there is one: 'unet bench'.
        """);
    return 2;
}
