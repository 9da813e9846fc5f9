using System.CommandLine;
using UNet.Vulkan.Device;
using UNet.Vulkan.Execution;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Inference;
using UNet.Vulkan.Model;
using UNet.Vulkan.Planning;
using UNet.Vulkan.Training;

namespace UNet.Cli.Commands;

/// <summary><c>unet plan</c>: says what a network needs, without training.</summary>
internal static class PlanCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(Terminal terminal)
    {
        TrainingOptions options = new();
        Option<int?> channels = CommandOptions.Whole("--channels", "N", "Channels of the images [default: 1].", 1);
        Option<int?> classes = CommandOptions.Whole("--class-count", "N", "Number of classes [default: 2].", 1);
        Option<string> device = CommandOptions.Device();
        ExampleCommand command = new(
            "plan",
            "Says what a network needs on a device: parameters, arithmetic, memory before and after values share it, and the largest "
                + "tile and batch that fit.",
            "unet plan",
            "unet plan --arch phseg_v5",
            "unet plan --width 32 --tile 380 --batch 4",
            "unet plan --padding same --tile 512 --device 0",
            "unet plan --optimizer adamw --recompute");
        options.AddShapeTo(command, "Side of the square input tiles [default: 572 for the paper's network, larger for a narrower one].");
        command.Options.Add(channels);
        command.Options.Add(classes);
        command.Options.Add(device);
        command.SetAction(result =>
        {
            TrainingConfiguration configuration = options.Configure(result);
            UNetConfiguration network = configuration.Network with
            {
                InChannels = result.GetValue(channels) ?? configuration.Network.InChannels,
                Classes = result.GetValue(classes) ?? configuration.Network.Classes,
            };
            int tile = configuration.Tile ?? new TileGeometry(network).LargestInputUpTo(OverlapTiles.DefaultLimit(network));
            return Run(terminal, configuration with { Network = network, Tile = tile }, result.GetRequiredValue(device));
        });
        return command;
    }

    private static int Run(Terminal terminal, TrainingConfiguration configuration, string deviceChoice)
    {
        (UNetConfiguration network, int tile) = (configuration.Network, configuration.Tile!.Value);
        DeviceProperties device = ComputeDevice.Choose(deviceChoice).Device?.Properties ?? DeviceProperties.Minimum;
        int output = new TileGeometry(network).OutputOf(tile);
        ExecutionPlan training = Trainer.Plan(configuration, device);
        ExecutionPlan segmenting = Segmenter.Plan(network, tile, device, configuration.Precision);

        terminal.Output.WriteLine($"network     {network.Architecture.Name()}, width {network.Width}, depth {network.Depth}, "
            + $"{network.Padding.ToString().ToLowerInvariant()} padding: {UNetParameters.Count(network):N0} parameters");
        terminal.Output.WriteLine($"tile        {tile}x{tile} in, {output}x{output} out, {configuration.Batch} a training step");
        string deviceName = device == DeviceProperties.Minimum ? "smallest limits of the Vulkan specification" : device.Name;
        terminal.Output.WriteLine($"device      {deviceName}");
        terminal.Output.WriteLine($"arithmetic  {Operations(training)} a training step, {Operations(segmenting)} a tile to segment");
        terminal.Output.WriteLine();
        terminal.Table(["memory", "training", "segmenting"],
        [
            .. Enum.GetValues<ValueKind>().Select(kind => Row(Describe(kind), plan => BytesOf(plan, kind))),
            Row("all, each on its own", plan => plan.Memory!.BytesBefore),
            Row("kept from step to step", plan => plan.Memory!.BytesKept),
            Row("others, sharing memory", plan => plan.Memory!.BytesAfter - plan.Memory.BytesKept),
            Row("all, sharing memory", plan => plan.Memory!.BytesAfter),
            [
                "with what exchanges values",
                Bytes(VulkanSession.MemoryOf(training, stepBytes: 0, reportBytes: 0)),
                Bytes(SegmentationMemory.BytesOf(network, tile, device, configuration.Precision)),
            ],
        ]);
        terminal.Output.WriteLine("Training also keeps the data set on the device while it fits.");
        if (device.DeviceMemory > 0)
            DescribeLargest(terminal, configuration, device);
        return CommandLine.Done;

        string[] Row(string name, Func<ExecutionPlan, long> bytes) => [name, Bytes(bytes(training)), Bytes(bytes(segmenting))];
    }

    /// <summary>What the device's memory has room for, one size changed at a time.</summary>
    private static void DescribeLargest(Terminal terminal, TrainingConfiguration configuration, DeviceProperties device)
    {
        long memory = device.DeviceMemory;
        terminal.Output.WriteLine();
        terminal.Output.WriteLine($"In the {ByteSize.Format(memory)} of {device.Name}, the largest that fit are");
        terminal.Output.WriteLine($"  training    tile {Or(TrainingMemory.LargestTile(configuration, device, memory))} "
            + $"with batch {configuration.Batch}; "
            + $"batch {Or(TrainingMemory.LargestBatch(configuration, device, memory))} with tile {configuration.Tile}");
        int? segmented = SegmentationMemory.LargestTile(configuration.Network, device, memory, configuration.Precision);
        terminal.Output.WriteLine($"  segmenting  tile {Or(segmented)}");

        static string Or(int? size) => size is { } number ? $"{number}" : "none";
    }

    private static long BytesOf(ExecutionPlan plan, ValueKind kind)
        => plan.Memory!.ByKind.Where(bytes => bytes.Kind == kind).Sum(bytes => bytes.Bytes);

    private static string Describe(ValueKind kind) => kind switch
    {
        ValueKind.Input => "inputs",
        ValueKind.Parameter => "parameters",
        ValueKind.ParameterGradient => "gradients of parameters",
        ValueKind.State => "optimizer state",
        ValueKind.Activation => "activations",
        ValueKind.Gradient => "gradients of activations",
        ValueKind.Scratch => "scratch",
        _ => kind.ToString().ToLowerInvariant(),
    };

    private static string Operations(ExecutionPlan plan)
        => $"{plan.Dispatches.Sum(dispatch => (double)dispatch.Operations) / 1e9:0.0} GFLOP";

    private static string Bytes(long bytes) => bytes == 0 ? "-" : $"{bytes / (double)(1 << 20):0.0} MiB";
}
