namespace UNet.Cli.Data;

/// <summary>Which masks of a data set of the Cell Tracking Challenge are read.</summary>
internal enum Truth
{
    /// <summary>Drawn by people: NN_GT/SEG/, a few frames, where cells may be missing.</summary>
    Gold,

    /// <summary>Made by computers: NN_ST/SEG/, every frame and cell, less exact.</summary>
    Silver,
}
