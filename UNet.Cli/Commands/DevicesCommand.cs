using System.Collections.Immutable;
using System.CommandLine;
using UNet.Shaders;
using UNet.Vulkan;
using UNet.Vulkan.Checks;
using UNet.Vulkan.Device;

namespace UNet.Cli.Commands;

/// <summary><c>unet devices</c>: lists what can compute, and says what a driver makes of the kernels.</summary>
internal static class DevicesCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(Terminal terminal)
    {
        Option<bool> kernels = new("--kernels")
        {
            Description = "Instead, compile every kernel as the paper's network uses it on the device, run none, and print what the "
                + "driver's compiler says of each: registers, spills, shared memory. Exit code 1 if registers of invocations are spilled.",
        };
        Option<string> device = CommandOptions.Device();
        device.Description = $"With --kernels. {device.Description}";
        ExampleCommand command = new(
            "devices",
            "Lists the devices that can compute, and the one that '--device auto' takes.",
            "unet devices",
            "unet devices --kernels --device 0",
            "unet train data/ -o model.safetensors --device 1")
        {
            kernels, device,
        };
        command.SetAction(result =>
        {
            if (result.GetValue(kernels))
                return Compile(terminal, result.GetRequiredValue(device));
            if (result.GetResult(device) is { Implicit: false })
                throw new InputException("--device says for which device --kernels compiles; give that as well, or leave out --device.");
            return List(terminal);
        });
        return command;
    }

    private static int Compile(Terminal terminal, string choice)
    {
        DeviceChoice device = ComputeDevice.Choose(choice);
        if (device.IsReference)
            throw new InputException("The processor's reference implementation has no kernels; choose a Vulkan device with --device.");
        using VulkanDevice open = VulkanDevice.Open(device, new() { PipelineCache = false, KernelStatistics = true });
        int spilled = 0;
        int compiled = 0;
        foreach ((KernelInfo kernel, ImmutableArray<uint> constants) in KernelVariants.Of(open.Properties))
        {
            terminal.Stop.ThrowIfCancellationRequested();
            KernelStatistics statistics = open.StatisticsOf(kernel, constants);
            spilled += statistics.SpilledRegisters > 0 ? 1 : 0;
            compiled++;
            terminal.Output.WriteLine($"{statistics}{(statistics.SpilledRegisters > 0 ? " SPILLS" : "")}");
            IEnumerable<string> values = statistics.Values.Select(value => FormattableString.Invariant($"{value.Name} {value.Value:G6}"));
            terminal.Output.WriteLine($"    {string.Join(", ", values)}");
        }
        terminal.Output.WriteLine($"{compiled} kernels compiled on {open.Name}, {spilled} with spilled registers.");
        return spilled == 0 ? CommandLine.Done : CommandLine.Failed;
    }

    private static int List(Terminal terminal)
    {
        DeviceList list = DeviceList.Enumerate();
        DeviceChoice auto = DeviceChoice.Choose("auto", list, requireVulkan: false);
        terminal.Table(["", "device", "type", "driver", "memory", "Vulkan", "features"],
        [
            .. list.Devices.Select(device => Row(device, device.Index == auto.Device?.Index)),
            [auto.IsReference ? "auto" : "", "cpu", "processor", "none: a plain reference implementation, slow", "", "", ""],
        ], numbers: false);
        foreach (ListedDevice refused in list.Devices.Where(device => device.Refusal is not null))
            terminal.Note($"device {refused.Index} cannot be used: {refused.Refusal}");
        if (list.Devices.Any(device => device.Properties.RunsMatrixKernels) && KernelCatalog.All.Any(kernel => !kernel.IsEmbedded))
        {
            terminal.Note("this program was built without its kernels for cooperative matrices, for want of a newer glslc; "
                + "see docs/installation.md.");
        }

        if (list.Reason is not null)
            terminal.Note(list.Reason);
        return CommandLine.Done;
    }

    private static string[] Row(ListedDevice listed, bool isAuto)
    {
        DeviceProperties device = listed.Properties;
        (bool Has, string Name)[] features =
        [
            (device.HasBufferAddresses, "addresses"),
            (device.HasSubgroupBroadcast, $"subgroups of {device.SubgroupSize}"),
            (device.HasFloat16, "float16"),
            (device.HasStorage16Bit, "16-bit storage"),
            (device.HasCooperativeMatrix, device.MatrixSize > 0 ? "cooperative matrices of float16" : "cooperative matrices"),
        ];
        return
        [
            isAuto ? "auto" : "",
            $"{listed.Index} {device.Name}",
            listed.Refusal is null ? device.Type.ToString().ToLowerInvariant() : "refused",
            $"{device.DriverName} {device.DriverInfo}".Trim(),
            device.DeviceMemory > 0 ? $"{device.DeviceMemory / (double)(1 << 30):0.0} GiB" : "",
            device.ApiVersion.ToString(2),
            string.Join(", ", features.Where(feature => feature.Has).Select(feature => feature.Name)),
        ];
    }
}
