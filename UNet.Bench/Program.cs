using BenchmarkDotNet.Running;
using UNet.Bench;

return args switch
{
    ["profile", .. string[] rest] => StepProfile.Run(rest),
    ["network", .. string[] rest] => NetworkComparison.Run(rest),
    ["sampling", .. string[] rest] => SamplingProfile.Run(rest),
    ["convolution", .. string[] rest] => PassProfile.RunConvolution(rest),
    ["passes", .. string[] rest] => PassProfile.RunCatalogue(rest),
    ["ops", .. string[] rest] => RunOps(rest),
    _ => Usage(),
};

static int RunOps(string[] arguments)
{
    BenchmarkRunner.Run<OpBenchmarks>(args: arguments);
    return 0;
}

static int Usage()
{
    Console.Error.WriteLine("""
        Usage: UNet.Bench profile [--width N] [--depth N] [--tile N] [--batch N] [--device NAME] [--plain] [--all]
                 a training step: whole, by kernel, and with --all by dispatch
               UNet.Bench network [--width N] [--tile N] [--count N] [--device NAME]
                 forward pass and training step of the paper's network beside PyTorch, where a python3 has it
               UNet.Bench sampling [--tile N] [--image N] [--device NAME]
                 training tiles, plain and deformed
               UNet.Bench convolution [--channels N] [--side N] [--count N] [--device NAME] [--plain] [--unchecked]
                 each pass and implementation of the 3x3 convolution beside multiplications and additions alone
               UNet.Bench passes [--op NAME] [--width N] [--tile N] [--all] and the options of convolution
                 the same for the ops of the catalogue, at shapes of a network
               UNet.Bench ops [BenchmarkDotNet options]
                 single operations
        """);
    return 2;
}
