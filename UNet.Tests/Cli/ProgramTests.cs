using System.Diagnostics;
using UNet.Cli;
using UNet.Vulkan.Training;
using Xunit;

namespace UNet.Tests.Cli;

/// <summary>What only a process of its own shows: signals, and a standard error that is closed.</summary>
public sealed class ProgramTests : IDisposable
{
    private readonly ImageFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("TERM")]
    [InlineData("HUP")]
    public async Task ASignalToEndSavesAndStops(string signal)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Windows has no such signals.");
        CancellationToken stop = TestContext.Current.CancellationToken;
        _folder.Halves("data", 2);
        string arguments = $"train {_folder["data"]} -o {_folder["m.safetensors"]} "
            + "--width 2 --depth 1 --tile 36 --steps 1000000 --device cpu";
        // What a signal does is inherited: where the tests were started by nohup, the program would go on, as it should.
        using Process process = Start($"exec env --default-signal={signal} {Unet} {arguments}");
        while (await process.StandardOutput.ReadLineAsync(stop) is { } line && !line.StartsWith("step", StringComparison.Ordinal))
        {
            // The first steps are on their way.
        }

        using (Process kill = Process.Start("kill", [$"-{signal}", $"{process.Id}"]))
            await kill.WaitForExitAsync(stop);
        string output = await process.StandardOutput.ReadToEndAsync(stop);
        string errors = await process.StandardError.ReadToEndAsync(stop);
        await process.WaitForExitAsync(stop);
        Assert.Equal(0, process.ExitCode);
        Assert.Contains("all is saved", output, StringComparison.Ordinal);
        Assert.Contains("note: stopping;", errors, StringComparison.Ordinal);
        Assert.True(TrainingState.Read(_folder["m.state.safetensors"]).Step > 0);
    }

    [Fact]
    public async Task AClosedStandardErrorChangesNoExitCode()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "It takes a shell.");
        using Process process = Start($"exec {Unet} train missing -o m.safetensors 2>&-");
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(2, process.ExitCode);
    }

    private static string Unet => $"dotnet '{typeof(CommandLine).Assembly.Location}'";

    private Process Start(string command) => Process.Start(new ProcessStartInfo("sh", ["-c", command])
    {
        WorkingDirectory = _folder.Path,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;
}
