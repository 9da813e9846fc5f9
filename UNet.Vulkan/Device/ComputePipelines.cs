using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using Silk.NET.Vulkan;
using UNet.Shaders;
using VkDevice = Silk.NET.Vulkan.Device;

namespace UNet.Vulkan.Device;

/// <summary>A compiled kernel with fixed specialization constants: either a pipeline or a shader object.</summary>
internal sealed record ComputePipeline(
    Pipeline Handle, ShaderEXT Shader, PipelineLayout Layout, DescriptorSetLayout SetLayout, bool HasDescriptors);

/// <summary>The pipelines of a device, one for each kernel and set of constants, compiled on first use and kept.</summary>
internal sealed unsafe class ComputePipelines : IDisposable
{
    private readonly VulkanDevice _device;
    private readonly DriverCacheFile? _file;
    private readonly ShaderObjects? _shaders;
    private readonly CompilerDevices? _compilers;

    /// <summary>Kernels to be finished, by the hash of their code: constants may make no difference.</summary>
    private readonly ConcurrentDictionary<UInt128, Key> _new = [];

    private readonly PipelineCache _cache;
    private readonly Lock _lock = new();
    private readonly ConcurrentDictionary<Key, Lazy<ComputePipeline>> _pipelines = [];
    private byte[] _stored;
    private volatile bool _isSaved = true;

    /// <summary>Starts with what an earlier run compiled.</summary>
    /// <param name="device">The device.</param>
    /// <param name="file">Where the driver's cache is kept, or null for nowhere.</param>
    /// <param name="shaders">Makes shader objects in the place of pipelines; null where it does not pay.</param>
    public ComputePipelines(VulkanDevice device, DriverCacheFile? file, ShaderObjects? shaders)
    {
        (_device, _file, _shaders) = (device, file, shaders);
        _compilers = shaders is null ? null : new CompilerDevices(device);
        _stored = file?.Load() ?? [];
        fixed (byte* first = _stored)
        {
            PipelineCacheCreateInfo create = new()
            {
                SType = StructureType.PipelineCacheCreateInfo,
                InitialDataSize = (nuint)_stored.Length,
                PInitialData = first,
            };
            PipelineCache cache;
            device.Vk.CreatePipelineCache(device.Handle, &create, null, &cache).Check(device.Name, "creating the pipeline cache");
            _cache = cache;
        }
    }

