using System.Collections.Immutable;
using Silk.NET.Vulkan;
using UNet.Shaders;
using UNet.Vulkan.Execution;
using UNet.Vulkan.Formats;
using UNet.Vulkan.Graph;
using UNet.Vulkan.Memory;
using UNet.Vulkan.Planning;
using UNet.Vulkan.Tuning;
using VkDevice = Silk.NET.Vulkan.Device;

namespace UNet.Vulkan.Device;

/// <summary>
/// An open Vulkan device with one compute queue. Sessions are made on it and must be disposed before it.
/// Several sessions, on several threads, may share it.
/// </summary>
public sealed unsafe class VulkanDevice : IComputeDevice
{
    private const string PortabilitySubset = "VK_KHR_portability_subset";
    private const string PipelineStatistics = "VK_KHR_pipeline_executable_properties";
    private const string ProcessorChosen = "The processor was chosen where a Vulkan device is needed: choose one with --device.";

    private readonly ListedDevice _listed;
    private readonly DeviceOptions _options;
    private readonly ShaderCodeFolder? _code;
    private readonly VulkanInstance _instance;
    private readonly Lock _queueLock = new();
    private readonly Queue _queue;
    private readonly Tuner? _tuner;
    private VkDevice _handle;

    private VulkanDevice(ListedDevice listed, DeviceOptions options, ShaderCodeFolder? code = null)
    {
        (_listed, _options, _code) = (listed, options, code);
        _instance = VulkanInstance.Take(options.Validation);
        try
        {
            ListedDevice? found = _instance.Devices.FirstOrDefault(device => device.Index == listed.Index);
            if (found is null || found.Properties.Name != listed.Properties.Name)
                throw new DeviceException(
                    $"Device {listed.Index} '{listed.Properties.Name}' is "
                    + "no longer listed by Vulkan: list the devices again.");
            Properties = found.Properties;
            PhysicalDevice = _instance.PhysicalDevices[found.Index];
            (uint family, int timestampBits) = DevicePropertiesQuery.FindQueueFamily(Vk, PhysicalDevice)
                ?? throw new DeviceException(
                    $"Device {found.Index} '{Name}' has no queue for "
                    + "compute; choose another device with --device.");
            QueueFamily = family;
            TimestampMask = timestampBits >= 64 ? ulong.MaxValue : (1UL << timestampBits) - 1;
            bool useShaderObjects = ShaderObjects.Pay(Properties, options);
            _handle = Create(family, options.KernelStatistics, useShaderObjects);
            Vk.CurrentDevice = _handle;
            Queue queue;
            Vk.GetDeviceQueue(_handle, family, 0, &queue);
            _queue = queue;
            if (options.Tuner)
                _tuner = new Tuner(this, TuningFile.For(Properties, options.PipelineCacheFolder));
            string? folder = options.PipelineCacheFolder;
            DriverCacheFile? file = options.PipelineCache ? DriverCacheFile.OfPipelines(Properties, folder) : null;
            if (useShaderObjects && options.PipelineCache)
                _code ??= ShaderCodeFolder.In(folder);
            Pipelines = new ComputePipelines(this, file, useShaderObjects ? new ShaderObjects(this, _code) : null);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public string Name => Properties.Name;

    /// <summary>Limits and features.</summary>
    public DeviceProperties Properties { get; } = DeviceProperties.Minimum;

    /// <summary>Warnings and errors of the validation layer so far; empty where <see cref="DeviceOptions.Validation"/> is off.</summary>
    public IReadOnlyCollection<string> ValidationMessages => _instance.Messages?.All ?? [];

    internal Vk Vk => _instance.Vk;

    internal PhysicalDevice PhysicalDevice { get; }

    internal VkDevice Handle => _handle;

    internal uint QueueFamily { get; }

    /// <summary>
    /// Whether buffers can be made of memory of the processor. Where the processor is not the device, they had better not.
    /// </summary>
    internal bool ImportsHostMemory => Properties is { IsSoftware: true, HostMemoryAlignment: > 0 };

    /// <summary>Valid bits of a timestamp.</summary>
    internal ulong TimestampMask { get; }

    /// <summary>How often work was started so far.</summary>
    internal long Submissions { get; private set; }

    internal ComputePipelines Pipelines { get; } = null!;

    /// <summary>Chooses a device by <see cref="DeviceChoice.Choose(string)"/> and opens it.</summary>
    /// <exception cref="DeviceException">No Vulkan device fits, or it cannot be opened.</exception>
    public static VulkanDevice Open(string choice = "auto", DeviceOptions? options = null) => Open(DeviceChoice.Choose(choice), options);

    /// <summary>Opens a chosen device.</summary>
    /// <exception cref="DeviceException">The choice is the processor, or the device cannot be opened.</exception>
    public static VulkanDevice Open(DeviceChoice choice, DeviceOptions? options = null) => choice.Device is null
        ? throw new DeviceException(choice.Note.Length > 0 ? choice.Note : ProcessorChosen)
        : new(choice.Device, options ?? new());

    /// <summary>Compiles a kernel and asks the driver what it made of it; nothing is run.</summary>
    /// <param name="kernel">The kernel.</param>
    /// <param name="constants">Bit patterns of its specialization constants.</param>
    /// <exception cref="InvalidOperationException">
    /// The device was opened without <see cref="DeviceOptions.KernelStatistics"/>.
    /// </exception>
    /// <exception cref="DeviceException">The driver cannot compile it.</exception>
    public KernelStatistics StatisticsOf(KernelInfo kernel, ImmutableArray<uint> constants) => _options.KernelStatistics
        ? new(kernel, constants, Pipelines.StatisticsOf(kernel, constants))
        : throw new InvalidOperationException(
            $"'{Name}' was opened without {nameof(DeviceOptions.KernelStatistics)}, so its driver tells nothing of kernels.");

    /// <inheritdoc/>
    public Session CreateSession(Graph.Graph graph, PlanOptions options, params Value[] reports)
        => CreateSession(graph, options, static _ => { }, null, reports);

    /// <inheritdoc/>
    public Session CreateSession(
        Graph.Graph graph, PlanOptions options, Action<Session> start, PreparedMemory? memory, params Value[] reports)
    {
        options = _tuner?.Tune(graph, options) ?? options;
        return new VulkanSession(this, Planner.Plan(graph, Properties, options), graph.StepSlot, reports, new VulkanSessionOptions
        {
            Memory = memory,
            LeaveParameters = graph.FlatGradients is null,
            Start = session =>
            {
                session.Initialize(graph);
                start(session);
            },
        });
    }

    /// <summary>Frees everything. All sessions on the device must have been disposed.</summary>
    public void Dispose()
    {
        if (_handle.Handle != 0)
        {
            // A device that compiles for hardware that is not there (RADV_FORCE_FAMILY) can start nothing, and waits badly.
            if (Submissions > 0)
                WaitIdle();
            Pipelines?.Dispose();
            Vk.DestroyDevice(_handle, null);
            _handle = default;
        }
        _instance.Dispose();
    }

    /// <summary>
    /// Opens the same device once more, with a queue of its own, and with what this one keeps of the code of kernels.
    /// </summary>
    /// <exception cref="DeviceException">It cannot be opened.</exception>
    internal VulkanDevice OpenAgain() => new(_listed, _options with { PipelineCache = false, Tuner = false }, _code);

    /// <summary>Starts command buffers, in this order, after everything submitted before.</summary>
    /// <param name="commands">Recorded command buffers.</param>
    /// <param name="signal">Raised to <paramref name="value"/> when they are done; may be null.</param>
    /// <param name="value">New value of the timeline.</param>
    internal void Submit(ReadOnlySpan<CommandBuffer> commands, Timeline? signal = null, ulong value = 0)
    {
        Silk.NET.Vulkan.Semaphore semaphore = signal?.Handle ?? default;
        TimelineSemaphoreSubmitInfo timeline = new()
        {
            SType = StructureType.TimelineSemaphoreSubmitInfo,
            SignalSemaphoreValueCount = 1,
            PSignalSemaphoreValues = &value,
        };
        fixed (CommandBuffer* first = commands)
        {
            SubmitInfo submit = new()
            {
                SType = StructureType.SubmitInfo,
                PNext = signal is null ? null : &timeline,
                CommandBufferCount = (uint)commands.Length,
                PCommandBuffers = first,
                SignalSemaphoreCount = signal is null ? 0u : 1u,
                PSignalSemaphores = &semaphore,
            };
            Result result;
            lock (_queueLock)
            {
                Submissions++;
                result = Vk.QueueSubmit(_queue, 1, &submit, default);
            }
            result.Check(Name, "starting work");
        }
    }

    /// <summary>Waits until the queue is empty; also returns when the device is lost.</summary>
    internal void WaitIdle()
    {
        // Waiting for the device counts as a use of its queue, which must not overlap with another.
        lock (_queueLock)
            _ = Vk.DeviceWaitIdle(_handle);
    }

    private VkDevice Create(uint family, bool statistics, bool shaderObjects)
    {
        HashSet<string> listed = DevicePropertiesQuery.ListExtensions(Vk, PhysicalDevice);
        DeviceFeatureChain features = new();
        PhysicalDeviceProperties basic;
        Vk.GetPhysicalDeviceProperties(PhysicalDevice, &basic);
        bool has13 = DevicePropertiesQuery.HasVulkan13(basic.ApiVersion);
        features.Query(Vk, PhysicalDevice, has13, listed);

        List<string> enabled = [];
        if (listed.Contains(PortabilitySubset))
            enabled.Add(PortabilitySubset);
        if (statistics && !listed.Contains(PipelineStatistics))
            throw new DeviceException($"The driver of '{Name}' does not tell what it made of kernels: it lacks {PipelineStatistics}.");
        if (statistics)
            enabled.Add(PipelineStatistics);
        if (features.CooperativeMatrix.CooperativeMatrix)
            enabled.Add(DevicePropertiesQuery.CooperativeMatrix);
        if (ImportsHostMemory)
            enabled.Add(DevicePropertiesQuery.HostMemory);
        if (shaderObjects)
            enabled.Add(DevicePropertiesQuery.ShaderObjects);
        using var names = new NativeStrings(enabled);

        PhysicalDeviceFeatures core = features.Core;
        PhysicalDeviceShaderObjectFeaturesEXT shaders = features.ShaderObjects;
        void* chain = shaderObjects ? &shaders : null;
        PhysicalDeviceCooperativeMatrixFeaturesKHR matrix = features.CooperativeMatrix;
        matrix.PNext = chain;
        chain = matrix.CooperativeMatrix ? &matrix : chain;
        PhysicalDeviceVulkan13Features core13 = features.Core13;
        core13.PNext = chain;
        PhysicalDeviceVulkan12Features core12 = features.Core12;
        core12.PNext = has13 ? &core13 : chain;
        PhysicalDevicePipelineExecutablePropertiesFeaturesKHR executables = new()
        {
            SType = StructureType.PhysicalDevicePipelineExecutablePropertiesFeaturesKhr,
            PNext = &core12,
            PipelineExecutableInfo = true,
        };
        float priority = 1;
        DeviceQueueCreateInfo queue = new()
        {
            SType = StructureType.DeviceQueueCreateInfo,
            QueueFamilyIndex = family,
            QueueCount = 1,
            PQueuePriorities = &priority,
        };
        DeviceCreateInfo create = new()
        {
            SType = StructureType.DeviceCreateInfo,
            PNext = statistics ? &executables : &core12,
            QueueCreateInfoCount = 1,
            PQueueCreateInfos = &queue,
            EnabledExtensionCount = names.Count,
            PpEnabledExtensionNames = names.Pointer,
            PEnabledFeatures = &core,
        };
        VkDevice device;
        Vk.CreateDevice(PhysicalDevice, &create, null, &device).Check(Name, "opening the device");
        return device;
    }
}
