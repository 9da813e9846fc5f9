namespace UNet.Cli.Data;

/// <summary>What is read of a data set of the Cell Tracking Challenge.</summary>
/// <param name="Truth">Which masks, or null for silver where there are any, else gold.</param>
/// <param name="MarginAroundGold">Frames up to so far from a frame with gold truth are left out; null leaves out none.</param>
internal sealed record TruthSelection(Truth? Truth = null, int? MarginAroundGold = null)
{
    /// <summary>Nothing was asked for.</summary>
    public static TruthSelection Default { get; } = new();
}
