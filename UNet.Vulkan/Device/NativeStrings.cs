using System.Runtime.InteropServices;

namespace UNet.Vulkan.Device;

/// <summary>A list of zero-terminated strings in the form that Vulkan takes names of extensions and layers.</summary>
internal sealed unsafe class NativeStrings : IDisposable
{
    public NativeStrings(IReadOnlyList<string> strings)
    {
        Count = (uint)strings.Count;
        Pointer = (byte**)NativeMemory.AllocZeroed((nuint)Math.Max(strings.Count, 1), (nuint)sizeof(byte*));
        for (int i = 0; i < strings.Count; i++)
            Pointer[i] = (byte*)Marshal.StringToCoTaskMemUTF8(strings[i]);
    }

    public uint Count { get; }

    public byte** Pointer { get; private set; }

    public void Dispose()
    {
        if (Pointer is null)
            return;
        for (int i = 0; i < Count; i++)
            Marshal.FreeCoTaskMem((nint)Pointer[i]);
        NativeMemory.Free(Pointer);
        Pointer = null;
    }
}
