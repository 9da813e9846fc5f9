namespace UNet.Vulkan.Device;

/// <summary>Kinds of device, in the order in which <c>auto</c> prefers them.</summary>
public enum DeviceType
{
    /// <summary>A graphics card with its own memory.</summary>
    Discrete,

    /// <summary>A GPU that shares the processor's memory.</summary>
    Integrated,

    /// <summary>A GPU passed through by a virtual machine.</summary>
    Virtual,

    /// <summary>Anything else that Vulkan lists.</summary>
    Other,

    /// <summary>A software driver such as lavapipe or SwiftShader.</summary>
    Software,
}

/// <summary>Limits and features of a Vulkan device that planning looks at. Holds no Vulkan handle.</summary>
public sealed record DeviceProperties
{
    /// <summary>What the driver calls the device.</summary>
    public required string Name { get; init; }

    /// <summary>Its kind.</summary>
    public required DeviceType Type { get; init; }

    /// <summary>Name of the driver, such as <c>llvmpipe</c>; empty where it does not say.</summary>
    public string DriverName { get; init; } = "";

    /// <summary>What the driver adds to that, such as its version in words.</summary>
    public string DriverInfo { get; init; } = "";

    /// <summary>The driver's version, as its vendor counts.</summary>
    public uint DriverVersion { get; init; }

    /// <summary>Vulkan's version.</summary>
    public Version ApiVersion { get; init; } = new(1, 2);

    /// <summary>The vendor's number in Vulkan's registry, or of PCI.</summary>
    public uint VendorId { get; init; }

    /// <summary>The device's number, as its vendor counts.</summary>
    public uint DeviceId { get; init; }

    /// <summary>Key of the pipeline cache: a cache of another value is not used.</summary>
    public Guid PipelineCacheUuid { get; init; }

    /// <summary>Bytes of the largest device-local heap.</summary>
    public long DeviceMemory { get; init; }

    /// <summary>Bytes that one storage-buffer descriptor may cover (at least 128 MiB by the specification).</summary>
    public long MaxStorageBufferRange { get; init; } = 134_217_728;

    /// <summary>Bytes that one allocation may have.</summary>
    public long MaxAllocationSize { get; init; } = 1L << 30;

    /// <summary>Alignment in bytes of storage-buffer ranges (at most 256 by the specification).</summary>
    public int MinStorageBufferOffsetAlignment { get; init; } = 256;

    /// <summary>
    /// Storage buffers that a kernel may bind by descriptors: at least 8, as many as this library's kernels bind. The specification asks
    /// for 4.
    /// </summary>
    public uint MaxStorageBuffers { get; init; } = 8;

    /// <summary>Invocations of a workgroup at most.</summary>
    public uint MaxWorkgroupInvocations { get; init; } = 128;

    /// <summary>Workgroups of a dispatch along x at most.</summary>
    public uint MaxWorkgroupCountX { get; init; } = 65_535;

    /// <summary>Workgroups of a dispatch along y at most.</summary>
    public uint MaxWorkgroupCountY { get; init; } = 65_535;

    /// <summary>Workgroups of a dispatch along z at most.</summary>
    public uint MaxWorkgroupCountZ { get; init; } = 65_535;

    /// <summary>Bytes of shared memory of a workgroup at most.</summary>
    public int MaxSharedMemory { get; init; } = 16_384;

    /// <summary>Bytes of push constants at most.</summary>
    public int MaxPushConstants { get; init; } = 128;

    /// <summary>Invocations of a subgroup, where no kernel asks for another number.</summary>
    public int SubgroupSize { get; init; } = 1;

    /// <summary>
    /// Registers for a vector that is as wide as a subgroup, of the processor that a software driver runs on; 32 where that is not known.
    /// </summary>
    public int VectorRegisters { get; init; } = 32;

    /// <summary>Subgroups of a workgroup at most, where a kernel fixes their size.</summary>
    public uint MaxWorkgroupSubgroups { get; init; } = 32;

    /// <summary>
    /// Parts of the device that run workgroups independently of one another: compute units, streaming multiprocessors. A guess by
    /// the type of device where the driver does not tell.
    /// </summary>
    public int ComputeUnits { get; init; } = 8;

    /// <summary>
    /// Bytes at whose multiples the device takes memory of the processor as its own (VK_EXT_external_memory_host); 0 where it does not.
    /// </summary>
    public long HostMemoryAlignment { get; init; }

    /// <summary>Nanoseconds of one timestamp tick; 0 where the queue has no timestamps.</summary>
    public double TimestampPeriod { get; init; }

    /// <summary>Buffer addresses (<c>GL_EXT_buffer_reference</c>) can be used.</summary>
    public bool HasBufferAddresses { get; init; }

    /// <summary>
    /// A subgroup's invocations can all read what one of them has (<c>subgroupBroadcast</c>), in compute shaders, and which one that is
    /// need not be a constant.
    /// </summary>
    public bool HasSubgroupBroadcast { get; init; }

    /// <summary>Shaders can use integers of 64 bits.</summary>
    public bool HasInt64 { get; init; }

    /// <summary>
    /// Whether the <c>*_lanes</c> kernels can run, which compute 16 channels a workgroup, one a lane, in subgroups of 8 or 16.
    /// </summary>
    public bool HasChannelLanes => HasBufferAddresses && HasSubgroupBroadcast && HasInt64 && SubgroupSize is (8 or 16);

    /// <summary>Shaders can compute with floats of 16 bits.</summary>
    public bool HasFloat16 { get; init; }

    /// <summary>Storage buffers can have elements of 16 bits.</summary>
    public bool HasStorage16Bit { get; init; }

    /// <summary>The size of subgroups can be fixed when a kernel is compiled, with none of them partly filled.</summary>
    public bool CanFixSubgroupSize { get; init; }

    /// <summary>VK_EXT_shader_object.</summary>
    public bool HasShaderObjects { get; init; }

    /// <summary>VK_KHR_cooperative_matrix.</summary>
    public bool HasCooperativeMatrix { get; init; }

    /// <summary>
    /// Rows and columns, 16 or 8, of the matrices of Float16 that subgroups multiply and whose products they add in Float32; 0
    /// where they do not.
    /// </summary>
    public int MatrixSize { get; init; }

    /// <summary>
    /// Whether the <c>*_matrix</c> kernels run on the device: workgroups of up to 256 invocations, in 4 to 32 subgroups, with 32 KB of
    /// shared memory. (Mesa's lavapipe 26.2, which emulates matrices, crashes on them with subgroups of 16.)
    /// </summary>
    public bool RunsMatrixKernels => MatrixSize > 0 && HasFloat16 && CanFixSubgroupSize
        && SubgroupSize is 8 or 16 or 32 or 64 && !(IsSoftware && SubgroupSize == 16)
        && MaxWorkgroupInvocations >= 256 && 256 / SubgroupSize <= MaxWorkgroupSubgroups && MaxSharedMemory >= 32 * 1024;

    /// <summary>Runs on the processor: no watchdog, so that work is not cut.</summary>
    public bool IsSoftware => Type == DeviceType.Software;

    /// <summary>A device of the smallest limits that this library can do with, for plans without a device.</summary>
    public static DeviceProperties Minimum { get; } = new() { Name = "minimum", Type = DeviceType.Other };
}
