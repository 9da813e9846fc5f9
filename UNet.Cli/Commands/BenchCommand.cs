using System.CommandLine;
using UNet.Cli.Benchmarks;
using UNet.Vulkan;
using UNet.Vulkan.Device;
using UNet.Vulkan.Execution;
using UNet.Vulkan.Formats;
using UNet.Vulkan.Model;
using UNet.Vulkan.Planning;

namespace UNet.Cli.Commands;

/// <summary><c>unet bench</c>: times a network beside PyTorch, or beside the kernels that run on all devices.</summary>
internal static class BenchCommand
{
    private const int UsualTile = 572;
    private const int UsualRounds = 2;

    /// <summary>Runs a round, on the processor and on a GPU, which is busy for milliseconds only.</summary>
    private const int UsualCount = 5;

    private const int UsualCountOfHardware = 20;

    /// <summary>Makes the command.</summary>
    public static Command Create(Terminal terminal)
    {
        UNetConfiguration network = new();
        Option<int?> width = CommandOptions.Whole("--width", "N", $"Channels of the first level [default: {network.Width}].", 1);
        Option<int?> depth = CommandOptions.Whole("--depth", "N", $"Number of levels above the bottleneck [default: {network.Depth}].", 1);
        Option<int?> tile = CommandOptions.Whole("--tile", "N", $"Side of the square input [default: {UsualTile}].", 1);
        Option<int?> count = CommandOptions.Whole(
            "--count", "N", $"Times that each is run a round [default: {UsualCount}; {UsualCountOfHardware} on a GPU].", 1);
        Option<int?> rounds = CommandOptions.Whole("--rounds", "N", $"Turns that each takes [default: {UsualRounds}].", 1);
        Option<bool> plain = new("--plain")
        {
            Description = "Compare with this program's kernels for all devices, even where there is PyTorch.",
        };
        Option<string?> python = new("--python")
        {
            Description = "The Python with PyTorch. Default: python3, if it has it.",
            HelpName = "FILE",
        };
        Option<string?> json = new("--json") { Description = "Write all times to this file too.", HelpName = "FILE" };
        Option<Switch?> tuner = CommandOptions.Tuner();
        Option<string> device = CommandOptions.Device();
        ExampleCommand command = new(
            "bench",
            "Times forward pass and training step of the paper's network, in turns with PyTorch where a python3 has it, else with "
                + "this program's kernels for all devices: one tile, float32 "
                + "(and mixed precision, where there are matrix units), random parameters.",
            "unet bench",
            "unet bench --width 16 --tile 316 --json bench.json",
            "unet bench --device 1 --python ~/venv/bin/python")
        {
            width, depth, tile, count, rounds, plain, python, json, tuner, device,
        };
        command.SetAction(result => Run(terminal, new(
            new UNetConfiguration { Width = result.GetValue(width) ?? network.Width, Depth = result.GetValue(depth) ?? network.Depth },
            result.GetValue(tile) ?? UsualTile,
            result.GetValue(count),
            result.GetValue(rounds) ?? UsualRounds,
            result.GetValue(plain),
            result.GetValue(python),
            result.GetValue(json),
            result.GetValue(tuner) != Switch.Off,
            result.GetRequiredValue(device))));
        return command;
    }

    private static int Run(Terminal terminal, Request request)
    {
        if (request.Json is not null)
            OutputFile.Require(request.Json, "--json");
        if (request is { Plain: true, Python: not null })
            throw new InputException("--plain compares without PyTorch; leave out --python.");
        new TileGeometry(request.Network).OutputOf(request.Tile);
        if (ComputeDevice.Choose(request.Device).IsReference)
            throw new InputException(
                "The processor alone runs a plain reference, which nobody should time; choose a Vulkan device with --device.");
        PyTorch? torch = request.Plain ? null : request.Python is null ? PyTorch.Find() : PyTorch.At(request.Python);
        using VulkanDevice device = (VulkanDevice)ComputeDevice.Open(request.Device, terminal, request.Tuner);

        bool isSoftware = device.Properties.IsSoftware;
        NetworkBenchmark benchmark = new(
            request.Network, request.Tile, request.Count ?? (isSoftware ? UsualCount : UsualCountOfHardware));
        Comparison comparison = new(benchmark, device.Properties, request.Rounds);
        terminal.Output.WriteLine($"{comparison.DeviceText}: width {request.Network.Width}, depth {request.Network.Depth}, "
            + $"tile {request.Tile}, {request.Rounds} x {benchmark.Count} runs");
        if (torch is null && !request.Plain)
            terminal.Note("no python3 with PyTorch was found: compared with this program's kernels for all devices");
        for (int round = 0; round < request.Rounds; round++)
        {
            comparison.Add(benchmark.Run(device, "unet", new PlanOptions(), terminal.Stop));
            if (ComputeDevice.HasMatrixUnits(device.Properties))
            {
                comparison.Add(
                    benchmark.Run(device, "unet, mixed precision", new PlanOptions { Numerics = NumericsRule.Mixed }, terminal.Stop));
                comparison.Add(benchmark.Run(
                    device, "unet, mixed, F(2,3)", new PlanOptions { Numerics = NumericsRule.MixedWinograd }, terminal.Stop));
            }
            IReadOnlyList<NetworkTimes> others
                = torch?.Run(benchmark, onGpu: !isSoftware, round == 0 ? terminal.Note : _ => { }, terminal.Stop) ?? [];
            if (others.Count == 0)
                others = [benchmark.Run(device, "unet, kernels for all devices", PlanOptions.Plain, terminal.Stop)];
            foreach (NetworkTimes times in others)
                comparison.Add(times);
        }

        foreach (NetworkTimes other in comparison.All.Skip(1).Where(times => times.Threads > 0).Take(1))
            terminal.Output.WriteLine($"{other.Name.Split(',')[0]} on {other.Device}, {other.Threads} threads");
        comparison.Print(terminal);
        if (request.Json is not null)
            AtomicFile.Write(request.Json, comparison.Write);
        return CommandLine.Done;
    }

    /// <param name="Network">The network.</param>
    /// <param name="Tile">Side of its input.</param>
    /// <param name="Count">Runs a round, if given.</param>
    /// <param name="Rounds">Turns.</param>
    /// <param name="Plain">Compare with the kernels for all devices.</param>
    /// <param name="Python">What <c>--python</c> says.</param>
    /// <param name="Json">File of the times.</param>
    /// <param name="Tuner">Whether to choose tilings by measured time.</param>
    /// <param name="Device">What <c>--device</c> says.</param>
    private sealed record Request(
        UNetConfiguration Network, int Tile, int? Count, int Rounds, bool Plain, string? Python, string? Json, bool Tuner, string Device);
}
