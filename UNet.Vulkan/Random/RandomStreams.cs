using System.Text;

namespace UNet.Vulkan.Random;

/// <summary>
/// Stream ids: one for each purpose, so that numbers drawn for one never depend on another.
/// Ids are part of the meaning of a seed: changing one changes every result of that seed.
/// </summary>
public static class RandomStreams
{
    /// <summary>Dropout layers: this id, then one up for each further layer in network order.</summary>
    public const uint Dropout = 0x0000_0100;

    /// <summary>Which image, which place and which orientation a training tile takes.</summary>
    public const uint Sampling = 0x0000_0200;

    /// <summary>Synthetic images.</summary>
    public const uint Synthesis = 0x0000_0300;

    /// <summary>How a training tile is deformed and its gray values are varied.</summary>
    public const uint Augmentation = 0x0000_0400;

    /// <summary>The order of dispatches that may run in any, for tests.</summary>
    public const uint DispatchOrder = 0x0000_0500;

    /// <summary>Initial values of a parameter: its own stream by name (FNV-1a), so that no other parameter matters.</summary>
    public static uint Parameter(string name)
    {
        uint hash = 2166136261;
        foreach (byte b in Encoding.UTF8.GetBytes(name))
            hash = (hash ^ b) * 16777619;
        return hash | 0x8000_0000;
    }
}
