namespace UNet.Vulkan.Model;

/// <summary>What the architectures are called on the command line and in files, and what goes with them.</summary>
public static class UNetArchitectureNames
{
    /// <summary>All architectures, by name.</summary>
    public static IReadOnlyDictionary<string, UNetArchitecture> All { get; } = new Dictionary<string, UNetArchitecture>
    {
        ["paper"] = UNetArchitecture.Paper,
        ["phseg_v5"] = UNetArchitecture.PhsegV5,
    };

    /// <summary>The name: <c>paper</c> or <c>phseg_v5</c>.</summary>
    public static string Name(this UNetArchitecture architecture) => All.First(entry => entry.Value == architecture).Key;

    /// <summary>
    /// The dropout probability where nobody asks for another: 0.5 as in the authors' release; the paper names no value, and 0
    /// is taken.
    /// </summary>
    public static double DefaultDropout(this UNetArchitecture architecture)
        => architecture == UNetArchitecture.PhsegV5 ? 0.5 : 0;
}
