namespace UNet.Shaders;

// The kernel generator states each kernel's interface on its type, so that the op generator, which sees this assembly
// only as metadata, can match names.

/// <summary>States a buffer of a generated kernel.</summary>
[AttributeUsage(AttributeTargets.Struct, AllowMultiple = true)]
public sealed class KernelBufferAttribute(string name, BufferAccess access, string elementType) : Attribute
{
    /// <summary>Its name in GLSL.</summary>
    public string Name { get; } = name;

    /// <summary>How the kernel uses it.</summary>
    public BufferAccess Access { get; } = access;

    /// <summary>GLSL type of its elements.</summary>
    public string ElementType { get; } = elementType;
}

/// <summary>States a push-constant member of a generated kernel that is not a buffer's address.</summary>
[AttributeUsage(AttributeTargets.Struct, AllowMultiple = true)]
public sealed class KernelPushAttribute(string name, string type) : Attribute
{
    /// <summary>Its name in GLSL.</summary>
    public string Name { get; } = name;

    /// <summary>Its type in GLSL.</summary>
    public string Type { get; } = type;
}

/// <summary>States a specialization constant of a generated kernel.</summary>
[AttributeUsage(AttributeTargets.Struct, AllowMultiple = true)]
public sealed class KernelConstantAttribute(string name, string type) : Attribute
{
    /// <summary>Its name in GLSL.</summary>
    public string Name { get; } = name;

    /// <summary>Its type in GLSL.</summary>
    public string Type { get; } = type;
}

/// <summary>States the path of a generated kernel below <c>shaders/</c>, without the ending.</summary>
[AttributeUsage(AttributeTargets.Struct)]
public sealed class KernelAttribute(string name) : Attribute
{
    /// <summary>The path.</summary>
    public string Name { get; } = name;
}
