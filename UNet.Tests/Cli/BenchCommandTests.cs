using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using UNet.Cli.Benchmarks;
using Xunit;

namespace UNet.Tests.Cli;

/// <summary><c>unet bench</c>, with a stand-in for Python that answers as the script would.</summary>
public sealed class BenchCommandTests
{
    private const string Small = "bench --width 2 --depth 2 --tile 60 --count 3 --rounds 2";

    [Fact]
    public void TheNetworkIsTimedBesideTheKernelsForAllDevices()
    {
        using ImageFolder folder = new();
        CommandRun run = Run($"{Small} --plain --json", folder["times.json"]);
        Assert.Equal((0, 0), (run.Code, run.Errors.Length));
        Assert.Contains("width 2, depth 2, tile 60, 2 x 3 runs", run.Output, StringComparison.Ordinal);

        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(folder["times.json"]));
        Assert.Equal(60, json.RootElement.GetProperty("tile").GetInt32());
        JsonElement[] results = [.. json.RootElement.GetProperty("results").EnumerateArray()];
        Assert.Equal(["unet", "unet, kernels for all devices"], results.Select(result => result.GetProperty("name").GetString()));
        foreach (JsonElement times in results.SelectMany(result => new[] { result.GetProperty("forward"), result.GetProperty("step") }))
        {
            double[] all = [.. times.GetProperty("all").EnumerateArray().Select(time => time.GetDouble())];
            Assert.Equal(6, all.Length);
            double median = all.Order().Skip(2).Take(2).Average();
            Assert.Equal((all.Min(), median, all.Max()), (Number("min"), Number("median"), Number("max")));
            Assert.True(Number("min") > 0 && Number("ratio") > 0);

            double Number(string name) => times.GetProperty(name).GetDouble();
        }
    }

    [Fact]
    public void PyTorchGetsTheScriptAndTheSameNetwork()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The stand-in is a shell script.");
        using ImageFolder folder = new();
        string python = StandIn(folder, """
            echo "$@" >> arguments; cat > script
            echo '{"mode": "float32", "torch": "9.8", "device": "cpu", "threads": 7, "forward_ms": [1, 2, 4], "step_ms": [10, 20, 40]}'
            echo '{"mode": "compiled", "torch": "9.8", "device": "cpu", "threads": 7, "error": "no compiler"}'
            """);
        CommandRun run = Run($"{Small} --python", python);
        Assert.Equal(0, run.Code);
        Assert.Equal("note: PyTorch 9.8, compiled does not run: no compiler", Assert.Single(run.Errors));
        Assert.Contains("PyTorch 9.8 on cpu, 7 threads", run.Output, StringComparison.Ordinal);
        Assert.Matches(@"PyTorch 9\.8, float32 +1\.0 / 2\.0 / 4\.0 +\d+\.\d\d +10\.0 / 20\.0 / 40\.0 +\d+\.\d\d", run.Output);

        Assert.Equal(
            Enumerable.Repeat("- --width 2 --depth 2 --tile 60 --count 3 --device cpu", 2), File.ReadAllLines(folder["arguments"]));
        Assert.Contains("class UNet(nn.Module)", File.ReadAllText(folder["script"]), StringComparison.Ordinal);
    }

    [Fact]
    public void AScriptThatFailsIsToldInOneSentence()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The stand-in is a shell script.");
        using ImageFolder folder = new();
        string python = StandIn(folder, "cat > /dev/null; echo Traceback >&2; echo 'MemoryError: too large' >&2; exit 1");
        CommandRun run = Run($"{Small} --python", python);
        Assert.Equal(1, run.Code);
        Assert.EndsWith("could not run the network: MemoryError: too large", Assert.Single(run.Errors), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bench --tile 573", "572 and 588")]
    [InlineData("bench --depth 9", "depth")]
    [InlineData("bench --count 0", "--count takes a whole number of 1 or more, not '0'")]
    [InlineData("bench --rounds x", "--rounds takes a whole number of 1 or more, not 'x'")]
    [InlineData("bench --device cpu", "choose a Vulkan device with --device")]
    [InlineData("bench --python no-such-python", "'no-such-python' is no Python that has PyTorch")]
    [InlineData("bench --tuner 2", "--tuner takes on or off, not '2'")]
    [InlineData("bench --plain --python python3", "leave out --python")]
    [InlineData("bench --json no/such/folder.json", "There is no folder for 'no/such/folder.json'")]
    public void WhatCannotBeTimedIsRefused(string arguments, string expected)
    {
        CommandRun run = Run(arguments);
        Assert.Equal(2, run.Code);
        Assert.Contains(expected, Assert.Single(run.Errors), StringComparison.Ordinal);
    }

    /// <summary>What PyTorch and its compilers print besides is passed over.</summary>
    [Fact]
    public void OnlyLinesOfJsonAreTimes()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The stand-in is a shell script.");
        using ImageFolder folder = new();
        string python = StandIn(folder, """
            cat > /dev/null; echo 'compiling'; echo
            echo '{"mode": "float32", "torch": "9.8", "device": "cpu", "threads": 7, "forward_ms": [1, 2, 4], "step_ms": [10, 20, 40]}'
            """);
        CommandRun run = Run($"{Small} --python", python);
        Assert.Equal((0, 0), (run.Code, run.Errors.Length));
        Assert.Contains("PyTorch 9.8, float32", run.Output, StringComparison.Ordinal);
    }

    /// <summary>A script that would print for another hour is not waited for, nor left behind.</summary>
    [Theory]
    [InlineData("{torn")]
    [InlineData("""{"mode": "float32", "torch": "9.8"}""")]
    [InlineData("""{"mode": "float32", "torch": "9.8", "device": "cpu", "threads": "all", "forward_ms": [1], "step_ms": [1]}""")]
    public void ALineThatIsNotUnderstoodEndsTheScript(string line)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The stand-in is a shell script.");
        using ImageFolder folder = new();
        string python = StandIn(folder, $"cat > /dev/null; echo $$ > process; echo '{line}'; exec sleep 3600");
        CommandRun run = Run($"{Small} --python", python);
        Assert.Equal(1, run.Code);
        Assert.EndsWith($"answered with a line that is not understood: {line}", Assert.Single(run.Errors), StringComparison.Ordinal);
        int left = int.Parse(File.ReadAllText(folder["process"]), CultureInfo.InvariantCulture);
        Assert.Throws<ArgumentException>(() => Process.GetProcessById(left));
    }

    [Theory]
    [InlineData(new double[] { 5 }, 5, 5, 5)]
    [InlineData(new double[] { 9, 2, 1 }, 1, 2, 9)]
    [InlineData(new double[] { 9, 3, 2, 1 }, 1, 2.5, 9)]
    public void TheMedianOfAnEvenNumberIsTheMeanOfTwo(double[] times, double shortest, double median, double longest)
    {
        TimeSeries series = new(times);
        Assert.Equal((shortest, median, longest), (series.Min, series.Median, series.Max));
    }

    private static CommandRun Run(string arguments, params string[] more) => CommandRun.Of([.. arguments.Split(' '), .. more]);

    /// <summary>A program that says that it has PyTorch, and does as told when it is given the script.</summary>
    private static string StandIn(ImageFolder folder, string work)
    {
        string path = folder["python"];
        File.WriteAllText(path, $"#!/bin/sh\ncd \"$(dirname \"$0\")\"\nif [ \"$1\" = -c ]; then exit 0; fi\n{work}\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }
}
