namespace UNet.Vulkan.Ops;

/// <summary>
/// Into how many runs of rows the pixels of one image are split where a weight gradient is summed over them. A function
/// of the shapes alone, so that the order of the sum, and with it every bit, is the same on every device and in every run.
/// </summary>
internal static class SplitRule
{
    /// <summary>Independent sums to aim for: enough to fill a large device.</summary>
    private const long WantedSums = 65_536;

    /// <summary>Elements that the partial sums of one image may have (32 MiB).</summary>
    private const long LargestPartial = 8_388_608;

    /// <summary>Number of runs, at least 1 and at most one a row.</summary>
    public static int Splits(int rows, int outChannels, int inChannels, long weightLength)
    {
        long forOccupancy = WantedSums / Math.Max(1, (long)outChannels * inChannels);
        long forMemory = LargestPartial / weightLength;
        return (int)Math.Clamp(Math.Min(forOccupancy, forMemory), 1, rows);
    }
}
