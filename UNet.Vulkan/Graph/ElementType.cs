namespace UNet.Vulkan.Graph;

/// <summary>How the elements of a value are stored.</summary>
public enum ElementType
{
    /// <summary>IEEE 754 binary32.</summary>
    Float32,

    /// <summary>Unsigned 32-bit integer.</summary>
    UInt32,

    /// <summary>IEEE 754 binary16.</summary>
    Float16,

    /// <summary>Unsigned 8-bit integer.</summary>
    UInt8,
}

/// <summary>Sizes of element types.</summary>
public static class ElementTypes
{
    /// <summary>Bytes of one element.</summary>
    public static int SizeInBytes(this ElementType type) => type switch
    {
        ElementType.Float32 or ElementType.UInt32 => 4,
        ElementType.Float16 => 2,
        ElementType.UInt8 => 1,
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };
}