    /// <summary>
    /// Compiles kernels on all processors, those that are not compiled yet. Why one cannot be compiled is told where it is asked for.
    /// </summary>
    /// <param name="kernels">The kernels with their constants; some may be the same.</param>
    /// <param name="cancellation">Begins no other kernel.</param>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public void Prepare(
        IEnumerable<(KernelInfo Kernel, ImmutableArray<uint> Constants)> kernels, CancellationToken cancellation = default)
    {
        // The longest first and one at a time, so that no processor is left with a long one at the end.
        IEnumerable<Lazy<ComputePipeline>> pipelines = kernels.OrderByDescending(wanted => LengthOf(wanted.Kernel, wanted.Constants))
            .Select(wanted => Find(wanted.Kernel, wanted.Constants)).Distinct().Where(pipeline => !pipeline.IsValueCreated);
        var queue = Partitioner.Create(pipelines, EnumerablePartitionerOptions.NoBuffering);
        Parallel.ForEach(queue, new ParallelOptions { CancellationToken = cancellation }, pipeline =>
        {
            try
            {
                _ = pipeline.Value;
            }
            catch (DeviceException)
            {
                // It is tried again where it is asked for.
            }
        });
    }

    /// <summary>
    /// Has all processors finish kernels that no earlier process has finished, where the driver would otherwise do that one after the other
    /// as they are dispatched.
    /// </summary>
    public void Finish()
    {
        if (_new.IsEmpty)
            return;
        List<Key> kernels = [];
        foreach (UInt128 code in _new.Keys)
        {
            if (_new.TryRemove(code, out Key kernel))
                kernels.Add(kernel);
        }
        _compilers?.Compile([
            .. kernels.OrderByDescending(key => LengthOf(key.Kernel, key.Constants)).Select(key => (key.Kernel, key.Constants)),
        ]);
        // Not earlier: what a process does not finish, the next one finishes on all processors.
        _shaders?.Save();
    }

    /// <summary>The pipeline of a kernel with the given constants.</summary>
    /// <exception cref="DeviceException">The kernel exceeds a limit of the device, or its driver cannot compile it.</exception>
    public ComputePipeline Get(KernelInfo kernel, ImmutableArray<uint> constants) => Find(kernel, constants).Value;

    /// <summary>
    /// Has the driver do all that it does when a kernel is first dispatched, and keep in its cache what comes of that; nothing is run.
    /// </summary>
    /// <exception cref="DeviceException">The driver cannot compile the kernel.</exception>
    public void Compile(KernelInfo kernel, ImmutableArray<uint> constants)
    {
        ComputePipeline pipeline = Create(kernel, constants);
        try
        {
            using CommandBuffers pool = new(_device);
            CommandBuffer commands = pool.Allocate();
            pool.Begin(commands, CommandBufferUsageFlags.OneTimeSubmitBit);
            Bind(commands, pipeline);
            _device.Vk.CmdDispatch(commands, 0, 0, 0);
            pool.End(commands);
            _device.Submit([commands]);
            _device.WaitIdle();
        }
        finally
        {
            Destroy(pipeline);
        }
    }

    /// <summary>Makes dispatches recorded from here on run a kernel.</summary>
    public void Bind(CommandBuffer commands, ComputePipeline pipeline)
    {
        if (pipeline.Shader.Handle != 0)
            _shaders!.Bind(commands, pipeline.Shader);
        else
            _device.Vk.CmdBindPipeline(commands, PipelineBindPoint.Compute, pipeline.Handle);
    }

    /// <summary>What the driver's compiler says of a kernel, which is compiled anew for it.</summary>
    public ImmutableArray<(string Name, double Value)> StatisticsOf(KernelInfo kernel, ImmutableArray<uint> constants)
    {
        ComputePipeline pipeline = Create(kernel, constants, forStatistics: true);
        try
        {
            var ask = (delegate* unmanaged[Cdecl]<VkDevice, PipelineExecutableInfoKHR*, uint*, PipelineExecutableStatisticKHR*, Result>)
                _device.Vk.GetDeviceProcAddr(_device.Handle, "vkGetPipelineExecutableStatisticsKHR").Handle;
            PipelineExecutableInfoKHR info = new() { SType = StructureType.PipelineExecutableInfoKhr, Pipeline = pipeline.Handle };
            uint count = 0;
            ask(_device.Handle, &info, &count, null).Check(_device.Name, $"asking about '{kernel}'");
            var statistics = new PipelineExecutableStatisticKHR[count];
            Array.Fill(statistics, new() { SType = StructureType.PipelineExecutableStatisticKhr });
            fixed (PipelineExecutableStatisticKHR* first = statistics)
            {
                ask(_device.Handle, &info, &count, first).Check(_device.Name, $"asking about '{kernel}'");
                var values = ImmutableArray.CreateBuilder<(string, double)>((int)count);
                for (int i = 0; i < count; i++)
                    values.Add((Marshal.PtrToStringUTF8((nint)first[i].Name) ?? "", Number(first[i])));
                return values.ToImmutable();
            }
        }
        finally
        {
            Destroy(pipeline);
        }

        static double Number(in PipelineExecutableStatisticKHR statistic) => statistic.Format switch
        {
            PipelineExecutableStatisticFormatKHR.Bool32Khr => statistic.Value.B32 ? 1 : 0,
            PipelineExecutableStatisticFormatKHR.Int64Khr => statistic.Value.I64,
            PipelineExecutableStatisticFormatKHR.Float64Khr => statistic.Value.F64,
            _ => statistic.Value.U64,
        };
    }

    /// <summary>
    /// Stores the driver's cache on disk if it has grown since the last time: a driver can take what was asked for from a cache, this one
    /// or its own, and waiting for a disk takes longer than that.
    /// </summary>
    public void Save()
    {
        lock (_lock)
        {
            if (_file is null || _isSaved)
                return;
            _isSaved = true;
            nuint size = 0;
            if (_device.Vk.GetPipelineCacheData(_device.Handle, _cache, &size, null) != Result.Success || size == 0)
                return;
            byte[] data = new byte[size];
            Result result;
            fixed (byte* first = data)
                result = _device.Vk.GetPipelineCacheData(_device.Handle, _cache, &size, first);
            if (result != Result.Success || data.AsSpan(0, (int)size).SequenceEqual(_stored))
                return;
            _stored = data[..(int)size];
            _file.Store(_stored);
        }
    }

    public void Dispose()
    {
        Save();
        _compilers?.Dispose();
        foreach (Lazy<ComputePipeline> pipeline in _pipelines.Values.Where(pipeline => pipeline.IsValueCreated))
            Destroy(pipeline.Value);
        _pipelines.Clear();
        _device.Vk.DestroyPipelineCache(_device.Handle, _cache, null);
    }

    private Lazy<ComputePipeline> Find(KernelInfo kernel, ImmutableArray<uint> constants) => _pipelines.GetOrAdd(
        new Key(kernel, constants),
        key => new(() =>
        {
            try
            {
                ComputePipeline pipeline = Create(key.Kernel, key.Constants);
                _isSaved = false;
                return pipeline;
            }
            catch
            {
                // What failed, for want of memory say, may be had another time; a lazy value would throw the same for ever.
                _pipelines.TryRemove(key, out _);
                throw;
            }
        }));

    private ComputePipeline Create(KernelInfo kernel, ImmutableArray<uint> constants, bool forStatistics = false)
    {
        CheckLimits(kernel, constants);
        DescriptorSetLayout setLayout = default;
        PipelineLayout layout = default;
        try
        {
            setLayout = CreateSetLayout(kernel);
            layout = CreateLayout(kernel, setLayout);
            (Pipeline handle, ShaderEXT shader) = Compile(kernel, constants, layout, setLayout, forStatistics);
            return new(handle, shader, layout, setLayout, kernel.Buffers.Any(buffer => buffer.Form == BufferForm.Storage));
        }
        catch
        {
            Destroy(new(default, default, layout, setLayout, false));
            throw;
        }
    }

    private void CheckLimits(KernelInfo kernel, ImmutableArray<uint> constants)
    {
        if (constants.Length != kernel.Constants.Length)
            throw new ArgumentException(
                $"The kernel '{kernel}' has {kernel.Constants.Length} "
                + $"specialization constants, not {constants.Length}.", nameof(constants));
        DeviceProperties limits = _device.Properties;
        WorkgroupSize local = kernel.LocalSizeWith(constants);
        if ((ulong)local.X * local.Y * local.Z > limits.MaxWorkgroupInvocations)
            throw new DeviceException(
                $"The kernel '{kernel}' has workgroups of {local.X} x {local.Y} x {local.Z} invocations, and "
                + $"'{_device.Name}' at most {limits.MaxWorkgroupInvocations}; choose another device with --device.");
        if (kernel.PushSize > limits.MaxPushConstants)
            throw new DeviceException(
                $"The kernel '{kernel}' needs {kernel.PushSize} bytes of push constants, and "
                + $"'{_device.Name}' has {limits.MaxPushConstants}; choose another device with --device.");
        if (kernel.Buffers.Any(buffer => buffer.Form == BufferForm.Address) && !limits.HasBufferAddresses)
            throw new DeviceException(
                $"The kernel '{kernel}' needs buffer addresses, and "
                + $"'{_device.Name}' has none; choose another device with --device.");
        int storageBuffers = kernel.Buffers.Count(buffer => buffer.Form == BufferForm.Storage);
        if (storageBuffers > limits.MaxStorageBuffers)
            throw new DeviceException(
                $"The kernel '{kernel}' binds {storageBuffers} buffers, and "
                + $"'{_device.Name}' at most {limits.MaxStorageBuffers}; choose another device with --device.");
    }

    private DescriptorSetLayout CreateSetLayout(KernelInfo kernel)
    {
        DescriptorSetLayoutBinding* bindings = stackalloc DescriptorSetLayoutBinding[kernel.Buffers.Length];
        uint count = 0;
        foreach (KernelBuffer buffer in kernel.Buffers)
        {
            if (buffer.Form != BufferForm.Storage)
                continue;
            bindings[count++] = new()
            {
                Binding = (uint)buffer.Binding,
                DescriptorType = DescriptorType.StorageBuffer,
                DescriptorCount = 1,
                StageFlags = ShaderStageFlags.ComputeBit,
            };
        }
        DescriptorSetLayoutCreateInfo create = new()
        {
            SType = StructureType.DescriptorSetLayoutCreateInfo,
            BindingCount = count,
            PBindings = bindings,
        };
        DescriptorSetLayout layout;
        _device.Vk.CreateDescriptorSetLayout(_device.Handle, &create, null, &layout)
            .Check(_device.Name, $"laying out the descriptors of '{kernel}'");
        return layout;
    }

    private PipelineLayout CreateLayout(KernelInfo kernel, DescriptorSetLayout setLayout)
    {
        PushConstantRange push = PushOf(kernel);
        PipelineLayoutCreateInfo create = new()
        {
            SType = StructureType.PipelineLayoutCreateInfo,
            SetLayoutCount = 1,
            PSetLayouts = &setLayout,
            PushConstantRangeCount = push.Size > 0 ? 1u : 0u,
            PPushConstantRanges = &push,
        };
        PipelineLayout layout;
        _device.Vk.CreatePipelineLayout(_device.Handle, &create, null, &layout)
            .Check(_device.Name, $"laying out the pipeline of '{kernel}'");
        return layout;
    }

    private static PushConstantRange PushOf(KernelInfo kernel)
        => new() { StageFlags = ShaderStageFlags.ComputeBit, Size = (uint)kernel.PushSize };

    private (Pipeline Handle, ShaderEXT Shader) Compile(
        KernelInfo kernel, ImmutableArray<uint> constants, PipelineLayout layout, DescriptorSetLayout setLayout, bool forStatistics)
    {
        SpecializationMapEntry* entries = stackalloc SpecializationMapEntry[constants.Length];
        for (int i = 0; i < constants.Length; i++)
            entries[i] = new() { ConstantID = (uint)kernel.Constants[i].Id, Offset = (uint)(i * sizeof(uint)), Size = sizeof(uint) };
        byte[] code = kernel.LoadSpirV();
        fixed (uint* words = constants.AsSpan())
        fixed (byte* main = "main"u8, first = code)
        {
            SpecializationInfo specialization = new()
            {
                MapEntryCount = (uint)constants.Length,
                PMapEntries = entries,
                DataSize = (nuint)(constants.Length * sizeof(uint)),
                PData = words,
            };
            PipelineShaderStageRequiredSubgroupSizeCreateInfo subgroups = new()
            {
                SType = StructureType.PipelineShaderStageRequiredSubgroupSizeCreateInfo,
                RequiredSubgroupSize = (uint)_device.Properties.SubgroupSize,
            };
            bool fixesSubgroups = FixesSubgroups(kernel, constants);
            if (_shaders is not null && !forStatistics)
            {
                PushConstantRange push = PushOf(kernel);
                ShaderCreateInfoEXT shader = new()
                {
                    SType = StructureType.ShaderCreateInfoExt,
                    PNext = fixesSubgroups ? &subgroups : null,
                    Flags = ShaderCreateFlagsEXT.CreateDispatchBaseBitExt
                        | (fixesSubgroups ? ShaderCreateFlagsEXT.CreateRequireFullSubgroupsBitExt : 0),
                    Stage = ShaderStageFlags.ComputeBit,
                    CodeType = ShaderCodeTypeEXT.SpirvExt,
                    CodeSize = (nuint)code.Length,
                    PCode = first,
                    PName = main,
                    SetLayoutCount = 1,
                    PSetLayouts = &setLayout,
                    PushConstantRangeCount = push.Size > 0 ? 1u : 0u,
                    PPushConstantRanges = &push,
                    PSpecializationInfo = constants.IsEmpty ? null : &specialization,
                };
                (ShaderEXT made, byte[] newCode) = _shaders.Create(kernel, shader);
                if (newCode.Length > 0)
                    _new[XxHash128.HashToUInt128(newCode)] = new(kernel, constants);
                return (default, made);
            }
            PipelineShaderStageCreateInfo stage = new()
            {
                SType = StructureType.PipelineShaderStageCreateInfo,
                PNext = fixesSubgroups ? &subgroups : null,
                Flags = fixesSubgroups ? PipelineShaderStageCreateFlags.RequireFullSubgroupsBit : 0,
                Stage = ShaderStageFlags.ComputeBit,
                PName = main,
                PSpecializationInfo = constants.IsEmpty ? null : &specialization,
            };
            ShaderModuleCreateInfo module = new()
            {
                SType = StructureType.ShaderModuleCreateInfo,
                CodeSize = (nuint)code.Length,
                PCode = (uint*)first,
            };
            _device.Vk.CreateShaderModule(_device.Handle, &module, null, &stage.Module).Check(_device.Name, $"loading '{kernel}'");
            try
            {
                return (CreatePipeline(kernel, stage, layout, forStatistics), default);
            }
            finally
            {
                _device.Vk.DestroyShaderModule(_device.Handle, stage.Module, null);
            }
        }
    }

    private Pipeline CreatePipeline(
        KernelInfo kernel, in PipelineShaderStageCreateInfo stage, PipelineLayout layout, bool forStatistics)
    {
        ComputePipelineCreateInfo create = new()
        {
            SType = StructureType.ComputePipelineCreateInfo,
            // Long dispatches are cut along their grid, so that any piece may start anywhere.
            Flags = PipelineCreateFlags.CreateDispatchBaseBit | (forStatistics ? PipelineCreateFlags.CreateCaptureStatisticsBitKhr : 0),
            Layout = layout,
            Stage = stage,
        };
        Pipeline pipeline;
        // What comes out of a cache has no statistics.
        PipelineCache cache = forStatistics ? default : _cache;
        _device.Vk.CreateComputePipelines(_device.Handle, cache, 1, &create, null, &pipeline).Check(_device.Name, $"compiling '{kernel}'");
        return pipeline;
    }

    /// <summary>
    /// Grows with how long a kernel's code is once its loops are unrolled, which constants say how often: a kernel of 8 KB of SPIR-V can
    /// take twenty times as long to compile as one of 32.
    /// </summary>
    private static double LengthOf(KernelInfo kernel, ImmutableArray<uint> constants)
        => constants.Aggregate((double)kernel.SpirVLength, (length, constant) => length * Math.Max(constant, 1));

    /// <summary>
    /// A kernel that is told the size of subgroups counts on it: a driver that could choose another is made to keep to it.
    /// </summary>
    private bool FixesSubgroups(KernelInfo kernel, ImmutableArray<uint> constants)
        => _device.Properties.CanFixSubgroupSize
            && kernel.Constants.Any(constant => constant.Name == "SUBGROUP_SIZE")
            && kernel.LocalSizeWith(constants).X is uint invocations && invocations % (uint)_device.Properties.SubgroupSize == 0
            && invocations / _device.Properties.SubgroupSize <= _device.Properties.MaxWorkgroupSubgroups;

    private void Destroy(ComputePipeline pipeline)
    {
        _shaders?.Destroy(pipeline.Shader);
        _device.Vk.DestroyPipeline(_device.Handle, pipeline.Handle, null);
        _device.Vk.DestroyPipelineLayout(_device.Handle, pipeline.Layout, null);
        _device.Vk.DestroyDescriptorSetLayout(_device.Handle, pipeline.SetLayout, null);
    }

    private readonly record struct Key(KernelInfo Kernel, ImmutableArray<uint> Constants)
    {
        public bool Equals(Key other) => Kernel.Equals(other.Kernel) && Constants.AsSpan().SequenceEqual(other.Constants.AsSpan());

        public override int GetHashCode()
        {
            HashCode hash = new();
            hash.Add(Kernel);
            foreach (uint constant in Constants)
                hash.Add(constant);
            return hash.ToHashCode();
        }
    }
}
