using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace UNet.Vulkan.Formats;

/// <summary>Element types of a safetensors file that can be read.</summary>
internal enum SafetensorsType
{
    F32,
    F64,
    F16,
    BF16,
}

internal static class SafetensorsTypes
{
    public static int SizeInBytes(this SafetensorsType type) => type switch
    {
        SafetensorsType.F64 => 8,
        SafetensorsType.F32 => 4,
        _ => 2,
    };

    /// <summary>Little-endian elements of a type as float32; F64 is rounded.</summary>
    public static void ToFloat32(this SafetensorsType type, ReadOnlySpan<byte> bytes, Span<float> elements)
    {
        if (type == SafetensorsType.F32 && BitConverter.IsLittleEndian)
        {
            bytes.CopyTo(MemoryMarshal.AsBytes(elements));
            return;
        }

        for (int i = 0; i < elements.Length; i++)
        {
            ReadOnlySpan<byte> element = bytes[(i * type.SizeInBytes())..];
            elements[i] = type switch
            {
                SafetensorsType.F64 => (float)BinaryPrimitives.ReadDoubleLittleEndian(element),
                SafetensorsType.F16 => (float)BinaryPrimitives.ReadHalfLittleEndian(element),
                // bfloat16 is the upper half of a float32.
                SafetensorsType.BF16 => BitConverter.UInt32BitsToSingle((uint)BinaryPrimitives.ReadUInt16LittleEndian(element) << 16),
                _ => BinaryPrimitives.ReadSingleLittleEndian(element),
            };
        }
    }
}
