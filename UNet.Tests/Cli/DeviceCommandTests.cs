using UNet.Cli;
using UNet.Cli.Commands;
using UNet.Vulkan.Device;
using UNet.Vulkan.Inference;
using UNet.Vulkan.Ops;
using Xunit;

namespace UNet.Tests.Cli;

/// <summary>The commands about devices and networks.</summary>
public sealed class DeviceCommandTests
{
    [Fact]
    public void DevicesAreListedWithTheOneThatAutoTakes()
    {
        CommandRun run = CommandRun.Of("devices");
        Assert.Equal(0, run.Code);
        Assert.Single(run.Output.Split('\n'), line => line.TrimStart().StartsWith("auto ", StringComparison.Ordinal));
        Assert.Contains(" cpu ", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cpu")]
    [InlineData("auto")]
    public void AnOperationIsTested(string device)
    {
        CommandRun run = CommandRun.Of("selftest", "--op", "relu", "--device", device);
        Assert.Equal((0, 0), (run.Code, run.Errors.Length));
        Assert.Contains("Relu", run.Output, StringComparison.Ordinal);
        Assert.Contains(" 0 failed", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void AnUnknownOperationIsRefusedWithTheKnownOnes()
    {
        CommandRun run = CommandRun.Of("selftest", "--op", "fold");
        Assert.Equal(2, run.Code);
        Assert.All(OpCatalog.Ops, op => Assert.Contains(op.Name, Assert.Single(run.Errors), StringComparison.Ordinal));
    }

    /// <summary>One operation has many samples, which take seconds.</summary>
    [Fact]
    public void ASelftestStopsBetweenTwoSamples()
    {
        using CancellationTokenSource stop = new(TimeSpan.FromSeconds(0.3));
        CommandRun run = CommandRun.Of(stop, "never", ["selftest", "--op", "Conv2d", "--device", "cpu"]);
        Assert.Equal(1, run.Code);
        Assert.Contains("Stopped before", Assert.Single(run.Errors), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("plan --device auto", "paper, width 64, depth 4, valid padding: 31,030,658 parameters")]
    [InlineData("plan --device auto --optimizer adamw --augment paper --recompute", "the largest that fit")]
    [InlineData("plan --device auto --arch phseg_v5", "phseg_v5, width 64, depth 4, valid padding: 31,100,354 parameters")]
    public void TheAuthorsNetworksArePlanned(string arguments, string expected)
    {
        CommandRun run = CommandRun.Of(arguments.Split(' '));
        Assert.Equal((0, 0), (run.Code, run.Errors.Length));
        Assert.Contains(expected, run.Output, StringComparison.Ordinal);
        Assert.Contains("572x572 in, 388x388 out", run.Output, StringComparison.Ordinal);
    }

    /// <summary>Tiles on their way to the device and back are part of what <c>segment</c> keeps within.</summary>
    [Fact]
    public void APlanTellsTheMemoryThatSegmentingTakes()
    {
        CommandRun run = CommandRun.Of("plan", "--width", "4", "--depth", "2", "--tile", "440", "--device", "cpu");
        long bytes = SegmentationMemory.BytesOf(new() { Width = 4, Depth = 2 }, 440, DeviceProperties.Minimum);
        string row = run.Output.Split('\n').Single(line => line.Contains("with what exchanges values", StringComparison.Ordinal));
        Assert.EndsWith($" {bytes / 1048576.0:0.0} MiB", row.TrimEnd(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("plan --tile 573", "572 and 588")]
    [InlineData("plan --tile 1852 --batch 16 --device cpu", "smaller --tile")]
    [InlineData("plan --width 4 --depth 2 --tile 65536 --batch 4 --device cpu", "use a smaller --tile, --batch or --width")]
    [InlineData("plan --width 4 --depth 2 --tile 65536 --batch 1024 --precision mixed", "use a smaller --tile, --batch or --width")]
    [InlineData("plan --depth 9", "depth")]
    [InlineData("plan --arch unet", "--arch takes paper or phseg_v5, not 'unet'")]
    public void ANetworkThatDoesNotFitIsRefused(string arguments, string expected)
    {
        CommandRun run = CommandRun.Of(arguments.Split(' '));
        Assert.Equal(2, run.Code);
        Assert.Contains(expected, Assert.Single(run.Errors), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("devices")]
    [InlineData("selftest")]
    [InlineData("plan")]
    [InlineData("train")]
    [InlineData("segment")]
    [InlineData("evaluate")]
    [InlineData("bench")]
    [InlineData("demo")]
    public void HelpEndsWithExamples(string command)
    {
        CommandRun run = CommandRun.Of([.. command.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"]);
        Assert.Equal((0, 0), (run.Code, run.Errors.Length));
        string[] lines = run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        int examples = Array.IndexOf(lines, "Examples:");
        Assert.InRange(examples, 1, lines.Length - 2);
        Assert.All(lines[(examples + 1)..], line => Assert.StartsWith("  unet ", line, StringComparison.Ordinal));
    }

    [Fact]
    public void TheDemoGoesAllTheWay()
    {
        using ImageFolder folder = new();
        StringWriter output = new();
        StringWriter errors = new();
        Terminal terminal = new(output, errors, isInteractive: false, CancellationToken.None) { Patience = Timeout.InfiniteTimeSpan };
        Assert.Equal(0, DemoCommand.Run(terminal, folder["a demo"], seconds: 1, "auto", size: 64));
        Assert.Empty(errors.ToString());
        Assert.Contains(
            $"unet segment '{folder["a demo/model.safetensors"]}' '{folder["a demo/test"]}'", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("all pixels", output.ToString(), StringComparison.Ordinal);
        Assert.Equal(4, Directory.GetFiles(folder["a demo/comparison"]).Length);
        Assert.Equal(4, Directory.GetFiles(folder["a demo/segmented"]).Length);
    }
}
