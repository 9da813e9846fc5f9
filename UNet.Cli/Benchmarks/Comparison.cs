using System.Globalization;
using System.Text.Json;
using UNet.Vulkan.Device;

namespace UNet.Cli.Benchmarks;

/// <summary>The times of this program beside those of others, taken in turns in one run.</summary>
/// <param name="Benchmark">What was timed.</param>
/// <param name="Device">Where this program computed.</param>
/// <param name="Rounds">How often everybody had a turn.</param>
internal sealed record Comparison(NetworkBenchmark Benchmark, DeviceProperties Device, int Rounds)
{
    private readonly List<NetworkTimes> _all = [];

    /// <summary>This program first, then the others.</summary>
    public IReadOnlyList<NetworkTimes> All => _all;

    /// <summary>What the device is, in words.</summary>
    public string DeviceText
    {
        get
        {
            string driver = $"{Device.DriverName} {Device.DriverInfo}".Trim();
            string threads = Device.IsSoftware ? $", {Environment.ProcessorCount} processors" : "";
            return $"{Device.Name} ({driver}), subgroups of {Device.SubgroupSize}{threads}";
        }
    }

    /// <summary>Takes the times of a round.</summary>
    public void Add(NetworkTimes times)
    {
        int known = _all.FindIndex(other => other.Name == times.Name);
        if (known < 0)
            _all.Add(times);
        else
            _all[known] = _all[known].With(times);
    }

    /// <summary>Prints a row for each.</summary>
    public void Print(Terminal terminal)
    {
        NetworkTimes own = _all[0];
        terminal.Table(
            ["milliseconds: min / median / max", "forward", "ratio", "step", "ratio"],
            _all.Select(times => (string[])
            [
                times.Name,
                Row(times.Forward),
                times == own ? "" : Text(own.Forward.Median / times.Forward.Median, "0.00"),
                Row(times.Step),
                times == own ? "" : Text(own.Step.Median / times.Step.Median, "0.00"),
            ]));
        terminal.Output.WriteLine("A ratio below 1 says that this program is faster: its median to the other's.");
    }

    /// <summary>Writes everything, single times too.</summary>
    public void Write(Stream stream)
    {
        using Utf8JsonWriter json = new(stream, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        json.WriteString("device", Device.Name);
        json.WriteString("driver", $"{Device.DriverName} {Device.DriverInfo}".Trim());
        json.WriteNumber("subgroup", Device.SubgroupSize);
        json.WriteNumber("processors", Environment.ProcessorCount);
        json.WriteNumber("width", Benchmark.Network.Width);
        json.WriteNumber("depth", Benchmark.Network.Depth);
        json.WriteNumber("tile", Benchmark.Tile);
        json.WriteNumber("rounds", Rounds);
        json.WriteStartArray("results");
        foreach (NetworkTimes times in _all)
        {
            json.WriteStartObject();
            json.WriteString("name", times.Name);
            json.WriteString("device", times.Device);
            json.WriteNumber("threads", times.Threads);
            WriteSeries(json, "forward", times.Forward, _all[0].Forward);
            WriteSeries(json, "step", times.Step, _all[0].Step);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteSeries(Utf8JsonWriter json, string name, TimeSeries times, TimeSeries own)
    {
        json.WriteStartObject(name);
        json.WriteNumber("min", times.Min);
        json.WriteNumber("median", times.Median);
        json.WriteNumber("max", times.Max);
        json.WriteNumber("ratio", own.Median / times.Median);
        json.WriteStartArray("all");
        foreach (double time in times.All)
            json.WriteNumberValue(time);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static string Row(TimeSeries times) => $"{Text(times.Min, "0.0")} / {Text(times.Median, "0.0")} / {Text(times.Max, "0.0")}";

    private static string Text(double number, string format) => number.ToString(format, CultureInfo.InvariantCulture);
}
