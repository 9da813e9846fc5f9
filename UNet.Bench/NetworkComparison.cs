using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using UNet.Vulkan.Device;
using UNet.Vulkan.Execution;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Model;
using UNet.Vulkan.Ops;
using UNet.Vulkan.Planning;
using UNet.Vulkan.Training;

namespace UNet.Bench;

/// <summary>
/// The paper's network, forward pass and training step, beside PyTorch in the same run; beside the kernels for all devices
/// where no Python has PyTorch. Both take turns, so that they see the same machine.
/// </summary>
internal static class NetworkComparison
{
    private const int Rounds = 2;

    public static int Run(string[] arguments)
    {
        string Text(string name, string fallback) => Array.IndexOf(arguments, name) is >= 0 and int at ? arguments[at + 1] : fallback;
        int Number(string name, int fallback) => int.Parse(Text(name, $"{fallback}"), CultureInfo.InvariantCulture);
        (int width, int tile, int count) = (Number("--width", 64), Number("--tile", 572), Number("--count", 5));

        using VulkanDevice device = VulkanDevice.Open(Text("--device", "auto"));
        Console.WriteLine($"{device.Name}: width {width}, tile {tile}, {Rounds} rounds of {count}; min, median, max");
        string? python = new[] { "python3", "/usr/bin/python3" }.FirstOrDefault(HasPyTorch);
        if (python is null)
            Console.WriteLine("No python3 with PyTorch was found: compared with the kernels for all devices.");
        List<Times> peers = [];
        Times ours = new(device.Name, [], []);
        for (int round = 0; round < Rounds; round++)
        {
            ours.Add(Measure(device, device.Name, width, tile, count, new PlanOptions()));
            IReadOnlyList<Times> others = python is null
                ? [Measure(device, "kernels for all devices", width, tile, count, PlanOptions.Plain)]
                : MeasurePyTorch(python, width, tile, count, device.Properties.IsSoftware ? "cpu" : "cuda");
            foreach (Times other in others)
            {
                if (peers.Find(peer => peer.Name == other.Name) is { } known)
                    known.Add(other);
                else
                    peers.Add(other);
            }
        }

        Print(ours, ours);
        foreach (Times peer in peers)
            Print(peer, ours);
        return 0;
    }

    private static void Print(Times times, Times ours)
    {
        Console.WriteLine($"{times.Name,-48} forward {Row(times.Forward)} ms, ratio {Median(ours.Forward) / Median(times.Forward):F2}"
            + $"   step {Row(times.Step)} ms, ratio {Median(ours.Step) / Median(times.Step):F2}");

        static string Row(List<double> all) => $"{all.Min():F1} {Median(all):F1} {all.Max():F1}";
    }

    private static double Median(List<double> all) => all.Order().ElementAt(all.Count / 2);

    private static Times Measure(VulkanDevice device, string name, int width, int tile, int count, PlanOptions options)
        => new(name, Time(device, width, tile, count, isStep: false, options), Time(device, width, tile, count, isStep: true, options));

    private static List<double> Time(VulkanDevice device, int width, int tile, int count, bool isStep, PlanOptions options)
    {
        UNetConfiguration network = new() { Width = width };
        Graph graph = new();
        Value learningRate = graph.StepEntry("learning_rate", new Shape(1), ElementType.Float32);
        Value logits = graph.AppendNetwork(network, graph.Input("image", new Shape(1, 1, tile, tile)));
        if (isStep)
        {
            Value target = graph.Input("target", new Shape(1, 1, logits.Shape.H, logits.Shape.W), ElementType.UInt32);
            graph.AppendBackward(graph.Add("loss", new SoftmaxCrossEntropy(), logits, target, graph.Input("weight", target.Shape)).Output);
            OptimizerGraph.AppendSgd(graph, learningRate, momentum: 0.99f, maximumNorm: 0);
        }
        else
            logits.Keep = true;
        using VulkanSession session = new(device, Planner.Plan(graph, device.Properties, options), graph.StepSlot);
        session.Initialize(graph);
        session.WriteParameters(graph, UNetParameters.Initial(network, seed: 1));
        uint[] words = new uint[graph.StepSlot!.Shape.Length];
        session.Run(words); // warms up
        List<double> times = [];
        for (int i = 0; i < count; i++)
        {
            long start = Stopwatch.GetTimestamp();
            session.Run(words);
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        return times;
    }

    private static bool HasPyTorch(string python)
    {
        try
        {
            using Process process = Start(python, "-c", "import importlib.util, sys; sys.exit(importlib.util.find_spec('torch') is None)");
            process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false; // no such program
        }
    }

    private static List<Times> MeasurePyTorch(string python, int width, int tile, int count, string device)
    {
        string script = Path.Combine(AppContext.BaseDirectory, "pytorch_unet.py");
        using Process process = Start(python, script, "--width", $"{width}", "--tile", $"{tile}", "--count", $"{count}", "--device", device);
        List<Times> all = [];
        while (process.StandardOutput.ReadLine() is { } line)
        {
            JsonElement json = JsonDocument.Parse(line).RootElement;
            string name = $"PyTorch {json.GetProperty("torch").GetString()}, {json.GetProperty("threads").GetInt32()} threads, {json.GetProperty("mode").GetString()}";
            all.Add(new(name, Numbers(json.GetProperty("forward_ms")), Numbers(json.GetProperty("step_ms"))));
        }

        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{python} {script} ended with exit code {process.ExitCode}.");
        return all;

        static List<double> Numbers(JsonElement array) => [.. array.EnumerateArray().Select(number => number.GetDouble())];
    }

    private static Process Start(string program, params IEnumerable<string> arguments)
        => Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;

    /// <summary>Milliseconds of all forward passes and steps.</summary>
    private sealed record Times(string Name, List<double> Forward, List<double> Step)
    {
        public void Add(Times more)
        {
            Forward.AddRange(more.Forward);
            Step.AddRange(more.Step);
        }
    }
}
