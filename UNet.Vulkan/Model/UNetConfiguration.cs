namespace UNet.Vulkan.Model;

/// <summary>What a 3x3 convolution does at the edge of its input.</summary>
public enum ConvolutionPadding
{
    /// <summary>No padding: each convolution takes one pixel off every side, as in the paper.</summary>
    Valid,

    /// <summary>One ring of zeros: the output is as large as the input.</summary>
    Same,
}

/// <summary>
/// The form of a U-Net (Ronneberger, Fischer, Brox 2015, arXiv:1505.04597). The defaults are the paper's network:
/// 23 convolutional layers, 31,030,658 parameters (31,100,354 for the authors' release), 572x572 pixels in, 388x388 out.
/// </summary>
public sealed record UNetConfiguration
{
    // 64 times the parameters of the paper's network: the flat vector of all of them is indexed by 31 bits.
    private const int MaxChannels = 8192;

    /// <summary>Which of the authors' two forms the network has.</summary>
    public UNetArchitecture Architecture { get; init; } = UNetArchitecture.Paper;

    /// <summary>Channels of the input image.</summary>
    public int InChannels { get; init; } = 1;

    /// <summary>Classes, which are the channels of the output.</summary>
    public int Classes { get; init; } = 2;

    /// <summary>Channels of the first level; each level further down has twice as many.</summary>
    public int Width { get; init; } = 64;

    /// <summary>Number of 2x2 max-pools, which is the number of levels above the bottleneck.</summary>
    public int Depth { get; init; } = 4;

    /// <summary>Padding of the 3x3 convolutions.</summary>
    public ConvolutionPadding Padding { get; init; } = ConvolutionPadding.Valid;

    /// <summary>
    /// Probability, in training, that an activation is dropped; 0 = no dropout. Both architectures drop what the second
    /// ReLU of the two deepest levels gives, before the pool and the skip connection read it: the last level above the
    /// bottleneck, and the bottleneck itself. That is where the authors' release drops, with probability 0.5
    /// (<see cref="UNetArchitectureNames.DefaultDropout"/>); the paper says "at the end of the contracting path".
    /// </summary>
    public double Dropout { get; init; }

    /// <summary>Channels at a level; level <see cref="Depth"/> is the bottleneck.</summary>
    public int ChannelsAt(int level) => Width << level;

    /// <summary>
    /// Outputs of the up-convolution that leads to a level: as many as the level has channels, but twice as many at the last
    /// one (level 0) of <see cref="UNetArchitecture.PhsegV5"/>.
    /// </summary>
    public int UpsampledChannelsAt(int level)
        => level == 0 && Architecture == UNetArchitecture.PhsegV5 ? 2 * Width : ChannelsAt(level);

    /// <summary>The configuration in words, for messages.</summary>
    public override string ToString() => FormattableString.Invariant($"a U-Net of {string.Join(", ", Traits())}, dropout {Dropout}");

    /// <summary>In what words the networks of two configurations differ, all but the dropout; null if they do not.</summary>
    public (string Own, string Other)? DifferenceFrom(UNetConfiguration other)
    {
        (string Own, string Other)[] different = [.. Traits().Zip(other.Traits()).Where(pair => pair.First != pair.Second)];
        return different.Length == 0
            ? null
            : (string.Join(" and ", different.Select(pair => pair.Own)), string.Join(" and ", different.Select(pair => pair.Other)));
    }

    /// <summary>The configuration itself, if it makes a network.</summary>
    /// <exception cref="InputException">A number is out of its range.</exception>
    public UNetConfiguration Validated()
    {
        Require(Enum.IsDefined(Architecture),
            $"{Architecture} is no architecture; {string.Join(" and ", UNetArchitectureNames.All.Keys)} are.");
        Require(InChannels is >= 1 and <= 1024, $"A network takes 1 to 1024 input channels, not {InChannels}.");
        Require(Classes is >= 1 and <= 255, $"A network tells 1 to 255 classes apart, not {Classes}.");
        Require(Depth is >= 1 and <= 8, $"A network has a depth of 1 to 8, not {Depth}.");
        Require(Width is >= 1 and <= 1024, $"A network has a width of 1 to 1024 channels, not {Width}.");
        Require((long)Width << Depth <= MaxChannels,
            $"Width {Width} and depth {Depth} give {(long)Width << Depth} channels in the bottleneck, more than {MaxChannels}; "
                + "choose a smaller width or depth.");
        Require(Enum.IsDefined(Padding), $"{Padding} is no padding; valid and same are.");
        Require(Dropout >= 0 && (float)Dropout < 1,
            $"The dropout probability lies in 0 to 1, 1 (in 32 bits) excluded; {Dropout} does not.");
        return this;

        static void Require(bool holds, string message)
        {
            if (!holds)
                throw new InputException(message);
        }
    }

    /// <summary>What must agree for parameters to fit.</summary>
    private string[] Traits() =>
    [
        $"architecture {Architecture.Name()}",
        $"width {Width}",
        $"depth {Depth}",
        $"{(Padding == ConvolutionPadding.Same ? "same" : "valid")} padding",
        $"{InChannels} input channel{(InChannels == 1 ? "" : "s")}",
        $"{Classes} classes",
    ];
}
