using System.Diagnostics;
using Xunit;

namespace UNet.Tests.Device;

/// <summary>
/// What AMD's compiler makes of the kernels, without AMD's hardware: RADV, Mesa's driver, compiles for any GPU that
/// <c>RADV_FORCE_FAMILY</c> names on a device that runs nothing. The driver reads the variable when it is loaded, so each GPU takes
/// a process of its own.
/// </summary>
public sealed class KernelCompilationTests
{
    private static readonly string[] ManifestFolders = ["/usr/share/vulkan/icd.d", "/usr/local/share/vulkan/icd.d", "/etc/vulkan/icd.d"];

    [Theory]
    [InlineData("polaris10")]
    [InlineData("vega10")]
    [InlineData("navi21")]
    [InlineData("navi31")]
    public async Task NoKernelSpillsRegistersOn(string gpu)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "RADV is a driver for Linux.");
        string? manifest = ManifestFolders.Where(Directory.Exists)
            .SelectMany(folder => Directory.GetFiles(folder, "radeon_icd*.json")).FirstOrDefault();
        Assert.True(
            manifest is not null,
            "RADV, by which the kernels are compiled for AMD's GPUs, is not installed: install the package 'mesa-vulkan-drivers'.");

        string program = Path.Combine(AppContext.BaseDirectory, "unet.dll");
        ProcessStartInfo start = new("dotnet", [program, "devices", "--kernels", "--device", "0"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["RADV_FORCE_FAMILY"] = gpu;
        start.Environment["VK_DRIVER_FILES"] = manifest;
        start.Environment["VK_ICD_FILENAMES"] = manifest; // what older loaders read
        start.Environment["MESA_SHADER_CACHE_DISABLE"] = "true";
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        string[] lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.DoesNotContain(lines, line => line.EndsWith("SPILLS", StringComparison.Ordinal));
        Assert.True(process.ExitCode == 0, await errors);
        Assert.Contains(", 0 with spilled registers.", lines[^1], StringComparison.Ordinal);
        Assert.Contains(lines, line => line.StartsWith("conv2d/forward_gemm ", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains("Spilled VGPRs 0", StringComparison.Ordinal));
    }
}
