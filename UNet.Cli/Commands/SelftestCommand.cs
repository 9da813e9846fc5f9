using System.CommandLine;
using UNet.Cli.Progress;
using UNet.Vulkan;
using UNet.Vulkan.Checks;
using UNet.Vulkan.Device;
using UNet.Vulkan.Execution;
using UNet.Vulkan.Ops;
using UNet.Vulkan.Ops.Declaration;
using UNet.Vulkan.Planning;

namespace UNet.Cli.Commands;

/// <summary><c>unet selftest</c>: checks every operation on a device.</summary>
internal static class SelftestCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(Terminal terminal)
    {
        Option<string> device = CommandOptions.Device();
        Option<string?> op = new("--op") { Description = "Check only this operation.", HelpName = "NAME" };
        ExampleCommand command = new(
            "selftest",
            "Checks every operation: gradients by finite differences, and every kernel on the device against the processor. Exit "
                + "code 1 if any fails.",
            "unet selftest",
            "unet selftest --device 1",
            "unet selftest --op Conv2d")
        {
            device, op,
        };
        command.SetAction(result => Run(terminal, result.GetRequiredValue(device), result.GetValue(op)));
        return command;
    }

    private static int Run(Terminal terminal, string deviceChoice, string? name)
    {
        OpInfo[] ops = [.. OpCatalog.Ops.Where(op => name is null || op.Name.Equals(name, StringComparison.OrdinalIgnoreCase))];
        if (ops.Length == 0)
            throw new InputException($"There is no operation '{name}'; choose among "
                + $"{string.Join(", ", OpCatalog.Ops.Select(op => op.Name))}.");

        using IComputeDevice device = ComputeDevice.Open(deviceChoice, terminal);
        terminal.Output.WriteLine($"Checking {ops.Length} operation{(ops.Length == 1 ? "" : "s")} on {device.Name}; errors as shares "
            + "of what is allowed.");
        List<OpReport> reports = [];
        new ItemProgress(terminal, ops.Length, "operations").Watch(progress =>
        {
            foreach (OpInfo op in ops)
            {
                reports.Add(Check(op, device as VulkanDevice, terminal.Stop));
                progress(reports.Count);
            }
        });

        terminal.Table(["operation", "checks", "gradient", "device", ""], reports.Select(report => report.Row));
        CheckResult[] failures = [.. reports.SelectMany(report => report.All).Where(result => !result.Passed)];
        foreach (CheckResult failure in failures)
            terminal.Output.WriteLine($"FAILED {failure.Subject}: {failure.Detail}");
        terminal.Output.WriteLine($"{reports.Sum(report => report.All.Count()) - failures.Length} checks passed, {failures.Length} "
            + "failed.");
        return failures.Length == 0 ? CommandLine.Done : CommandLine.Failed;
    }

    private static OpReport Check(OpInfo op, VulkanDevice? device, CancellationToken stop)
    {
        OpSample[] samples = [.. TileSamples.Of(op, OpCatalog.Samples.Where(sample => sample.Op.Info == op))];
        return new(
            op.Name,
            op.HasGradient ? [.. UntilStopped(samples.Where(sample => sample.Op.IsDifferentiatedWhole)).Select(GradientCheck.Run)] : [],
            device is null
                ? []
                :
                [
                    .. UntilStopped(samples).SelectMany(sample => Compare(sample, () => DeviceComparison.Run(sample, CreateSession))),
                    .. UntilStopped(TilingComparison.SamplesOf(op, device.Properties))
                        .SelectMany(sample => Compare(sample, () => TilingComparison.Run(sample, device.Properties, CreateSession))),
                    .. UntilStopped(StoredRowsComparison.SamplesOf(op, device.Properties))
                        .SelectMany(sample => Compare(sample, () => StoredRowsComparison.Run(sample, device.Properties, CreateSession))),
                ]);

        // All samples of an operation can take minutes.
        IEnumerable<OpSample> UntilStopped(IEnumerable<OpSample> all)
        {
            foreach (OpSample sample in all)
            {
                stop.ThrowIfCancellationRequested();
                yield return sample;
            }
        }

        CheckResult[] Compare(OpSample sample, Func<IEnumerable<CheckResult>> check)
        {
            try
            {
                return [.. check()];
            }
            catch (DeviceException e)
            {
                // A kernel that the driver cannot compile or run is one failure among others.
                return [new($"{sample}", double.PositiveInfinity, e.Message)];
            }
        }

        // Unwritten memory holds NaN and dispatches of one level run in any order: a kernel that counts on either shows.
        Session CreateSession(Vulkan.Graph.Graph graph, PlanOptions options) => new VulkanSession(
            device!,
            Planner.Plan(graph, device!.Properties, options),
            options: new VulkanSessionOptions { Poison = true, ShuffleSeed = 1 });
    }

    /// <param name="Name">The operation.</param>
    /// <param name="Gradient">Checks by finite differences; empty for an operation without gradient.</param>
    /// <param name="Device">Checks against the processor; empty where it is the processor itself that is checked.</param>
    private sealed record OpReport(string Name, CheckResult[] Gradient, CheckResult[] Device)
    {
        public IEnumerable<CheckResult> All => Gradient.Concat(Device);

        public string[] Row =>
        [
            Name,
            $"{All.Count()}",
            Worst(Gradient),
            Worst(Device),
            All.All(result => result.Passed) ? "ok" : "FAILED",
        ];

        private static string Worst(CheckResult[] results) => results.Length == 0
            ? "-"
            : $"{results.Max(result => double.IsNaN(result.Error) ? double.PositiveInfinity : result.Error):G2}";
    }
}
