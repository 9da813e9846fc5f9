namespace UNet.Cli.Benchmarks;

/// <summary>How long one way to run a network takes.</summary>
/// <param name="Name">The program and its mode.</param>
/// <param name="Device">Where it computed.</param>
/// <param name="Threads">Threads of the processor; 0 where a device computes by itself.</param>
/// <param name="Forward">Milliseconds of all forward passes.</param>
/// <param name="Step">Milliseconds of all training steps.</param>
internal sealed record NetworkTimes(string Name, string Device, int Threads, TimeSeries Forward, TimeSeries Step)
{
    /// <summary>The same with the times of a later round.</summary>
    public NetworkTimes With(NetworkTimes later)
        => this with { Forward = new([.. Forward.All, .. later.Forward.All]), Step = new([.. Step.All, .. later.Step.All]) };
}

/// <summary>Times of the same work, in milliseconds; at least one.</summary>
internal sealed record TimeSeries(IReadOnlyList<double> All)
{
    /// <summary>The shortest.</summary>
    public double Min => All.Min();

    /// <summary>The one in the middle; the mean of two.</summary>
    public double Median
    {
        get
        {
            double[] sorted = [.. All.Order()];
            return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
        }
    }

    /// <summary>The longest.</summary>
    public double Max => All.Max();
}
